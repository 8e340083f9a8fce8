"""The objective: among all solutions, the one that `specs/resolve.md#objective` calls the best."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from mistpm.resolve.foundation import FoundedSolver, Selection
from mistpm.resolve.node import Context, Node, Option, Requirement


class Optimum:
    """Finds the best solution by fixing one level of the objective after the other.

    Each step asks the solver whether something better is possible and then adds what it found as a
    clause, so that the number of calls grows with the number of needed nodes, not of versions.
    """

    def __init__(self, founded: FoundedSolver, free: frozenset[str]) -> None:
        self._founded = founded
        self._encoding = founded.encoding
        self._solver = founded.solver
        self._free = free
        self._decided: set[Node] = set()
        self._deferred: deque[Requirement] = deque()

    def find(self) -> Selection | None:
        """Give the best solution, None where there is no solution."""
        if not self._founded.solve():
            return None
        nodes = self._encoding.nodes
        moves = self._encoding.moves
        self._fewest([moves[node] for node in moves if node.name not in self._free])
        asked = [node for node in nodes if node.asked is not None]
        for node in asked:
            self._newest(node)
        self._fewest([self._encoding.presence(node) for node in nodes if node.kind == "called"])
        self._walk(asked)
        return self._founded.selection

    def _walk(self, asked: Sequence[Node]) -> None:
        """Decide what is required breadth-first, and the defaults of APIs after everything else."""
        waiting = deque(context for node in asked for context in node.contexts)
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
        block = self._encoding.blocks[context.node][self._position(context.node)]
        for requirement in context.in_order(block.place):
            if not requirement.constrains:
                continue
            if requirement.use == "api":
                if requirement.default is not None:
                    self._deferred.append(requirement)
                continue
            option = self._decide(requirement)
            self._newest(option.node)
            if option.context is not None:
                found.append(option.context)
        return found

    def _decide(self, requirement: Requirement) -> Option:
        """Decide which series a caller uses: the newest that is possible."""
        picks = self._encoding.picks.get(requirement.decision)
        if picks is None:
            return requirement.options[0]
        for option in requirement.options:
            pick = picks[option.node]
            if pick in self._founded.model or self._founded.solve([pick]):
                self._solver.add([pick])
                return option
            self._solver.add([-pick])
        raise AssertionError(requirement)  # one of them is true in every model

    def _decide_default(self, requirement: Requirement) -> list[Context]:
        """Pull the default of an API in if nothing provides it so far, and if that is possible."""
        default, provider = requirement.default, self._founded.selection.provider(requirement)
        if default is None or default.context is None or default.node in self._decided:
            return []
        if provider is not None and provider.node in self._decided:
            return []
        pulled_in = self._encoding.variable()
        self._solver.add([-pulled_in, *self._encoding.within(default)])
        if not self._founded.solve([pulled_in]):
            return []
        self._solver.add([pulled_in])
        self._newest(default.node)
        return [default.context]

    def _newest(self, node: Node) -> None:
        """Fix a node, which is there, at the newest version that is possible."""
        if node in self._decided:
            return
        self._decided.add(node)
        upto = self._encoding.upto[node]
        first, best = 0, self._position(node)
        attempt = 0
        while first < best:
            self._tell(node, best)
            if self._founded.solve([upto[attempt]]):
                best = self._position(node)
            else:
                first = attempt + 1
            attempt = (first + best) // 2
        self._solver.add([self._encoding.blocks[node][best].literal])

    def _tell(self, node: Node, best: int) -> None:
        """Say what is being decided, should the time be over."""
        known = node.candidate(self._encoding.blocks[node][best].place).version
        self._solver.deadline.doing = f"looking for the newest `{node.name}`; {known} would do"

    def _position(self, node: Node) -> int:
        """Give which of a node's blocks is chosen."""
        blocks = self._encoding.blocks[node]
        return next(i for i, block in enumerate(blocks) if block.literal in self._founded.model)

    def _fewest(self, literals: Sequence[int]) -> None:
        """Make as few of these literals true as possible, and keep it so.

        Disjoint cores bound the number from below, the best solution so far from above; a totalizer
        (Bailleux and Boufkhad 2003) closes what is between.  Mostly each core is one literal that has
        to be true, and then nothing has to be counted.
        """
        hopes = dict.fromkeys(-literal for literal in literals)
        fewest, certain = 0, True
        while not self._founded.solve(list(hopes)):
            failed = self._solver.core()
            for hope in failed:
                hopes.pop(hope)
            fewest += 1
            certain &= len(failed) == 1
        if certain:
            for hope in hopes:
                self._solver.add([hope])
            return
        most = sum(literal in self._founded.model for literal in literals)
        at_least = self._totalizer(literals, most)
        while fewest < most and not self._founded.solve([-at_least[fewest]]):
            fewest += 1
        if fewest < len(literals):
            self._solver.add([-at_least[fewest]])

    def _totalizer(self, literals: Sequence[int], most: int) -> list[int]:
        """Count literals: the one at `n` is true where more than `n` of them are."""
        from pysat.card import ITotalizer

        top = self._encoding.variable()
        with ITotalizer(lits=list(literals), ubound=most, top_id=top) as totalizer:
            for clause in totalizer.cnf.clauses:
                self._solver.add(clause)
            self._encoding.reserve(totalizer.top_id)
            return list(totalizer.rhs)
