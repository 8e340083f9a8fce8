"""Model rotation: what else cannot be left out of a conflict, found without asking the solver.

A model of everything but one cause is changed in one variable; where then everything but one other
cause holds, that one cannot be left out either (Belov and Marques-Silva, *Accelerating MUS extraction
with recursive model rotation*, 2011, here over versions instead of truth values).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from mistpm.model.cause import Cause
from mistpm.resolve.explain.nogood import Nogood, Variable


class Rotation:
    """Knows which nogoods a variable stands in."""

    def __init__(self, nogoods: Iterable[Nogood]) -> None:
        self._standing_in: dict[Variable, list[Nogood]] = {}
        self._of_cause: dict[Cause, list[Nogood]] = {}
        for nogood in nogoods:
            for variable, _ in nogood.terms:
                self._standing_in.setdefault(variable, []).append(nogood)
            if nogood.cause is not None:
                self._of_cause.setdefault(nogood.cause, []).append(nogood)

    def needed(
        self,
        cause: Cause,
        values: Mapping[Variable, int],
        remaining: Collection[Cause],
        known: Collection[Cause],
    ) -> set[Cause]:
        """Give what cannot be left out of `remaining`, from values with which all of them hold but `cause`.

        What is `known` to be needed is not found again.
        """
        found = {cause}
        waiting = [(cause, values)]
        while waiting and len(found) + len(known) < len(remaining):
            cause, values = waiting.pop()
            violated = [n for n in self._of_cause.get(cause, ()) if _holds(n, values)]
            for variable in dict.fromkeys(v for nogood in violated for v, _ in nogood.terms):
                if all(any(v is variable for v, _ in nogood.terms) for nogood in violated):
                    for other, changes in self._turned(variable, values, remaining):
                        if other not in known and other not in found:
                            found.add(other)
                            waiting.append((other, {**values, **changes}))
        return found

    def _turned(
        self, variable: Variable, values: Mapping[Variable, int], remaining: Collection[Cause]
    ) -> Iterator[tuple[Cause, Mapping[Variable, int]]]:
        """Give the changes of a variable after which all but one of the remaining causes hold."""
        refusals = self._refusals(variable, values, remaining)
        once = twice = 0
        for mask in refusals.values():
            twice |= once & mask
            once |= mask
        twice &= ~values[variable]
        for cause, mask in refusals.items():
            alone = mask & ~twice & ~values[variable]
            if alone and cause is not None:
                yield cause, {variable: alone & -alone}
        for value in _kinds(twice, refusals.values()):
            changed = self._mended({**values, variable: value}, variable, remaining)
            refusing = [
                cause
                for cause, mask in self._refusals(variable, changed, remaining).items()
                if mask & value
            ]
            if len(refusing) == 1 and refusing[0] is not None:
                yield refusing[0], changed

    def _refusals(
        self, variable: Variable, values: Mapping[Variable, int], remaining: Collection[Cause]
    ) -> dict[Cause | None, int]:
        """Give the values of a variable that each cause refuses, the others being as they are."""
        found: dict[Cause | None, int] = {}
        for nogood in self._standing_in[variable]:
            if nogood.cause is None or nogood.cause in remaining:
                refused = 0
                for other, mask in nogood.terms:
                    if other is variable:
                        refused = mask
                    elif not values[other] & mask:
                        break
                else:
                    found[nogood.cause] = found.get(nogood.cause, 0) | refused
        return found

    def _mended(
        self, values: dict[Variable, int], variable: Variable, remaining: Collection[Cause]
    ) -> dict[Variable, int]:
        """Change other variables where that breaks nothing: a package may have another version."""
        others = dict.fromkeys(
            other
            for nogood in self._standing_in[variable]
            if (nogood.cause is None or nogood.cause in remaining) and _holds(nogood, values)
            for other, _ in nogood.terms
        )
        for other in others:
            if other is not variable:
                refused = 0
                for mask in self._refusals(other, values, remaining).values():
                    refused |= mask
                free = other.all & ~refused
                if refused & values[other] and free:
                    values[other] = free & -free
        return values


def _kinds(mask: int, masks: Iterable[int]) -> list[int]:
    """Give one bit of a mask for each kind of bits that others tell apart."""
    kinds = [mask] if mask else []
    for other in masks:
        kinds = [half for kind in kinds for half in (kind & other, kind & ~other) if half]
    return [kind & -kind for kind in kinds]


def _holds(nogood: Nogood, values: Mapping[Variable, int]) -> bool:
    """Tell whether what a nogood forbids is so."""
    return all(values[variable] & mask for variable, mask in nogood.terms)
