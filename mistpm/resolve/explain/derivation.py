"""Derivations: how causes lead to a contradiction, as steps that can be told one after the other.

A small conflict-driven search over sets of versions, as in PubGrub (Weizenbaum, 2018): what follows is
propagated, where nothing follows one case is tried, and what makes it fail is remembered as a step.
Only the causes of one minimal conflict go in: `specs/resolve.md#derivation`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from mistpm.model.cause import Cause
from mistpm.resolve.explain.nogood import Nogood, Variable

_MOST_STEPS: Final = 5
"""Steps that somebody can be asked to follow; what takes more is told as a list of facts."""


class Premise(Struct, frozen=True, kw_only=True, eq=False):
    """What a step rests on: a nogood given, or (`step`) the conclusion of an earlier step."""

    nogood: Nogood
    step: int | None = None


class Step(Struct, frozen=True, kw_only=True, eq=False):
    """Premises, and what cannot be together because of them.

    The conclusion of the last step is empty: nothing can be.
    """

    premises: tuple[Premise, ...]
    conclusion: Nogood


class _Entry(Struct, frozen=True, eq=False):
    """A variable lost values: because of a nogood, or (None) because a case is tried."""

    variable: Variable
    before: int
    reason: Nogood | None


def derive(nogoods: Sequence[Nogood], *, most: int = _MOST_STEPS) -> tuple[Step, ...]:
    """Derive a contradiction; empty where that takes too many steps or cannot be done.

    Each step costs a number of propagations that is quadratic in the number of nogoods, so these should
    be few.  The same nogoods in the same order give the same steps.
    """
    return _Deriver(nogoods, most).steps()


class _Deriver:
    def __init__(self, nogoods: Sequence[Nogood], most: int) -> None:
        self._nogoods = list(nogoods)
        self._most = most
        self._given = len(self._nogoods)
        self._order = list(dict.fromkeys(v for nogood in nogoods for v, _ in nogood.terms))
        self._domains = {variable: variable.all for variable in self._order}
        self._trail: list[_Entry] = []
        self._steps: list[Step] = []

    def steps(self) -> tuple[Step, ...]:
        while len(self._steps) < self._most:
            failed = self._propagate()
            if failed is None:
                failed = self._try_cases()
            if failed is None:
                return ()
            step = self._learn(failed)
            self._steps.append(step)
            if not step.conclusion.terms:
                return self._needed()
            self._nogoods.append(step.conclusion)
        return ()

    # --- propagating -----------------------------------------------------------------------------

    def _propagate(self) -> Nogood | None:
        """Take values away that cannot be any more; gives a nogood that holds completely.

        What a subject leads to comes before what leads back to a subject, so that steps mostly go from
        the file downwards.
        """
        while True:
            backwards: tuple[Nogood, Variable, int] | None = None
            for nogood in self._nogoods:
                open_terms = [(v, mask) for v, mask in nogood.terms if self._domains[v] & ~mask]
                if not open_terms:
                    return nogood
                if len(open_terms) == 1 and self._domains[open_terms[0][0]] & open_terms[0][1]:
                    ((variable, mask),) = open_terms
                    if variable is nogood.terms[0][0] and len(nogood.terms) > 1:
                        backwards = backwards or (nogood, variable, mask)
                    else:
                        self._lose(variable, mask, nogood)
                        break
            else:
                if backwards is None:
                    return None
                nogood, variable, mask = backwards
                self._lose(variable, mask, nogood)

    def _lose(self, variable: Variable, mask: int, reason: Nogood | None) -> None:
        before = self._domains[variable]
        self._trail.append(_Entry(variable, before, reason))
        self._domains[variable] = before & ~mask

    def _back(self, length: int) -> None:
        while len(self._trail) > length:
            entry = self._trail.pop()
            self._domains[entry.variable] = entry.before

    # --- trying cases ----------------------------------------------------------------------------

    def _try_cases(self) -> Nogood | None:
        """Try cases until one fails: one that fails at once, else one within another."""
        base = len(self._trail)
        while True:
            depth = len(self._trail)
            deeper: tuple[Variable, int] | None = None
            for variable, case in self._cases():
                self._lose(variable, ~case & self._domains[variable], None)
                failed = self._propagate()
                if failed is not None:
                    return failed
                self._back(depth)
                deeper = deeper or (variable, case)
            if deeper is None:
                self._back(base)
                return None
            variable, case = deeper
            self._lose(variable, ~case & self._domains[variable], None)
            self._propagate()

    def _cases(self) -> Iterator[tuple[Variable, int]]:
        """Give the values to tell apart: of what has to be there before what may be missing."""
        undecided = [v for v in self._order if self._is_open(v)]
        undecided.sort(key=lambda v: (v.node is None, bool(self._domains[v] & v.absent)))
        for variable in undecided:
            rest = self._domains[variable]
            while rest:
                case = self._alike(variable, rest & -rest) & rest
                yield variable, case
                rest &= ~case

    def _is_open(self, variable: Variable) -> bool:
        domain = self._domains[variable]
        return any(
            v is variable and domain & mask and domain & ~mask
            for nogood in self._nogoods
            for v, mask in nogood.terms
        )

    def _alike(self, variable: Variable, value: int) -> int:
        """Give the values that no nogood tells from one."""
        alike = variable.all
        for nogood in self._nogoods:
            for v, mask in nogood.terms:
                if v is variable:
                    alike &= mask if mask & value else ~mask
        return alike

    # --- learning --------------------------------------------------------------------------------

    def _learn(self, failed: Nogood) -> Step:
        """Find what made a nogood hold, and go back to where its conclusion says something new."""
        needed = dict(failed.terms)
        used: set[int] = set()
        cases: dict[Variable, int] = {}
        for number in range(len(self._trail) - 1, -1, -1):
            entry = self._trail[number]
            wanted = needed.get(entry.variable)
            if wanted is None or not entry.before & ~wanted:
                continue
            used.add(number)
            if entry.reason is None:
                cases[entry.variable] = wanted
                del needed[entry.variable]
                continue
            for variable, mask in entry.reason.terms:
                if variable is entry.variable:
                    needed[variable] = wanted | mask
                else:
                    needed[variable] = needed.get(variable, variable.all) & mask
        reasons = [self._trail[number].reason for number in sorted(used)]
        nogoods = dict.fromkeys(nogood for nogood in (*reasons, failed) if nogood is not None)
        premises = tuple(Premise(nogood=n, step=self._step_of(n)) for n in nogoods)
        terms = tuple((v, cases[v]) for v in self._order if v in cases)
        tried = [number for number in used if self._trail[number].reason is None]
        if tried:
            self._back(max(tried))
        return Step(premises=premises, conclusion=Nogood(terms))

    def _step_of(self, nogood: Nogood) -> int | None:
        return next((n for n, step in enumerate(self._steps) if step.conclusion is nogood), None)

    def _needed(self) -> tuple[Step, ...]:
        """Leave out the steps that the last one does not rest on."""
        wanted = {len(self._steps) - 1}
        for number in range(len(self._steps) - 1, -1, -1):
            if number in wanted:
                wanted |= {p.step for p in self._steps[number].premises if p.step is not None}
        return _put_together({number: self._steps[number] for number in sorted(wanted)})


def _put_together(steps: dict[int, Step]) -> tuple[Step, ...]:
    """Say what has one new thing to say, and is needed once, where it is needed; number all anew."""
    said: set[Cause] = set()
    for number, step in tuple(steps.items()):
        users = [n for n, other in steps.items() if any(p.step == number for p in other.premises)]
        new = {p.nogood.cause for p in step.premises if p.nogood.cause is not None} - said
        if len(users) == 1 and len(new) == 1:
            (user,) = users
            others = {p.nogood: p for p in steps[user].premises if p.step != number}
            premises = {p.nogood: p for p in steps.pop(number).premises} | others
            steps[user] = replace(steps[user], premises=tuple(premises.values()))
        else:
            said |= new
    numbers = {old: new for new, old in enumerate(steps)}
    return tuple(_renumbered(step, numbers) for step in steps.values())


def _renumbered(step: Step, numbers: dict[int, int]) -> Step:
    premises = tuple(
        premise if premise.step is None else replace(premise, step=numbers[premise.step])
        for premise in step.premises
    )
    return replace(step, premises=premises)
