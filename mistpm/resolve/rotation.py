"""Model rotation: what else cannot be left out of a conflict, found without asking the solver.

A model of everything but one cause is changed in one variable; where then everything but one other
cause holds, that one cannot be left out either (Belov and Marques-Silva, *Accelerating MUS extraction
with recursive model rotation*, 2011, here over versions instead of truth values).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from mistpm.model.cause import Cause
from mistpm.resolve.nogood import Nogood, Nogoods, Variable


class Rotation:
    """Knows which nogoods a variable stands in, and which of its values these tell apart."""

    def __init__(self, nogoods: Nogoods) -> None:
        self._nogoods = nogoods
        self._standing_in: dict[Variable, list[Nogood]] = {}
        self._of_cause: dict[Cause, list[Nogood]] = {}
        for nogood in nogoods.all:
            for variable, _ in nogood.terms:
                self._standing_in.setdefault(variable, []).append(nogood)
            if nogood.cause is not None:
                self._of_cause.setdefault(nogood.cause, []).append(nogood)
        self._values: dict[Variable, tuple[int, ...]] = {}

    def needed(
        self,
        cause: Cause,
        model: frozenset[int],
        remaining: Collection[Cause],
        known: Collection[Cause],
    ) -> set[Cause]:
        """Give what else cannot be left out of `remaining`, from a model of all of them but `cause`.

        What is `known` to be needed is not found again.
        """
        found: set[Cause] = set()
        waiting = [(cause, self._nogoods.assignment(model))]
        while waiting:
            cause, values = waiting.pop()
            violated = [n for n in self._of_cause.get(cause, ()) if _holds(n, values)]
            for variable in dict.fromkeys(v for nogood in violated for v, _ in nogood.terms):
                if all(any(v is variable for v, _ in nogood.terms) for nogood in violated):
                    for changed, other in self._turned(variable, values, remaining):
                        if other not in known and other not in found:
                            found.add(other)
                            waiting.append((other, changed))
        return found

    def _turned(
        self, variable: Variable, values: Mapping[Variable, int], remaining: Collection[Cause]
    ) -> Iterator[tuple[dict[Variable, int], Cause]]:
        """Give the changes of a variable after which all but one of the remaining causes hold."""
        for value in self._alternatives(variable):
            if value != values[variable]:
                changed = {**values, variable: value}
                broken = self._broken(variable, changed, remaining)
                if len({nogood.cause for nogood in broken}) > 1:
                    self._mend(broken, variable, changed, remaining)
                    broken = self._broken(variable, changed, remaining)
                causes = {nogood.cause for nogood in broken}
                cause = causes.pop() if len(causes) == 1 else None
                if cause is not None:
                    yield changed, cause

    def _broken(
        self, variable: Variable, values: Mapping[Variable, int], remaining: Collection[Cause]
    ) -> list[Nogood]:
        return [
            nogood
            for nogood in self._standing_in[variable]
            if (nogood.cause is None or nogood.cause in remaining) and _holds(nogood, values)
        ]

    def _mend(
        self,
        broken: Collection[Nogood],
        variable: Variable,
        values: dict[Variable, int],
        remaining: Collection[Cause],
    ) -> None:
        """Change other variables where that breaks nothing: a package may have another version."""
        others = dict.fromkeys(v for nogood in broken for v, _ in nogood.terms)
        for other in others:
            before = values[other]
            if other is variable or not self._broken(other, values, remaining):
                continue
            for value in self._alternatives(other):
                values[other] = value
                if not self._broken(other, values, remaining):
                    break
            else:
                values[other] = before

    def _alternatives(self, variable: Variable) -> tuple[int, ...]:
        """Give one value of each kind that the nogoods tell apart."""
        if variable not in self._values:
            kinds = [variable.all]
            for nogood in self._standing_in[variable]:
                mask = next(mask for v, mask in nogood.terms if v is variable)
                kinds = [half for kind in kinds for half in (kind & mask, kind & ~mask) if half]
            self._values[variable] = tuple(kind & -kind for kind in kinds)
        return self._values[variable]


def _holds(nogood: Nogood, values: Mapping[Variable, int]) -> bool:
    """Tell whether what a nogood forbids is so."""
    return all(values[variable] & mask for variable, mask in nogood.terms)
