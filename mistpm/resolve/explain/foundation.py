"""What of an explanation's model is needed: nothing that only holds itself up provides an API.

`specs/resolve.md#foundation`; the search has the same of its own (`solutions.py`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Sequence

from mistpm.resolve.explain.encoding import Block, Encoding
from mistpm.resolve.search.solver import Solver
from mistpm.resolve.world.node import Context, Node, Option, Requirement


class Selection:
    """The part of a model that the releases of the file need.

    `chosen` has the needed nodes in breadth-first order, `contexts` how they are used, `unprovided` the API
    requirements that nothing needed meets.
    """

    def __init__(self, encoding: Encoding, model: frozenset[int]) -> None:
        self.encoding = encoding
        self.model = model
        self.chosen: dict[Node, Block] = {}
        self.contexts: dict[Context, None] = {}
        self._apis: list[Requirement] = []
        self._reach()
        self.unprovided = tuple(r for r in self._apis if self.provider(r) is None)

    def block(self, node: Node) -> Block | None:
        """Give what the model chooses for a node, needed or not."""
        blocks = self.encoding.blocks[node]
        return next((block for block in blocks if block.literal in self.model), None)

    def provider(self, requirement: Requirement) -> Option | None:
        """Give the needed node that provides a required API."""
        return next((option for option in requirement.options if self._is_met(option)), None)

    def _is_met(self, option: Option) -> bool:
        block = self.chosen.get(option.node)
        return block is not None and bool(block.mask & option.mask)

    def _reach(self) -> None:
        """Walk from the releases of the file along what is required."""
        waiting = deque(
            context
            for node in self.encoding.nodes
            if node.asked is not None
            for context in node.contexts
        )
        while waiting:
            context = waiting.popleft()
            block = self.block(context.node)
            if context in self.contexts or block is None:
                continue
            self.contexts[context] = None
            self.chosen[context.node] = block
            for requirement in context.at(block.place):
                if requirement.constrains:
                    waiting.extend(self._follow(requirement))

    def _follow(self, requirement: Requirement) -> Iterator[Context]:
        """Give the contexts that a requirement brings along."""
        options: tuple[Option, ...] = requirement.options
        if requirement.use == "api":
            if self.encoding.switch(requirement.cause) in self.model:
                self._apis.append(requirement)
            options = (requirement.default,) if requirement.default is not None else ()
        elif requirement.use == "call":
            options = self._pick(requirement)
        for option in options:
            context, block = option.context, self.block(option.node)
            if context is not None and block is not None and block.mask & option.mask:
                yield from (context,) if self.encoding.use(context) in self.model else ()

    def _pick(self, requirement: Requirement) -> tuple[Option, ...]:
        picks = self.encoding.picks.get(requirement.decision)
        for option in requirement.options:
            if picks is None or picks[option.node] in self.model:
                return (option,) if picks else requirement.options
        return ()


class FoundedSolver:
    """Finds only models in which every required API is provided by something that is needed.

    `formulas` are the clauses that this took so far.  What explains a conflict switches causes off: then
    their requirements bind nobody, but what meets them is still there for a reason.
    """

    def __init__(self, encoding: Encoding, solver: Solver) -> None:
        self.encoding = encoding
        self.solver = solver
        self.formulas: list[list[int]] = []
        self._needs_providers = any(r.use == "api" for r in encoding.requirements)

    def decide(self, assumptions: Sequence[int] = (), *, conflicts: int = 0) -> bool | None:
        """Tell whether there is a solution under assumptions, with a budget as in `Solver.solve`.

        A model that is not founded is excluded by a loop formula (as in answer set programming, Lin and
        Zhao 2004), of which there are finitely many, so this ends.
        """
        while True:
            answer = self.solver.solve(assumptions, conflicts=conflicts)
            if not answer or not self._needs_providers:
                return answer
            selection = Selection(self.encoding, self.solver.model())
            if not selection.unprovided:
                return True
            self._exclude(selection)

    def _add(self, clause: list[int]) -> None:
        self.formulas.append(clause)
        self.solver.add(clause)

    def _exclude(self, selection: Selection) -> None:
        """Demand of what is there without need that something outside of it brings it along."""
        encoding, model = self.encoding, selection.model
        loose: dict[Context, None] = {}
        for node in encoding.nodes:
            if encoding.presence(node) in model:
                for context in node.contexts:
                    used = node not in selection.chosen or encoding.use(context) in model
                    if used and context not in selection.contexts:
                        loose[context] = None
        supports = list(self._supports(loose))
        for context in loose:
            self._add([-encoding.use(context), *supports])
            if context.node not in selection.chosen:
                self._add([-encoding.presence(context.node), *supports])

    def _supports(self, loose: Collection[Context]) -> Iterator[int]:
        """Give a literal for each way in which something outside brings one of these along."""
        encoding = self.encoding
        for requirement in encoding.supporting:
            if requirement.context in loose:
                continue
            default = (requirement.default,) if requirement.default is not None else ()
            for option in default if requirement.use == "api" else requirement.options:
                if option.context in loose:
                    yield self._support(requirement, option)

    def _support(self, requirement: Requirement, option: Option) -> int:
        """Give a literal that is true only if a requirement brings an option along."""
        encoding, context = self.encoding, requirement.context
        support = encoding.variable()
        picks = encoding.picks.get(requirement.decision, {})
        brought = () if option.context is None else (encoding.use(option.context),)
        for literal in (
            encoding.use(context),
            *brought,
            *([picks[option.node]] if picks else ()),
        ):
            self._add([-support, literal])
        self._add([-support, *encoding.holding(requirement)])
        self._add([-support, *encoding.within(option)])
        return support
