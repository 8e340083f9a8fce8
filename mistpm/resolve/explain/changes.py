"""Changes that may dissolve a conflict: other questions, and how to say what is different in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

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
from mistpm.model.presence import Api, parse_api
from mistpm.model.question import Question, Wanted
from mistpm.model.ranges import ANY, Range, parse_range
from mistpm.resolve.explain.bindings import other_bindings, separate_releases
from mistpm.resolve.explain.change import NEWEST, Change, adding, asking, editing, leaving_out
from mistpm.resolve.explain.phrases import joined_words
from mistpm.resolve.world.listing import Listing
from mistpm.resolve.world.problem import Problem
from mistpm.resolve.world.universe import Universe


def changes(universe: Universe, conflict: Conflict) -> Iterator[Change]:
    """Give changes that may dissolve a conflict, the smallest first; none of them is tried out."""
    yield from _Changes(universe, conflict).all()


class _Changes:
    def __init__(self, universe: Universe, conflict: Conflict) -> None:
        self._universe = universe
        self._question = universe.question
        self._asker = universe.problem.asker
        self._causes = [ground.cause for ground in conflict.grounds]
        self._where = f" in {self._asker.title}" if self._asker.is_file else ""

    def all(self) -> Iterator[Change]:
        yield from self._other_ranges()
        yield from self._prereleases()
        yield from other_bindings(self._universe, self._causes, self._where)
        if self._asker.is_file:
            yield from separate_releases(self._universe, self._causes, self._where)
        yield from self._providers()
        yield from self._not_provided()
        yield from self._minors()
        yield from self._unpinned()
        yield from self._without()

    # --- ranges ----------------------------------------------------------------------------------

    def _other_ranges(self) -> Iterator[Change]:
        for cause in self._causes:
            if isinstance(cause, Asked) and cause.range != ANY.text:
                yield self._asked_at(cause, ANY, NEWEST)
                yield from self._newest_prerelease(cause)
            if isinstance(cause, Configured):
                yield self._configured_at_any(cause)

    def _configured_at_any(self, cause: Configured) -> Change:
        def edited(question: Question) -> Question:
            settings = tuple(
                replace(setting, range=ANY) if setting.package == cause.package else setting
                for setting in question.settings
            )
            return replace(question, settings=settings)

        what = f"{cause.package} {NEWEST} under `settings`{self._where}"
        return Change(
            kind="range",
            on=asking(edited),
            node=cause.package,
            allowed=parse_range(cause.range),
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
        if cause.release in self._asker.commanded:
            hint = f"ask for {cause.package} {version} instead of {cause.range}"
        elif self._asker.is_file:
            hint = f"allow {cause.release} {version}{self._where}, which asks for {cause.range}"
        else:
            what = f"{cause.release} -p {cause.package}:{version}"
            hint = f"`mistpm install {what}` asks for another version than {cause.range}"
        on = editing(cause.release, lambda each: replace(each, range=range_))
        allowed = parse_range(cause.range)
        return Change(kind="range", on=on, node=cause.release, allowed=allowed, hint=hint)

    def _prereleases(self) -> Iterator[Change]:
        packages = {getattr(cause, "package", "") for cause in self._causes}
        listings = [self._universe.catalogue.listing(PackageId(p)) for p in sorted(packages) if p]
        if not self._question.prereleases and any(
            isinstance(listing, Listing) and listing.prereleases for listing in listings
        ):
            yield Change(
                kind="policy",
                on=asking(lambda question: replace(question, prereleases=True)),
                hint=f"allow pre-releases: `policy: {{prereleases: true}}`{self._where}",
            )

    # --- what is there ---------------------------------------------------------------------------

    def _providers(self) -> Iterator[Change]:
        for cause in self._causes:
            if not isinstance(cause, RequiresApi):
                continue
            api = parse_api(cause.api)
            taken = {wanted.package for wanted in self._question.releases}
            names = {wanted.name for wanted in self._question.releases}
            providers = set(self._universe.catalogue.source.providers(api))
            for package in sorted(providers - taken):
                if package.name not in names:
                    yield Change(
                        kind="presence",
                        on=adding(Wanted(name=package.name, package=package)),
                        hint=f"`mistpm add {package.name} -p {package}` adds what provides {cause.api}",
                    )
            if not taken & providers:
                yield self._listed(api)

    def _listed(self, api: Api) -> Change:
        def edited(question: Question) -> Question:
            return replace(question, provided_apis=(*question.provided_apis, api))

        return Change(
            kind="presence",
            on=asking(edited),
            hint=f"list {api} under `provided`{self._where}, if something else provides it",
        )

    def _not_provided(self) -> Iterator[Change]:
        """Leave to mistpm what the environment says is there already."""
        for cause in self._causes:
            if isinstance(cause, Requires) and cause.provided:
                yield self._taken_out(frozenset({PackageId(cause.package)}), cause.package)
            elif isinstance(cause, ProvidedAlready):
                gone = [
                    api
                    for api in self._question.provided_apis
                    if (api.group, api.kind) == (cause.group, cause.kind)
                ]
                yield self._taken_out(frozenset(gone), joined_words([*map(str, gone)]))

    def _taken_out(self, gone: frozenset[Api | PackageId], what: str) -> Change:
        def edited(question: Question) -> Question:
            packages = {p: v for p, v in question.provided_packages.items() if p not in gone}
            apis = tuple(api for api in question.provided_apis if api not in gone)
            return replace(question, provided_packages=packages, provided_apis=apis)

        hint = f"take {what} out of `provided`{self._where}, if mistpm is to install it"
        return Change(kind="presence", on=asking(edited), hint=hint)

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
                yield _at(left, hint)
        ranges = [parse_range(cause.range) for cause in causes]
        others = [
            minor
            for minor in known_minors()
            if minor not in there and any(supports(range_, minor) for range_ in ranges)
        ]
        others.sort(key=lambda minor: _distance(minor, there))
        for minor in others:
            yield _at((minor,), f"Kubernetes {minor} would do")

    # --- less ------------------------------------------------------------------------------------

    def _unpinned(self) -> Iterator[Change]:
        """Give up the version that was asked about."""
        for cause in self._causes:
            if isinstance(cause, Pinned):
                yield Change(
                    kind="pin",
                    on=_without_pin(cause.node),
                    node=cause.node,
                    hint=f"the newest version that {cause.node} can have is {NEWEST}",
                )

    def _without(self) -> Iterator[Change]:
        """Leave a release out, the last in the file first; a single one only where others wait for it."""
        asked = [cause.release for cause in self._causes if isinstance(cause, Asked)]
        pinned = {cause.node for cause in self._causes if isinstance(cause, Pinned)}
        for name in reversed(asked):
            if name in pinned:
                continue
            others = [other for other in asked if other != name]
            rest = others[0] if len(others) == 1 else "the others"
            if others:
                is_bound = any(name in each.bind.values() for each in self._question.releases)
                and_bind = " and the `bind` to it" if is_bound else ""
                hint = f"without {name}{and_bind}, {rest} can be had"
                yield Change(kind="less", on=leaving_out(name), hint=hint)
            elif self._asker.minors and len(self._question.releases) > 1:
                hint = f"without {name}, the others can go on"
                yield Change(kind="less", on=leaving_out(name), hint=hint)


def _at(minors: tuple[Minor, ...], hint: str) -> Change:
    on = asking(lambda question: replace(question, minors=minors))
    return Change(kind="kubernetes", on=on, hint=hint)


def _without_pin(name: str) -> Callable[[Problem], Problem]:
    def unpinned(problem: Problem) -> Problem:
        pins = {node: version for node, version in problem.pins.items() if node != name}
        return replace(problem, pins=pins)

    return unpinned


def _distance(minor: Minor, there: Sequence[Minor]) -> tuple[int, bool]:
    nearest = min((abs(minor.number - other.number) for other in there), default=0)
    return nearest, bool(there) and minor < min(there)
