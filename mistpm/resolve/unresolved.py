"""What has no solution: which releases, why, and what would help."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from msgspec.structs import replace

from mistpm.errors import RegistryError
from mistpm.model.asker import Asker
from mistpm.model.cause import Asked, Conflict, Ground, Requires
from mistpm.model.identity import PackageId
from mistpm.model.question import Wanted
from mistpm.model.resolution import Unresolved
from mistpm.resolve.explanation import explain
from mistpm.resolve.hints import find_hints
from mistpm.resolve.limits import Deadline
from mistpm.resolve.node import Node
from mistpm.resolve.parts import families, parts
from mistpm.resolve.universe import Universe
from mistpm.resolve.writer import facts, tell


def find_unresolved(
    universe: Universe, failing: frozenset[str], deadline: Deadline
) -> list[Unresolved]:
    """Explain why parts of a universe with these releases have no solution.

    At least one conflict is found.  Each takes along the families of the releases that it names and
    nothing else, so that the others of its part may still have a solution.
    """
    if universe.missing:
        wanted = {wanted.name: wanted for wanted in universe.question.releases}
        asker = universe.problem.asker
        return [_missing(wanted[name], error, asker) for name, error in universe.missing.items()]
    problem = replace(universe.problem, begin=failing, relaxed=True)
    relaxed = Universe(problem, universe.catalogue).grow()
    groups = families(universe)
    found: list[Unresolved] = []
    for part in parts(relaxed):
        if any(node.name in failing for node in part if node.kind == "asked"):
            explanation = explain(part, failing, deadline)
            if explanation is not None:
                conflict = explanation.conflict
                releases = _touched(conflict, groups, part)
                found.append(
                    Unresolved(
                        releases=releases,
                        conflict=conflict,
                        explanation=tell(conflict, explanation.steps, problem.asker),
                        hints=(
                            *find_hints(relaxed, releases, conflict, deadline),
                            *_of_registries(conflict, relaxed),
                        ),
                    )
                )
    assert found  # noqa: S101 - relaxed, the universe has no more solutions than before
    return found


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


def _touched(
    conflict: Conflict, groups: Collection[tuple[Node, ...]], part: Sequence[Node]
) -> tuple[str, ...]:
    """Give the releases of every family that a conflict names, in the order of the file.

    A conflict about a pinned version need not name any; then all of the part are meant.
    """
    named = {g.cause.release for g in conflict.grounds if isinstance(g.cause, Asked)}
    named = named or {node.name for node in part if node.kind == "asked"}
    touched = [group for group in groups if any(node.name in named for node in group)]
    return tuple(node.name for group in touched for node in group)
