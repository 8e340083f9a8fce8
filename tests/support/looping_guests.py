"""A program to be interrupted: a guest that loops, so many calls below another; and how tests start it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from component_text import component_guest
from guest_modules import SUPPORT, digest, guest

from mistpm.wasm import Answer, Budget, Limits, Module, Runtime

Kind = Literal["core", "component"]
_MAKERS: dict[str, Callable[[str], bytes]] = {"core": guest, "component": component_guest}


class LoopingGuest:
    """The program as a process, begun, with its guest running.

    Its guest may run for `seconds`.  `below` are the ids of the processes that it started for components.
    """

    def __init__(self, kind: Kind, folder: Path, *, depth: int, seconds: int = 600) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, kind, folder, str(depth), str(seconds)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(SUPPORT)},
        )
        assert self.process.stdout is not None
        self.below = tuple(map(int, self.process.stdout.readline().removeprefix("running").split()))

    def end(self) -> tuple[int, str, str]:
        """Wait until nobody has its output any more; gives its code and what it said after it began."""
        output, errors = self.process.communicate(timeout=300)
        return self.process.returncode, output, errors


class _Program:
    def __init__(self, kind: str, folder: Path, depth: int, seconds: int) -> None:
        self._folder = folder
        self._make = _MAKERS[kind]
        self._depth = depth
        self._runtime = Runtime(
            cache=None, limits=Limits(seconds=seconds, memory_bytes=1024 * 2**20)
        )
        self._relay, self._loop = self._load("relay"), self._load("loop")

    def run(self) -> None:
        """Loop for as long as the guest may."""
        self._render(self._runtime.budget())

    def _load(self, name: str) -> Module:
        code = self._make(name)
        path = self._folder / f"{name}.wasm"
        path.write_bytes(code)
        return self._runtime.load(path, digest(code))

    def _render(self, budget: Budget) -> bytes:
        is_last = budget.depth == self._depth
        if is_last:
            processes = self._runtime._components._idle  # noqa: SLF001 - of no use but here
            sys.stdout.write(" ".join(["running", *(str(each.identifier) for each in processes)]))
            sys.stdout.write("\n")
            sys.stdout.flush()
        return self._runtime.generate(
            self._loop if is_last else self._relay,
            b"{}",
            budget=budget,
            answer=lambda _document: Answer(status=0, body=self._render(budget.deeper())),
            log=lambda _level, _text: None,
        )


if __name__ == "__main__":
    try:
        _Program(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])).run()
    except KeyboardInterrupt:
        sys.stdout.write("interrupted\n")
        sys.exit(130)
