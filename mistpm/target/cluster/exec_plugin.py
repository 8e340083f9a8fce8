"""Logging in through a program that the kubeconfig names, as those of cloud providers do."""

from __future__ import annotations

import datetime as dt
import re
import shlex
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from mistpm.errors import TargetError
from mistpm.target.cluster.credentials import Login, bearer
from mistpm.target.cluster.kubeconfig import ChosenContext


class ExecPlugin(Struct, frozen=True, kw_only=True):
    """A program that prints an `ExecCredential`; it is run by the `kubernetes` package."""

    context: ChosenContext

    @property
    def can_renew(self) -> bool:
        """The program may print other credentials when it is run again."""
        return True

    def login(self) -> Login:
        """Run the program; raises `TargetError` where it is missing, or gives nothing that can be used."""
        from kubernetes.config.config_exception import ConfigException
        from kubernetes.config.exec_provider import ExecProvider
        from kubernetes.config.kube_config import ConfigNode

        user, cluster = self.context.user, self.context.cluster
        try:
            provider = ExecProvider(
                ConfigNode("exec", user.data["exec"]),
                str(user.folder),
                ConfigNode("cluster", cluster.data),
            )
            status = provider.run()
        except ConfigException as error:
            raise self._failed(str(error)) from error
        except (FileNotFoundError, PermissionError) as error:
            raise self._missing(error) from error
        except (KeyError, TypeError, AttributeError) as error:
            raise self._unusable("what the kubeconfig says of it is not complete") from error
        try:
            return _login(status)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._unusable(
                "it gave neither a token nor a certificate with its key"
            ) from error

    @property
    def _command(self) -> str:
        return str(self.context.user.data["exec"].get("command", ""))

    def _missing(self, error: OSError) -> TargetError:
        can_be_run = not isinstance(error, PermissionError)
        what = "was not found" if can_be_run else "cannot be run: permission denied"
        hint = self.context.user.data["exec"].get("installHint")
        return TargetError(
            "login-program-missing",
            f"the program `{self._command}`, which logs in to the cluster {self.context.name}, {what}",
            context=(f"named by: user `{self.context.user.name}` in the kubeconfig",),
            hint=str(hint).strip() if hint else "install it, or put its folder into PATH",
        )

    def _failed(self, said: str) -> TargetError:
        """Give the error for what the `kubernetes` package says of a program that ran."""
        match = re.fullmatch(r"exec: process returned (-?\d+)(?:\. (.*))?", said, re.DOTALL)
        if match is None:
            return self._unusable(said.removeprefix("exec: "))
        lines = (match[2] or "").splitlines()
        return TargetError(
            "login-failed",
            f"the program `{self._command}` could not log in to the cluster {self.context.name}:"
            f" exit code {match[1]}",
            context=tuple(line.rstrip() for line in lines[-10:]),
            hint=f"run it to see more: {self._line()}",
        )

    def _unusable(self, why: str) -> TargetError:
        return TargetError(
            "login-failed",
            f"the program `{self._command}` could not log in to the cluster {self.context.name}: {why}",
            hint=f"run it to see more: {self._line()}",
        )

    def _line(self) -> str:
        arguments = self.context.user.data["exec"].get("args") or ()
        return shlex.join([self._command, *(str(each) for each in arguments)])


def _login(status: Mapping[str, Any]) -> Login:
    expires = status.get("expirationTimestamp")
    token = status.get("token")
    certificate = status.get("clientCertificateData", "")
    key = status["clientKeyData"] if certificate else ""
    if not token and not certificate:
        raise ValueError
    return Login(
        headers=bearer(str(token)) if token else {},
        certificate=certificate.encode(),
        key=key.encode(),
        expires=dt.datetime.fromisoformat(expires).timestamp() if expires else None,
    )
