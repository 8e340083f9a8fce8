"""Passing: the best chain of states along a way, from what is held to the end of the way.

The order of preference is in `specs/upgrade-path.md#preference`.
"""

from __future__ import annotations

from msgspec import Struct

from mistpm.model.question import Held
from mistpm.resolve.search.improvement import Improvement
from mistpm.resolve.search.optimum import Optimum
from mistpm.resolve.search.selection import Selection
from mistpm.resolve.search.solutions import Solutions
from mistpm.resolve.search.solver import Solver
from mistpm.resolve.upgrade.chain import Chain
from mistpm.resolve.upgrade.way import Span, Way
from mistpm.resolve.world.choice import Choice
from mistpm.resolve.world.limits import Deadline
from mistpm.resolve.world.universe import Universe


class Stop(Struct, frozen=True, kw_only=True):
    """A state of a chain that was found: what is chosen on a span of the way, and what to hold to keep it."""

    span: Span
    choice: Choice
    held: Held


class Passing:
    """Looks for chains of more and more states; to be closed.

    `furthest` is the last position up to which what is held can stay, -1 where it cannot even begin.  A chain ends
    at the versions of the `target`, or at any where there is none.
    """

    def __init__(
        self,
        universe: Universe,
        deadline: Deadline,
        way: Way,
        furthest: int,
        target: Held | None = None,
    ) -> None:
        if universe.catalogue.is_distant:
            # one by one, packages would take a round trip each; apart, so that the answer is the same
            Universe(universe.problem, universe.catalogue).grow()
        universe.ask()
        deadline.begin([node.name for node in universe.roots])
        self._chain = Chain(universe, way, furthest, target)
        for node in tuple(universe.nodes.values()):
            self._chain.enter(node)
        self._solver = Solver((), deadline)
        self._solutions = Solutions(self._chain.states, self._solver)

    def close(self) -> None:
        """Free the solver's memory."""
        self._solver.close()

    def extend(self) -> None:
        """Allow for one move more."""
        self._chain.extend()

    def can_reach(self, position: int) -> bool:
        """Tell whether some chain gets to a position, with the moves allowed for."""
        return bool(self._solutions.solve(self._end(position)))

    def _end(self, position: int) -> list[int]:
        """Give what says that the chain ends at a position, where it shall."""
        states = self._chain.states
        return [self._chain.course.beyond(len(states), position), states[-1].end]

    def best(self) -> list[Stop]:
        """Give the best chain to the end of the way; there is one, which was found last."""
        improvement = self._ended()
        improvement.fewest(self._chain.changes)
        improvement.fewest(self._chain.exchanges)
        last, *others = self._optima(improvement)
        last.renew_roots()
        last.renew_rest(stated_only=True)
        self._chain.course.bring_forward(improvement)
        last.renew_rest()
        for optimum in others:
            optimum.renew_roots()
            optimum.renew_rest()
        return [self._stop(number, found) for number, found in enumerate(improvement.found)]

    def best_end(self) -> Stop:
        """Give the best state in which a chain can end, however it gets there; there is one."""
        improvement = self._ended()
        improvement.fewest(self._chain.states[-1].drifts)
        last, *_ = self._optima(improvement)
        last.renew_roots()
        last.renew_rest()
        return self._stop(len(self._chain.states) - 1, improvement.found[-1])

    def _ended(self) -> Improvement:
        for literal in self._end(self._chain.way.last):
            self._chain.formula.add(literal)
        return Improvement(self._solutions)

    def _optima(self, improvement: Improvement) -> list[Optimum]:
        """Give what is optimized, the last state first and the others from the first one on."""
        numbers = range(-1, len(self._chain.states) - 1)
        return [Optimum(improvement, number) for number in numbers]

    def _stop(self, number: int, found: Selection) -> Stop:
        span = self._chain.course.span(number, found.model)
        return Stop(span=span, choice=found.choice(), held=held_of(found))


def held_of(selection: Selection) -> Held:
    """Hold what was selected, and what meets its calls and its requirements of APIs."""
    calls: dict[str, dict[str, str]] = {}
    providers: dict[str, str] = {}
    for context in selection.contexts:
        node = context.node
        for requirement in selection.required(context, selection.chosen[node].place):
            if requirement.use == "call" and requirement.decision in selection.picked:
                called = selection.picked[requirement.decision].node.name
                calls.setdefault(node.name, {})[requirement.alias] = called
            elif requirement.use == "api":
                provider = selection.provider(requirement)
                providers |= {} if provider is None else {requirement.text: provider.node.name}
    versions = {
        node: node.candidate(block.place).version for node, block in selection.chosen.items()
    }
    return Held(
        releases={n.name: (n.package, v) for n, v in versions.items() if n.kind != "called"},
        called={n.name: v for n, v in versions.items() if n.kind == "called"},
        calls=calls,
        providers=providers,
    )
