"""Logging in with an `auth-provider` of a kubeconfig (OpenID Connect), which older tools write."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from mistpm.errors import TargetError
from mistpm.target.cluster.api.credentials import Login
from mistpm.target.cluster.api.kubeconfig import ChosenContext

_KNOWN = ("gcp", "oidc")


class AuthProvider(Struct, frozen=True, kw_only=True):
    """Has the `kubernetes` package log in, which also writes renewed tokens back to the kubeconfig."""

    context: ChosenContext
    files: tuple[Path, ...]

    @property
    def can_renew(self) -> bool:
        """The provider gives new tokens for old ones."""
        return True

    def login(self) -> Login:
        """Get a token, a new one where it ran out; raises `TargetError`."""
        name = self.context.user.data["auth-provider"].get("name", "")
        if name not in _KNOWN:
            raise self._failed(f"mistpm does not know the auth provider `{name}`")
        from kubernetes.client.configuration import Configuration
        from kubernetes.config.kube_config import load_kube_config

        configuration = Configuration()
        try:
            load_kube_config(
                os.pathsep.join(str(path) for path in self.files),
                self.context.name,
                client_configuration=configuration,
            )
        except Exception as error:  # of any of the libraries that it goes through
            raise self._failed(str(error)) from error
        header = configuration.api_key.get("BearerToken")
        if not header:
            raise self._failed(f"the auth provider `{name}` gave no token")
        return Login(headers={"Authorization": header})

    def _failed(self, why: str) -> TargetError:
        return TargetError(
            "login-failed",
            f"no login to the cluster {self.context.name}: {why}",
            context=(f"named by: user `{self.context.user.name}` in the kubeconfig",),
            hint="log in again; newer kubeconfigs name a program instead (`exec`)",
        )
