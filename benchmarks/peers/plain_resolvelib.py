"""Plain resolvelib on cases: `python -m benchmarks.peers.plain_resolvelib FILE SECONDS RUNS [cpu]`.

A line of JSON for each case, in time on the wall or of the processor.  Each is solved in a process of its own, which an alarm ends: resolvelib
may go on for ever without asking anybody (`specs/resolve.md#resolvelib`).
"""

from __future__ import annotations

import gc
import os
import signal
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import resolvelib

from benchmarks.resolve.case import Case
from benchmarks.resolve.case_file import read_cases
from benchmarks.resolve.case_range import parse_case_range, parse_case_version
from benchmarks.resolve.universe import Universe

Wanted: TypeAlias = tuple[str, str]
"""A package and a range."""

Pinned: TypeAlias = tuple[str, str]
"""A package and a version."""


class Shelves:
    """A universe as a provider likes it: versions newest first, ranges as sets, both kept."""

    def __init__(self, universe: Universe, kubernetes: str) -> None:
        self.packages = universe.packages
        exact = parse_case_version(kubernetes) if kubernetes else None
        self.versions = {
            package: sorted(
                (
                    version
                    for version, release in releases.items()
                    if exact is None
                    or not release.k8s
                    or exact in parse_case_range(release.k8s).versions
                ),
                key=lambda version: parse_case_version(version).key,
                reverse=True,
            )
            for package, releases in universe.packages.items()
        }
        self._admitted: dict[Wanted, frozenset[str]] = {}

    def admitted(self, wanted: Wanted) -> frozenset[str]:
        """Give the versions of a package that are in a range."""
        found = self._admitted.get(wanted)
        if found is None:
            package, range_ = wanted
            versions = parse_case_range(range_).versions
            found = self._admitted[wanted] = frozenset(
                version
                for version in self.versions.get(package, ())
                if parse_case_version(version) in versions
            )
        return found


class Provider(resolvelib.AbstractProvider[Wanted, Pinned, str]):
    """Straight on: packages with the fewest candidates first, newest versions first."""

    def __init__(self, shelves: Shelves) -> None:
        self.shelves = shelves

    def identify(self, requirement_or_candidate: Wanted | Pinned) -> str:
        """Name the package."""
        return requirement_or_candidate[0]

    def get_preference(
        self,
        identifier: str,
        resolutions: Mapping[str, Pinned],
        candidates: Mapping[str, Iterator[Pinned]],
        information: Any,
        backtrack_causes: Any,
    ) -> int:
        """Count candidates."""
        del resolutions, information, backtrack_causes
        return sum(1 for _ in candidates[identifier])

    def find_matches(
        self,
        identifier: str,
        requirements: Mapping[str, Iterator[Wanted]],
        incompatibilities: Mapping[str, Iterator[Pinned]],
    ) -> Sequence[Pinned]:
        """Give what all requirements admit."""
        sets = [self.shelves.admitted(wanted) for wanted in requirements[identifier]]
        admitted = frozenset.intersection(*sets)
        admitted -= {version for _, version in incompatibilities[identifier]}
        versions = self.shelves.versions.get(identifier, ())
        return [(identifier, version) for version in versions if version in admitted]

    def is_satisfied_by(self, requirement: Wanted, candidate: Pinned) -> bool:
        """Look a version up."""
        return candidate[1] in self.shelves.admitted(requirement)

    def get_dependencies(self, candidate: Pinned) -> Sequence[Wanted]:
        """Give what a version needs."""
        package, version = candidate
        return list(self.shelves.packages[package][version].deps.items())


def solve(case: Case, shelves: Shelves, runs: int, clock: Callable[[], float]) -> dict[str, Any]:
    """Give verdict and median of a case; `failed` where resolvelib itself did."""
    verdict, times = "sat", []
    for _ in range(runs):
        resolver = resolvelib.Resolver(Provider(shelves), resolvelib.BaseReporter())
        begin = clock()
        try:
            resolver.resolve(list(case.roots.items()), max_rounds=sys.maxsize)
        except resolvelib.ResolutionImpossible:
            verdict = "unsat"
        except (RecursionError, KeyError):
            verdict = "failed"
        times.append((clock() - begin) * 1000)
    return {"name": case.name, "verdict": verdict, "ms": statistics.median(times)}


def guarded(
    work: Callable[[], dict[str, Any]], seconds: float, timer: int
) -> dict[str, Any] | None:
    """Do something in a process of its own; None where it took too long by a timer."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.setitimer(timer, seconds)
        os.write(writing, msgspec.json.encode(work()))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answers:
        answer = answers.read()
    os.waitpid(child, 0)
    found: dict[str, Any] | None = msgspec.json.decode(answer) if answer else None
    return found


def main() -> None:
    """Solve a file's cases in turn."""
    file, seconds, runs = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    on_cpu = "cpu" in sys.argv[4:]
    clock = time.process_time if on_cpu else time.perf_counter
    timer = signal.ITIMER_PROF if on_cpu else signal.ITIMER_REAL
    known: dict[tuple[Universe, str], Shelves] = {}
    for case in read_cases(Path(file)):
        key = case.universe, case.kubernetes
        shelves = known.get(key)
        if shelves is None:
            shelves = known[key] = Shelves(*key)
            gc.freeze()
        work = partial(solve, case, shelves, runs, clock)
        found = guarded(work, seconds * runs, timer)
        print(
            msgspec.json.encode(found or {"name": case.name, "verdict": "budget"}).decode(),
            flush=True,
        )


if __name__ == "__main__":
    main()
