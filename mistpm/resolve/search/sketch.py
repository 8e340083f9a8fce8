"""The clauses: a universe's constraints as propositional logic, written when a model runs into them.

`specs/resolve.md#clauses`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import accumulate, combinations

from msgspec import Struct

from mistpm.model.cause import Cause
from mistpm.resolve.search.formula import Formula
from mistpm.resolve.world.division import Key, divided, key
from mistpm.resolve.world.node import Context, Decision, Node, Requirement
from mistpm.resolve.world.universe import Universe


class Block(Struct, frozen=True, kw_only=True, eq=False):
    """Versions of a node that no clause tells apart; `place` is the best, the one to choose."""

    mask: int
    place: int
    literal: int


class Sketch:
    """Clauses over numbered variables, for as much of a universe as was asked for.

    The versions of a node are `blocks`: first one of all versions, whose literal says that the node is
    there; a mask that tells versions of a block apart divides it, and its literal then says that one of
    the two halves is chosen.

    Clauses that stem from a cause are in force where its selector is true, until all are for good
    (`settle`); `spoken_of` has the versions that it speaks of.  `picks` are the series that callers
    choose between; `moves` say that something held has changed, `exchanges` that something held which
    has not changed calls or is provided with something else than before.  `novel` are the literals of blocks
    whose version nobody has looked at: a model without any of these is a solution.
    """

    def __init__(self, universe: Universe, formula: Formula | None = None) -> None:
        self.universe = universe
        self.formula = formula or Formula()
        self.selectors: dict[Cause, int] = {}
        self.spoken_of: dict[Cause, tuple[Node, int]] = {}
        self.blocks: dict[Node, dict[int, Block]] = {}
        self.picks: dict[Decision, dict[Node, int]] = {}
        self.moves: list[int] = []
        self.exchanges: list[int] = []
        self.novel: set[int] = set()
        self.is_settled = False
        self._wholes: dict[Node, Block] = {}
        self._halves: dict[int, tuple[Block, Block]] = {}
        self._exact: dict[tuple[Node, Key], int] = {}
        self._within: dict[tuple[Node, Key], int] = {}
        self._holding: dict[tuple[Node, Key], int] = {}
        self._uses: dict[Context, int] = {}
        self._written: dict[Requirement, int] = {}
        self._exchanged: dict[Decision, int] = {}
        self._fixed: dict[Node, int] = {}
        self._familiar: dict[Node, int] = {}
        self._true = self.variable()
        self.add(self._true)

    def variable(self) -> int:
        """Give a new variable."""
        return self.formula.variable()

    def add(self, *literals: int) -> None:
        """Add a clause: one of these literals is true."""
        self.formula.add(*literals)

    # --- what literals say -----------------------------------------------------------------------

    def presence(self, node: Node) -> int:
        """Give the literal that says that a node is there."""
        return self._wholes[node].literal

    def within(self, node: Node, mask: int) -> int:
        """Give a literal that is true only if a node is at one of these versions."""
        of = node, key(mask)
        literal = self._exact.get(of) or self._within.get(of)
        if literal is None:
            parts = self._cover(node, mask) or [-self._true]
            literal = parts[0] if len(parts) == 1 else self.variable()
            if len(parts) > 1:
                self.add(-literal, *parts)
            self._within[of] = literal
        return literal

    def holding(self, node: Node, mask: int) -> int:
        """Give a literal that is true if a node is at one of these versions."""
        of = node, key(mask)
        literal = self._exact.get(of) or self._holding.get(of)
        if literal is None:
            parts = self._cover(node, mask) or [-self._true]
            literal = parts[0] if len(parts) == 1 else self.variable()
            for part in parts if len(parts) > 1 else ():
                self.add(-part, literal)
            self._holding[of] = literal
        return literal

    def use(self, context: Context) -> int:
        """Give the literal that says that a node is used in a context; a release has only one."""
        if context.node.kind != "called":
            return self.presence(context.node)
        literal = self._uses.get(context)
        if literal is None:
            literal = self._uses[context] = self.variable()
            self.novel.update(self.blocks[context.node])
            self._familiar[context.node] = 0
        return literal

    def ordered(self, node: Node, mask: int) -> list[Block]:
        """Give the blocks that have some of these versions, the best first."""
        blocks: list[Block] = []
        waiting = [self._wholes[node]]
        while waiting:
            block = waiting.pop()
            if block.mask & mask:
                halves = self._halves.get(block.literal)
                waiting += halves or ()
                blocks += () if halves else (block,)
        return sorted(blocks, key=lambda block: node.listing.rank(1 << block.place))

    def fix(self, node: Node, place: int) -> None:
        """Let a node be at a version from now on, however its block is divided later."""
        self._fixed[node] = place
        self.add(*(literal for literal, b in self.blocks[node].items() if b.mask >> place & 1))

    def guard(self, cause: Cause | None, node: Node, mask: int) -> list[int]:
        """Give what switches a clause off with its cause, and remember which versions it is about."""
        if self.is_settled or cause is None:
            return []
        selector = self.selectors.get(cause)
        if selector is None:
            selector = self.selectors[cause] = self.variable()
            self.spoken_of[cause] = node, mask
        else:
            self.spoken_of[cause] = node, self.spoken_of[cause][1] | mask
        return [-selector]

    def settle(self) -> None:
        """Let all causes be in force for good."""
        self.is_settled = True
        for selector in self.selectors.values():
            self.add(selector)

    # --- writing clauses -------------------------------------------------------------------------

    def enter(self, node: Node) -> None:
        """Write what holds of a node whatever is chosen beside it."""
        if node not in self.blocks:
            self._begin(node)
            self._constrain(node)

    def _begin(self, node: Node) -> None:
        """Make the block that says that a node is there."""
        listing, there = node.listing, self.variable()
        everything = Block(mask=listing.all, place=listing.best(listing.all), literal=there)
        self.blocks[node] = {there: everything}
        self._wholes[node] = everything
        self._familiar[node] = 0
        self.novel.add(there)

    def _constrain(self, node: Node) -> None:
        """Write what the file, exclusions and what is held say of a node."""
        if node.listing.yanked:
            self._cover(node, node.listing.yanked)
        if node.asked is not None:
            is_root = node in self.universe.roots
            head = self.guard(node.asked, node, node.range) if is_root else [-self.presence(node)]
            self.add(*head, self.within(node, node.range))
        for exclusion in node.exclusions:
            guard = self.guard(exclusion.cause, node, exclusion.mask)
            self.add(*guard, -self.holding(node, exclusion.mask))
        self._hold(node)

    def _hold(self, node: Node) -> None:
        """Say when a node that is held has moved."""
        if node.stays:
            self.moves.append(self.holding(node, node.listing.all & ~node.held_mask))

    def is_written(self, requirement: Requirement) -> bool:
        """Tell whether a requirement has its clauses, for all versions known to have it."""
        return self._written.get(requirement) == requirement.holders

    def write(self, requirement: Requirement) -> None:
        """Demand: where a version with the requirement is chosen in its context, so is an option."""
        self._written[requirement] = requirement.holders
        context = requirement.context
        node = context.node
        self.enter(node)
        if requirement.use == "api":
            self.universe.know_everything()
        for option in requirement.options:
            self.enter(option.node)
        head = self.guard(requirement.cause, node, requirement.holders)
        head.append(-self.holding(node, requirement.holders))
        if node.kind == "called":
            head.append(-self.use(context))
        several = requirement.use != "api" and len(requirement.options) > 1
        picks = self.pick(requirement) if several else {}
        for case in self.cases(requirement):
            self._write_case([*head, *case], requirement, picks)
        self._write_exchange(requirement, picks)

    def _write_case(
        self, head: list[int], requirement: Requirement, picks: dict[Node, int]
    ) -> None:
        """Demand that one of the options is there, and used as it is called."""
        if requirement.use == "api":
            options = [self.within(option.node, option.mask) for option in requirement.options]
            self.add(*head, *options, *self._hopes())
        elif picks:
            self.add(*head, *picks.values())
        else:
            self.add(*head, *(self.within(o.node, o.mask) for o in requirement.options))
        self._write_uses(requirement, head, picks)

    def requiring(self, model: frozenset[int]) -> Callable[[Context, int], Sequence[Requirement]]:
        """Give what tells which requirements a version has in a context, in a model."""
        del model
        return Context.at

    def unasked(self, node: Node, model: frozenset[int]) -> int:
        """Give the versions of a node of which nobody knows, in a model, what they require besides."""
        del model
        return node.unasked

    def cases(self, requirement: Requirement) -> list[list[int]]:
        """Give what is false, all of it, where a requirement is in force: in each of these cases."""
        del requirement
        return [[]]

    def exclude(self, cause: Cause, *choices: tuple[Node, int]) -> None:
        """Let two nodes not both be at these versions; the cause speaks of the first."""
        node, mask = choices[0]
        self.add(*self.guard(cause, node, mask), *(-self.holding(*choice) for choice in choices))

    def _hopes(self) -> list[int]:
        """Give what says that something is there of which nobody knows yet what it brings along."""
        nodes = self.universe.nodes.values()
        hopes = [(node, node.unasked) for node in nodes if node.unasked & node.domain]
        for node, _ in hopes:
            self.enter(node)
        return [self.within(node, mask) for node, mask in hopes]

    def _write_uses(
        self, requirement: Requirement, head: list[int], picks: dict[Node, int]
    ) -> None:
        """Demand that what is called is used in the context in which it is called."""
        for option in requirement.options:
            if option.context is not None and option.node.kind == "called":
                picked = [-picks[option.node]] if picks else []
                self.add(*head, *picked, self.use(option.context))

    def _write_exchange(self, requirement: Requirement, picks: dict[Node, int]) -> None:
        """Say that what is held and has not changed has something else meet a requirement than before."""
        context, kept = requirement.context, self.universe.kept(requirement)
        node, place = context.node, context.node.held_place
        if not kept or place is None or not requirement.holders >> place & 1:
            return
        exchanged = self._exchange(requirement)
        unchanged = [-self.holding(node, 1 << place)]
        if node.kind == "called":
            unchanged.append(-self.use(context))
        for option in requirement.options:
            if option.node.name != kept:
                met = picks.get(option.node) or self.holding(option.node, option.mask)
                for case in self.cases(requirement):
                    self.add(*unchanged, *case, -met, exchanged)

    def _exchange(self, requirement: Requirement) -> int:
        """Give the literal that says that a choice is not what it was, in any context."""
        exchanged = self._exchanged.get(requirement.decision)
        if exchanged is None:
            exchanged = self._exchanged[requirement.decision] = self.variable()
            self.exchanges.append(exchanged)
        return exchanged

    def pick(self, requirement: Requirement) -> dict[Node, int]:
        """Let a caller pick exactly one of the series that its range meets."""
        picks = self.picks.get(requirement.decision)
        if picks is None:
            picks = {option.node: self.variable() for option in requirement.options}
            self.picks[requirement.decision] = picks
            for option in requirement.options:
                self.enter(option.node)
                self.add(-picks[option.node], self.within(option.node, option.mask))
            for one, other in combinations(picks.values(), 2):
                self.add(-one, -other)
        return picks

    # --- blocks ----------------------------------------------------------------------------------

    def chosen(self, node: Node, model: Collection[int]) -> Block | None:
        """Give the block of a node that a model chooses; a half that the model does not know is in none."""
        block = self._wholes.get(node)
        if block is None or block.literal not in model:
            return None
        while halves := self._halves.get(block.literal):
            better, worse = halves
            if better.literal in model:
                block = better
            elif worse.literal in model:
                block = worse
            else:
                break
        return block

    def is_familiar(self, node: Node, place: int) -> bool:
        """Tell whether models may choose a version of a node unseen."""
        return bool(self._familiar[node] >> place & 1)

    def acquaint(self, node: Node, place: int) -> None:
        """Let models choose a version of a node unseen: all that it requires has its clauses.

        What excludes others is looked at each time, and so is what may have answered since.
        """
        listing = node.listing
        if not (listing.exclusive | listing.computing) >> place & 1:
            self._familiar[node] |= 1 << place
            self.novel.discard(self._block(node, 1 << place).literal)

    def foresee(self, requirements: Iterable[Requirement]) -> None:
        """Divide blocks by all that many requirements will tell apart."""
        masks: dict[Node, list[int]] = {}
        for requirement in requirements:
            masks.setdefault(requirement.context.node, []).append(requirement.holders)
            for option in requirement.options:
                masks.setdefault(option.node, []).append(option.mask)
        for node, told_apart in masks.items():
            self.enter(node)
            self._divide(node, told_apart)

    def _divide(self, node: Node, masks: Sequence[int]) -> None:
        """Divide blocks by many masks at once, evenly, so that they are found in few steps."""
        listing, before = node.listing, (block.mask for block in self.blocks[node].values())
        found: dict[Block, list[int]] = {}
        for part in sorted(divided(listing.all, (*before, *masks)), key=listing.rank):
            found.setdefault(self._block(node, part), []).append(part)
        for block, parts in found.items():
            before_each = list(accumulate(parts, initial=0))
            waiting = [(block, 0, len(parts))]
            while waiting:
                whole, first, last = waiting.pop()
                if last - first > 1:
                    middle = (first + last) // 2
                    better = before_each[middle] - before_each[first]
                    best, rest = self._halve(node, whole, better, whole.mask - better)
                    waiting += ((best, first, middle), (rest, middle, last))

    def _block(self, node: Node, mask: int) -> Block:
        """Give the block that has some versions, all of which are in one."""
        block = self._wholes[node]
        while halves := self._halves.get(block.literal):
            block = halves[0] if halves[0].mask & mask else halves[1]
        return block

    def _cover(self, node: Node, mask: int) -> list[int]:
        """Give the fewest literals that say that a node is at one of these versions.

        Blocks that have other versions as well are divided.
        """
        found: list[int] = []
        waiting = [self._wholes[node]]
        while waiting:
            block = waiting.pop()
            inside = block.mask & mask
            if inside and inside == block.mask:
                found.append(block.literal)
            elif inside:
                waiting += self._halves.get(block.literal) or self._halve(
                    node, block, inside, block.mask ^ inside
                )
        return found

    def _halve(self, node: Node, block: Block, one: int, other: int) -> tuple[Block, Block]:
        """Replace a block by its halves, of which the solver shall try the better one first."""
        better, worse = (one, other) if one >> block.place & 1 else (other, one)
        best = Block(mask=better, place=block.place, literal=self.variable())
        rest = Block(mask=worse, place=node.listing.best(worse), literal=self.variable())
        self.formula.clauses += (
            [-block.literal, best.literal, rest.literal],
            [-best.literal, block.literal],
            [-rest.literal, block.literal],
            [-best.literal, -rest.literal],
        )
        self.formula.phases += (best.literal, -rest.literal)
        fixed = self._fixed.get(node)
        if fixed is not None and block.mask >> fixed & 1:
            self.add(best.literal if better >> fixed & 1 else rest.literal)
        self._halves[block.literal] = best, rest
        self._exact[node, key(better)] = best.literal
        self._exact[node, key(worse)] = rest.literal
        blocks = self.blocks[node]
        del blocks[block.literal]
        blocks[best.literal], blocks[rest.literal] = best, rest
        self.novel.discard(block.literal)
        familiar = self._familiar[node]
        self.novel.update(h.literal for h in (best, rest) if not familiar >> h.place & 1)
        return best, rest
