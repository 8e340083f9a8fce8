"""What of a model is needed: everything that is reached from the releases of the file."""

from __future__ import annotations

from functools import cached_property

from mistpm.resolve.search.sketch import Block, Sketch
from mistpm.resolve.world.choice import Choice
from mistpm.resolve.world.node import Context, Decision, Node, Option, Requirement


class Selection:
    """The part of a model that the releases of the file need; walked when somebody asks for it.

    `chosen` has the needed nodes in breadth-first order, `contexts` how they are used, `required` tells
    what a version requires there, `picked` the series that each caller uses, `unprovided` the API requirements
    that nothing needed meets (none, as long as something needed was not asked what else it requires).

    `unwritten` are requirements that the model knows nothing of.  It is then no solution, and what it
    leaves open is guessed, so that as much as possible of what comes next is found at once.
    """

    def __init__(self, sketch: Sketch, model: frozenset[int]) -> None:
        self.sketch = sketch
        self.model = model
        self.required = sketch.requiring(model)

    @property
    def is_familiar(self) -> bool:
        """Whether everything chosen was looked at before, so that the model is a solution."""
        return self.sketch.novel.isdisjoint(self.model)

    @cached_property
    def _needed(self) -> _Needed:
        return _Needed(self)

    @property
    def chosen(self) -> dict[Node, Block]:
        """Give the needed nodes, each with the block that is chosen."""
        return self._needed.chosen

    @property
    def contexts(self) -> dict[Context, None]:
        """Give how needed nodes are used."""
        return self._needed.contexts

    @property
    def picked(self) -> dict[Decision, Option]:
        """Give the series that each caller uses."""
        return self._needed.picked

    @property
    def unwritten(self) -> list[Requirement]:
        """Give the requirements that the model knows nothing of."""
        return self._needed.unwritten

    @property
    def unprovided(self) -> list[Requirement]:
        """Requirements of APIs that nothing needed meets."""
        apis, unasked = self._needed.apis, self.sketch.unasked
        if any(b.mask & unasked(node, self.model) for node, b in self.chosen.items() if apis):
            return []
        return [requirement for requirement in apis if self.provider(requirement) is None]

    def block(self, node: Node) -> Block | None:
        """Give what the model chooses for a node, needed or not."""
        return self.sketch.chosen(node, self.model)

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


class _Needed:
    """A walk from the releases of the file along what is required; `apis` are requirements of APIs."""

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._sketch = selection.sketch
        self.chosen: dict[Node, Block] = {}
        self.contexts: dict[Context, None] = {}
        self.picked: dict[Decision, Option] = {}
        self.unwritten: list[Requirement] = []
        self.apis: list[Requirement] = []
        self._guesses: dict[Node, Block] = {}
        self._reach()

    def _reach(self) -> None:
        universe, required = self._sketch.universe, self._selection.required
        waiting = [context for node in universe.roots for context in node.contexts]
        for context in waiting:
            node = context.node
            block = self._block(node)
            if context in self.contexts or block is None:
                continue
            self.contexts[context] = None
            self.chosen[node] = block
            universe.require(context, node.listing.profile(block.place))
            for requirement in required(context, block.place):
                if requirement.constrains:
                    if not self._sketch.is_written(requirement):
                        self.unwritten.append(requirement)
                        self._guess(requirement)
                    waiting += self._follow(requirement)

    def _block(self, node: Node) -> Block | None:
        return self.chosen.get(node) or self._selection.block(node) or self._guesses.get(node)

    def _guess(self, requirement: Requirement) -> None:
        """Take the best of what meets a requirement, where the model has nothing to say."""
        for option in requirement.options[:1]:
            node = option.node
            possible = option.mask & self._sketch.universe.allowed(node)
            if possible and self._block(node) is None:
                place = node.listing.best(possible)
                self._guesses[node] = Block(mask=1 << place, place=place, literal=0)

    def _follow(self, requirement: Requirement) -> list[Context]:
        """Give the contexts that a requirement brings along."""
        options: tuple[Option, ...] = requirement.options
        if requirement.use == "api":
            self.apis.append(requirement)
            options = (requirement.default,) if requirement.default is not None else ()
        elif requirement.use == "call":
            options = self._pick(requirement)
        found = []
        for option in options:
            block = self._block(option.node)
            if option.context is not None and block is not None and block.mask & option.mask:
                found.append(option.context)
        return found

    def _pick(self, requirement: Requirement) -> tuple[Option, ...]:
        picks = self._sketch.picks.get(requirement.decision, {})
        for option in requirement.options:
            if not picks or picks[option.node] in self._selection.model:
                self.picked[requirement.decision] = option
                return (option,)
        return ()
