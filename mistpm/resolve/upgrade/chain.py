"""Chains: states that follow each other, each a set of versions, in one formula.

`specs/upgrade-path.md#clauses`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import permutations, product

from msgspec.structs import replace

from mistpm.model.question import Held, Question
from mistpm.model.version import Version
from mistpm.resolve.search.formula import Formula
from mistpm.resolve.search.sketch import Block, Sketch
from mistpm.resolve.upgrade.course import Course
from mistpm.resolve.upgrade.way import Span, Way
from mistpm.resolve.world.computed import Known
from mistpm.resolve.world.division import key
from mistpm.resolve.world.node import Context, Node, Option, Requirement
from mistpm.resolve.world.profile import mask_of
from mistpm.resolve.world.requiring import answered
from mistpm.resolve.world.universe import Universe


class Chain:
    """The states, and what holds between two of them.

    All are about the same nodes, whose versions are divided into the same blocks everywhere: so that a version
    stays is said block by block.  What is held comes before the first state.  Where there is a `target`, the
    states that `end` the chain are at its versions.
    """

    def __init__(
        self, universe: Universe, way: Way, furthest: int, target: Held | None = None
    ) -> None:
        self.universe = universe
        self.target = target
        self.way = way
        self.formula = Formula()
        self.course = Course(self.formula, way, furthest)
        self.states: list[State] = []
        self._halvings: dict[Node, list[tuple[int, int, int]]] = {}
        self._changed: dict[tuple[int, Node], int] = {}
        self._answers: dict[tuple[Context, int, Span], tuple[Requirement, ...]] = {}
        self._spans: dict[Requirement, Span] = {}

    def extend(self) -> None:
        """Add a state, in which nothing that was known before is missing."""
        self.course.extend()
        state = State(self, len(self.states))
        self.states.append(state)
        for node in self._halvings:
            state.begin(node)
            for halving in self._halvings[node]:
                state.split(node, *halving)
            self._connect(node, state.number)
            state.constrain(node)

    def changes(self) -> list[int]:
        """Give what says that something moves without leave, of every state."""
        return [literal for state in self.states for literal in state.moves]

    def exchanges(self) -> list[int]:
        """Give what says that something which stays is met by something else, of every state."""
        return [literal for state in self.states for literal in state.exchanges]

    # --- what holds in all states ----------------------------------------------------------------

    def enter(self, node: Node) -> None:
        """Let all states know a node."""
        self._halvings[node] = []
        for state in self.states:
            state.begin(node)
        for state in self.states:
            self._connect(node, state.number)
        for state in self.states:
            state.constrain(node)

    def halve(self, node: Node, mask: int, one: int, other: int) -> None:
        """Divide a block of a node in all states."""
        self._halvings[node].append((mask, one, other))
        for state in self.states:
            state.split(node, mask, one, other)
        for state in self.states[1:]:
            self._keep(node, state, (one, other))

    def changed(self, state: State, node: Node) -> int:
        """Give a literal that is true where a node that stays is not what it was in the state before."""
        return self._changed[state.number, node]

    def _connect(self, node: Node, number: int) -> None:
        if number:
            self._changed[number, node] = self.formula.variable()
            halves = [half for _, *both in self._halvings[node] for half in both]
            self._keep(node, self.states[number], halves)

    def _keep(self, node: Node, state: State, masks: Iterable[int]) -> None:
        """Let a node that has not changed be in the block in which it was, if it is there."""
        before, changed = self.states[state.number - 1], self.changed(state, node)
        for mask in masks:
            was, now = (each.literal(node, mask) for each in (before, state))
            self.formula.add(changed, -was, -state.presence(node), now)

    # --- what is computed ------------------------------------------------------------------------

    def question(self, span: Span) -> Question:
        """Give the question as it is on a span of the way."""
        return replace(self.universe.question, minors=self.way.minors(span))

    def known(self, node: Node, span: Span) -> Known:
        """Give what a node's versions answered when they were asked as on a span."""
        return self.universe.catalogue.computed.known(node, self.question(span))

    def answered(self, context: Context, place: int, span: Span) -> tuple[Requirement, ...]:
        """Give what a version requires besides on a span, as far as it was asked."""
        found = self._answers.get((context, place, span))
        if found is None:
            answer = self.known(context.node, span)[0].get(place, {})
            found = answered(self.universe, context, place, answer, span)
            self._answers[context, place, span] = found
            self._spans.update(dict.fromkeys(found, span))
        return found

    def span_of(self, requirement: Requirement) -> Span:
        """Give the span on which a computed requirement is one."""
        return self._spans[requirement]

    def asked(self, node: Node) -> dict[int, list[Span]]:
        """Give on which spans versions were asked, by their bits."""
        found: dict[int, list[Span]] = {}
        for last in range(self.way.last + 1):
            for first in range(last + 1):
                for place in self.known(node, (first, last))[0]:
                    found.setdefault(place, []).append((first, last))
        return found


