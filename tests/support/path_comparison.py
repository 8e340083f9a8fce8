"""One upgrade path, compared with what the oracle says, and each of its states by itself."""

from __future__ import annotations

from brute_force_paths import PathOracle
from random_paths import PathCase
from small_worlds import told

from mistpm.errors import ResolutionError
from mistpm.model.upgrade_path import KubernetesMove, PackageMove, UpgradePath
from mistpm.resolve import upgrade_path
from mistpm.model.minor import Minor

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
    end = position if position >= 0 else 0
    assert steps(oracle.way, end) == climbed(path)
    assert expected == actual
    assert (end == len(oracle.way) - 1 and position >= 0) == (path.blocked is None)
    how = "to the goal" if path.blocked is None else "blocked"
    return f"{len(best)} package moves, {how}"


def steps(way: list[Minor], position: int) -> list[tuple[Minor, Minor]]:
    """Give the steps of a cluster up to a position."""
    return list(zip(way[:position], way[1 : position + 1], strict=True))


def climbed(path: UpgradePath) -> list[tuple[Minor, Minor]]:
    """Give the steps of a cluster on a path."""
    return [(move.before, move.after) for move in path.moves if isinstance(move, KubernetesMove)]
