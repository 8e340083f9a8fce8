"""The straight walk: the newest version of everything, as long as nothing stands against it.

Where it ends without a conflict it has found the optimum, and no clause was made; where it cannot be
sure, it gives up and the solver decides: `specs/resolve.md#walk`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mistpm.model.descriptor import Conflict
from mistpm.resolve.world.choice import Choice
from mistpm.resolve.world.exclusion import kinds
from mistpm.resolve.world.node import Context, Decision, Node, Option, Requirement
from mistpm.resolve.world.requiring import find_default
from mistpm.resolve.world.universe import Universe


class _NoStraightWayError(Exception):
    """Something stands against the newest versions."""


def walk(universe: Universe) -> Choice | None:
    """Choose the held or else the newest version of everything that is needed; None for "not sure".

    The universe must be new; it grows only by what is chosen.
    """
    try:
        return _Walk(universe).choice()
    except _NoStraightWayError:
        return None


def walk_held(universe: Universe) -> Choice:
    """Choose what is held, and only that; requirements that it does not meet stay unmet.

    The universe must be new and made of what is held (`Problem.only_held`).
    """
    return _Walk(universe, lenient=True).choice()


class _Walk:
    def __init__(self, universe: Universe, *, lenient: bool = False) -> None:
        self.universe = universe
        self.lenient = lenient
        self.places: dict[Node, int] = {}
        self.contexts: dict[Context, None] = {}
        self.picked: dict[Decision, Option] = {}
        self.apis: list[Requirement] = []

    def choice(self) -> Choice:
        waiting = list(self._begin())
        deferred = 0
        while True:
            while waiting:
                level, waiting = waiting, []
                self._expect(level)
                for context in level:
                    if context not in self.contexts and context.node in self.places:
                        self.contexts[context] = None
                        waiting.extend(self._follow(context))
            if deferred == len(self.apis):
                break
            waiting.extend(self._default(deferred))
            deferred += 1
        if not self.lenient:
            self._check()
        return Choice(self.places, self.contexts, self.picked)

    def _begin(self) -> Iterator[Context]:
        self.universe.ask()
        if self.universe.missing and not self.lenient:
            raise _NoStraightWayError
        for node in list(self.universe.nodes.values()):
            self._choose(node, node.listing.all if self.lenient else node.range)
            yield from node.contexts

    def _expect(self, level: Iterable[Context]) -> None:
        """Let packages come together that the chosen versions of a level require."""
        self.universe.expect(
            (context, context.node.listing.profile(self.places[context.node]))
            for context in level
            if context.node in self.places
        )

    def _choose(self, node: Node, mask: int) -> bool:
        """Put a node at the best version of a mask; tells whether that was possible."""
        place = self.places.get(node)
        if place is None:
            possible = mask & self.universe.allowed(node)
            held = node.held_place
            if node.stays:
                possible &= 0 if held is None else 1 << held
            place = node.listing.best(possible) if possible else -1
        if place >= 0 and mask >> place & 1:
            self.places[node] = place
            return True
        if not self.lenient:
            raise _NoStraightWayError
        return False

    def _follow(self, context: Context) -> Iterator[Context]:
        """Choose what a context requires, by package."""
        place = self.places[context.node]
        self.universe.require(context, context.node.listing.profile(place))
        for requirement in context.in_order(place):
            if not requirement.constrains:
                continue
            if requirement.use == "api":
                self.apis.append(requirement)
                continue
            chosen = self._option(requirement)
            if chosen is not None and chosen.context is not None:
                yield chosen.context
            elif chosen is None and not self.lenient:
                raise _NoStraightWayError

    def _option(self, requirement: Requirement) -> Option | None:
        """Choose what meets a requirement: in the series that is held, else in the newest possible one."""
        picked = self.picked.get(requirement.decision)
        options = requirement.options if picked is None else (picked,)
        kept = self.universe.kept(requirement)
        for option in [option for option in options if kept in {"", option.node.name}]:
            if option.mask & self.universe.allowed(option.node) and self._choose(
                option.node, option.mask
            ):
                if requirement.use == "call":
                    self.picked[requirement.decision] = option
                return option
        return None

    def _default(self, number: int) -> Iterator[Context]:
        """Pull the default of an API in, if nothing that is there provides it."""
        requirement = self.apis[number]
        if self._is_provided(requirement):
            return
        unprovided = [each for each in self.apis[number:] if not self._is_provided(each)]
        self.universe.expect_defaults(unprovided)
        find_default(self.universe, requirement)
        default = requirement.default
        if default is None or default.context is None or default.node in self.places:
            return  # a later one may do; `_check` looks, and `Choice.open_releases` where nobody can tell
        if self._choose(default.node, default.mask):
            yield default.context

    def _is_provided(self, requirement: Requirement) -> bool:
        return self._provider(requirement) is not None

    def _is_met(self, requirement: Requirement) -> bool:
        """Tell whether something provides an API, the one that shall go on to; nobody can tell in a gap."""
        kept, provider = self.universe.kept(requirement), self._provider(requirement)
        if provider is None:
            return requirement.gap is not None
        return kept in {"", provider.name}

    def _provider(self, requirement: Requirement) -> Node | None:
        api = requirement.api
        for node, place in self.places.items():
            if node.kind != "called" and api in node.candidate(place).descriptor.provides.apis:
                return node
        return None

    def _check(self) -> None:
        """Give up where chosen versions exclude each other, or fewer series might do."""
        owners: dict[tuple[str, str], Node] = {}
        for node, place in self.places.items():
            descriptor = node.candidate(place).descriptor
            owned = kinds(descriptor) if node.kind != "called" else ()
            if any(owners.setdefault(kind, node) is not node for kind in owned):
                raise _NoStraightWayError
            releases = self.universe.binder.releases_of(node.package)
            if node.kind == "asked" and descriptor.scope == "cluster" and len(releases) > 1:
                raise _NoStraightWayError
            if any(self._is_refused(node, conflict) for conflict in descriptor.conflicts):
                raise _NoStraightWayError
        if not all(map(self._is_met, self.apis)):
            raise _NoStraightWayError
        if sum(node.kind == "called" for node in self.places) > self._fewest_series():
            raise _NoStraightWayError

    def _fewest_series(self) -> int:
        """Count the series that there are for sure: those that are kept, or one of what the file's releases call."""
        calls = [
            (requirement, self.picked[requirement.decision].node)
            for node in self.universe.roots
            for context in node.contexts
            for requirement in context.at(self.places[node])
            if requirement.decision in self.picked
        ]
        kept = {node for requirement, node in calls if self.universe.kept(requirement)}
        others = {node.package for _, node in calls} - {node.package for node in kept}
        return len(kept) + len(others)

    def _is_refused(self, node: Node, conflict: Conflict) -> bool:
        package = conflict.package.within(node.package.registry)
        return any(
            other is not node
            and other.package == package
            and other.candidate(place).version in conflict.version.versions
            for other, place in self.places.items()
        )
