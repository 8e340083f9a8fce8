"""Condensing nogoods: fewer of them, over fewer variables, say as well which causes cannot hold together.

`specs/resolve.md#causes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mistpm.model.cause import Cause
from mistpm.resolve.explain.nogood import Nogood, Variable


class Condensed:
    """Nogoods without the variables that only lead from one of them to the next.

    Each of `nogoods` has at most one cause, which may stand for several: `standing_for` has these.  They are
    needed in a conflict all together or not at all.  A cause that is not in it is needed in none.
    """

    def __init__(self, nogoods: Iterable[Nogood]) -> None:
        self._nogoods = dict(enumerate(nogoods))
        self._count = len(self._nogoods)
        self._of_cause: dict[Cause, set[int]] = {}
        self._of_variable: dict[Variable, dict[int, int]] = {}
        self._standing_for: dict[Cause, tuple[Cause, ...]] = {}
        for number, nogood in self._nogoods.items():
            self._enter(number, nogood)
        self._waiting = dict.fromkeys(self._of_variable)
        while self._waiting:
            variables, self._waiting = self._waiting, {}
            for variable in variables:
                self._take_out(variable)
        self.nogoods = tuple(self._nogoods.values())
        self.standing_for = {
            cause: self._standing_for.get(cause, (cause,))
            for cause, numbers in self._of_cause.items()
            if numbers
        }

    def _take_out(self, variable: Variable) -> None:
        """Say what the nogoods of a variable say without it, where that is one nogood or none.

        If there is a value that none of them refuses, the variable has it, and they say nothing.  Those that
        are alone in refusing some value may together refuse all: then what is left of them cannot be
        together, and the others add nothing.  (Davis and Putnam 1960, over versions instead of truth
        values.)
        """
        masks = self._of_variable[variable]
        once = twice = alone = 0
        for mask in masks.values():
            twice |= once & mask
            once |= mask
        needed = [number for number, mask in masks.items() if mask & ~twice]
        for number in needed:
            alone |= masks[number]
        if once != variable.all:
            self._drop(list(masks))
        elif alone == variable.all:
            self._drop([number for number in masks if number not in needed])
            causes = dict.fromkeys(
                nogood.cause
                for nogood in map(self._nogoods.__getitem__, needed)
                if nogood.cause is not None
            )
            # what else a cause says would have to be switched by all of them
            if len(causes) < 2 or all(self._of_cause[cause] <= masks.keys() for cause in causes):
                self._join(variable, needed, list(causes))

    def _join(self, variable: Variable, numbers: Sequence[int], causes: Sequence[Cause]) -> None:
        """Put one nogood in the place of several, with what they forbid of other variables."""
        terms: dict[Variable, int] = {}
        for number in numbers:
            for other, mask in self._nogoods[number].terms:
                if other is not variable:
                    terms[other] = terms.get(other, other.all) & mask
        self._drop(numbers)
        if not all(terms.values()):
            return
        first = causes[0] if causes else None
        if first is not None:
            self._standing_for[first] = tuple(
                each for cause in causes for each in self._standing_for.pop(cause, (cause,))
            )
        joined = Nogood(tuple(terms.items()), first)
        self._nogoods[self._count] = joined
        self._enter(self._count, joined)
        self._count += 1

    def _enter(self, number: int, nogood: Nogood) -> None:
        for variable, mask in nogood.terms:
            self._of_variable.setdefault(variable, {})[number] = mask
        if nogood.cause is not None:
            self._of_cause.setdefault(nogood.cause, set()).add(number)

    def _drop(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            nogood = self._nogoods.pop(number)
            for variable, _ in nogood.terms:
                del self._of_variable[variable][number]
                self._waiting[variable] = None
            if nogood.cause is not None:
                self._of_cause[nogood.cause].remove(number)
