"""What has no solution: which releases, why, and what would help."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from mistpm.errors import RegistryError
from mistpm.model.asker import Asker
from mistpm.model.cause import Asked, Conflict, Ground, Requires
from mistpm.model.identity import PackageId
from mistpm.model.question import Wanted
from mistpm.model.resolution import Unresolved
from mistpm.resolve.explain.explanation import explain
from mistpm.resolve.explain.writer import facts, tell
from mistpm.resolve.hints import find_hints
from mistpm.resolve.search.search import Search
from mistpm.resolve.world.families import families
from mistpm.resolve.world.limits import Deadline
from mistpm.resolve.world.problem import Problem
from mistpm.resolve.world.universe import Universe


class Failure(Struct, frozen=True, kw_only=True):
    """A part without a solution, and the universe in which it clashes; None where nothing clashes."""

    part: Unresolved
    universe: Universe | None = None


def find_unresolved(search: Search, deadline: Deadline) -> Failure:
    """Explain why a search found nothing; changes are not tried out yet, only registries have a say.

    The conflict takes along the families of the releases that it names and nothing else, so that the
    others may still have a solution.
    """
    universe = search.universe
    explanation = explain(search, deadline)
    conflict = explanation.conflict
    part = Unresolved(
        releases=_touched(conflict, universe),
        conflict=conflict,
        explanation=tell(conflict, explanation.steps, universe.problem.asker),
        hints=tuple(_of_registries(conflict, universe)),
    )
    return Failure(part=part, universe=universe)


def with_hints(
    failures: Sequence[Failure], rest: Problem, deadline: Deadline
) -> tuple[Unresolved, ...]:
    """Give the parts with what would help; `rest` is what was solved without them."""
    deadline.doing = "trying out what would help"
    parts = sum(failure.universe is not None for failure in failures)
    return tuple(_with_hints(failure, rest, deadline, parts) for failure in failures)


def _with_hints(failure: Failure, rest: Problem, deadline: Deadline, parts: int) -> Unresolved:
    part, universe = failure.part, failure.universe
    if universe is None or part.conflict is None or not deadline.limits.tries:
        return part
    hints = find_hints(universe, part.conflict, part.releases, rest, deadline, parts=parts)
    return replace(part, hints=(*hints, *part.hints))


def missing(universe: Universe, told: Collection[str]) -> list[Unresolved]:
    """Tell of releases whose package cannot be had, but for those of which it was told already."""
    wanted = {wanted.name: wanted for wanted in universe.question.releases}
    asker = universe.problem.asker
    return [
        _missing(wanted[name], error, asker)
        for name, error in universe.missing.items()
        if name not in told
    ]


def _of_registries(conflict: Conflict, universe: Universe) -> Iterator[str]:
    """Give what registries say to packages that they do not have."""
    for ground in conflict.grounds:
        if isinstance(ground.cause, Requires) and ground.cause.unmet:
            listing = universe.catalogue.listing(PackageId(ground.cause.package))
            if isinstance(listing, RegistryError) and listing.hint:
                yield from listing.hint.split("\n")


def _missing(wanted: Wanted, error: RegistryError, asker: Asker) -> Unresolved:
    cause = Asked(
        release=wanted.name,
        package=wanted.package,
        range=str(wanted.range),
        unmet=error.message,
    )
    conflict = Conflict(grounds=(Ground(cause=cause),), minimal=True)
    return Unresolved(
        releases=(wanted.name,),
        conflict=conflict,
        explanation=(*facts(conflict.grounds, asker), *error.context),
        hints=tuple(error.hint.split("\n")) if error.hint else (),
        reference=error.reference,
    )


def _touched(conflict: Conflict, universe: Universe) -> tuple[str, ...]:
    """Give the releases of every family that a conflict names, in the order of the file.

    A conflict about a pinned version need not name any; then all are meant.
    """
    groups = families(universe)
    named = {*_named(conflict)} or {node.name for group in groups for node in group}
    touched = {node.name for group in groups for node in group if named & {n.name for n in group}}
    return tuple(w.name for w in universe.question.releases if w.name in touched)


def _named(conflict: Conflict) -> tuple[str, ...]:
    """Give the releases that a conflict names."""
    causes = (ground.cause for ground in conflict.grounds)
    return tuple(cause.release for cause in causes if isinstance(cause, Asked))
