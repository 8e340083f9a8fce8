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
                    for other, value in self._turned(variable, values, remaining):
                        if other not in known and other not in found:
                            found.add(other)
                            waiting.append((other, {**values, variable: value}))
        return found

    def _turned(
        self, variable: Variable, values: Mapping[Variable, int], remaining: Collection[Cause]
    ) -> Iterator[tuple[Cause, int]]:
        """Give values of a variable with which all of the remaining causes but one hold."""
        refusals = self._refusals(variable, values, remaining)
        once = twice = 0
        for mask in refusals.values():
            twice |= once & mask
            once |= mask
        for cause, mask in refusals.items():
            alone = mask & ~twice & ~values[variable]
            if alone and cause is not None:
                yield cause, alone & -alone

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


def _holds(nogood: Nogood, values: Mapping[Variable, int]) -> bool:
    """Tell whether what a nogood forbids is so."""
    return all(values[variable] & mask for variable, mask in nogood.terms)
