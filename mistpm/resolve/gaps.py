"""Gaps: what nobody can tell, because somebody does not answer, and whose answer it keeps open.

`specs/resolve.md#what-cannot-be-asked`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mistpm.errors import RegistryError
from mistpm.model.resolution import Unresolved
from mistpm.resolve.world.choice import Choice
from mistpm.resolve.world.node import Gap
from mistpm.resolve.world.source import is_answer
from mistpm.resolve.world.universe import Universe


def find_gaps(universe: Universe, choice: Choice) -> dict[str, Gap]:
    """Give the releases of the file whose answer is open, by name.

    What their packages require was taken for met, so that no version that could be had can be better
    than what was chosen; where a choice needs nothing of the kind, it is the answer.
    """
    found = {
        name: Gap(error=error) for name, error in universe.missing.items() if not is_answer(error)
    }
    return {**choice.open_releases(), **found}


def tell_gaps(gaps: Mapping[str, Gap], order: Iterable[str]) -> list[Unresolved]:
    """Tell what is open, the releases together that the same error is in the way of.

    The first line of each explanation is the error's message.
    """
    together: dict[tuple[str, str], list[str]] = {}
    for name in order:
        if name in gaps:
            error = gaps[name].error
            together.setdefault((error.reference, str(error)), []).append(name)
    return [_told(names, gaps) for names in together.values()]


def _told(names: list[str], gaps: Mapping[str, Gap]) -> Unresolved:
    error = gaps[names[0]].error
    needing = tuple(f"`{name}` needs `{gaps[name].needs}`" for name in names if gaps[name].needs)
    return Unresolved(
        releases=tuple(names),
        explanation=(error.message, *error.context),
        needs=needing,
        hints=tuple(error.hint.split("\n")) if error.hint else (),
        reference=error.reference,
        by_package=not isinstance(error, RegistryError),
    )
