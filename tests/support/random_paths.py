"""Small random worlds to go through from one Kubernetes version to another."""

from __future__ import annotations

from typing import Final, NamedTuple

from brute_force import Oracle
from brute_force_state import Solution
from msgspec.structs import replace
from random_worlds import Chance, Size, random_case
from small_worlds import World, asking

from mistpm.model.descriptor import Candidate, Upgrades
from mistpm.model.minor import Minor
from mistpm.model.question import Held, Question
from mistpm.model.ranges import parse_range

START: Final = Minor(32)
OLD: Final = ("", "", "<=1.32", "<=1.33", "<=1.33", "<=1.34")
NEW: Final = ("", "", "", ">=1.33", ">=1.34", ">=1.32 <1.35", ">=1.33 <1.35", ">=1.35")
FROM: Final = (*[""] * 6, "^1", "^1", "<1.1", ">=1.1", "<2", "^2", "<0.2", ">=2 || <1")
GOALS: Final = (33, 34, 34, 35, 35, 35, 32, 31)
MANY: Final = ("1.0.0", "1.1.0", "2.0.0", "3.0.0")
LOOSE: Final = ("*", "*", "*", ">=1.1", "^1", "<3", ">=2")
AFTER: Final = (*[""] * 5, "^1", ">=1.1", ">=1.1 <3", "^2", ">=2", "<3")
SINCE_34: Final = "storage.k8s.io/v1/VolumeAttributesClass"
TINY: Final = Size(packages=(2, 3), versions=(2, 3, 4, 5), releases=(1, 2, 2))


class PathCase(NamedTuple):
    """A world, a question about it, what is held, and from where to where."""

    world: World
    question: Question
    held: Held
    start: Minor
    goal: Minor


def random_path(chance: Chance, size: Size | None = None) -> PathCase:
    """Make a world in which packages come and go with Kubernetes, and something to begin with."""
    is_moving = size is None and chance.one_in(2)
    return _moving(chance) if is_moving else _mixed(chance, size or TINY)


def random_stages(chance: Chance) -> PathCase:
    """Make a world in which much is newer than what is held, most of it for any Kubernetes."""
    case = random_path(chance)
    for candidates in case.world.packages.values():
        candidates[:] = [
            c if chance.one_in(8) else replace(c, descriptor=replace(c.descriptor, kubernetes=None))
            for c in candidates
        ]
    names = sorted((*case.held.releases, *case.held.called))
    free = frozenset(chance.some(names, 2) if chance.one_in(4) else names)
    return case._replace(held=replace(case.held, free=free))


def _moving(chance: Chance) -> PathCase:
    """Make a world in which there is little but versions that have to move, and their windows overlap."""
    world = World()
    names = [f"g/p{number}" for number in range(chance.pick((1, 2, 2, 3)))]
    for name in names:
        others = [other for other in names if other != name]
        first = 0
        texts = MANY[: chance.pick((2, 3, 4, 4))]
        for at, text in enumerate(texts):
            last = first + chance.pick((0, 1, 1, 2, 3))
            needs = chance.some([f"{other} {chance.pick(LOOSE)}" for other in others], 4)
            needs += chance.some([f"call {other} {chance.pick(LOOSE)}" for other in others], 6)
            needs += chance.some([f"api {SINCE_34} default {names[0]}"], 8)
            is_open = at == len(texts) - 1 and not chance.one_in(4)
            upper = "" if is_open else f" <=1.{START.number + last}"
            world.add(
                name,
                text,
                {f"n{number}": need for number, need in enumerate(needs)},
                kubernetes=f">=1.{START.number + first}{upper}",
                after=chance.pick(AFTER),
                provides=[SINCE_34] if name == names[0] and chance.one_in(6) else (),
            )
            first = min(last, first + chance.pick((0, 1, 1, 2)))
    asked = {name.removeprefix("g/"): name for name in names if not chance.one_in(5)}
    question = asking(asked or {"p0": names[0]}, minors=str(START))
    free = frozenset(chance.some(sorted(asked), 2)) if chance.one_in(4) else frozenset()
    held = _begun(world, question, chance, free) or Held()
    return PathCase(world, question, held, START, Minor(chance.pick((33, 34, 35, 35, 35))))


def _mixed(chance: Chance, size: Size) -> PathCase:
    """Make a world with everything in it."""
    world, question, held = random_case(chance, size)
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
    solutions.sort(key=_order)
    return held_of(oracle, chance.pick(solutions), free if chance.one_in(2) else frozenset())


def _order(solution: Solution) -> tuple[list[str], list[str]]:
    """Tell solutions apart, the same way in every process."""
    versions = sorted(f"{place} {version}" for place, version in solution.versions.items())
    return versions, sorted(f"{owner} {picked}" for owner, picked in solution.picks.items())


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
