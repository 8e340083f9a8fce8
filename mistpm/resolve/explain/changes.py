"""Changes that may dissolve a conflict: other questions, and how to say what is different in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from mistpm.model.cause import (
    Asked,
    Configured,
    Conflict,
    NeedsKubernetes,
    Pinned,
    ProvidedAlready,
    Requires,
    RequiresApi,
)
from mistpm.model.identity import PackageId
from mistpm.model.minors import Minor, known_minors, supports
from mistpm.model.presence import parse_api
from mistpm.model.question import Wanted
from mistpm.model.ranges import ANY, Range, parse_range
from mistpm.resolve.explain.phrases import joined_words
from mistpm.resolve.world.listing import Listing
from mistpm.resolve.world.problem import Problem
from mistpm.resolve.world.universe import Universe

NEWEST: Final = "<newest>"
"""In a hint, the newest version of the change's node that turned out to be possible."""

Kind: TypeAlias = Literal["range", "policy", "presence", "kubernetes", "less"]
"""What is changed; of each kind only the best changes are told."""


class Change(Struct, frozen=True, kw_only=True):
    """Another problem, and what to tell where it has a solution.

    `node` is the one whose `NEWEST` version the hint names, empty where it names none.
    """

    kind: Kind
    problem: Problem
    hint: str
    node: str = ""


def changes(universe: Universe, conflict: Conflict, releases: Sequence[str]) -> Iterator[Change]:
    """Give changes to the problem of some releases, the smallest first; none of them is tried out."""
    yield from _Changes(universe, conflict, releases).all()


