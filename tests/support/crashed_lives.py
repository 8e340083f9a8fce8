"""Lives in which an operation dies at a request and is run again, several at a time."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from cluster_lives import Life, discard, seen
from control_plane import ControlPlane
from crash_points import Crash, run_until, trace

BEFORE: dict[str, tuple[str, ...]] = {
    "install": (),
    "upgrade": ("install",),
    "rollback": ("install", "upgrade"),
    "uninstall": ("install",),
}
"""The operations, and what happens before each."""

AT_ONCE = 4
"""Lives that are lived at the same time: most of a life is waiting."""

_numbers = itertools.count()


class Outcome(NamedTuple):
    """Whether a process died where it should have, and what was there after the next run."""

    died: bool
    objects: dict[str, Any]


class Whole(NamedTuple):
    """An operation that nothing happened to: its requests, and what was there afterwards."""

    requests: list[str]
    objects: dict[str, Any]


def live_whole(control_plane: ControlPlane, operation: str) -> Whole:
    """Live a life without a crash."""
    life = _prepared(control_plane, operation)
    requests = trace(getattr(life, operation))
    objects = seen(control_plane.api(), life)
    discard(control_plane.api(), life)
    return Whole(requests, objects)


def live_crashed(
    control_plane: ControlPlane, operation: str, crashes: Sequence[Crash]
) -> Iterator[Outcome]:
    """Live a life for each crash, in children of this process, `AT_ONCE` at a time; in order."""
    waiting: list[tuple[int, int]] = []
    for crash in crashes:
        if len(waiting) == AT_ONCE:
            yield _reaped(*waiting.pop(0))
        reader, writer = os.pipe()
        if (child := os.fork()) == 0:
            code = 1
            try:
                os.close(reader)
                with os.fdopen(writer, "w") as pipe:
                    json.dump(_crashed(control_plane, operation, crash), pipe)
                code = 0
            finally:
                os._exit(code)
        os.close(writer)
        waiting.append((child, reader))
    for child, reader in waiting:
        yield _reaped(child, reader)


def differences(expected: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Give what is otherwise: what was expected, and what was found."""
    return {
        name: (expected.get(name), found.get(name))
        for name in sorted(expected.keys() | found.keys())
        if expected.get(name) != found.get(name)
    }


def _prepared(control_plane: ControlPlane, operation: str) -> Life:
    """Give a life in which all that comes before an operation has happened."""
    life = Life(control_plane.kubeconfig(), f"life-{os.getpid()}-{next(_numbers)}")
    for before in BEFORE[operation]:
        getattr(life, before)()
    return life


def _crashed(control_plane: ControlPlane, operation: str, crash: Crash) -> Outcome:
    life = _prepared(control_plane, operation)
    died = run_until(getattr(life, operation), crash)
    getattr(life, operation)()
    objects = seen(control_plane.api(), life)
    discard(control_plane.api(), life)
    return Outcome(died, objects)


def _reaped(child: int, reader: int) -> Outcome:
    with os.fdopen(reader) as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, "a run after a crash failed; see its traceback"
    return Outcome(*json.loads(told))
