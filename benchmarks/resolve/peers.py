"""Running peers on the same cases, and what they answered."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from benchmarks.resolve.case import Case
from benchmarks.resolve.universe import Universe

ROOT: Final = Path(__file__).parents[2]
PUBGRUB: Final = ROOT / "benchmarks/peers/pubgrub/target/release/pubgrub-peer"


class Answer(Struct, frozen=True, kw_only=True):
    """What a peer said of a case: `budget` where it took too long, `failed` where it broke down."""

    name: str
    verdict: Literal["sat", "unsat", "budget", "failed"]
    ms: float = 0.0


class Peer(Struct, frozen=True, kw_only=True):
    """A peer's answers, case by case; none where `absent` says why it could not be asked."""

    name: str
    answers: tuple[Answer, ...] = ()
    absent: str = ""


def ask_peers(cases: Sequence[Case], *, seconds: float, runs: int, clock: str) -> tuple[Peer, ...]:
    """Ask every peer that is there; each has `seconds` for a case, and is asked `runs` times.

    `clock` is what they tell, `wall` or `cpu`.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = write_cases(cases, Path(folder))
        limits = [str(file), str(seconds), str(runs), clock]
        plain = [sys.executable, "-m", "benchmarks.peers.plain_resolvelib", *limits]
        peers = []
        if PUBGRUB.is_file():
            peers.append(Peer(name="pubgrub", answers=_ask([str(PUBGRUB), *limits])))
        else:
            absent = (
                "not built: `make peers` builds it, where there is cargo (Debian's `cargo` will do)"
            )
            peers.append(Peer(name="pubgrub", absent=absent))
        peers.append(Peer(name="resolvelib", answers=_ask(plain)))
    return tuple(peers)


def write_cases(cases: Iterable[Case], folder: Path) -> Path:
    """Write cases into a file, universes beside it; gives the file."""
    universes: dict[Universe, str] = {}
    written: list[dict[str, Any]] = []
    for case in cases:
        file = universes.get(case.universe)
        if file is None:
            file = universes[case.universe] = f"universe-{len(universes)}.json"
            packages = msgspec.json.encode({"name": file, "universe": case.universe.packages})
            (folder / file).write_bytes(packages)
        written.append(
            {
                "name": case.name,
                "universe_file": file,
                "k8s": case.kubernetes or None,
                "roots": case.roots,
                "expect": {},
            }
        )
    path = folder / "cases.json"
    path.write_text(json.dumps(written), encoding="utf-8")
    return path


def _ask(command: Sequence[str]) -> tuple[Answer, ...]:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr.decode()}")
    return tuple(msgspec.json.decode(line, type=Answer) for line in done.stdout.splitlines())
