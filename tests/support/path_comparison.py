"""One upgrade path, or the stages of one upgrade, compared with what the oracle says."""

from __future__ import annotations

from itertools import pairwise

from brute_force_objective import Objective
from brute_force_paths import PathOracle, Stop, key
from random_paths import PathCase
from small_worlds import told

from mistpm.errors import ResolutionError
from mistpm.model.minor import Minor
from mistpm.model.upgrade_path import KubernetesMove, PackageMove, UpgradePath
from mistpm.resolve import upgrade_path, upgrade_stages

MISTAKES = {"ambiguous-binding", "invalid-binding", "invalid-condition", "release-name-clash"}


def path_of(case: PathCase) -> UpgradePath | ResolutionError:
    """Find a case's path; a mistake is an answer as well."""
    world, question, held, start, goal = case
    try:
        return upgrade_path(question, world, held, start=start, goal=goal, computing=world)
    except ResolutionError as mistake:
        return mistake


def compare_path(case: PathCase) -> str:
    """Give what kind of path it was; what differs from the oracle fails as an assertion."""
    oracle = PathOracle(case)
    path = path_of(case)
    if isinstance(path, ResolutionError):
        assert path.reference in MISTAKES
        return "mistake"
    position = oracle.passable
    best = oracle.best(position) if position >= 0 else ()
    while best is None:
        position -= 1
        best = oracle.best(position) if position >= 0 else ()
    expected = [
        (
            tuple(oracle.way[stop.first : stop.last + 1]),
            oracle.oracle(stop.first, stop.last).told(stop.solution),
        )
        for stop in best
    ]
    actual = [
        (move.minors, told(move.resolution)) for move in path.moves if isinstance(move, PackageMove)
    ]
    end = max(position, 0)
    assert steps(oracle.way, end) == climbed(path)
    assert expected == actual
    assert (end == len(oracle.way) - 1 and position >= 0) == (path.blocked is None)
    how = "to the goal" if path.blocked is None else "blocked"
    return f"{len(best)} package moves, {how}"


def steps(way: list[Minor], position: int) -> list[tuple[Minor, Minor]]:
    """Give the steps of a cluster up to a position."""
    return list(pairwise(way[: position + 1]))


def climbed(path: UpgradePath) -> list[tuple[Minor, Minor]]:
    """Give the steps of a cluster on a path."""
    return [(move.before, move.after) for move in path.moves if isinstance(move, KubernetesMove)]


def stages_of(case: PathCase) -> UpgradePath | ResolutionError:
    """Find the stages of a case's upgrade at the minor where it starts."""
    try:
        return upgrade_stages(case.question, case.world, case.held, computing=case.world)
    except ResolutionError as mistake:
        return mistake


def compare_stages(case: PathCase) -> str:
    """Give what kind of stages they were; what differs from the oracle fails as an assertion."""
    here = case._replace(goal=case.start)
    oracle = PathOracle(here)
    stages = stages_of(case)
    if isinstance(stages, ResolutionError):
        assert stages.reference in MISTAKES
        return "mistake"
    solutions = oracle.solutions(0, 0)
    if not solutions:
        return "no solution"
    depths = reachable(oracle)
    newest = Objective(oracle.oracle(0, 0), solutions).best()[0]
    best = newest
    if depths and key(Stop(0, 0, newest)) not in depths:
        stops = [stop.solution for _, stop in depths.values()]
        best = Objective(oracle.oracle(0, 0), stops).best()[0]
    found = [told(move.resolution) for move in stages.moves if isinstance(move, PackageMove)]
    if not depths:
        assert all(m.resolution.unresolved for m in stages.moves if isinstance(m, PackageMove))
        return "nothing can be reached"
    names = oracle.oracle(0, 0)
    held = {place: names.held_at(place) for place in best.versions}
    stays = held == best.versions and len(best.versions) == len(case.held.releases) + len(
        case.held.called
    )
    if stays:
        assert [] == found
        return "nothing moves"
    depth, _ = depths[key(Stop(0, 0, best))]
    assert names.told(best) == found[-1]
    assert depth == len(found)
    moved = {
        place
        for place in best.versions
        if newest.versions.get(place) not in (None, best.versions[place])
    }
    behind = sorted(names.name(place) for place in moved if place.kind != "called")
    assert behind == sorted(name for part in stages.held_back for name in part.releases)
    return f"{depth} stages, {'newest' if best is newest else 'held back'}"


def reachable(oracle: PathOracle) -> dict[object, tuple[int, Stop]]:
    """Give everything that can be reached from what is held, with the fewest moves to it."""
    found: dict[object, tuple[int, Stop]] = {}
    level = [Stop(0, 0, solution) for solution in oracle.solutions(0, 0)]
    level = [stop for stop in level if oracle.from_held(stop) is not None]
    depth = 1
    while level:
        found |= {key(stop): (depth, stop) for stop in level}
        rest = [Stop(0, 0, s) for s in oracle.solutions(0, 0) if key(Stop(0, 0, s)) not in found]
        level = [s for s in rest if any(oracle.between(stop, s) for stop in level)]
        depth += 1
    return found
