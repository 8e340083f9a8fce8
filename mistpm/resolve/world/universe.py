"""The universe: everything that can matter to a question, and nothing else.

It grows from the releases of the file along the requirements of versions that can be chosen, so a
package is asked for only when such a version requires it: `specs/resolve.md#universe`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec.structs import replace

from mistpm.errors import RegistryError
from mistpm.model.cause import Asked, Cause, Configured
from mistpm.model.identity import PackageId
from mistpm.model.presence import Api
from mistpm.model.question import Wanted
from mistpm.model.ranges import Range
from mistpm.model.resolution import called_key
from mistpm.resolve.world.binding import Binder, Binding, binding_of
from mistpm.resolve.world.catalogue import Catalogue
from mistpm.resolve.world.exclusion import exclusions
from mistpm.resolve.world.foresight import foreseen
from mistpm.resolve.world.listing import Listing
from mistpm.resolve.world.node import Context, Exclusion, Node, NodeKind, Option, Requirement
from mistpm.resolve.world.problem import Problem
from mistpm.resolve.world.profile import Profile, Statement
from mistpm.resolve.world.requiring import (
    find_default,
    require,
    require_computed,
    require_statement,
    unmet,
)


class Universe:
    """The nodes that can matter, by key in the order of discovery, with their requirements.

    Growing one costs a step per profile and context, not per version.  `missing` are the releases of
    the file whose package cannot be had; `is_growing` tells that everything is considered, not only
    what somebody chose.
    """

    def __init__(self, problem: Problem, catalogue: Catalogue) -> None:
        self.problem = problem
        self.question = problem.question
        self.catalogue = catalogue
        passes_by = problem.passes_by
        self._excluding = replace(self.question, minors=()) if passes_by else self.question
        self.binder = Binder(problem.question)
        self.nodes: dict[str, Node] = {}
        self.roots: list[Node] = []
        self.missing: dict[str, RegistryError] = {}
        self.is_growing = False
        self.is_relaxed = problem.relaxed
        self._allowed: dict[str, int] = {}
        self._contexts: dict[tuple[str, bytes, Binding], Context] = {}
        self._waiting: deque[Node] = deque()

    def grow(self) -> Universe:
        """Begin at the releases of the file and follow every requirement to the end."""
        self.is_growing = True
        self.ask()
        while self._waiting:
            waiting = tuple(self._waiting)
            self._waiting.clear()
            self._require_all(waiting)
        self.find_providers()
        return self

    def relax(self) -> None:
        """Consider what something excludes as well, from now on."""
        if not self.is_relaxed:
            self.is_relaxed = True
            for node in tuple(self.nodes.values()):
                self.admit(node, node.range if node.asked is not None else 0)
            for requirement in self.requirements():
                default = (requirement.default,) if requirement.default is not None else ()
                for option in (*requirement.options, *default):
                    self.admit(option.node, option.mask)

    def know_everything(self) -> None:
        """Consider all that could matter, whatever causes are in force; once."""
        if not (self.is_growing and self.is_relaxed):
            self.is_growing = True
            self.relax()
            for requirement in self.requirements():
                find_default(self, requirement)
            self.grow()

    def know_all_of(self, causes: Iterable[Cause]) -> None:
        """Find everything that some causes alone have to say, even of what is excluded."""
        self.relax()
        meant, before = frozenset(causes), -1
        while len(requirements := self.requirements()) > before:
            before = len(requirements)
            reached = dict.fromkeys(self.roots)
            stated: dict[PackageId, dict[tuple[str, str], None]] = {}
            for requirement in requirements:
                if requirement.cause in meant:
                    reached |= dict.fromkeys(option.node for option in requirement.options)
                    of_package = stated.setdefault(requirement.context.node.package, {})
                    of_package[requirement.use, requirement.text] = None
            self._require_all(node for node in reached if not node.is_unconditional)
            for node in reached:
                # the same may be stated under another alias, and is the same cause
                for each in stated.get(node.package, ()) if node.is_unconditional else ():
                    for statement in node.listing.stating.get(each, ()):
                        if statement.mask & node.domain:
                            self.require_stated(node, statement)

    def require_stated(self, node: Node, statement: Statement) -> Requirement:
        """Find what a statement requires of an unconditional node."""
        return require_statement(self, node.contexts[0], statement)

    def _require_all(self, nodes: Iterable[Node]) -> None:
        """Find what all versions of some nodes require."""
        level = [
            (context, profile)
            for node in nodes
            for context in node.contexts
            for profile in node.profiles()
        ]
        self.expect(level)
        for context, profile in level:
            self.require(context, profile)

    def ask(self) -> None:
        """Make the nodes of the releases to begin at."""
        begin, absent = self.problem.begin, self.problem.absent
        asked = [
            wanted
            for wanted in self.question.releases
            if (begin is None or wanted.name in begin)
            and wanted.name not in absent
            and wanted.name not in self.nodes
            and wanted.name not in self.missing
        ]
        self.catalogue.expect(wanted.package for wanted in asked)
        for wanted in asked:
            self._ask(wanted)
            if wanted.name in self.nodes:
                self.roots.append(self.nodes[wanted.name])

    def expect(self, level: Iterable[tuple[Context, Profile]]) -> None:
        """Let packages come together that a level of the graph is about to require."""
        if self.catalogue.is_distant:
            self.catalogue.expect(
                package
                for context, profile in level
                for package in foreseen(self, context, profile)
            )

    def expect_defaults(self, apis: Iterable[Requirement]) -> None:
        """Let packages come together that may be pulled in to provide APIs."""
        defaults = (requirement.statement.default for requirement in apis)
        self.catalogue.expect(default for default in defaults if default is not None)

    def require(self, context: Context, profile: Profile) -> None:
        """Find once what the versions of a profile require in a context, and what they were asked for."""
        if profile not in context.requirements:
            require(self, context, profile)
        for place in context.node.answers:
            if profile.mask & context.node.domain & 1 << place:
                self.require_answer(context, place)

    def require_answer(self, context: Context, place: int) -> None:
        """Find once what the version at a bit requires besides, if it was asked."""
        answer = context.node.answers.get(place)
        if answer is not None and place not in context.computed:
            require_computed(self, context, place, answer)

    def allowed(self, node: Node) -> int:
        """Give the versions of a node that can be chosen at all."""
        return self._allowed[node.key]

    def kept(self, requirement: Requirement) -> str:
        """Name what met a choice of a held version and shall go on to; empty where anything may."""
        node, held = requirement.context.node, self.problem.held
        if not node.stays or requirement.use == "install":
            return ""
        if requirement.use == "api":
            name = held.providers.get(requirement.text, "")
        else:
            name = held.calls.get(node.name, {}).get(requirement.alias, "")
        return "" if name in held.free else name

    def requirements(self) -> list[Requirement]:
        """Give all requirements, node by node."""
        return [
            requirement
            for node in self.nodes.values()
            for context in node.contexts
            for requirement in context.distinct.values()
        ]

    def asked(self, release: str) -> Node:
        """Give the node of a release in the file whose package can be had."""
        if release not in self.nodes:
            self._ask(next(w for w in self.question.releases if w.name == release))
        return self.nodes[release]

    def pulled_in(self, listing: Listing) -> Node:
        """Give the node of the release that a package has when it is pulled in."""
        package = listing.package
        node = self.nodes.get(package)
        if node is None:
            node = self._node(package, "pulled-in", self.binder.release_name(package), listing)
            setting = self.binder.settings.get(package)
            inputs, bind = (setting.inputs, setting.bind) if setting else ({}, {})
            node.contexts.append(Context(node, inputs, binding_of(bind)))
            self._recall(node)
        return node

    def called(self, listing: Listing, series: str) -> Node:
        """Give the node of a called package in a series."""
        key = called_key(listing.package, series)
        return self.nodes.get(key) or self._node(key, "called", key, listing)

    def context(self, node: Node, with_: dict[str, Any], binding: Binding) -> Context:
        """Give a called node's context; inputs make a difference where a condition may read them."""
        inputs = with_ if node.listing.is_conditional else {}
        key = (node.key, msgspec.json.encode(inputs, order="sorted"), binding)
        context = self._contexts.get(key)
        if context is None:
            context = self._contexts[key] = Context(node, inputs, binding)
            node.contexts.append(context)
            self._waiting.append(node)
        return context

    def admit(self, node: Node, mask: int) -> None:
        """Consider more versions of a node, as far as they can be chosen at all."""
        mask &= self._imaginable(node) if self.is_relaxed else self._allowed[node.key]
        if mask & ~node.domain:
            node.domain |= mask
            self._waiting.append(node)

    def _imaginable(self, node: Node) -> int:
        """Give the versions that a node could have, but for some cause; ranges of others are facts."""
        return node.range if node.asked is not None and node not in self.roots else node.listing.all

    def eligible(self, listing: Listing, range_: Range) -> int:
        """Give the versions that may meet a requirement."""
        return listing.eligible(range_, prereleases=self.question.prereleases)

    def _ask(self, wanted: Wanted) -> None:
        listing = self.catalogue.listing(wanted.package)
        if isinstance(listing, RegistryError):
            self.missing[wanted.name] = listing
            return
        node = self._node(wanted.name, "asked", wanted.name, listing)
        node.range = self.eligible(listing, wanted.range)
        node.asked = Asked(
            release=wanted.name,
            package=wanted.package,
            range=str(wanted.range),
            unmet=unmet(listing, node.range),
        )
        if not self.problem.only_held:
            self._allowed[node.key] &= node.range
        node.contexts.append(Context(node, wanted.inputs, binding_of(wanted.bind)))
        self._recall(node)
        self.admit(node, listing.all if self.problem.only_held else node.range)

    def _node(self, key: str, kind: NodeKind, name: str, listing: Listing) -> Node:
        node = self.nodes[key] = Node(key, kind, name, listing)
        held = self.problem.held
        if kind == "called":
            node.held = held.called.get(name)
        elif name in held.releases:
            package, version = held.releases[name]
            node.held = version if package == listing.package else None
        pin = self.problem.pins.get(name)
        node.stays = node.held is not None and name not in held.free
        found = list(exclusions(node, self._excluding, pin))
        found += [
            Exclusion(cause=cause, mask=listing.all & mask)
            for cause, mask in self.problem.out_of_reach.get(name, ())
            if kind == "asked"
        ]
        setting = self.binder.settings.get(listing.package) if kind == "pulled-in" else None
        if setting is not None:
            outside = listing.all & ~self.eligible(listing, setting.range)
            cause = Configured(package=listing.package, range=str(setting.range))
            found += [Exclusion(cause=cause, mask=outside)] if outside else []
        node.exclusions = tuple(found)
        self._allowed[key] = self._allow(node)
        place = None if pin is None else listing.place(pin)
        if place is not None:
            self.admit(node, 1 << place)
        return node

    def _recall(self, node: Node) -> None:
        """Let a release know what its versions answered."""
        if node.listing.computing and not self.problem.passes_by:
            node.answers, node.silences = self.catalogue.computed.known(node, self.question)

    def _allow(self, node: Node) -> int:
        if self.problem.only_held:
            held = node.held_place
            return 0 if held is None else 1 << held
        allowed = node.listing.all
        for exclusion in node.exclusions:
            allowed &= ~exclusion.mask
        return allowed

    def find_providers(self) -> None:
        """Let every requirement of an API know who can provide it."""
        for requirement in self.requirements():
            api = requirement.api
            if api is not None:
                requirement.options = tuple(
                    Option(node=node, mask=mask)
                    for node in self.nodes.values()
                    if (mask := node.providing(api))
                )
                if not requirement.options and requirement.cause is not None:
                    requirement.cause = replace(
                        requirement.cause, unmet=self._without_provider(api)
                    )

    def _without_provider(self, api: Api) -> str:
        """Say why nothing provides an API: nobody could, or who could has no solution."""
        able = []
        for wanted in self.question.releases:
            if wanted.name in self.problem.absent:
                listing = self.catalogue.listing(wanted.package)
                if not isinstance(listing, RegistryError) and listing.providing(api):
                    able.append(wanted.name)
        if able:
            return f"who could provide it cannot be had: {' and '.join(able)}"
        return "nothing in the environment provides it"
