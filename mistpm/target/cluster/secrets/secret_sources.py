"""Where the values of secrets come from: variables, files and Secrets of the cluster."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from mistpm.errors import TargetError
from mistpm.model.environment import SecretSource
from mistpm.target.cluster.api.api_error import ApiError, describe
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.memory.state_store import decoded

_LARGEST: Final = 1024 * 1024
"""Bytes that a Secret may hold."""


class AbsentSourceError(Exception):
    """A source has no value now; the message is a clause that says what is missing."""


class SecretSources:
    """Reads `fromEnv`, `fromFile` (relative paths start at `base`) and `fromSecret`; each Secret once."""

    def __init__(
        self, client: Client, *, base: Path, environ: Mapping[str, str] = os.environ
    ) -> None:
        self._client = client
        self._base = base
        self._environ = environ
        self._secrets: dict[tuple[str, str], dict[str, Any] | None] = {}

    def read(self, source: SecretSource) -> bytes:
        """Give the value, byte by byte.

        Raises `AbsentSourceError` where there is none (an empty one is none: CI systems give that for
        secrets they do not have), `TargetError` where it cannot be read.
        """
        if source.from_env:
            value, what = self._variable(source.from_env)
        elif source.from_file:
            value, what = self._file(source.from_file)
        else:
            value, what = self._secret(*(source.from_secret or ("", "", "")))
        if not value:
            raise AbsentSourceError(f"{what} is empty")
        return value

    def _variable(self, name: str) -> tuple[bytes, str]:
        what = f"the environment variable `{name}`"
        if name not in self._environ:
            raise AbsentSourceError(f"{what} is not set")
        return os.fsencode(self._environ[name]), what

    def _file(self, path: str) -> tuple[bytes, str]:
        what = f"the file `{path}`"
        try:
            with (self._base / path).open("rb") as file:
                value = file.read(_LARGEST + 1)
        except (FileNotFoundError, NotADirectoryError):
            raise AbsentSourceError(f"{what} is not there") from None
        except OSError as error:
            raise TargetError(
                "secret-unreadable",
                f"{what}, which a secret comes from, cannot be read: {error.strerror}",
                hint="check the path and the permissions",
            ) from error
        if len(value) > _LARGEST:
            raise TargetError(
                "secret-unreadable",
                f"{what}, which a secret comes from, is larger than a Secret may be",
                context=("Kubernetes allows 1 MiB",),
                hint="check the path",
            )
        return value, what

    def _secret(self, namespace: str, name: str, key: str) -> tuple[bytes, str]:
        what = f"the Secret `{namespace}/{name}`"
        found = self._fetched(namespace, name)
        if found is None:
            raise AbsentSourceError(f"{what} is not there")
        value = decoded((found.get("data") or {}).get(key))
        if value is None:
            raise AbsentSourceError(f"{what} has no key `{key}`")
        return value, f"the key `{key}` of {what}"

    def _fetched(self, namespace: str, name: str) -> dict[str, Any] | None:
        place = (namespace, name)
        if place not in self._secrets:
            try:
                found = self._client.get(f"/api/v1/namespaces/{namespace}/secrets/{name}")
            except ApiError as error:
                if not error.is_not_found:
                    raise describe(error, title=self._client.title) from error
                found = None
            self._secrets[place] = found
        return self._secrets[place]
