"""Logging in through a program that the kubeconfig names, as those of cloud providers do.

The protocol is Kubernetes' own: the program is told in `KUBERNETES_EXEC_INFO` what it is for, and prints
an `ExecCredential` (kubernetes.io, Authentication, client-go credential plugins).  The `kubernetes`
package could run it, but takes a third of a second to import, more than most of these programs take.
"""

from __future__ import annotations

import base64
import datetime as dt
import os
import shlex
import subprocess
import sys
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from mistpm.errors import TargetError
from mistpm.target.cluster.api.credentials import Login, Stored, bearer
from mistpm.target.cluster.api.kubeconfig import ChosenContext

_LAST_LINES: Final = 10
_CLUSTER_KEYS: Final = (
    "server",
    "tls-server-name",
    "insecure-skip-tls-verify",
    "certificate-authority-data",
    "proxy-url",
)
_EXTENSION: Final = "client.authentication.k8s.io/exec"

ApiVersion = Literal["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]


class _Variable(Struct, frozen=True):
    name: str
    value: str = ""


class _Program(Struct, frozen=True, rename="camel"):
    """What stands under `exec` in a kubeconfig."""

    command: str
    api_version: ApiVersion
    args: tuple[str, ...] = ()
    env: tuple[_Variable, ...] = ()
    install_hint: str = ""
    interactive_mode: Literal["", "Never", "IfAvailable", "Always"] = ""
    provide_cluster_info: bool = False


class _Status(Struct, frozen=True, rename="camel"):
    token: str | None = None
    client_certificate_data: str | None = None
    client_key_data: str | None = None
    expiration_timestamp: dt.datetime | None = None


class _ExecCredential(Struct, frozen=True, rename="camel"):
    """What a program prints."""

    kind: Literal["ExecCredential"]
    api_version: str
    status: _Status


_CREDENTIAL: Final = msgspec.json.Decoder(_ExecCredential)
"""Made before there are threads: two that look at a type for the first time crash msgspec 0.22."""


class ExecPlugin(Struct, frozen=True, kw_only=True):
    """A program that prints credentials."""

    context: ChosenContext

    @property
    def can_renew(self) -> bool:
        """The program may print other credentials when it is run again."""
        return True

    def login(self) -> Login:
        """Run the program; raises `TargetError` where it is missing, or gives nothing that can be used."""
        given = {
            key: value for key, value in self.context.user.data["exec"].items() if value is not None
        }
        try:
            program = msgspec.convert(given, _Program)
        except msgspec.ValidationError as error:
            raise TargetError(
                "kubeconfig-invalid",
                f"`exec` of `{self.context.user.name}` in the kubeconfig cannot be used: {error}",
                hint="log in again, or mend the kubeconfig",
            ) from error
        printed = self._run(program)
        try:
            credential = _CREDENTIAL.decode(printed)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            why = f"what it printed is no ExecCredential: {error}"
            raise self._failed(program, why) from error
        if credential.api_version != program.api_version:
            why = f"it printed {credential.api_version} where {program.api_version} was asked for"
            raise self._failed(program, why)
        return self._login(program, credential.status)

    def _login(self, program: _Program, status: _Status) -> Login:
        certificate, key = status.client_certificate_data or "", status.client_key_data or ""
        if bool(certificate) != bool(key) or not (status.token or certificate):
            raise self._failed(program, "it gave neither a token nor a certificate with its key")
        expires = status.expiration_timestamp
        return Login(
            headers=bearer(status.token) if status.token else {},
            certificate=certificate.encode(),
            key=key.encode(),
            expires=expires.timestamp() if expires else None,
        )

    def _run(self, program: _Program) -> bytes:
        """Give what the program prints; it may talk with the user where there is a terminal."""
        has_terminal = sys.stdin is not None and sys.stdin.isatty()
        is_interactive = has_terminal and program.interactive_mode != "Never"
        if program.interactive_mode == "Always" and not is_interactive:
            raise self._failed(program, "it wants to talk with you, and there is no terminal")
        variables = {each.name: each.value for each in program.env}
        variables["KUBERNETES_EXEC_INFO"] = self._told(program, is_interactive=is_interactive)
        command = program.command
        if os.sep in command:
            command = str(self.context.user.folder / command)
        try:
            done = subprocess.run(
                [command, *program.args],
                env={**os.environ, **variables},
                stdin=None if is_interactive else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=None if is_interactive else subprocess.PIPE,
                check=False,
            )
        except OSError as error:
            raise self._missing(program, error) from error
        if done.returncode:
            lines = (done.stderr or b"").decode("utf-8", "replace").splitlines()[-_LAST_LINES:]
            raise self._failed(program, f"exit code {done.returncode}", tuple(lines))
        return done.stdout

    def _told(self, program: _Program, *, is_interactive: bool) -> str:
        """Give what the program is told of what it is for."""
        spec: dict[str, Any] = {"interactive": is_interactive}
        if program.provide_cluster_info:
            cluster = self.context.cluster
            spec["cluster"] = {
                key: cluster.data[key] for key in _CLUSTER_KEYS if key in cluster.data
            }
            path = cluster.data.get("certificate-authority")
            if path and "certificate-authority-data" not in spec["cluster"]:
                authority = Stored(path=cluster.folder / path).read("certificate-authority")
                spec["cluster"]["certificate-authority-data"] = base64.b64encode(authority).decode()
            for each in cluster.data.get("extensions") or ():
                if each.get("name") == _EXTENSION:
                    spec["cluster"]["config"] = each.get("extension")
        info = {"apiVersion": program.api_version, "kind": "ExecCredential", "spec": spec}
        return msgspec.json.encode(info).decode()

    def _missing(self, program: _Program, error: OSError) -> TargetError:
        is_absent = isinstance(error, FileNotFoundError)
        what = "was not found" if is_absent else f"cannot be run: {(error.strerror or '').lower()}"
        return TargetError(
            "login-program-missing",
            f"the program `{program.command}`, which logs in to the cluster {self.context.name}, {what}",
            context=(f"named by: user `{self.context.user.name}` in the kubeconfig",),
            hint=program.install_hint.strip() or "install it, or put its folder into PATH",
        )

    def _failed(self, program: _Program, why: str, lines: tuple[str, ...] = ()) -> TargetError:
        line = shlex.join([program.command, *program.args])
        return TargetError(
            "login-failed",
            f"the program `{program.command}` could not log in to the cluster {self.context.name}: {why}",
            context=lines,
            hint=f"run it to see more: {line}",
        )
