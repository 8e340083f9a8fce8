"""`mistpm` in processes of its own, as users run it; they can be stopped, killed, and run side by side."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO, NamedTuple

from eventually import eventually

RUN = "from mistpm.cli import main; main()"
SHORT_LEASE = (
    "from mistpm.target.cluster.memory.lease import EnvironmentLease\n"
    "EnvironmentLease.__init__.__kwdefaults__['seconds'] = {seconds}\n"
)


class Ended(NamedTuple):
    """How a process ended, and what it wrote on both streams."""

    code: int
    text: str


class Running:
    """A process of mistpm; its children are in its group."""

    def __init__(self, process: subprocess.Popen[bytes], output: BinaryIO) -> None:
        self._process = process
        self._output = output

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def text(self) -> str:
        """What it wrote so far, on both streams."""
        size = self._output.seek(0, os.SEEK_END)
        return os.pread(self._output.fileno(), size, 0).decode()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and its children."""
        os.killpg(self.pid, number)

    def kill(self) -> None:
        """End it and its children at once."""
        self.signal(signal.SIGKILL)
        self._process.wait()

    def is_killed_after(self, seconds: float) -> bool:
        """Kill it after a while; tell whether it had not ended by itself."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return True
        return False

    def says(self, text: str, *, seconds: float = 180) -> None:
        """Wait until it has written something."""
        eventually(lambda: text in self.text or self._process.poll() is not None, seconds=seconds)
        assert text in self.text, self.text

    def end(self, *, seconds: float = 400) -> Ended:
        """Wait for its end."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(
                f"it did not end within {seconds:g} seconds:\n{self.text}"
            ) from None
        return Ended(self._process.returncode, self.text)


class CommandLine:
    """A folder in which mistpm is run, with a kubeconfig.

    `lease` is for how many seconds a lease on an environment holds, where that is not as usual;
    `variables` are set beside those of this process.
    """

    def __init__(
        self, folder: Path, kubeconfig: Path, *, lease: int | None = None, **variables: str
    ) -> None:
        self.folder = folder
        self._program = (SHORT_LEASE.format(seconds=lease) if lease else "") + RUN
        self._environment = {**os.environ, "KUBECONFIG": str(kubeconfig), **variables}

    def start(self, *arguments: str) -> Running:
        """Start `mistpm ARGUMENTS…`."""
        output = tempfile.TemporaryFile()  # noqa: SIM115 - for as long as the process is looked at
        process = subprocess.Popen(
            [sys.executable, "-c", self._program, *arguments],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            process_group=0,
        )
        return Running(process, output)

    def run(self, *arguments: str) -> Ended:
        """Run it to its end."""
        return self.start(*arguments).end()

    def do(self, *arguments: str) -> str:
        """Run what must work, and give what it wrote."""
        ended = self.run(*arguments)
        assert 0 == ended.code, f"mistpm {' '.join(arguments)}\n{ended.text}"
        return ended.text
