"""What has no solution: which releases, why, and what would help."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from mistpm.errors import RegistryError
from mistpm.model.cause import Asked, Conflict
from mistpm.model.resolution import Unresolved
from mistpm.resolve.explanation import explain
from mistpm.resolve.hints import find_hint
from mistpm.resolve.limits import Deadline
from mistpm.resolve.node import Node
from mistpm.resolve.parts import families, parts
from mistpm.resolve.universe import Universe
from mistpm.resolve.writer import lines


def find_unresolved(
    universe: Universe, failing: frozenset[str], deadline: Deadline
) -> list[Unresolved]:
    """Explain why parts of a universe with these releases have no solution.

    At least one conflict is found.  Each takes along the families of the releases that it names and
    nothing else, so that the others of its part may still have a solution.
    """
    if universe.missing:
        return [_missing(name, error) for name, error in universe.missing.items()]
    problem = replace(universe.problem, begin=failing, relaxed=True)
    relaxed = Universe(problem, universe.catalogue).grow()
    groups = families(universe)
    found: list[Unresolved] = []
    for part in parts(relaxed):
        if any(node.name in failing for node in part if node.kind == "asked"):
            conflict = explain(part, failing, deadline)
            if conflict is not None:
                hint = find_hint(relaxed, part, conflict, deadline)
                releases = _touched(conflict, groups, part)
                found.append(
                    Unresolved(
                        releases=releases,
                        conflict=conflict,
                        explanation=lines(conflict),
                        hints=(hint,) if hint else (),
                    )
                )
    assert found  # noqa: S101 - relaxed, the universe has no more solutions than before
    return found


def _missing(name: str, error: RegistryError) -> Unresolved:
    line = f"{name} is asked for in mistpm.yaml; {error.message}"
    return Unresolved(
        releases=(name,),
        explanation=(line, *error.context),
        hints=(error.hint,) if error.hint else (),
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
