"""Nodes: what gets a version, in which contexts it is used, and what it requires there.

Definitions: `specs/resolve.md#definitions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Literal, TypeAlias

from msgspec import Struct

from mistpm.errors import MistError
from mistpm.model.cause import Asked, Cause, Dependent, Requires, RequiresApi
from mistpm.model.descriptor import Candidate, Dependency
from mistpm.model.identity import PackageId
from mistpm.model.presence import Api
from mistpm.model.version import Version
from mistpm.resolve.world.binding import Binding
from mistpm.resolve.world.listing import Listing
from mistpm.resolve.world.profile import Profile, Statement, StatementKey, mask_of

NodeKind: TypeAlias = Literal["asked", "pulled-in", "called"]
"""A release of the file, a release that something pulled in, a called package in one series."""


Decision: TypeAlias = tuple[str, str, str, str]
"""The choice of a calling node among series, whatever the context: node, use, alias, requirement."""


class Gap(Struct, frozen=True, kw_only=True):
    """What a release needs (nothing, where it is the release's own package), and why nobody can tell."""

    needs: str = ""
    error: MistError


class Exclusion(Struct, frozen=True, kw_only=True):
    """Versions of a node that cannot be chosen whatever else is, and why."""

    cause: Cause
    mask: int


class Node:
    """A release, or a called package in one series; it has at most one version.

    `key` is unique: the name of a release in the file, the package of a pulled-in release, the key of
    a called package; `name` is what the answer calls it.  `domain` are the versions considered,
    `range` the ones that the file asks for (all, where it does not ask).  What is held and `stays`
    counts as a change when it moves.  `answers` are computed requirements by the bit of the version that was asked, `silences` what kept
    versions from answering.
    """

    def __init__(self, key: str, kind: NodeKind, name: str, listing: Listing) -> None:
        self.key = key
        self.kind = kind
        self.name = name
        self.listing = listing
        self.domain = 0
        self.range = listing.all
        self.asked: Asked | None = None
        self.exclusions: tuple[Exclusion, ...] = ()
        self.contexts: list[Context] = []
        self.held: Version | None = None
        self.stays = False
        self.answers: dict[int, Mapping[str, Dependency]] = {}
        self.silences: dict[int, MistError] = {}

    @property
    def package(self) -> PackageId:
        """The package whose versions these are."""
        return self.listing.package

    @cached_property
    def dependent(self) -> Dependent:
        """How causes speak of this node."""
        if self.kind == "called":
            return Dependent(package=self.package)
        return Dependent(
            package=self.package, release=self.name, pulled_in=self.kind == "pulled-in"
        )

    @property
    def is_unconditional(self) -> bool:
        """Whether each statement is a requirement of all versions that have it, in a single context."""
        return not (self.kind == "called" or self.listing.is_conditional or self.listing.computing)

    @property
    def held_place(self) -> int | None:
        """The bit of the version that is held, where there is one."""
        return None if self.held is None else self.listing.place(self.held)

    @property
    def held_mask(self) -> int:
        """The version that is held, as a mask; empty where there is none."""
        place = self.held_place
        return 0 if place is None else 1 << place

    @property
    def unasked(self) -> int:
        """Give the versions whose computed requirements nobody knows; called ones have none."""
        if self.kind == "called" or not self.listing.computing:
            return 0
        return self.listing.computing & ~mask_of(self.answers)

    def candidate(self, place: int) -> Candidate:
        """Give the candidate at a bit."""
        return self.listing.candidates[place]

    def profiles(self) -> list[Profile]:
        """Give the profiles of the versions considered so far."""
        return [profile for profile in self.listing.profiles if profile.mask & self.domain]

    def providing(self, api: Api) -> int:
        """Give the considered versions that provide an API; a called package provides none."""
        return self.listing.providing(api) & self.domain if self.kind != "called" else 0

    def __repr__(self) -> str:
        return f"Node({self.key!r})"


class Option(Struct, frozen=True, kw_only=True, eq=False):
    """One node that can meet a requirement, at these versions, and the context that it then has.

    `context` is None where meeting it gives the node no reason to be there: an API's provider.
    """

    node: Node
    mask: int
    context: Context | None = None


class Mistake(Struct, frozen=True, kw_only=True):
    """What the user or an author has to mend before a requirement can be looked at.

    It matters only if a version that has the requirement is chosen.  `package` is what a binding is
    about and `release` what it names; `expression` is a condition and `reason` what is wrong with it.
    """

    kind: Literal["ambiguous-binding", "invalid-binding", "invalid-condition"]
    package: PackageId | None = None
    release: str = ""
    expression: str = ""
    reason: str = ""


class Requirement:
    """One dependency of a node in a context, bound to what can meet it.

    `holders` are the versions that have it; `given` tells that it is met without any node.  For an
    API, `default` is what may be pulled in to meet it; it is among the options as well.  `computed` tells
    that the descriptor does not have it: these versions were asked.  `gap` says why nobody knows what
    could meet it; it is then taken for met, and whatever chose it is left open.
    """

    __slots__ = (
        "alias",
        "api",
        "cause",
        "computed",
        "context",
        "default",
        "gap",
        "given",
        "holders",
        "mistake",
        "optional",
        "options",
        "package",
        "statement",
        "text",
        "use",
    )

    def __init__(self, context: Context, statement: Statement, mistake: Mistake | None) -> None:
        self.context = context
        self.statement = statement
        self.alias = statement.alias
        self.use = statement.use
        self.text = statement.text
        self.package = statement.package
        self.api = statement.dependency.api if mistake is None else None
        self.optional = statement.dependency.optional
        self.computed = statement.computed
        self.mistake = mistake
        self.holders = 0
        self.options: tuple[Option, ...] = ()
        self.default: Option | None = None
        self.given: Literal["", "kubernetes", "provided", "unknown"] = ""
        self.gap: MistError | None = None
        self.cause: Requires | RequiresApi | None = None

    @property
    def constrains(self) -> bool:
        """Tell whether a solution has to do something for it."""
        return not (self.given or self.mistake or self.optional)

    @property
    def named_package(self) -> PackageId:
        """The package that is required, where it is not an API."""
        assert self.package is not None  # noqa: S101 - who asks knows
        return self.package

    @property
    def decision(self) -> Decision:
        """Name the choice among options."""
        return self.context.node.key, self.use, self.alias, self.text

    def leave_open(self, gap: MistError) -> None:
        """Take it for met, because nobody can tell what meets it."""
        self.given = "unknown"
        self.gap = gap

    def __repr__(self) -> str:
        return f"Requirement({self.context.node.key!r}, {self.alias!r}, {self.text!r})"


class Context:
    """A node as somebody uses it: with these inputs, its dependencies bound in this way.

    A release has one context; a called package has one for each way of calling it that makes a
    difference.  `requirements` and `conditions` are by profile, filled in by the universe, and so are
    the `computed` requirements by the bit of the version.
    """

    def __init__(self, node: Node, inputs: dict[str, Any], binding: Binding) -> None:
        self.node = node
        self.inputs = inputs
        self.binding = binding
        self.requirements: dict[Profile, tuple[Requirement, ...]] = {}
        self.conditions: dict[Profile, dict[str, bool]] = {}
        self.computed: dict[int, tuple[Requirement, ...]] = {}
        self.distinct: dict[tuple[StatementKey, Mistake | None], Requirement] = {}

    def at(self, place: int) -> tuple[Requirement, ...]:
        """Give what the version at a bit requires here."""
        found = self.requirements[self.node.listing.profile(place)]
        return found + self.computed[place] if place in self.computed else found

    def in_order(self, place: int) -> list[Requirement]:
        """Give the same in the order in which versions are decided."""
        return in_order(self.at(place))


def in_order(requirements: Iterable[Requirement]) -> list[Requirement]:
    """Order what one version requires by package, as it is decided."""
    return sorted(requirements, key=lambda r: (r.package or "", r.alias, r.text))
