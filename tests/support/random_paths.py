"""Small random worlds to go through from one Kubernetes version to another."""

from __future__ import annotations

from typing import Final, NamedTuple

from brute_force import Oracle
from brute_force_state import Solution
from msgspec.structs import replace
from random_worlds import Chance, Size, random_case
from small_worlds import World

from mistpm.model.descriptor import Candidate, Upgrades
from mistpm.model.minor import Minor
from mistpm.model.question import Held, Question
from mistpm.model.ranges import parse_range

START: Final = Minor(32)
OLD: Final = ("", "", "<=1.32", "<=1.33", "<=1.33", "<=1.34")
NEW: Final = ("", "", "", ">=1.33", ">=1.34", ">=1.32 <1.35", ">=1.33 <1.35", ">=1.35")
FROM: Final = (*[""] * 6, "^1", "^1", "<1.1", ">=1.1", "<2", "^2", "<0.2", ">=2 || <1")
GOALS: Final = (33, 34, 34, 35, 35, 35, 32, 31)
TINY: Final = Size(packages=(2, 3), versions=(2, 3, 4, 5), releases=(1, 2, 2))


class PathCase(NamedTuple):
    """A world, a question about it, what is held, and from where to where."""

    world: World
    question: Question
    held: Held
    start: Minor
    goal: Minor


def random_path(chance: Chance) -> PathCase:
    """Make a world in which packages come and go with Kubernetes, and something to begin with."""
    world, question, held = random_case(chance, TINY)
    question = replace(question, minors=(START,))
    for package in sorted(world.packages):
        candidates = sorted(world.packages[package], key=lambda candidate: candidate.version.key)
        for at, candidate in enumerate(candidates):
            ranges = OLD if 2 * at < len(candidates) else NEW
            candidates[at] = _changed(candidate, chance.pick(ranges), chance.pick(FROM))
        world.packages[package] = candidates
    if not chance.one_in(8):
        held = _begun(world, question, chance, held.free) or held
    return PathCase(world, question, held, START, Minor(chance.pick(GOALS)))


def _changed(candidate: Candidate, kubernetes: str, before: str) -> Candidate:
    """Let a version support some Kubernetes versions, and follow some versions."""
    descriptor = replace(
        candidate.descriptor,
        kubernetes=parse_range(kubernetes) if kubernetes else None,
        upgrades=Upgrades(from_=parse_range(before)) if before else Upgrades(),
    )
    return replace(candidate, descriptor=descriptor)


def _begun(world: World, question: Question, chance: Chance, free: frozenset[str]) -> Held | None:
    """Hold some solution at the beginning, if there is one."""
    oracle = Oracle(question, world.packages, Held(), computed=world.answers)
    solutions = oracle.solutions()
    if not solutions:
        return None
    solutions.sort(
        key=lambda solution: sorted((str(p), str(v)) for p, v in solution.versions.items())
    )
    return held_of(oracle, chance.pick(solutions), free if chance.one_in(3) else frozenset())


def held_of(oracle: Oracle, solution: Solution, free: frozenset[str] = frozenset()) -> Held:
    """Hold a solution, with what its calls and APIs are met by."""
    objective = oracle.objective(oracle, [solution])
    calls: dict[str, dict[str, str]] = {}
    providers: dict[str, str] = {}
    for use in oracle.uses(solution):
        for need in oracle.needs(use, solution):
            if need.kind == "call" and not need.mistake:
                met = objective.met_now(need, solution)
                calls.setdefault(oracle.name(use.place), {})[need.alias] = met
            elif need.kind == "api" and not need.mistake:
                providers[str(need.dependency.api)] = objective.met_now(need, solution)
    versions = solution.versions.items()
    return Held(
        releases={
            oracle.name(place): (place.package, version)
            for place, version in versions
            if place.kind != "called"
        },
        called={place.name: version for place, version in versions if place.kind == "called"},
        calls=calls,
        providers=providers,
        free=free,
    )
