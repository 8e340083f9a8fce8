"""What of a model is needed: everything that is reached from the releases of the file."""

from __future__ import annotations

from collections import deque

from mistpm.resolve.search.sketch import Block, Sketch
from mistpm.resolve.world.choice import Choice
from mistpm.resolve.world.node import Context, Decision, Node, Option, Requirement


class Selection:
    """The part of a model that the releases of the file need.

    `chosen` has the needed nodes in breadth-first order, `contexts` how they are used, `required` tells
    what a version requires there, `picked` the series that each caller uses, `unprovided` the API requirements that nothing needed meets (none, as
    long as something needed was not asked what else it requires).

    `unwritten` are requirements that the model knows nothing of.  It is then no solution, and what it
    leaves open is guessed, so that as much as possible of what comes next is found at once.
    """

    def __init__(self, sketch: Sketch, model: frozenset[int]) -> None:
        self.sketch = sketch
        self.model = model
        self.chosen: dict[Node, Block] = {}
        self.contexts: dict[Context, None] = {}
        self.picked: dict[Decision, Option] = {}
        self.unwritten: list[Requirement] = []
        self.required = sketch.requiring(model)
        self._apis: list[Requirement] = []
        self._guesses: dict[Node, Block] = {}
        self._reach()

    @property
    def unprovided(self) -> list[Requirement]:
        """Requirements of APIs that nothing needed meets."""
        unasked = self.sketch.unasked
        if any(b.mask & unasked(node, self.model) for node, b in self.chosen.items() if self._apis):
            return []
        return [requirement for requirement in self._apis if self.provider(requirement) is None]

    def block(self, node: Node) -> Block | None:
        """Give what the model chooses for a node, needed or not."""
        return self.sketch.chosen(node, self.model) or self._guesses.get(node)

    def provider(self, requirement: Requirement) -> Option | None:
        """Give the needed node that provides a required API."""
        return next((option for option in requirement.options if self._is_met(option)), None)

    def choice(self) -> Choice:
        """Give what is chosen, free of the solver."""
        places = {node: block.place for node, block in self.chosen.items()}
        return Choice(places, self.contexts, self.picked)

    def _is_met(self, option: Option) -> bool:
        block = self.chosen.get(option.node)
        return block is not None and bool(block.mask & option.mask)

    def _reach(self) -> None:
        """Walk from the releases of the file along what is required."""
        universe, sketch = self.sketch.universe, self.sketch
        required = self.required
        waiting = deque(context for node in universe.roots for context in node.contexts)
        while waiting:
            context = waiting.popleft()
            node = context.node
            block = self.chosen.get(node) or self.block(node)
            if context in self.contexts or block is None:
                continue
            self.contexts[context] = None
            self.chosen[node] = block
            universe.require(context, node.listing.profile(block.place))
            for requirement in required(context, block.place):
                if requirement.constrains:
                    if not sketch.is_written(requirement):
                        self.unwritten.append(requirement)
                        self._guess(requirement)
                    waiting += self._follow(requirement)

    def _guess(self, requirement: Requirement) -> None:
        """Take the best of what meets a requirement, where the model has nothing to say."""
        for option in requirement.options[:1]:
            node = option.node
            possible = option.mask & self.sketch.universe.allowed(node)
            if possible and self.block(node) is None:
                place = node.listing.best(possible)
                self._guesses[node] = Block(mask=1 << place, place=place, literal=0)

    def _follow(self, requirement: Requirement) -> list[Context]:
        """Give the contexts that a requirement brings along."""
        options: tuple[Option, ...] = requirement.options
        if requirement.use == "api":
            self._apis.append(requirement)
            options = (requirement.default,) if requirement.default is not None else ()
        elif requirement.use == "call":
            options = self._pick(requirement)
        found = []
        for option in options:
            block = self.chosen.get(option.node) or self.block(option.node)
            if option.context is not None and block is not None and block.mask & option.mask:
                found.append(option.context)
        return found

    def _pick(self, requirement: Requirement) -> tuple[Option, ...]:
        picks = self.sketch.picks.get(requirement.decision, {})
        for option in requirement.options:
            if not picks or picks[option.node] in self.model:
                self.picked[requirement.decision] = option
                return (option,)
        return ()