class _Changes:
    def __init__(self, universe: Universe, conflict: Conflict, releases: Sequence[str]) -> None:
        self._universe = universe
        self._problem = replace(universe.problem, begin=frozenset(releases), relaxed=False)
        self._question = universe.question
        self._asker = universe.problem.asker
        self._causes = [ground.cause for ground in conflict.grounds]
        self._where = f" in {self._asker.title}" if self._asker.is_file else ""

    def all(self) -> Iterator[Change]:
        yield from self._other_ranges()
        yield from self._prereleases()
        yield from self._bindings()
        yield from self._providers()
        yield from self._not_provided()
        yield from self._minors()
        yield from self._without()

    def _with(self, **parts: Any) -> Problem:
        return replace(self._problem, question=replace(self._question, **parts))

    # --- ranges ----------------------------------------------------------------------------------

    def _other_ranges(self) -> Iterator[Change]:
        for cause in self._causes:
            if isinstance(cause, Pinned):
                pins = {node: v for node, v in self._problem.pins.items() if node != cause.node}
                yield Change(
                    kind="range",
                    problem=replace(self._problem, pins=pins),
                    node=cause.node,
                    hint=f"the newest version that {cause.node} can have is {NEWEST}",
                )
            if isinstance(cause, Asked) and cause.range != ANY.text:
                yield self._asked_at(cause, ANY, NEWEST)
                yield from self._newest_prerelease(cause)
            if isinstance(cause, Configured):
                settings = tuple(
                    replace(setting, range=ANY) if setting.package == cause.package else setting
                    for setting in self._question.settings
                )
                what = f"{cause.package} {NEWEST} under `settings`{self._where}"
                yield Change(
                    kind="range",
                    problem=self._with(settings=settings),
                    node=cause.package,
                    hint=f"allow {what}, which allow only {cause.range}",
                )

    def _newest_prerelease(self, cause: Asked) -> Iterator[Change]:
        listing = self._universe.catalogue.listing(PackageId(cause.package))
        if isinstance(listing, Listing) and cause.unmet:
            for candidate in listing.candidates[:1]:
                if candidate.version.is_prerelease:
                    text = candidate.version.text
                    yield self._asked_at(cause, parse_range(f"={text}"), f"{text}, a pre-release,")

    def _asked_at(self, cause: Asked, range_: Range, version: str) -> Change:
        wanted = tuple(
            replace(each, range=range_) if each.name == cause.release else each
            for each in self._question.releases
        )
        if cause.release in self._asker.commanded:
            hint = f"ask for {cause.package} {version} instead of {cause.range}"
        elif self._asker.is_file:
            hint = f"allow {cause.release} {version}{self._where}, which asks for {cause.range}"
        else:
            what = f"{cause.release} -p {cause.package}:{version}"
            hint = f"`mistpm install {what}` asks for another version than {cause.range}"
        return Change(
            kind="range", problem=self._with(releases=wanted), node=cause.release, hint=hint
        )

    def _prereleases(self) -> Iterator[Change]:
        packages = {getattr(cause, "package", "") for cause in self._causes}
        listings = [self._universe.catalogue.listing(PackageId(p)) for p in sorted(packages) if p]
        if not self._question.prereleases and any(
            isinstance(listing, Listing) and listing.prereleases for listing in listings
        ):
            yield Change(
                kind="policy",
                problem=self._with(prereleases=True),
                hint=f"allow pre-releases: `policy: {{prereleases: true}}`{self._where}",
            )

    # --- what is there ---------------------------------------------------------------------------

    def _bindings(self) -> Iterator[Change]:
        """Bind a dependency to another release of its package."""
        for cause in self._causes:
            if isinstance(cause, Requires) and cause.bound and cause.dependent.release:
                names = self._universe.binder.releases_of(PackageId(cause.package))
                for alias in self._aliases(cause):
                    for name in names:
                        if name != cause.bound:
                            yield self._bound(cause.dependent.release, alias, name)

    def _aliases(self, cause: Requires) -> list[str]:
        return [
            requirement.alias
            for requirement in self._universe.requirements()
            if requirement.cause == cause and requirement.context.node.kind == "asked"
        ][:1]

    def _bound(self, release: str, alias: str, name: str) -> Change:
        wanted = tuple(
            replace(each, bind={**each.bind, alias: name}) if each.name == release else each
            for each in self._question.releases
        )
        hint = f"bind `{alias}` of {release} to {name}{self._where}"
        return Change(kind="presence", problem=self._with(releases=wanted), hint=hint)

    def _providers(self) -> Iterator[Change]:
        for cause in self._causes:
            if not isinstance(cause, RequiresApi):
                continue
            api = parse_api(cause.api)
            taken = {wanted.package for wanted in self._question.releases}
            names = {wanted.name for wanted in self._question.releases}
            for package in sorted(set(self._universe.catalogue.source.providers(api)) - taken):
                if package.name not in names:
                    yield self._added(package, cause.api)
            if not taken & set(self._universe.catalogue.source.providers(api)):
                apis = (*self._question.provided_apis, api)
                hint = (
                    f"list {cause.api} under `provided`{self._where}, if something else provides it"
                )
                yield Change(
                    kind="presence",
                    problem=self._with(provided_apis=apis),
                    hint=hint,
                )

    def _added(self, package: PackageId, api: str) -> Change:
        wanted = Wanted(name=package.name, package=package)
        problem = self._with(releases=(*self._question.releases, wanted))
        begin = (problem.begin or frozenset()) | {package.name}
        hint = f"`mistpm add {package.name} -p {package}` adds what provides {api}"
        return Change(kind="presence", problem=replace(problem, begin=begin), hint=hint)

    def _not_provided(self) -> Iterator[Change]:
        """Leave to mistpm what the environment says is there already."""
        for cause in self._causes:
            problem, what = None, ""
            if isinstance(cause, Requires) and cause.provided:
                packages = self._question.provided_packages
                left = {p: v for p, v in packages.items() if p != cause.package}
                problem, what = self._with(provided_packages=left), cause.package
            elif isinstance(cause, ProvidedAlready):
                apis = self._question.provided_apis
                gone = [a for a in apis if (a.group, a.kind) == (cause.group, cause.kind)]
                left_apis = tuple(api for api in apis if api not in gone)
                problem, what = self._with(provided_apis=left_apis), joined_words([*map(str, gone)])
            if problem is not None:
                hint = f"take {what} out of `provided`{self._where}, if mistpm is to install it"
                yield Change(kind="presence", problem=problem, hint=hint)

    # --- Kubernetes ------------------------------------------------------------------------------

    def _minors(self) -> Iterator[Change]:
        """Fewer minors, then the nearest other one; newer before older.  A cluster on its way has no choice."""
        if self._asker.minors:
            return
        causes = [cause for cause in self._causes if isinstance(cause, NeedsKubernetes)]
        there = self._question.minors
        for missing in dict.fromkeys(cause.missing for cause in causes):
            left = tuple(minor for minor in there if str(minor) not in missing)
            if left:
                hint = f"leave Kubernetes {joined_words(missing)} out of `kubernetes`{self._where}"
                yield self._at(left, hint)
        ranges = [parse_range(cause.range) for cause in causes]
        others = [
            minor
            for minor in known_minors()
            if minor not in there and any(supports(range_, minor) for range_ in ranges)
        ]
        others.sort(key=lambda minor: _distance(minor, there))
        for minor in others:
            yield self._at((minor,), f"Kubernetes {minor} would do")

    def _at(self, minors: tuple[Minor, ...], hint: str) -> Change:
        return Change(kind="kubernetes", problem=self._with(minors=minors), hint=hint)

    # --- less ------------------------------------------------------------------------------------

    def _without(self) -> Iterator[Change]:
        """Leave a release out, the last in the file first."""
        asked = [cause.release for cause in self._causes if isinstance(cause, Asked)]
        pinned = {cause.node for cause in self._causes if isinstance(cause, Pinned)}
        for name in reversed(asked if len(asked) > 1 else []):
            if name not in pinned:
                wanted = tuple(each for each in self._question.releases if each.name != name)
                begin = (self._problem.begin or frozenset()) - {name}
                others = [other for other in asked if other != name]
                rest = others[0] if len(others) == 1 else "the others"
                yield Change(
                    kind="less",
                    problem=replace(self._with(releases=wanted), begin=begin),
                    hint=f"without {name}, {rest} can be had",
                )


def _distance(minor: Minor, there: Sequence[Minor]) -> tuple[int, bool]:
    nearest = min((abs(minor.number - other.number) for other in there), default=0)
    return nearest, bool(there) and minor < min(there)
