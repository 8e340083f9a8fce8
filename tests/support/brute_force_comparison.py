"""One answer of the resolver, compared with what the oracle says of the same question."""

from __future__ import annotations

from brute_force import Oracle
from brute_force_state import Solution
from msgspec.structs import replace
from random_worlds import Case
from small_worlds import told

from mistpm.errors import ResolutionError
from mistpm.model.question import Held
from mistpm.model.resolution import Resolution

MISTAKES = {"ambiguous-binding", "invalid-binding", "invalid-condition", "release-name-clash"}


def compare(case: Case) -> str:
    """Give what kind of question it was; what differs from the oracle fails as an assertion.

    Raises `TooManyStatesError`.
    """
    oracle = oracle_of(case)
    best = oracle.best()
    resolution = resolution_of(case)
    if isinstance(resolution, ResolutionError):
        expected = MISTAKES if best is None else oracle.mistakes(best)
        assert resolution.reference in expected, str(resolution)
        return "mistake"
    if best is None:
        compare_parts(case, resolution)
        return "partly solved"
    assert () == resolution.unresolved
    assert set() == oracle.mistakes(best)
    assert oracle.told(best) == told(resolution)
    assert oracle.targets(best) == targets(resolution)
    return "solved"


def resolution_of(case: Case) -> Resolution | ResolutionError:
    """Resolve a case; a mistake is an answer as well."""
    try:
        return case.world.resolve(case.question, case.held)
    except ResolutionError as mistake:
        return mistake


def compare_parts(case: Case, resolution: Resolution) -> None:
    """Compare what has no solution, what is kept of it, and how the rest was solved."""
    names = {wanted.name for wanted in case.question.releases}
    failed: set[str] = set()
    for part in resolution.unresolved:
        assert not failed & set(part.releases)
        assert [] == oracle_of(case, absent=names - set(part.releases)).solutions(), part
        failed |= set(part.releases)
    rest = oracle_of(case, absent=failed)
    remaining = rest.best()
    assert failed
    assert remaining is not None
    assert set() == rest.mistakes(remaining)
    before = case._replace(held=updated(case.held, rest, remaining))
    kept = oracle_of(before, absent=names - failed).kept() if case.held != Held() else {}
    assert kept | rest.told(remaining) == told(resolution)


def updated(held: Held, oracle: Oracle, solution: Solution) -> Held:
    """Hold a solution, and of what was held before the rest."""
    releases, called, calls = dict(held.releases), dict(held.called), dict(held.calls)
    for place, version in solution.versions.items():
        if place.kind == "called":
            called[place.name] = version
        else:
            releases[oracle.name(place)] = place.package, version
        calls[oracle.name(place)] = {}
    for (owner, alias), target in oracle.targets(solution).items():
        if target in called:
            calls[owner][alias] = target
    return replace(held, releases=releases, called=called, calls=calls)


def oracle_of(case: Case, *, absent: set[str] | None = None) -> Oracle:
    """Make the oracle that knows a case."""
    world = case.world
    return Oracle(
        case.question,
        world.packages,
        case.held,
        absent=frozenset(absent or ()),
        computed=world.answers,
    )


def targets(resolution: Resolution) -> dict[tuple[str, str], str]:
    """Give what meets the requirements on packages, by owner and alias."""
    chosen = {**resolution.releases, **resolution.called}
    return {
        (name, edge.alias): edge.target
        for name in chosen
        for edge in chosen[name].edges
        if edge.use != "api" and "." not in edge.alias and edge.target != "provided"
    }
