"""Cores of nogoods: the few clauses that are left where these were condensed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mistpm.model.cause import Cause
from mistpm.resolve.explain.cores import Cores
from mistpm.resolve.explain.nogood import Nogood, Variable
from mistpm.resolve.search.solver import Solver
from mistpm.resolve.world.division import Key, divided, key
from mistpm.resolve.world.limits import Deadline

_EASY: Final = 10_000
"""Conflicts after which a question is hard."""


class NogoodCores(Cores):
    """What the causes of nogoods say.

    Values of a variable that no nogood tells apart are one part of it, and exactly one part of each
    variable is true.
    """

    def __init__(self, nogoods: Sequence[Nogood], deadline: Deadline) -> None:
        self._count = 0
        self._clauses: list[list[int]] = []
        self._parts: dict[Variable, dict[int, int]] = {}
        self._within: dict[tuple[Variable, Key], int] = {}
        selectors: dict[Cause, int] = {}
        self._divide(nogoods)
        for nogood in nogoods:
            if nogood.cause is not None and nogood.cause not in selectors:
                selectors[nogood.cause] = self._literal()
        for nogood in nogoods:
            guard = [] if nogood.cause is None else [-selectors[nogood.cause]]
            terms = [-self._inside(variable, mask) for variable, mask in nogood.terms]
            self._clauses.append([*guard, *terms])
        super().__init__(selectors, Solver(self._clauses, deadline, "minisat"))
        self._deadline = deadline
        self._before = 0

    @property
    def conflicts(self) -> int:
        """How many conflicts of the solvers all of this took."""
        return self._before + super().conflicts

    def values(self) -> dict[Variable, int]:
        """Give each variable a value that it can have in what was found to be possible last."""
        model = self._solver.model()
        return {
            variable: next(part & -part for part, literal in parts.items() if literal in model)
            for variable, parts in self._parts.items()
        }

    def _decide(self, selectors: Sequence[int], conflicts: int) -> bool | None:
        """Ask MiniSat, but from the first hard question on Glucose."""
        if not self._before:
            answer = super()._decide(selectors, min(conflicts, _EASY) or _EASY)
            if answer is not None:
                return answer
            self._before = super().conflicts
            self._solver.close()
            self._solver = Solver(self._clauses, self._deadline)
        return super()._decide(selectors, conflicts)

    def _add(self, clause: list[int]) -> None:
        self._clauses.append(clause)
        super()._add(clause)

    def _literal(self) -> int:
        self._count += 1
        return self._count

    def _divide(self, nogoods: Sequence[Nogood]) -> None:
        """Let each variable have exactly one of its parts."""
        masks: dict[Variable, dict[Key, int]] = {}
        for nogood in nogoods:
            for variable, mask in nogood.terms:
                masks.setdefault(variable, {})[key(mask)] = mask
        for variable, its in masks.items():
            parts = divided(variable.all, its.values())
            if len(parts) == 2:
                literal = self._literal()
                self._parts[variable] = dict(zip(parts, (literal, -literal), strict=True))
            else:
                self._parts[variable] = {part: self._literal() for part in parts}
                self._choose(list(self._parts[variable].values()))

    def _choose(self, literals: Sequence[int]) -> None:
        """Demand exactly one of these."""
        self._clauses.append(list(literals))
        before = literals[0]  # one of those so far
        for literal in literals[1:]:
            upto = self._literal()
            self._clauses += ([-before, -literal], [-before, upto], [-literal, upto])
            before = upto

    def _inside(self, variable: Variable, mask: int) -> int:
        """Give a literal that is true where a variable has a value of a mask."""
        found = self._within.get((variable, key(mask)))
        if found is None:
            inside = [literal for part, literal in self._parts[variable].items() if part & mask]
            outside = [
                literal for part, literal in self._parts[variable].items() if not part & mask
            ]
            if len(inside) == 1:
                found = inside[0]
            elif len(outside) == 1:
                found = -outside[0]
            else:
                found = self._literal()
                if len(inside) < len(outside):
                    self._clauses += ([-literal, found] for literal in inside)
                else:
                    self._clauses.append([found, *outside])
            self._within[variable, key(mask)] = found
        return found