class State(Sketch):
    """The clauses of one state of a chain; where its `end` is true, the chain ends with it."""

    def __init__(self, chain: Chain, number: int) -> None:
        super().__init__(chain.universe, chain.formula)
        self.settle()
        self.number = number
        self.end = self.variable()
        self._chain = chain

    def literal(self, node: Node, mask: int) -> int:
        """Give the literal of the block with just these versions."""
        return self._exact.get((node, key(mask))) or self.presence(node)

    # --- nodes -----------------------------------------------------------------------------------

    def enter(self, node: Node) -> None:
        """Write what holds of a node whatever is chosen beside it, in all states."""
        if node not in self.blocks:
            self._chain.enter(node)

    def begin(self, node: Node) -> None:
        """Make the block that says that a node is there."""
        self._begin(node)

    def constrain(self, node: Node) -> None:
        """Write what holds of a node in this state, and between the state before and this one."""
        self._constrain(node)
        for range_, mask in node.listing.kubernetes.items():
            for position in self._chain.way.unsupported(range_):
                covers = self._chain.course.covers(self.number, position)
                self.add(-covers, -self.holding(node, mask))
        if node.kind != "called":
            self._follow(node)
        if self._chain.target is not None:
            self._aim(node, self._chain.target)

    def _aim(self, node: Node, target: Held) -> None:
        """Let a chain that ends here end at a target's version; what the target does not have is not there."""
        version = version_of(target, node)
        place = None if version is None else node.listing.place(version)
        there = [] if place is None else [self.within(node, 1 << place)]
        self.add(-self.end, -self.presence(node), *there)

    def drifts(self) -> list[int]:
        """Give what says that something that is held has moved by now without leave."""
        stay = [node for node in self.blocks if node.stays]
        return [self.holding(node, node.listing.all & ~node.held_mask) for node in stay]

    def split(self, node: Node, mask: int, one: int, other: int) -> None:
        """Divide the block with these versions."""
        super()._halve(node, self.blocks[node][self.literal(node, mask)], one, other)

    def _halve(self, node: Node, block: Block, one: int, other: int) -> tuple[Block, Block]:
        self._chain.halve(node, block.mask, one, other)
        return self._halves[block.literal]

    def _hold(self, node: Node) -> None:
        """Say when a node has moved: from what is held, or from what it was in the state before."""
        if self.number == 0:
            super()._hold(node)
        elif node.name not in self.universe.problem.held.free:
            self.moves.append(self._chain.changed(self, node))

    def _follow(self, node: Node) -> None:
        """Let versions come only after those from which their `upgrades.from` allows to move."""
        for range_, mask in node.listing.following.items():
            outside = node.listing.all & ~node.listing.matching(range_.versions)
            if self.number and outside:
                was = self._chain.states[self.number - 1].holding(node, outside)
                stays = -self._chain.changed(self, node)
                self.add(-was, -self.holding(node, mask), stays)
            elif not self.number and node.held is not None and node.held not in range_.versions:
                self.add(-self.holding(node, mask & ~node.held_mask))

    # --- requirements ----------------------------------------------------------------------------

    def requiring(self, model: frozenset[int]) -> Callable[[Context, int], Sequence[Requirement]]:
        """Leave out what Kubernetes provides on the state's span, and add what was computed for it."""
        chain = self._chain
        span = chain.course.span(self.number, model)

        def required(context: Context, place: int) -> Sequence[Requirement]:
            listing = context.node.listing
            stated = context.requirements[listing.profile(place)]
            found = [r for r in stated if r.api is None or self._is_lacking(r, span)]
            if context.node.kind != "called" and listing.computing >> place & 1:
                found += chain.answered(context, place, span)
            return found

        return required

    def unasked(self, node: Node, model: frozenset[int]) -> int:
        """Give the versions that were not asked what they require on the state's span."""
        if node.kind == "called" or not node.listing.computing:
            return 0
        span = self._chain.course.span(self.number, model)
        return node.listing.computing & ~mask_of(self._chain.known(node, span)[0])

    def _is_lacking(self, requirement: Requirement, span: Span) -> bool:
        """Tell whether Kubernetes does not provide a required API somewhere on a span."""
        api = requirement.api
        first, last = span
        return api is None or any(first <= p <= last for p in self._chain.way.lacking(api))

    def cases(self, requirement: Requirement) -> list[list[int]]:
        """Give the positions at which Kubernetes lacks an API, and the span for which it was computed."""
        course, api = self._chain.course, requirement.api
        found: list[list[int]] = [[]]
        if api is not None:
            found = [[-course.covers(self.number, p)] for p in self._chain.way.lacking(api)]
        if requirement.computed:
            span = course.spans(self.number, self._chain.span_of(requirement))
            found = [[*when, -span] for when in found]
        return found

    def _write_exchange(self, requirement: Requirement, picks: dict[Node, int]) -> None:
        """Say that what has not changed has something else meet a requirement than in the state before."""
        node, free = requirement.context.node, self.universe.problem.held.free
        if self.number == 0:
            super()._write_exchange(requirement, picks)
        elif (
            requirement.use != "install" and len(requirement.options) > 1 and node.name not in free
        ):
            before = self._chain.states[self.number - 1]
            rest = [self._exchange(requirement), self._chain.changed(self, node)]
            rest += [*before.unused(requirement), *self.unused(requirement)]
            for was, now in permutations(requirement.options, 2):
                for cases in product(before.cases(requirement), self.cases(requirement)):
                    if was.node.name not in free:
                        literals = -before.met(requirement, was), -self.met(requirement, now)
                        self.add(*rest, *cases[0], *cases[1], *literals)

    def unused(self, requirement: Requirement) -> list[int]:
        """Give what is false, all of it, where a version with a requirement is there in its context."""
        context = requirement.context
        found = [-self.holding(context.node, requirement.holders)]
        return [*found, -self.use(context)] if context.node.kind == "called" else found

    def met(self, requirement: Requirement, option: Option) -> int:
        """Give what is true where an option meets a requirement."""
        if requirement.use == "call":
            return self.pick(requirement)[option.node]
        self.enter(option.node)
        return self.holding(option.node, option.mask)

    def _hopes(self) -> list[int]:
        found: list[int] = []
        for node in tuple(self.universe.nodes.values()):
            computing = node.listing.computing & node.domain if node.kind != "called" else 0
            if computing:
                self.enter(node)
                asked = self._chain.asked(node)
                found.append(self.within(node, computing & ~mask_of(asked)))
                found += [self._hope(node, place, spans) for place, spans in asked.items()]
        return found

    def _hope(self, node: Node, place: int, spans: Iterable[Span]) -> int:
        """Give what says that a version is there on a span on which it was not asked."""
        hope = self.variable()
        self.add(-hope, self.within(node, 1 << place))
        for span in spans:
            self.add(-hope, -self._chain.course.spans(self.number, span))
        return hope


def version_of(held: Held, node: Node) -> Version | None:
    """Give the version that is held of a node."""
    if node.kind == "called":
        return held.called.get(node.name)
    package, version = held.releases.get(node.name, (None, None))
    return version if package == node.package else None
