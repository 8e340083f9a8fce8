"""Whole commands that are killed at every step by which they change a folder, and then repeated.

A command runs in a forked child of a process that has imported everything and run nothing: `apart`
starts that process, because a process with threads (wasmtime's) must not be forked.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import pkgutil
import shutil
import subprocess
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple, TypeVar

from desired_states import tree
from kill_points import Death, deaths, run_until, trace

import mistpm

T = TypeVar("T")
ALREADY_DONE = 64
"""What a command may say when the killed run had done enough: the release to uninstall is gone."""


class Counts(NamedTuple):
    """How many steps a command has, and at how many moments it was killed."""

    steps: int
    moments: int


class Command:
    """A command, a folder before it, and where it works; every run starts from the former.

    With a `cache` of its own the command finds it empty, and is killed where that changes.
    """

    def __init__(
        self, start: Path, work: Path, arguments: tuple[str, ...], *, cache: Path | None = None
    ) -> None:
        self.start = start
        self.work = work
        self.arguments = arguments
        self.cache = cache

    def start_process(self) -> subprocess.Popen[bytes]:
        """Run the command in a process of its own, as a user does."""
        program = "from mistpm.cli import main; main()"
        log = self.log.open("wb")
        return subprocess.Popen(
            (sys.executable, "-c", program, *self.arguments), cwd=self.work, stdout=log, stderr=log
        )

    def reset(self) -> None:
        """Put the folder back to where it was before."""
        if self.cache is not None:
            shutil.rmtree(self.cache, ignore_errors=True)
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.copytree(self.start, self.work, symlinks=True)

    def run(self) -> None:
        """Run the command in this process, which is a child with nothing else to do."""
        assert self.code() == 0, self.log.read_text(encoding="utf-8")

    def code(self) -> int:
        """Run the command in this process; gives its exit code, and logs what it says."""
        from mistpm.cli.application import run

        os.chdir(self.work)
        if self.cache is not None:
            os.environ["MISTPM_CACHE_DIR"] = str(self.cache)
        log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        return run(self.arguments)

    def again(self) -> int:
        """Run the command in a child to its end; gives its exit code."""
        if (child := os.fork()) == 0:
            code = 1
            try:
                code = self.code()
            except BaseException:  # noqa: BLE001 - a child tells, and never goes on as its parent
                traceback.print_exc()
            finally:
                os._exit(code)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    @property
    def log(self) -> Path:
        """What the last run said."""
        return self.work.with_name(f"{self.work.name}.log")


def apart(work: Callable[..., T], *arguments: object) -> T:
    """Call a function in a fresh process."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as process:
        return process.submit(work, *arguments).result()


def kill_everywhere(command: Command) -> Counts:
    """Kill a command once in each state that its steps lead through, and run it again.

    The folder must be as an unkilled run leaves it, and the cache must hold the same files.
    """
    _import_all()
    watched = command.cache or command.work
    command.reset()
    steps = trace(command.run, watched)
    expected, cached = tree(command.work), set(tree(watched))
    moments = [death for death in deaths(steps) if death.moment != "before"]
    for death in (Death(0, "before"), *moments):
        command.reset()
        died = run_until(command.run, watched, death)
        # several threads fill a cache, and whoever comes second has less to do
        assert died or command.cache, (death, steps[death.number])
        code = command.again()
        told = (death, steps[death.number], command.log.read_text(encoding="utf-8"))
        assert code in {0, ALREADY_DONE}, told
        assert expected == tree(command.work), told
        assert cached == set(tree(watched)), told
    return Counts(len(steps), len(moments) + 1)


def _import_all() -> None:
    """Import what every run would import again; a run in this process would start threads."""
    modules = [module.name for module in pkgutil.walk_packages(mistpm.__path__, "mistpm.")]
    for name in (*modules, "filelock", "pysat.solvers", "resolvelib", "wasmtime"):
        importlib.import_module(name)
