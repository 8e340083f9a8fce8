"""The clauses of an explanation: what some causes say, as propositional logic.

The search has clauses of its own, written on demand (`sketch.py`); these are few, all there at once, and of
a form that can be told as steps: `specs/resolve.md#causes`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import combinations

from msgspec import Struct

from mistpm.model.cause import Cause, ConflictsWith, OncePerEnvironment, OneOwner
from mistpm.resolve.world.division import Key, divided, key
from mistpm.resolve.world.exclusion import kinds
from mistpm.resolve.world.listing import newest
from mistpm.resolve.world.node import Context, Decision, Node, Option, Requirement


class Block(Struct, frozen=True, kw_only=True, eq=False):
    """Versions of a node that no constraint tells apart; `place` is the newest, the one to choose."""

    mask: int
    place: int
    literal: int


class Encoding:
    """Clauses over numbered variables, of some causes and for some nodes of a universe.

    Per node: one variable per block, at most one of them true, and `upto[node][i]`: one of the first
    `i + 1` blocks is chosen, so the last of these says that the node is there.  `picks` has the series
    that callers choose between.  What brings something along is in `supporting`, what has clauses of it in
    `requirements`.  Every clause that stems from a cause is switched on by that cause's selector; nothing is
    hoped of versions that were not asked yet.  With `only`, the other causes are left out.
    """

    def __init__(self, nodes: Iterable[Node], only: Collection[Cause] | None = None) -> None:
        self.nodes = tuple(nodes)
        self._only = only
        self.clauses: list[list[int]] = []
        self.selectors: dict[Cause, int] = {}
        self.spoken_of: dict[Cause, tuple[Node, int]] = {}
        self.blocks: dict[Node, list[Block]] = {}
        self._exact: dict[tuple[Node, Key], int] = {}
        self.upto: dict[Node, list[int]] = {}
        self.picks: dict[Decision, dict[Node, int]] = {}
        self._uses: dict[Context, int] = {}
        self._anys: dict[tuple[int, ...], int] = {}
        self._count = 0
        self._true = self.variable()
        self.supporting = [
            requirement
            for node in self.nodes
            for context in node.contexts
            for requirement in context.distinct.values()
            if requirement.constrains and requirement.holders & node.domain
        ]
        self.requirements = (
            self.supporting
            if only is None
            else [requirement for requirement in self.supporting if requirement.cause in only]
        )
        self._exclusive = [node for node in self.nodes if node.listing.exclusive]
        self._conflicts = list(self._find_conflicts())
        self._encode()

    def variable(self) -> int:
        """Give a new variable."""
        self._count += 1
        return self._count

    def add(self, *literals: int) -> None:
        """Add a clause: one of these literals is true."""
        self.clauses.append(list(literals))

    def presence(self, node: Node) -> int:
        """Give the literal that says that a node is there; false where nothing can be chosen."""
        upto = self.upto[node]
        return upto[-1] if upto else -self._true

    def use(self, context: Context) -> int:
        """Give the literal that says that a node is used in a context."""
        return self._uses.get(context) or self.presence(context.node)

    def switch(self, cause: Cause | None) -> int:
        """Give the literal that says that a cause is in force; false for one that is left out."""
        if self._only is not None and cause not in self._only:
            return -self._true
        return self._true if cause is None else self.selectors.get(cause, self._true)

    def within(self, option: Option) -> list[int]:
        """Give the literals of the blocks that an option allows."""
        return self._literals(option.node, option.mask)

    def holding(self, requirement: Requirement) -> list[int]:
        """Give the literals of the blocks that have a requirement."""
        return self._literals(requirement.context.node, requirement.holders)

    # --- making the clauses ----------------------------------------------------------------------

    def _encode(self) -> None:
        self.add(self._true)
        masks: dict[Node, list[int]] = {node: [] for node in self.nodes}
        for requirement in self.requirements:
            for option in requirement.options:
                masks[option.node].append(option.mask)
            if requirement.default is not None:
                masks[requirement.default.node].append(requirement.default.mask)
        for _, _, _, other, mask in self._conflicts:
            masks[other].append(mask)
        for node in self.nodes:
            self._divide(node, masks[node])
        for node in self.nodes:
            self._choose(node)
        for requirement in self.requirements:
            self._require(requirement)
        self._own()
        self._once()
        for node, held_by, cause, other, mask in self._conflicts:
            there = self.any_of(self._literals(node, held_by))
            guard = self._guard(cause, node, held_by)
            for literal in self._literals(other, mask):
                self.add(*guard, -there, -literal)

    def _divide(self, node: Node, masks: list[int]) -> None:
        """Divide the versions of a node into blocks, newest first; what is yanked comes last."""
        held = node.held_place
        masks += [profile.mask for profile in node.listing.profiles]
        masks += [exclusion.mask for exclusion in node.exclusions]
        masks += [node.unasked, *(1 << place for place in node.answers)]
        masks += [node.range, 0 if held is None else 1 << held]
        parts = divided(node.domain, masks)
        parts.sort(key=lambda part: (bool(part & node.listing.yanked), newest(part)))
        self.blocks[node] = [
            Block(mask=part, place=newest(part), literal=self.variable()) for part in parts
        ]
        self._exact.update(((node, key(block.mask)), block.literal) for block in self.blocks[node])

    def _choose(self, node: Node) -> None:
        """At most one block; a release that the file asks for is there."""
        upto: list[int] = []
        for block in self.blocks[node]:
            here = self.variable() if upto else block.literal
            if upto:
                self.add(-block.literal, here)
                self.add(-upto[-1], here)
                self.add(-upto[-1], -block.literal)
                self.add(-here, upto[-1], block.literal)
            upto.append(here)
        self.upto[node] = upto
        if node.asked is not None:
            guard = self._guard(node.asked, node, node.range)
            self.add(*guard, *self._literals(node, node.range))
        self._exclude(node)
        if len(node.contexts) > 1:
            for context in node.contexts:
                self._uses[context] = self.variable()

    def _exclude(self, node: Node) -> None:
        """Exclude versions."""
        for exclusion in node.exclusions:
            excluded = self._literals(node, exclusion.mask)
            if excluded:
                guard = self._guard(exclusion.cause, node, exclusion.mask)
                for literal in excluded:
                    self.add(*guard, -literal)

    def _require(self, requirement: Requirement) -> None:
        """Where a version that has the requirement is chosen in its context, so is an option."""
        context = requirement.context
        node = context.node
        head = self._guard(requirement.cause, node, requirement.holders)
        if node.domain & ~requirement.holders:
            head.append(-self.any_of(self.holding(requirement)))
        else:
            head.append(-self.presence(node))
        if context in self._uses:
            head.append(-self._uses[context])
        if len(requirement.options) == 1 or requirement.use == "api":
            options = requirement.options
            self.add(*head, *(literal for option in options for literal in self.within(option)))
            picks = {}
        else:
            picks = self._pick(requirement)
            self.add(*head, *picks.values())
        for option in requirement.options:
            if option.context in self._uses:
                use = self._uses[option.context]
                picked = [-picks[option.node]] if picks else []
                self.add(*head, *picked, use)

    def _pick(self, requirement: Requirement) -> dict[Node, int]:
        """Let a caller pick exactly one of the series that its range meets."""
        picks = self.picks.get(requirement.decision)
        if picks is None:
            picks = {option.node: self.variable() for option in requirement.options}
            self.picks[requirement.decision] = picks
            for option in requirement.options:
                self.add(-picks[option.node], *self.within(option))
            for one, other in combinations(picks.values(), 2):
                self.add(-one, -other)
        return picks

    def _own(self) -> None:
        """Let each kind of a group have at most one owner."""
        owners: dict[tuple[str, str], list[tuple[Node, int]]] = {}
        for node in self._exclusive:
            if node.kind != "called":
                for profile in node.profiles():
                    for owned in kinds(profile.descriptor):
                        owners.setdefault(owned, []).append((node, profile.mask))
        for (group, kind), places in sorted(owners.items(), key=lambda item: item[0]):
            masks: dict[Node, int] = {}
            for node, mask in places:
                masks[node] = masks.get(node, 0) | mask
            for (one, its), (other, others) in combinations(masks.items(), 2):
                names = tuple(sorted((one.dependent.title, other.dependent.title)))
                cause = OneOwner(group=group, kind=kind, owners=names)
                self.add(
                    *self._guard(cause, one, its),
                    -self.any_of(self._literals(one, its)),
                    -self.any_of(self._literals(other, others)),
                )

    def _once(self) -> None:
        """Let a package of scope `cluster` have at most one release."""
        for one in self._exclusive:
            mask = 0
            for profile in one.profiles() if one.kind == "asked" else ():
                mask |= profile.mask if profile.descriptor.scope == "cluster" else 0
            for other in self.nodes if mask else ():
                if other is not one and other.kind == "asked" and other.package == one.package:
                    releases = tuple(sorted((one.name, other.name)))
                    cause = OncePerEnvironment(package=one.package, releases=releases)
                    self.add(
                        *self._guard(cause, one, mask),
                        -self.any_of(self._literals(one, mask)),
                        -self.presence(other),
                    )

    def _find_conflicts(self) -> Iterator[tuple[Node, int, Cause, Node, int]]:
        """Find pairs of versions of two nodes where one refuses the other's package."""
        by_package: dict[str, list[Node]] = {}
        for node in self.nodes:
            by_package.setdefault(node.package, []).append(node)
        for node in self._exclusive:
            for profile in node.profiles():
                for conflict in profile.descriptor.conflicts:
                    package = conflict.package.within(node.package.registry)
                    for other in by_package.get(package, ()):
                        mask = other.listing.matching(conflict.version.versions) & other.domain
                        if mask and other is not node:
                            cause = ConflictsWith(
                                dependent=node.dependent,
                                package=package,
                                range=str(conflict.version),
                            )
                            yield node, profile.mask, cause, other, mask

    # --- parts of clauses ------------------------------------------------------------------------

    def _literals(self, node: Node, mask: int) -> list[int]:
        exact = self._exact.get((node, key(mask)))
        if exact is not None:
            return [exact]
        return [block.literal for block in self.blocks[node] if block.mask & mask]

    def any_of(self, literals: list[int]) -> int:
        """Give a literal that is true if one of these is."""
        if len(literals) == 1:
            return literals[0]
        key = tuple(literals)
        if key not in self._anys:
            self._anys[key] = self.variable()
            for literal in literals:
                self.add(-literal, self._anys[key])
        return self._anys[key]

    def _guard(self, cause: Cause | None, node: Node, mask: int) -> list[int]:
        """Give what switches a clause off with its cause, and remember which versions it is about."""
        if cause is None:
            return []
        if self._only is not None and cause not in self._only:
            return [self._true]
        if cause not in self.selectors:
            self.selectors[cause] = self.variable()
        _, before = self.spoken_of.get(cause, (node, 0))
        self.spoken_of[cause] = node, before | mask & node.domain
        return [-self.selectors[cause]]
