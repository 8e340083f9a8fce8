"""How outdated releases look."""

from __future__ import annotations

from typing import Any

import pytest

from mistpm.cli.terminal import Terminal
from mistpm.cli.text.outdated import show_outdated
from mistpm.model.lockfile import LockedFailure
from mistpm.ops.views.outdated import Outdated, OutdatedNode


def node(name: str, current: str, possible: str, newest: str, **rest: Any) -> OutdatedNode:
    """Make an outdated release."""
    return OutdatedNode(
        node=name,
        kind="asked",
        package=f"r/g/{name}",
        current=current,
        possible=possible,
        newest=newest,
        **rest,
    )


def report(*nodes: OutdatedNode, everything: bool = False, **rest: Any) -> Outdated:
    """Make a report of three releases, some of them outdated."""
    return Outdated(
        environment="mistpm.yaml",
        stale=(),
        everything=everything,
        looked_at=3,
        outdated=nodes,
        **rest,
    )


NODES = (
    node("blocked", "1.0.0", "1.0.0", "2.0.0", because=("one", "two", "three")),
    node("gone", "1.0.0", "", "1.0.0", because=("nothing would need it any more",)),
    node("moves", "1.0.0", "1.1.0", "1.1.0"),
    node("unknown", "1.0.0", "1.0.0", "", because=("nobody answers",)),
    node("yanked", "1.0.0", "0.9.0", "0.9.0", yanked="it leaks"),
)


def shown(capsys: pytest.CaptureFixture[str], outdated: Outdated, *, verbose: int = 0) -> list[str]:
    """Give the lines that are shown."""
    show_outdated(Terminal(verbose=verbose), outdated)
    return capsys.readouterr().out.splitlines()


def test_each_is_told_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """What is not known, not needed, yanked; the first of several reasons, and that there are more."""
    assert [
        "RELEASE  CURRENT         POSSIBLE  NEWEST  BECAUSE",
        "blocked  1.0.0           1.0.0     2.0.0   one (and 2 more; -v)",
        "gone     1.0.0           -         1.0.0   nothing would need it any more",
        "moves    1.0.0           1.1.0     1.1.0",
        "unknown  1.0.0           1.0.0     ?       nobody answers",
        "yanked   1.0.0 (yanked)  0.9.0     0.9.0   yanked: it leaks",
        "`mistpm upgrade` moves them to what is possible.",
    ] == shown(capsys, report(*NODES))


def test_all_reasons_are_told_where_that_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """Below the table, as is what cannot be resolved."""
    failed = LockedFailure(releases=("x",), explanation=("Because,", "  so."))
    lines = shown(capsys, report(NODES[0], NODES[3], unresolved=(failed,)), verbose=1)

    assert lines[1].endswith("one (and 2 more; below)")
    assert [
        "blocked  r/g/blocked 1.0.0; 2.0.0 exists",
        "  one",
        "  two",
        "  three",
        "unknown  r/g/unknown 1.0.0; nobody knows what exists",
        "  nobody answers",
        "x  cannot be resolved",
        "  Because,",
        "    so.",
    ] == lines[3:]


@pytest.mark.parametrize(
    ("everything", "expected"),
    [
        (
            False,
            "Nothing is outdated: 3 releases of mistpm.yaml at the newest version"
            " (--all looks at what they need too).",
        ),
        (True, "Nothing is outdated: 3 releases and called packages at the newest version."),
    ],
)
def test_that_nothing_is_outdated_is_told(
    capsys: pytest.CaptureFixture[str], everything: bool, expected: str
) -> None:
    """And what was looked at."""
    assert [expected] == shown(capsys, report(everything=everything))
