"""Finding the API server that a command means, and all that is needed to talk with it, as kubectl does."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from msgspec import Struct

from mistpm.errors import TargetError
from mistpm.target.cluster.api.auth_provider import AuthProvider
from mistpm.target.cluster.api.credentials import Credentials, Stored, StoredCredentials
from mistpm.target.cluster.api.exec_plugin import ExecPlugin
from mistpm.target.cluster.api.kubeconfig import (
    ChosenContext,
    Entry,
    kubeconfig_paths,
    read_kubeconfig,
)

SERVICE_ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where a Pod finds the credentials of its service account."""


class Connection(Struct, frozen=True, kw_only=True):
    """How to talk with one API server as one user.

    `title` is how messages call it (`cluster prod`), `namespace` the context's.  `authority` holds the
    certificates (PEM) that sign the server's, those of the system where it is empty; `server_name` is
    the name in the server's certificate where it is not the host's.  `proxy` is an address, or empty.
    `headers` are sent with each request, besides the credentials'.
    """

    server: str
    title: str
    context: str = ""
    namespace: str = "default"
    authority: bytes = b""
    is_verified: bool = True
    server_name: str = ""
    proxy: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    credentials: Credentials


def connect(
    context: str = "", *, impersonate: str = "", environ: Mapping[str, str] = os.environ
) -> Connection:
    """Find the cluster: a context of the kubeconfig, or, where it has none, the one this Pod runs in.

    An empty `context` means the kubeconfig's current one.  `impersonate` is who to act as (`--as`).
    Nothing is asked over the network, no program is run.  Raises `TargetError` (`no-kubeconfig`,
    `unknown-context`, `kubeconfig-unreadable` and others).
    """
    paths = kubeconfig_paths(environ)
    kubeconfig = read_kubeconfig(paths)
    is_told = bool(context) or (kubeconfig is not None and bool(kubeconfig.contexts))
    if not is_told and (found := in_cluster(environ, impersonate=impersonate)):
        return found
    if kubeconfig is None:
        raise TargetError(
            "no-kubeconfig",
            "there is no kubeconfig, so no cluster is known",
            context=tuple(f"looked for: {path}" for path in paths),
            hint="`KUBECONFIG` names the file; your cluster's provider has a command that writes one\n"
            "without a cluster, write to a directory: --target directory:PATH",
        )
    return _from_context(kubeconfig.choose(context), kubeconfig.files, impersonate)


def in_cluster(
    environ: Mapping[str, str], *, folder: Path = SERVICE_ACCOUNT, impersonate: str = ""
) -> Connection | None:
    """Give the connection of a Pod to its own cluster, None where this is no Pod."""
    host, port = (environ.get(f"KUBERNETES_SERVICE_{part}", "") for part in ("HOST", "PORT"))
    if not host or not port or not (folder / "token").is_file():
        return None
    namespace = Stored(path=folder / "namespace").read("namespace").decode("utf-8", "replace")
    return Connection(
        server=f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}",
        title="cluster that this Pod runs in",
        namespace=namespace.strip() or "default",
        authority=Stored(path=folder / "ca.crt").read("certificate-authority"),
        headers=_impersonation({}, impersonate),
        credentials=StoredCredentials(token=Stored(path=folder / "token")),
    )


def _from_context(chosen: ChosenContext, files: tuple[Path, ...], impersonate: str) -> Connection:
    cluster = chosen.cluster
    server = _text(cluster, "server").rstrip("/")
    if not server:
        raise _broken(cluster, "server", "it is missing")
    if "://" not in server:
        server = f"https://{server}"
    is_verified = not _flag(cluster, "insecure-skip-tls-verify")
    return Connection(
        server=server,
        title=f"cluster {chosen.name}",
        context=chosen.name,
        namespace=chosen.namespace,
        authority=_stored(cluster, "certificate-authority").read("certificate-authority")
        if is_verified
        else b"",
        is_verified=is_verified,
        server_name=_text(cluster, "tls-server-name"),
        proxy=_text(cluster, "proxy-url"),
        headers=_impersonation(chosen.user.data, impersonate),
        credentials=_credentials(chosen, files),
    )


def _credentials(chosen: ChosenContext, files: tuple[Path, ...]) -> Credentials:
    """Give the way of logging in; what stands in the kubeconfig itself needs nothing of `kubernetes`."""
    user = chosen.user
    if isinstance(user.data.get("auth-provider"), dict):
        return AuthProvider(context=chosen, files=files)
    token = Stored(data=_text(user, "token").encode(), path=_path(user, "tokenFile"))
    if token == Stored() and isinstance(user.data.get("exec"), dict):
        return ExecPlugin(context=chosen)
    return StoredCredentials(
        token=token,
        certificate=_stored(user, "client-certificate"),
        key=_stored(user, "client-key"),
        user=_text(user, "username"),
        password=_text(user, "password"),
    )


def _impersonation(user: Mapping[str, Any], asked: str) -> tuple[tuple[str, str], ...]:
    """Give the headers for acting as somebody else, as the kubeconfig or the user says."""
    name = asked or user.get("as")
    if not name:
        return ()
    headers = [("Impersonate-User", str(name))]
    if user.get("as-uid"):
        headers.append(("Impersonate-Uid", str(user["as-uid"])))
    headers += [("Impersonate-Group", str(group)) for group in user.get("as-groups") or ()]
    for key, values in (user.get("as-user-extra") or {}).items():
        headers += [(f"Impersonate-Extra-{quote(key)}", str(value)) for value in values]
    return tuple((name, _header(name, value)) for name, value in headers)


def _header(name: str, value: str) -> str:
    """Give a text as HTTP headers take it: UTF-8, no line breaks.  Raises `TargetError`."""
    if not value.isprintable():
        shown = name.removeprefix("Impersonate-").lower()
        raise TargetError(
            "kubeconfig-invalid", f"nobody can be impersonated: the {shown} {value!r} is none"
        )
    return value.encode().decode("latin-1")


def _stored(entry: Entry, key: str) -> Stored:
    """Give what stands under `KEY-data`, or the file that stands under `KEY`."""
    if encoded := _text(entry, f"{key}-data"):
        try:
            return Stored(data=base64.b64decode(encoded, validate=True))
        except ValueError as error:
            raise _broken(entry, f"{key}-data", "it is not base64") from error
    return Stored(path=_path(entry, key))


def _path(entry: Entry, key: str) -> Path | None:
    text = _text(entry, key)
    return entry.folder / text if text else None


def _text(entry: Entry, key: str) -> str:
    value = entry.data.get(key)
    if value is None or isinstance(value, str):
        return value or ""
    raise _broken(entry, key, "it is no text; quote it")


def _flag(entry: Entry, key: str) -> bool:
    value = entry.data.get(key)
    if value is None or isinstance(value, bool):
        return value or False
    raise _broken(entry, key, "it is neither true nor false")


def _broken(entry: Entry, key: str, why: str) -> TargetError:
    return TargetError(
        "kubeconfig-invalid",
        f"`{key}` of `{entry.name}` in the kubeconfig cannot be used: {why}",
        hint="log in again, or mend the kubeconfig",
    )
