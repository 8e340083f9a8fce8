"""Solutions: models in which all that is needed has its clauses, and nothing only holds itself up.

`specs/resolve.md#clauses` and `specs/resolve.md#foundation`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from mistpm.resolve.search.clashes import clashes
from mistpm.resolve.search.pruning import pruned
from mistpm.resolve.search.selection import Selection
from mistpm.resolve.search.sketch import Sketch
from mistpm.resolve.search.solver import Solver
from mistpm.resolve.world.node import Context, Option, Requirement

_OFTEN: Final = 8
"""Models that may come upon something unknown of a node, before all of it is made known."""


class Solutions:
    """Finds only models that are solutions of all sketches; `found` is what the last one needs of each.

    The sketches write into one formula; mostly there is a single one.

    The solver knows little at first.  A model that does not do tells what else it has to know, and it is
    asked again: what is impossible with some of the clauses is impossible with all of them.
    """

    def __init__(self, sketches: Sequence[Sketch], solver: Solver) -> None:
        self.sketches = sketches
        self.solver = solver
        self.found: tuple[Selection, ...] = ()
        self._told = 0
        self._unknown: Counter[tuple[Sketch, Context]] = Counter()

    def solve(self, assumptions: Sequence[int] = (), *, conflicts: int = 0) -> bool | None:
        """Tell whether there is a solution under assumptions, all causes being in force.

        With a budget of `conflicts` the answer may be None, as of `Solver.solve`.
        """
        while True:
            sketches = [sketch for sketch in self.sketches if not sketch.is_settled]
            causes = [selector for sketch in sketches for selector in sketch.selectors.values()]
            with self.solver.deadline.effort.time("encode"):
                self._tell()
            answer = self.solver.solve((*assumptions, *causes), conflicts=conflicts)
            if not answer or self._is_solution(self.solver.model()):
                return answer

    def _tell(self) -> None:
        """Give the solver what was written since the last time."""
        formula = self.sketches[0].formula
        self.solver.extend(formula.clauses[self._told :])
        self._told = len(formula.clauses)
        self.solver.prefer(formula.phases)
        formula.phases.clear()

    def _is_solution(self, model: frozenset[int]) -> bool:
        """Keep a model that is a solution; else write what excludes it."""
        with self.solver.deadline.effort.time("encode"):
            found = tuple(Selection(sketch, model) for sketch in self.sketches)
            novel = [selection for selection in found if not selection.is_familiar]
            has_more = [self._write(s) or _separate(s) or _unfounded(s) for s in novel]
        if any(has_more):
            return False
        self.found = found
        return True

    def _write(self, selection: Selection) -> bool:
        """Write what the model did not know; tells whether there was any such thing.

        Where models come upon the same node again and again, all that it could require is written.
        """
        sketch = selection.sketch
        contexts = dict.fromkeys(requirement.context for requirement in selection.unwritten)
        self._unknown.update((sketch, context) for context in contexts)
        often = [context for context in contexts if self._unknown[sketch, context] > _OFTEN]
        for context in often:
            del self._unknown[sketch, context]
            for profile in context.node.profiles():
                sketch.universe.require(context, profile)
        everything = pruned(
            sketch.universe,
            (
                requirement
                for context in often
                for requirement in context.distinct.values()
                if requirement.constrains and not sketch.is_written(requirement)
            ),
        )
        sketch.foresee(everything)
        for requirement in dict.fromkeys((*selection.unwritten, *everything)):
            sketch.write(requirement)
        _acquaint(selection)
        return bool(selection.unwritten)


def _acquaint(selection: Selection) -> None:
    """Let models choose again, unseen, what has all its clauses now."""
    sketch, contexts = selection.sketch, selection.contexts
    for node, block in selection.chosen.items():
        if not sketch.is_familiar(node, block.place) and contexts.keys() >= set(node.contexts):
            found = (requirement for c in node.contexts for requirement in c.at(block.place))
            if not _ask_for_apis(found):
                sketch.acquaint(node, block.place)


def _ask_for_apis(requirements: Iterable[Requirement]) -> bool:
    """Tell whether it hangs on the rest of a model if they are met, or on which Kubernetes there is."""
    return any(each.use == "api" and each.constrains for each in requirements)


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
