"""The objective: among all solutions, the one that `specs/resolve.md#objective` calls the best."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from mistpm.resolve.counting import Count
from mistpm.resolve.node import Context, Node, Option, Requirement
from mistpm.resolve.selection import Selection
from mistpm.resolve.sketch import Block
from mistpm.resolve.solutions import Solutions


class Optimum:
    """Improves a solution, by fixing one level of the objective after the other.

    Each step asks the solver whether something better is possible and then adds what it found as a
    clause, so that the number of calls grows with the number of needed nodes, not of versions.
    """

    def __init__(self, solutions: Solutions) -> None:
        self._solutions = solutions
        self._deadline = solutions.solver.deadline
        self._sketch = solutions.sketch
        self._universe = solutions.sketch.universe
        self._decided: set[Node] = set()
        self._deferred: deque[Requirement] = deque()
        self._counted: list[Callable[[], Iterable[int]]] = []
        self._known: set[tuple[Callable[[], Iterable[int]], int]] = set()

    def find(self) -> Selection:
        """Give the best solution; there is one, which was found last."""
        self._fewest(lambda: self._sketch.moves)
        self._fewest(lambda: self._sketch.exchanges)
        for node in self._universe.roots:
            self._newest(node)
            self._deadline.settled.append(node.name)
        self._fewest(self._calls)
        self._walk()
        return self._solutions.selection

    def _calls(self) -> Iterable[int]:
        """Give what says that a called package is there, of those that are known."""
        sketch = self._sketch
        return [sketch.presence(node) for node in sketch.blocks if node.kind == "called"]

    def _solve(self, assumptions: Sequence[int] = ()) -> bool:
        """Look for a solution that is no worse in what was counted before.

        What comes into sight only now was not among it, so it would be more.
        """
        best = self._solutions.selection
        while self._solutions.solve(assumptions):
            new = [literal for count in self._counted for literal in self._new(count)]
            for literal in new:
                self._sketch.add(-literal)
            if self._solutions.selection.model.isdisjoint(new):
                return True
        self._solutions.selection = best  # what was found meanwhile is worse
        return False

    def _walk(self) -> None:
        """Decide what is required breadth-first, and the defaults of APIs after everything else."""
        waiting = deque(context for node in self._universe.roots for context in node.contexts)
        seen: set[Context] = set()
        while waiting or self._deferred:
            if waiting:
                context = waiting.popleft()
                if context not in seen:
                    seen.add(context)
                    waiting.extend(self._decide_all(context))
            else:
                waiting.extend(self._decide_default(self._deferred.popleft()))

    def _decide_all(self, context: Context) -> list[Context]:
        """Decide what a context requires, by package; gives the contexts that follow."""
        found = []
        for requirement in context.in_order(self._chosen(context.node).place):
            if not requirement.constrains:
                continue
            if requirement.use == "api":
                if requirement.default is not None:
                    self._deferred.append(requirement)
                continue
            option = self._decide(requirement)
            self._newest(option.node, option.mask)
            if option.context is not None:
                found.append(option.context)
        return found

    def _decide(self, requirement: Requirement) -> Option:
        """Decide which series a caller uses: the newest that is possible."""
        picks = self._sketch.picks.get(requirement.decision)
        if picks is None:
            return requirement.options[0]
        for option in requirement.options:
            pick = picks[option.node]
            if pick in self._solutions.selection.model or self._solve([pick]):
                self._sketch.add(pick)
                return option
            self._sketch.add(-pick)
        raise AssertionError(requirement)  # one of them is true in every model

    def _decide_default(self, requirement: Requirement) -> list[Context]:
        """Pull the default of an API in if nothing provides it so far, and if that is possible."""
        default, provider = requirement.default, self._solutions.selection.provider(requirement)
        if default is None or default.context is None or default.node in self._decided:
            return []
        if provider is not None and provider.node in self._decided:
            return []
        pulled_in = self._sketch.within(default.node, default.mask)
        if not self._solve([pulled_in]):
            return []
        self._sketch.add(pulled_in)
        self._newest(default.node, default.mask)
        return [default.context]

    def _newest(self, node: Node, mask: int = -1) -> None:
        """Fix a node, which is there, at the newest version that is possible, one of a mask."""
        if node in self._decided:
            return
        self._decided.add(node)
        possible, first = mask & self._universe.allowed(node), True
        while possible := possible & node.listing.better(self._chosen(node).place):
            self._tell(node)
            blocks = self._sketch.ordered(node, possible)
            count = 1 if first else (len(blocks) + 1) // 2
            tried = possible & sum(block.mask for block in blocks[:count])
            possible &= tried if self._solve([self._sketch.within(node, tried)]) else ~tried
            first = False
        self._sketch.fix(node, self._chosen(node).place)

    def _tell(self, node: Node) -> None:
        """Say what is being decided, should the time be over."""
        known = node.candidate(self._chosen(node).place).version
        self._deadline.doing = f"looking for the newest `{node.name}`; {known} would do"

    def _chosen(self, node: Node) -> Block:
        """Give which of a node's blocks is chosen."""
        return self._solutions.selection.chosen[node]

    # --- counting --------------------------------------------------------------------------------

    def _fewest(self, count: Callable[[], Iterable[int]]) -> None:
        """Make as few of these literals true as possible, and keep it so.

        All are hoped to be false.  Of hopes that fail together (a core) one has to be given up, and it is
        hoped that no second one has (Morgado, Dodaro and Marques-Silva 2014, OLL).  Literals that come
        into sight on the way join the hopes.
        """
        hopes: dict[int, tuple[Count, int] | None] = {
            -literal: None for literal in self._new(count)
        }
        done = self._solutions.selection.model.isdisjoint(-hope for hope in hopes)
        while not done:
            if self._solve(list(hopes)):
                new = self._new(count)
                hopes |= {-literal: None for literal in new}
                done = self._solutions.selection.model.isdisjoint(new)
            else:
                self._give_up(hopes)
        for hope in hopes:
            self._sketch.add(hope)
        self._counted.append(count)

    def _give_up(self, hopes: dict[int, tuple[Count, int] | None]) -> None:
        """Replace hopes that failed together by the next best ones."""
        failed = self._solutions.solver.core()
        if len(failed) == 1:
            self._sketch.add(-failed[0])
        else:
            counted = Count(self._sketch, [-hope for hope in failed])
            self._hope(hopes, counted, 1)
        for hope in failed:
            before = hopes.pop(hope)
            if before is not None:
                self._hope(hopes, before[0], before[1] + 1)

    def _hope(self, hopes: dict[int, tuple[Count, int] | None], count: Count, number: int) -> None:
        """Hope that no more than so many are true."""
        more = count.more_than(number)
        if more is not None:
            hopes[-more] = count, number

    def _new(self, count: Callable[[], Iterable[int]]) -> list[int]:
        """Give the literals to count that were not known before; two counts may have one in common."""
        new = [literal for literal in count() if (count, literal) not in self._known]
        self._known.update((count, literal) for literal in new)
        return new
