"""Every step by which a process changes a directory, found by tracing; ways to die, and to fail, at each.

A step is a call of the operating system that writes, flushes, makes, renames or removes something under
the directory.  The child's `os` module is patched to count them; an audit hook of the interpreter sees
independently of that what is opened, made, renamed and removed, so that no step goes uncounted.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Literal, NamedTuple, NoReturn

from mistpm.errors import MistError

Moment = Literal["before", "halfway", "after"]

DIED = 99
_BY_PATH = ("mkdir", "rename", "replace", "link", "symlink", "unlink", "remove", "rmdir", "chmod")
_BY_DESCRIPTOR = ("write", "fsync", "ftruncate")
_EVENTS = {
    "open": "open",
    "mkdir": "os.mkdir",
    "rename": "os.rename",
    "replace": "os.rename",
    "link": "os.link",
    "symlink": "os.symlink",
    "unlink": "os.remove",
    "remove": "os.remove",
    "rmdir": "os.rmdir",
    "chmod": "os.chmod",
}
"""What the interpreter's audit hook calls each of the calls; it does not see writes and flushes."""


class Step(NamedTuple):
    """One call, and the path that it changes."""

    call: str
    path: str


class Death(NamedTuple):
    """When to die: at the step with this number, before, halfway through (writes only) or after it."""

    number: int
    moment: Moment


class Fault(NamedTuple):
    """What goes wrong: from the step with this number on, these calls fail with an error of `errno`."""

    number: int
    code: int
    calls: frozenset[str]


def trace(work: Callable[[], None], root: Path) -> list[Step]:
    """Run in a child, and give the steps that change something under a directory."""
    told = _told(work, _Tracer(root))
    assert isinstance(told, list), told
    return [Step(*each) for each in told]


def run_with(work: Callable[[], None], root: Path, fault: Fault) -> tuple[str, str]:
    """Run in a child in which something goes wrong; give the error's reference and text, if there was one."""
    told = _told(work, _Tracer(root, fault=fault))
    return (told["reference"], told["text"]) if isinstance(told, dict) else ("", "")


def run_until(work: Callable[[], None], root: Path, death: Death) -> bool:
    """Run in a child that dies at a step; tell whether it came that far."""
    if (child := os.fork()) == 0:
        _in_child(work, _Tracer(root, death), None)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in {0, DIED}
    return os.waitstatus_to_exitcode(status) == DIED


def deaths(steps: list[Step]) -> list[Death]:
    """Give every moment of dying in a run with these steps."""
    found = []
    for number, step in enumerate(steps):
        found += [Death(number, "before"), Death(number, "after")]
        if step.call == "write":
            found.append(Death(number, "halfway"))
    return found


def _told(work: Callable[[], None], tracer: _Tracer) -> Any:
    """Run in a child, and give what it tells: its steps, or an error."""
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        _in_child(work, tracer, writer)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        told = json.loads(pipe.read() or '"the child died"')
    os.waitpid(child, 0)
    return told


def _in_child(work: Callable[[], None], tracer: _Tracer, writer: int | None) -> NoReturn:
    """Work, tell of it through a pipe if there is one, and end without any clean-up of the parent's."""
    gc.disable()  # a collection would copy the whole memory of the parent
    code = 1
    try:
        tracer.install()
        told: Any = None
        try:
            work()
        except MistError as error:
            told = {"reference": error.reference, "text": str(error)}
        tracer.stopped = True
        if writer is not None:
            os.write(writer, json.dumps(told or tracer.unseen() or tracer.steps).encode())
        code = 0
    finally:
        os._exit(code)


class _Tracer:
    """Counts the steps of this process, and ends it at one of them; there is no way back."""

    def __init__(self, root: Path, death: Death | None = None, fault: Fault | None = None) -> None:
        self.steps: list[Step] = []
        self.stopped = False
        self._root = os.path.abspath(root)  # noqa: PTH100
        self._death = death
        self._fault = fault
        self._open: dict[int, str] = {}
        self._audited: Counter[tuple[str, str]] = Counter()

    def install(self) -> None:
        """Patch `os` and listen to the interpreter."""
        for name in _BY_PATH:
            self._patch(name, self._changed_path)
        for name in _BY_DESCRIPTOR:
            self._patch(name, lambda descriptor, *_, **__: self._open.get(descriptor, ""))
        opened = os.open

        @wraps(opened)
        def open_(path: Any, flags: int, *arguments: Any, **named: Any) -> int:
            inside = self._inside(path)
            if inside and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC):
                descriptor = self._step(
                    Step("open", inside), opened, path, flags, *arguments, **named
                )
            else:
                descriptor = opened(path, flags, *arguments, **named)
            self._open[descriptor] = inside
            return int(descriptor)

        os.open = open_
        sys.addaudithook(self._hear)

    def unseen(self) -> str:
        """Tell how what the interpreter saw differs from the steps, if it does."""
        counted = Counter(
            (_EVENTS[step.call], step.path) for step in self.steps if step.call in _EVENTS
        )
        differing = (counted - self._audited) + (self._audited - counted)
        return f"not traced: {sorted(differing)}" if differing else ""

    def _patch(self, name: str, changed: Callable[..., str]) -> None:
        original = getattr(os, name)

        @wraps(original)
        def patched(*arguments: Any, **named: Any) -> Any:
            if path := changed(*arguments, **named):
                return self._step(Step(name, path), original, *arguments, **named)
            return original(*arguments, **named)

        setattr(os, name, patched)

    def _step(self, step: Step, call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        number = len(self.steps)
        self.steps.append(step)
        moment = self._death.moment if self._death and self._death.number == number else None
        if moment == "before":
            os._exit(DIED)
        fault = self._fault
        if fault and number >= fault.number and step.call in fault.calls:
            raise OSError(fault.code, os.strerror(fault.code), f"{self._root}/{step.path}")
        if moment == "halfway" and step.call == "write":
            descriptor, data = arguments
            call(descriptor, data[: len(data) // 2])
            os._exit(DIED)
        try:
            return call(*arguments, **named)
        finally:
            if moment is not None:  # halfway, too: threads may have come to another step this time
                os._exit(DIED)

    def _changed_path(self, path: Any, other: Any = None, *_: Any, **__: Any) -> str:
        """Give the first of a call's paths that is under the directory."""
        return self._inside(path) or self._inside(other)

    def _inside(self, path: Any) -> str:
        """Give a path relative to the directory, or nothing if it is elsewhere."""
        if not isinstance(path, str | os.PathLike):
            return ""
        whole = os.path.abspath(path)  # noqa: PTH100 - links stay as they are
        if whole == self._root:
            return "."
        return os.path.relpath(whole, self._root) if whole.startswith(self._root + "/") else ""

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.stopped or event not in _EVENTS.values():
            return
        writes = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
        if event == "open" and not arguments[2] & writes:
            return
        pair = arguments[:2] if event in {"os.rename", "os.link", "os.symlink"} else arguments[:1]
        if path := self._changed_path(*pair):
            self._audited[event, path] += 1
