"""Upgrade paths in few words, and whether each of their states is a solution by itself."""

from __future__ import annotations

from brute_force import Oracle
from brute_force_state import Place, Solution
from msgspec.structs import replace
from random_paths import PathCase
from small_worlds import World, told

from mistpm.model.minor import parse_minor
from mistpm.model.question import Held, Question
from mistpm.model.resolution import Resolution
from mistpm.model.upgrade_path import KubernetesMove, UpgradePath
from mistpm.resolve import upgrade_path


def path(world: World, question: Question, held: Held, start: str, goal: str) -> UpgradePath:
    """Find the path between two minors."""
    ends = parse_minor(start), parse_minor(goal)
    return upgrade_path(question, world, held, start=ends[0], goal=ends[1], computing=world)


def told_path(found: UpgradePath) -> list[str]:
    """Tell a path: `1.24` where a cluster gets to it, `a 2.0.0, b 1.0.0 (1.24 to 1.26)` for packages."""
    lines = []
    for move in found.moves:
        if isinstance(move, KubernetesMove):
            lines.append(str(move.after))
        else:
            pins = ", ".join(f"{name} {version}" for name, version in told(move.resolution).items())
            first, last = move.minors[0], move.minors[-1]
            span = f"{first}" if first == last else f"{first} to {last}"
            lines.append(f"{pins} ({span})")
    return lines


def state_of(oracle: Oracle, resolution: Resolution) -> Solution:
    """Give what a resolution chose as the oracle speaks of it."""
    places: dict[str, Place] = {place.name: place for place in oracle.asked}
    chosen = {**resolution.releases, **resolution.called}
    for name, one in chosen.items():
        package = one.candidate.package
        if name in resolution.called:
            places[name] = Place("called", name, package, name.rpartition("@")[2])
        elif not one.requested:
            places[name] = Place("pulled-in", package, package)
    versions = {places[name]: one.candidate.version for name, one in chosen.items()}
    picks = {
        (places[name], edge.alias): edge.target.rpartition("@")[2]
        for name, one in chosen.items()
        for edge in one.edges
        if edge.use == "call" and "." not in edge.alias
    }
    return Solution(versions, picks)


def check_states(case: PathCase, found: UpgradePath) -> int:
    """Give how many package moves a path has; each must lead to a solution, and may follow the one before.

    The cluster goes only from one minor to another that what is there supports both.
    """
    before = {name: version for name, (_, version) in case.held.releases.items()}
    count, here, supported = 0, case.start, found.minors
    for move in found.moves:
        if isinstance(move, KubernetesMove):
            assert here == move.before
            assert {move.before, move.after} <= set(supported)
            here = move.after
            continue
        assert here == move.minors[0]
        supported = move.minors
        question = replace(case.question, minors=tuple(sorted(move.minors)))
        oracle = Oracle(question, case.world.packages, case.held, computed=case.world.answers)
        state = state_of(oracle, move.resolution)
        assert [state] == list(oracle.extended(state))
        assert set(state.versions) == {use.place for use in oracle.uses(state)}
        after = {}
        for name, one in move.resolution.releases.items():
            was = before.get(name)
            now = after[name] = one.candidate.version
            assert was in (None, now) or was in one.candidate.descriptor.upgrades.from_.versions
        before, count = after, count + 1
    return count
