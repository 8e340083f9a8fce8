"""Graphs of thousands: each command ends soon, and with no more to read than there is to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hard_worlds import Versions, write_index
from transcript import Transcript

LENGTH = 5000
Begin = Callable[[Mapping[str, Versions]], Transcript]


@pytest.fixture
def begin(session: Transcript, folder: Path) -> Begin:
    """Begin a session in an environment with one release, `top`, of `big/x/p0`."""

    def write(packages: Mapping[str, Versions]) -> Transcript:
        write_index(folder / "big", packages, name="big")
        session.run("mistpm init --kubernetes 1.33")
        session.run("mistpm registry add big ../big")
        session.run("mistpm add top -p big/x/p0")
        session.text = ""
        return session

    return write


def said(session: Transcript, command: str) -> tuple[int, list[str]]:
    """Run a command; gives its exit code and the lines that are seen, empty ones left out."""
    session.text = ""
    code = session.run(command)
    lines = session.text.split("\n")[1:]
    return code, [line for line in lines if line and not line.startswith("[exit code")]


@pytest.mark.slow
def test_a_chain_of_thousands(begin: Begin) -> None:
    """Solved, written, read, ordered, drawn and explained."""
    session = begin(
        {
            f"x/p{n}": {"1.0.0": {f"x/p{n + 1}": "^1"} if n < LENGTH - 1 else {}}
            for n in range(LENGTH)
        }
    )

    code, lines = said(session, "mistpm lock")
    assert (0, LENGTH + 2) == (code, len(lines))
    assert (0, [f"mistpm.lock is up to date: {LENGTH} releases."]) == said(session, "mistpm lock")
    code, lines = said(session, "mistpm tree")
    assert (0, LENGTH) == (code, len(lines))
    code, lines = said(session, f"mistpm why p{LENGTH - 1}")
    assert 0 == code
    code, lines = said(session, "mistpm outdated")
    assert 0 == code


def ring(length: int, last: str) -> dict[str, Versions]:
    """Make packages each of which requires the next, the last one the first in this range."""
    return {
        f"x/p{n}": {"1.0.0": {f"x/p{(n + 1) % length}": "^1" if n < length - 1 else last}}
        for n in range(length)
    }


@pytest.mark.slow
def test_a_ring_of_thousands(begin: Begin) -> None:
    """It has versions, and no order."""
    code, lines = said(begin(ring(LENGTH, "^1")), "mistpm lock")

    assert (65, 2) == (code, len(lines))
    assert lines[0].startswith("error: the releases need each other in a circle: `p1 -> p2")


@pytest.mark.slow
def test_a_chain_with_an_impossible_end(begin: Begin) -> None:
    """A conflict in which everything has a part is told shortly."""
    code, lines = said(begin(ring(LENGTH, "^2")), "mistpm lock")

    assert (65, True) == (code, len(lines) < 60)
    assert "error: `top` cannot be resolved [version-conflict]" in lines


@pytest.mark.slow
def test_a_package_with_thousands_of_dependencies(begin: Begin) -> None:
    """All of them are pulled in."""
    session = begin(
        {
            "x/p0": {"1.0.0": {f"x/p{n}": "*" for n in range(1, 2001)}},
            **{f"x/p{n}": {"1.0.0": {}} for n in range(1, 2001)},
        }
    )

    code, lines = said(session, "mistpm lock")
    assert (0, 2001 + 2) == (code, len(lines))
    assert (0, 2001) == (code, len(said(session, "mistpm tree")[1]))


@pytest.mark.slow
def test_ten_thousand_versions(begin: Begin) -> None:
    """The newest is chosen, and of an older one it is told what holds it there."""
    versions: Versions = {f"{n // 100}.{n % 100}.0": {} for n in range(100, 10_100)}
    session = begin({"x/p0": {"1.0.0": {"x/p1": "<50"}}, "x/p1": versions})

    assert (
        0,
        [
            "Releases",
            "  + p1   big/x/p1 49.99.0",
            "  + top  big/x/p0 1.0.0",
            "Held back",
            "  p1  big/x/p1 stays at 49.99.0; 100.99.0 exists",
            "    top (big/x/p0) 1.0.0 requires big/x/p1 <50",
            "Wrote mistpm.lock.",
        ],
    ) == said(session, "mistpm lock")
