"""What could not be solved, as the error that a command ends with: `specs/resolve.md#exit-codes`."""

from __future__ import annotations

from collections.abc import Sequence

from mistpm.errors import MistError, RegistryError, ResolutionError
from mistpm.model.resolution import Unresolved
from mistpm.ops.locking import Solved

CONFLICT = "version-conflict"


def require_solved(solved: Solved, *, keep_going: bool) -> None:
    """Raise for the parts that have no solution, unless they may be left out.

    `ResolutionError` where something clashes or a package does not say what it requires, `RegistryError`
    with the reference of the first registry in the way where nothing does.
    """
    if solved.unresolved and not keep_going:
        raise failure_of(solved.unresolved, rest=bool(solved.lockfile.releases))


def failure_of(parts: Sequence[Unresolved], *, rest: bool = False) -> MistError:
    """Give the error for parts without a solution; `rest` tells that there are others with one.

    A clash comes before a package that does not say what it requires, and that before a registry that does
    not answer: running it again mends the last only.
    """
    names = ", ".join(f"`{name}`" for part in parts for name in part.releases)
    message = f"{names} cannot be resolved"
    (part, *more) = parts
    lines = (*part.explanation, *part.needs)
    context = tuple(line for each in parts for line in _listed(each)) if more else lines
    hints = () if more else part.hints
    going_on = ("install the rest with --keep-going",) if rest else ()
    if any(each.reference == CONFLICT for each in parts):
        if not any(each.hints for each in parts):
            hints = (", or ".join(("change one of these", *going_on)),)
        elif more:
            hints = going_on
        return ResolutionError(CONFLICT, message, context=context, hint="\n".join(hints))
    if not more:
        message, *rest_of_it = lines
        context = tuple(rest_of_it)
    hint = "\n".join((*hints, *going_on))
    for each in parts:
        if each.by_package:
            return ResolutionError(each.reference, message, context=context, hint=hint)
    return RegistryError(part.reference, message, context=context, hint=hint)


def _listed(part: Unresolved) -> tuple[str, ...]:
    """Give a part's lines below its releases, its hints among them."""
    lines = (*part.explanation, *part.needs, *(f"hint: {hint}" for hint in part.hints))
    return (f"{', '.join(part.releases)}:", *(f"  {line}" for line in lines))
