"""Peers are asked the same cases, and told side by side; those that are not built are passed over."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import resolver_cases

from benchmarks.resolve.case_file import read_cases
from benchmarks.resolve.outcome import Milliseconds, Outcome
from benchmarks.resolve.peer_table import peer_table
from benchmarks.resolve.peers import PUBGRUB, Answer, Peer, write_cases

pytestmark = pytest.mark.slow  # each test starts processes

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "resolve" / "cases"
PLAIN = [sys.executable, "-m", "benchmarks.peers.plain_resolvelib"]


def verdicts(*command: str) -> dict[str, str]:
    """Ask a peer, as a process."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return {answer["name"]: answer["verdict"] for answer in answers}


def expected(file: Path) -> dict[str, str]:
    """Give the verdicts that a file expects."""
    return {
        case.name: "sat" if case.expect["sat"] else "unsat" for case in resolver_cases.read(file)
    }


def test_plain_resolvelib() -> None:
    """Where it ends, on these at least, it agrees; the file is the one that mistpm reads."""
    file = CASES / "shop_rootsets.json.gz"

    assert expected(file) == verdicts(*PLAIN, str(file), "10", "1")


def test_plain_resolvelib_that_does_not_end(tmp_path: Path) -> None:
    """Who goes round in circles is stopped, and the next case is solved."""
    circle = {
        "a": {"1.0.0": {"deps": {"b": "=1.0.0"}}, "2.0.0": {"deps": {"b": "=2.0.0"}}},
        "b": {"1.0.0": {"deps": {"a": "=2.0.0"}}, "2.0.0": {"deps": {"a": "=1.0.0"}}},
    }
    cases = [
        {"name": "circle", "universe": circle, "roots": {"a": "*", "b": "*"}},
        {"name": "nothing", "universe": circle, "roots": {}, "expect": {}},
    ]
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(cases), encoding="utf-8")

    assert {"circle": "budget", "nothing": "sat"} == verdicts(*PLAIN, str(file), "0.5", "1")


@pytest.mark.skipif(not PUBGRUB.is_file(), reason="`make peers` was not run")
@pytest.mark.parametrize("name", ["small.json", "shop_rootsets.json.gz"])
def test_pubgrub(tmp_path: Path, name: str) -> None:
    """It agrees on all cases."""
    file = write_cases(read_cases(CASES / name), tmp_path)

    assert expected(CASES / name) == verdicts(str(PUBGRUB), str(file), "10", "1")


def test_written_cases_are_the_same(tmp_path: Path) -> None:
    """What peers are given asks what the file asked."""
    read = read_cases(CASES / "shop_rootsets.json.gz")
    again = read_cases(write_cases(read, tmp_path))

    assert [(case.name, case.roots, case.kubernetes) for case in read] == [
        (case.name, case.roots, case.kubernetes) for case in again
    ]
    assert read[0].universe.packages == again[0].universe.packages


def test_table() -> None:
    """Ratios are told where both finished; what nobody built is told in a line."""
    outcomes = [
        Outcome(name="easy", verdict="sat", ms=Milliseconds(total=2.0)),
        Outcome(name="hard", verdict="unsat", ms=Milliseconds(total=8.0)),
        Outcome(name="endless", verdict="budget"),
    ]
    answers = (
        Answer(name="easy", verdict="sat", ms=4.0),
        Answer(name="hard", verdict="sat", ms=1.0),
        Answer(name="endless", verdict="budget"),
    )
    peers = [Peer(name="quick", answers=answers), Peer(name="absent", absent="not built")]

    lines = list(peer_table(outcomes, peers))

    assert [
        "case mistpm quick ratio",
        "easy sat 2.00 sat 4.00 0.50",
        "hard unsat 8.00 sat 1.00 8.00",
        "endless budget budget",
        "",
        "mistpm p50 2.00, p90 8.00, max 8.00 ms in 2 of 3 cases that it finished",
        "quick p50 1.00, p90 4.00, max 4.00 ms in 2 of 3 cases that it finished,"
        " 1 of them with another verdict",
        "absent: not built",
    ] == [" ".join(line.split()) for line in lines]
    assert lines[0].index("ratio") + len("ratio") == len(lines[1])


def test_side_by_side() -> None:
    """`--peers` asks them in the same run."""
    command = [sys.executable, "-m", "benchmarks.resolve", "--peers", "--family", "pigeonhole"]
    done = subprocess.run(
        [*command, "--only", "pigeonhole/7in6", "--peer-seconds", "20"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    lines = done.stdout.splitlines()
    assert ["pigeonhole/7in6", "unsat"] == lines[1].split()[:2]
    assert "resolvelib" == lines[-1].split()[0]
    assert "pubgrub" == lines[-2].split()[0].rstrip(":")
