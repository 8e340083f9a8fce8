"""A process may die at any request: the next run makes the cluster as if it had not died."""

from __future__ import annotations

import itertools
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import pytest
from cluster_lives import Life, discard, seen
from control_plane import ControlPlane
from crash_points import Crash, Moment, run_until, trace

AT_ONCE = 4
"""Lives that are lived at the same time: most of a life is waiting."""

BEFORE: dict[str, tuple[str, ...]] = {
    "install": (),
    "upgrade": ("install",),
    "rollback": ("install", "upgrade"),
    "uninstall": ("install",),
}
"""What happens before each operation."""

_numbers = itertools.count()


class Outcome(NamedTuple):
    """Whether a process died where it should have, and what was there after the next run."""

    died: bool
    objects: dict[str, Any]


@pytest.mark.slow
@pytest.mark.parametrize("operation", list(BEFORE))
def test_crash_at_every_request(
    operation: str, control_plane: ControlPlane, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before or after each request of each operation: run again, and all is as without the crash."""
    whole = new_life(control_plane)
    prepare(whole, operation)
    requests = trace(getattr(whole, operation))
    expected = seen(control_plane.api(), whole)
    discard(control_plane.api(), whole)
    moments: Iterator[Moment] = itertools.cycle(("before", "after"))
    crashes = [Crash(number, next(moments)) for number in range(len(requests))]
    outcomes = list(in_children(crashes, lambda crash: crashed(control_plane, operation, crash)))
    differing = {
        f"{crash.moment} {requests[crash.number]} ({crash.number})": differences(expected, found)
        for crash, (_, found) in zip(crashes, outcomes, strict=True)
        if expected != found
    }
    reached = sum(outcome.died for outcome in outcomes)
    kinds = Counter(request.split()[0] for request in requests)
    say(capsys, f"{operation}: {len(requests)} requests {dict(kinds)}, {reached} crashes")

    assert {} == differing
    assert reached >= 0.9 * len(crashes)  # how often something is asked differs from run to run


def crashed(control_plane: ControlPlane, operation: str, crash: Crash) -> Outcome:
    """Live a life in which an operation dies at a request and is run again."""
    life = new_life(control_plane)
    prepare(life, operation)
    died = run_until(getattr(life, operation), crash)
    getattr(life, operation)()
    found = seen(control_plane.api(), life)
    discard(control_plane.api(), life)
    return Outcome(died, found)


def new_life(control_plane: ControlPlane) -> Life:
    """Give an environment that has nothing yet."""
    return Life(control_plane.kubeconfig(), f"life-{os.getpid()}-{next(_numbers)}")


def prepare(life: Life, operation: str) -> None:
    """Do what comes before an operation."""
    for before in BEFORE[operation]:
        getattr(life, before)()


def in_children(crashes: Sequence[Crash], work: Callable[[Crash], Outcome]) -> Iterator[Outcome]:
    """Do work in children of this process, `AT_ONCE` at a time; give what they found, in order."""
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
                    json.dump(work(crash), pipe)
                code = 0
            finally:
                os._exit(code)
        os.close(writer)
        waiting.append((child, reader))
    for child, reader in waiting:
        yield _reaped(child, reader)


def _reaped(child: int, reader: int) -> Outcome:
    with os.fdopen(reader) as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, "a run after a crash failed; see its traceback"
    return Outcome(*json.loads(told))


def differences(expected: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Give what is otherwise: what was expected, and what was found."""
    return {
        name: (expected.get(name), found.get(name))
        for name in sorted(expected.keys() | found.keys())
        if expected.get(name) != found.get(name)
    }


def say(capsys: pytest.CaptureFixture[str], text: str) -> None:
    """Show a line in the test's output, captured or not."""
    with capsys.disabled():
        sys.stdout.write(f"\n{text}\n")
