"""How a user proves to an API server who they are: once, and again when that ran out."""

from __future__ import annotations

import base64
import re
import time
from pathlib import Path
from typing import Final, Protocol

from msgspec import Struct

from mistpm.errors import TargetError

_TOKEN: Final = re.compile(r"[!-~]+")
_TOKEN_AGE: Final = 60.0
"""Seconds after which a token's file is read again, as Kubernetes' own clients do."""


class Login(Struct, frozen=True, kw_only=True):
    """Credentials to send: headers, and a client certificate with its key (PEM), where there is one.

    `expires` is the time (of `time.time`) from which others must be had, None where nobody knows.
    """

    headers: dict[str, str] = {}
    certificate: bytes = b""
    key: bytes = b""
    expires: float | None = None


class Credentials(Protocol):
    """Where credentials come from."""

    @property
    def can_renew(self) -> bool:
        """Whether another `login` may give other credentials."""

    def login(self) -> Login:
        """Get credentials; raises `TargetError`."""


class Stored(Struct, frozen=True, kw_only=True):
    """A value of a kubeconfig, or the file that has it; all empty where there is none.

    Where there are both, the value counts for certificates and the file for tokens, as for kubectl.
    """

    data: bytes = b""
    path: Path | None = None

    def read(self, what: str) -> bytes:
        """Give the value; raises `TargetError` where its file cannot be read."""
        if self.path is None:
            return self.data
        try:
            return self.path.read_bytes()
        except OSError as error:
            if self.data:
                return self.data
            raise TargetError(
                "kubeconfig-file",
                f"`{self.path}` cannot be read: {(error.strerror or str(error)).lower()}",
                context=(f"it is the `{what}` in the kubeconfig",),
                hint="log in again, or mend the kubeconfig",
            ) from error


def bearer(token: str) -> dict[str, str]:
    """Give the header for a token; raises `TargetError` for what is none."""
    if not _TOKEN.fullmatch(token):
        raise TargetError(
            "kubeconfig-invalid",
            "the token cannot be used: it has characters that no token has",
            hint="log in again, or mend the kubeconfig",
        )
    return {"Authorization": f"Bearer {token}"}


class StoredCredentials(Struct, frozen=True, kw_only=True):
    """What a kubeconfig itself has: a token, user and password, a client certificate."""

    token: Stored = Stored()
    certificate: Stored = Stored()
    key: Stored = Stored()
    user: str = ""
    password: str = ""

    @property
    def can_renew(self) -> bool:
        """Whether files may have other credentials by now."""
        return any(each.path for each in (self.token, self.certificate, self.key))

    def login(self) -> Login:
        """Read what is in files; raises `TargetError`."""
        headers: dict[str, str] = {}
        if token := self.token.read("tokenFile").decode("utf-8", "replace").strip():
            headers = bearer(token)
        elif self.user:
            pair = base64.b64encode(f"{self.user}:{self.password}".encode())
            headers["Authorization"] = f"Basic {pair.decode()}"
        return Login(
            headers=headers,
            certificate=self.certificate.read("client-certificate"),
            key=self.key.read("client-key"),
            expires=time.time() + _TOKEN_AGE if self.token.path else None,
        )
