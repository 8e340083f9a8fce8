"""A real Kubernetes control plane for tests: started, killed, paused, and started again as another minor."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import control_plane_binary
from kubernetes_api import KubernetesApi

NEWEST = control_plane_binary.NEWEST
MINORS = control_plane_binary.MINORS[NEWEST]
"""The minors that the program of the newest one serves."""

_PORT = 6443


class ControlPlane:
    """One control plane, in a process of its own, with all its data in one folder.

    It is ready within three seconds or four and takes 300 MB of memory. Each has a loopback address to
    itself, which it keeps from one start to the next and nobody else uses meanwhile. It ends when this
    process does, however that ends.
    """

    def __init__(
        self,
        folder: Path,
        *,
        minor: str = NEWEST,
        nodes: int = 1,
        arguments: Sequence[str] = (),
    ) -> None:
        self.folder = folder
        self.minor = minor
        self._arguments = [f"-nodes={nodes}", *arguments]
        self._claim = _claim_address()
        self._process: subprocess.Popen[bytes] | None = None
        self.address = f"{self._claim.getsockname()[0]}:{_PORT}"

    @property
    def pid(self) -> int:
        """The process, which must run."""
        return self._running.pid

    def launch(self) -> None:
        """Start it without waiting, so that several can start at once."""
        assert self._process is None, "it runs already"
        self.folder.mkdir(parents=True, exist_ok=True)
        command: list[str | Path] = [control_plane_binary.binary_for(self.minor), "-tied"]
        command += ["-data", self.folder, "-address", self.address, "-emulate", self.minor]
        with self._log.open("ab") as log:
            # Two ways to end with its parent. It reads its standard input, which then ends. While it is
            # stopped it cannot read, but in a process group of its own it then becomes an orphaned group
            # with a stopped member: the system sends that SIGHUP and SIGCONT (POSIX, _exit, consequences).
            self._process = subprocess.Popen(
                [*command, *self._arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                process_group=0,
            )

    def wait_until_ready(self, *, seconds: float = 300) -> None:
        """Wait until Pods can run; raises RuntimeError with the end of its log if that does not come."""
        process = self._running
        assert process.stdout is not None
        readable, _, _ = select.select([process.stdout], [], [], seconds)
        line = process.stdout.readline() if readable else b""
        if not line.startswith(b"ready "):
            self.kill()
            end = self._log.read_text("utf-8", "replace")[-2000:]
            raise RuntimeError(f"the control plane in {self.folder} did not get ready:\n{end}")

    def start(self) -> None:
        """Start it, on the data that its folder has, and wait until it can be used."""
        self.launch()
        self.wait_until_ready()

    def stop(self) -> None:
        """Let it end as it should, and wait for that."""
        self.resume()
        self._running.terminate()
        self._ended(180)

    def kill(self) -> None:
        """End it at once, as SIGKILL does."""
        self._running.kill()
        self._ended(60)

    def pause(self) -> None:
        """Have it accept connections and never answer, from now on."""
        self._running.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED)  # all its threads

    def resume(self) -> None:
        """Have it go on after a pause."""
        self._running.send_signal(signal.SIGCONT)

    def restart_as(self, minor: str) -> None:
        """Stop it, and start it on the same data as another minor."""
        self.stop()
        self.minor = minor
        self.start()

    def close(self) -> None:
        """End it, in any state, and remove its data."""
        if self._process is not None:
            self.kill()
        self._claim.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def kubeconfig(self, user: str = "admin") -> Path:
        """Give the kubeconfig of `admin`, of `certified` (the same with a client certificate), `developer` or `viewer`.

        The last two have no rights; they are in the groups `developers` and `viewers`.
        """
        return self.folder / f"{user}.kubeconfig"

    def kubeconfig_with(self, name: str, user: dict[str, Any]) -> Path:
        """Write a kubeconfig for somebody else, such as `{"token": …}` or `{"exec": …}`."""
        document = json.loads(self.kubeconfig().read_text("utf-8"))
        document["users"][0]["user"] = user
        path = self.kubeconfig(name)
        path.write_text(json.dumps(document), "utf-8")
        return path

    def api(self, user: str = "admin", *, token: str | None = None) -> KubernetesApi:
        """Give a client for a user with a token."""
        return KubernetesApi(self.kubeconfig(user), token=token)

    def token(self, namespace: str, name: str, *, seconds: int) -> str:
        """Sign a token for a service account, which is accepted for so long (or a part of a second less).

        An hour at most: a token is not accepted more than an hour before its end.
        """
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}"
        uid = self.api().get(path).body["metadata"]["uid"]
        command: list[str | Path] = [control_plane_binary.binary_for(self.minor), "token"]
        command += ["-data", self.folder, "-namespace", namespace, "-name", name]
        command += ["-uid", uid, "-lifetime", f"{seconds}s"]
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        return said.stdout.strip()

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "it does not run"
        return self._process

    def _ended(self, seconds: float) -> None:
        process = self._running
        process.wait(seconds)
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()
        self._process = None


def _claim_address() -> socket.socket:
    """Find a loopback address that no other control plane of this machine has.

    What claims it is a socket on the UDP port of the same number, which this process holds while the
    server on the TCP port comes and goes. The port is outside the range from which the system takes those
    of clients, so that none of them can be in the way of a server that starts again.
    """
    for number in range(64, 255):
        address = (f"127.{number}.0.1", _PORT)
        claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            claim.bind(address)
            socket.create_server(address).close()
        except OSError:
            claim.close()
        else:
            return claim
    raise RuntimeError("all loopback addresses from 127.64.0.1 to 127.254.0.1 are taken")
