"""Solutions: models in which all that is needed has its clauses, and nothing only holds itself up.

`specs/resolve.md#clauses` and `specs/resolve.md#foundation`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from mistpm.resolve.clashes import clashes
from mistpm.resolve.node import Context, Option, Requirement
from mistpm.resolve.selection import Selection
from mistpm.resolve.sketch import Sketch
from mistpm.resolve.solver import Solver

_OFTEN: Final = 8
"""Models that may come upon something unknown of a node, before all of it is made known."""


class Solutions:
    """Finds only models that are solutions; `selection` is what the last one needs.

    The solver knows little at first.  A model that does not do tells what else it has to know, and it is
    asked again: what is impossible with some of the clauses is impossible with all of them.
    """

    def __init__(self, sketch: Sketch, solver: Solver) -> None:
        self.sketch = sketch
        self.solver = solver
        self.selection = Selection(sketch, frozenset())
        self._told = 0
        self._unknown: Counter[Context] = Counter()

    def solve(self, assumptions: Sequence[int] = (), *, conflicts: int = 0) -> bool | None:
        """Tell whether there is a solution under assumptions, all causes being in force.

        With a budget of `conflicts` the answer may be None, as of `Solver.solve`.
        """
        while True:
            causes = () if self.sketch.is_settled else self.sketch.selectors.values()
            with self.solver.deadline.effort.time("encode"):
                self._tell()
            answer = self.solver.solve((*assumptions, *causes), conflicts=conflicts)
            if not answer or self._is_solution(Selection(self.sketch, self.solver.model())):
                return answer

    def _tell(self) -> None:
        """Give the solver what was written since the last time."""
        sketch = self.sketch
        self.solver.extend(sketch.clauses[self._told :])
        self._told = len(sketch.clauses)
        self.solver.prefer(sketch.phases)
        sketch.phases.clear()

    def _is_solution(self, selection: Selection) -> bool:
        """Keep a model that is a solution; else write what excludes it."""
        with self.solver.deadline.effort.time("encode"):
            has_more = self._write(selection) or _separate(selection) or _unfounded(selection)
        if has_more:
            return False
        self.selection = selection
        return True

    def _write(self, selection: Selection) -> bool:
        """Write what the model did not know; tells whether there was any such thing.

        Where models come upon the same node again and again, all that it could require is written.
        """
        self._unknown.update({requirement.context for requirement in selection.unwritten})
        often = [context for context, times in self._unknown.items() if times > _OFTEN]
        for context in often:
            del self._unknown[context]
            for profile in context.node.profiles():
                self.sketch.universe.require(context, profile)
        everything = [
            requirement
            for context in often
            for requirement in context.distinct.values()
            if requirement.constrains and not self.sketch.is_written(requirement)
        ]
        self.sketch.foresee(everything)
        for requirement in dict.fromkeys((*selection.unwritten, *everything)):
            self.sketch.write(requirement)
        return bool(selection.unwritten)


def _separate(selection: Selection) -> bool:
    """Exclude what was chosen together and cannot be."""
    places = {node: block.place for node, block in selection.chosen.items()}
    found = list(clashes(places))
    for clash in found:
        selection.sketch.exclude(clash.cause, clash.one, clash.other)
    return bool(found)


def _unfounded(selection: Selection) -> bool:
    """Exclude a model in which an API has no needed provider, by a loop formula.

    It demands of what is there without need that something outside of it brings it along, as in answer
    set programming (Lin and Zhao 2004).  There are finitely many of these.
    """
    if not selection.unprovided:
        return False
    sketch, model = selection.sketch, selection.model
    loose: dict[Context, None] = {}
    for node in sketch.blocks:
        if sketch.presence(node) in model:
            for context in node.contexts:
                used = node not in selection.chosen or sketch.use(context) in model
                if used and context not in selection.contexts:
                    loose[context] = None
    supports = list(_supports(sketch, loose))
    for context in loose:
        sketch.add(-sketch.use(context), *supports)
        if context.node not in selection.chosen:
            sketch.add(-sketch.presence(context.node), *supports)
    return True


def _supports(sketch: Sketch, loose: Collection[Context]) -> Iterator[int]:
    """Give a literal for each way in which something outside brings one of these along."""
    for requirement in sketch.universe.requirements():
        if requirement.context not in loose and requirement.constrains:
            default = (requirement.default,) if requirement.default is not None else ()
            for option in default if requirement.use == "api" else requirement.options:
                if option.context in loose:
                    yield _support(sketch, requirement, option)


def _support(sketch: Sketch, requirement: Requirement, option: Option) -> int:
    """Give a literal that is true only if a requirement brings an option along."""
    context = requirement.context
    sketch.enter(context.node)
    support = sketch.variable()
    several = requirement.use == "call" and len(requirement.options) > 1
    picks = sketch.pick(requirement) if several else {}
    for literal in (
        sketch.use(context),
        *([picks[option.node]] if picks else ()),
        sketch.within(context.node, requirement.holders),
        sketch.within(option.node, option.mask),
        *([sketch.use(option.context)] if option.context is not None else ()),
    ):
        sketch.add(-support, literal)
    return support
