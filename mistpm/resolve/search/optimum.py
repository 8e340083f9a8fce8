"""The objective: among all solutions, the one that `specs/resolve.md#objective` calls the best."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from mistpm.resolve.search.improvement import Improvement
from mistpm.resolve.search.selection import Selection
from mistpm.resolve.search.sketch import Block
from mistpm.resolve.world.node import Context, Node, Option, Requirement, in_order


class Optimum:
    """Improves a solution, by fixing one level of the objective after the other.

    Each step asks the solver whether something better is possible and then adds what it found as a
    clause, so that the number of calls grows with the number of needed nodes, not of versions.  Of several
    sketches it is about the one at `at`.
    """

    def __init__(self, improvement: Improvement, at: int = 0) -> None:
        solutions = improvement.solutions
        self._improvement = improvement
        self._at = at
        self._deadline = solutions.solver.deadline
        self._sketch = solutions.sketches[at]
        self._universe = self._sketch.universe
        self._decided: set[Node] = set()
        self._deferred: deque[Requirement] = deque()

    def find(self) -> Selection:
        """Give the best solution; there is one, which was found last."""
        self._improvement.fewest(lambda: self._sketch.moves)
        self._improvement.fewest(lambda: self._sketch.exchanges)
        self.renew_roots()
        self.renew_rest()
        return self._selection

    def renew_roots(self) -> None:
        """Let the releases of the file be as new, and then series as few, as possible."""
        for node in self._universe.roots:
            self._newest(node)
            self._deadline.settled.append(node.name)
        self._improvement.fewest(self._calls)

    @property
    def _selection(self) -> Selection:
        return self._improvement.found[self._at]

    def _solve(self, assumptions: Sequence[int]) -> bool:
        return self._improvement.solve(assumptions)

    def _calls(self) -> Iterable[int]:
        """Give what says that a called package is there, of those that are known."""
        sketch = self._sketch
        return [sketch.presence(node) for node in sketch.blocks if node.kind == "called"]

    def renew_rest(self, *, stated_only: bool = False) -> None:
        """Decide what is required breadth-first, and the defaults of APIs after everything else.

        With `stated_only` it is only what descriptors require of packages, whatever Kubernetes is there.
        """
        waiting = deque(context for node in self._universe.roots for context in node.contexts)
        seen: set[Context] = set()
        while waiting or self._deferred:
            if waiting:
                context = waiting.popleft()
                if context not in seen:
                    seen.add(context)
                    waiting.extend(self._decide_all(context, stated_only=stated_only))
            else:
                waiting.extend(self._decide_default(self._deferred.popleft()))

    def _decide_all(self, context: Context, *, stated_only: bool) -> list[Context]:
        """Decide what a context requires, by package; gives the contexts that follow."""
        found = []
        required = self._selection.required(context, self._chosen(context.node).place)
        for requirement in in_order(required):
            depends = requirement.use == "api" or requirement.computed
            if not requirement.constrains or (stated_only and depends):
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
            if pick in self._selection.model or self._solve([pick]):
                self._sketch.add(pick)
                return option
            self._sketch.add(-pick)
        raise AssertionError(requirement)  # one of them is true in every model

    def _decide_default(self, requirement: Requirement) -> list[Context]:
        """Pull the default of an API in if nothing provides it so far, and if that is possible."""
        default, provider = requirement.default, self._selection.provider(requirement)
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
        """Give which block of a node that is needed is chosen."""
        block = self._selection.block(node)
        assert block is not None  # noqa: S101 - it is needed
        return block
