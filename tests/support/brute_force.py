"""An oracle: every solution of a small question, found by trying, and the best of them.

It reads raw descriptors and shares nothing with `mistpm.resolve`, neither code nor ideas: a state is a
dictionary of versions, extended by one version at a time wherever something is required.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from mistpm.model.descriptor import Candidate, Dependency
from mistpm.model.identity import PackageId
from mistpm.model.minors import supports
from mistpm.model.presence import Api, is_built_in
from mistpm.model.question import Held, Question
from mistpm.model.ranges import ANY, Range, eligible
from mistpm.model.version import Version

MOST_STATES = 3000


class Place(NamedTuple):
    """A release (by name or, pulled in, by package) or a called package in a series."""

    kind: str
    name: str
    package: PackageId
    series: str = ""


class Use(NamedTuple):
    """A place as somebody uses it: the `with` of a call, and what is bound below."""

    place: Place
    with_: str = ""
    bind: tuple[tuple[str, str], ...] = ()


class Need(NamedTuple):
    """What a chosen version requires in one use."""

    use: Use
    alias: str
    kind: str
    candidate: Candidate
    dependency: Dependency
    package: PackageId | None = None
    target: Place | None = None
    mistake: bool = False


class Solution(NamedTuple):
    """Versions of places, and the series that each caller picked by alias."""

    versions: dict[Place, Version]
    picks: dict[tuple[Place, str], str]


def series(version: Version) -> str:
    """Give the part of a version that callers see."""
    numbers = version.major, version.minor, version.patch
    for count, number in enumerate(numbers, start=1):
        if number:
            return ".".join(str(part) for part in numbers[:count])
    return "0.0.0"


class TooManyStatesError(Exception):
    """A question is too large for trying."""


class Oracle:
    """Knows one question and everything that there is."""

    def __init__(
        self,
        question: Question,
        packages: dict[PackageId, list[Candidate]],
        held: Held,
        absent: frozenset[str] = frozenset(),
    ) -> None:
        self.question = question
        self.held = held
        self.absent = absent
        self.states = 0
        self.packages = {
            package: {candidate.version: candidate for candidate in candidates}
            for package, candidates in packages.items()
        }
        self.settings = {setting.package: setting for setting in question.settings}
        self.asked = [
            Place("asked", wanted.name, wanted.package)
            for wanted in question.releases
            if wanted.name not in absent
        ]

    # --- what is possible --------------------------------------------------------------------------

    def solutions(self) -> list[Solution]:
        """Give all solutions, each once."""
        found: dict[object, Solution] = {}
        choices = [self.possible(place, self.wanted(place.name).range) for place in self.asked]
        for versions in itertools.product(*choices):
            state = Solution(dict(zip(self.asked, versions, strict=True)), {})
            for solution in self.extend(state):
                key = (frozenset(solution.versions.items()), frozenset(solution.picks.items()))
                found[key] = solution
        return list(found.values())

    def wanted(self, name: str) -> Any:
        """Give what the file says of a release."""
        return next(wanted for wanted in self.question.releases if wanted.name == name)

    def eligible(self, package: PackageId, range_: Range) -> list[Version]:
        """Give the versions that a requirement admits."""
        versions = self.packages.get(package, {})
        if self.question.prereleases:
            return [version for version in versions if version in range_.versions]
        return list(eligible(range_, versions))

    def possible(self, place: Place, range_: Range) -> list[Version]:
        """Give the versions of a place in a range that nothing excludes."""
        return [
            version
            for version in self.eligible(place.package, range_)
            if self.is_possible(place, self.packages[place.package][version])
        ]

    def is_possible(self, place: Place, candidate: Candidate) -> bool:
        """Tell whether a candidate may stand at a place, whatever else there is."""
        descriptor = candidate.descriptor
        if candidate.yanked and self.held_at(place) != candidate.version:
            return False
        if descriptor.kubernetes is not None and not all(
            supports(descriptor.kubernetes, minor) for minor in self.question.minors
        ):
            return False
        for conflict in descriptor.conflicts:
            fact = self.question.provided_packages.get(
                conflict.package.within(place.package.registry)
            )
            if fact is not None and fact in conflict.version.versions:
                return False
        if place.kind == "called":
            return (
                descriptor.scope != "cluster"
                and not descriptor.provides.apis
                and series(candidate.version) == place.series
            )
        if place.kind == "pulled-in" and place.package in self.settings:
            admitted = self.eligible(place.package, self.settings[place.package].range)
            if candidate.version not in admitted:
                return False
        taken = {(api.group, api.kind) for api in self.question.provided_apis}
        return not any((api.group, api.kind) in taken for api in descriptor.provides.apis)

    def held_at(self, place: Place) -> Version | None:
        """Give the version that was held at a place."""
        if place.kind == "called":
            return self.held.called.get(f"{place.package}@{place.series}")
        package, version = self.held.releases.get(self.release_name(place), ("", None))
        return version if package == place.package else None

    def release_name(self, place: Place) -> str:
        """Give the name that a release goes by."""
        if place.kind == "pulled-in" and place.package in self.settings:
            return self.settings[place.package].name or place.package.name
        return place.package.name if place.kind == "pulled-in" else place.name

    # --- what is required --------------------------------------------------------------------------

    def uses(self, solution: Solution) -> list[Use]:
        """Give every use of the places of a state, those of the file's releases first."""
        found: list[Use] = []
        waiting = [self.first_use(place) for place in self.asked]
        while waiting:
            use = waiting.pop(0)
            if use in found or use.place not in solution.versions:
                continue
            found.append(use)
            for need in self.needs(use, solution):
                waiting.extend(self.followed(need, solution))
        return found

    def first_use(self, place: Place) -> Use:
        """Give the use of a release."""
        bind: dict[str, str] = {}
        if place.kind == "asked":
            bind = self.wanted(place.name).bind
        elif place.package in self.settings:
            bind = self.settings[place.package].bind
        return Use(place, bind=tuple(sorted(bind.items())))

    def followed(self, need: Need, solution: Solution) -> Iterator[Use]:
        """Give the uses that a need leads to in a state."""
        if need.mistake:
            return
        if need.kind == "install" and need.target is not None:
            yield self.first_use(need.target)
        if need.kind == "call" and need.package is not None:
            picked = solution.picks.get((need.use.place, need.alias))
            if picked is not None:
                yield self.call_use(need, picked)
        if need.kind == "api" and need.target is not None:
            version = solution.versions.get(need.target)
            if version is not None and self.may_default(need, version):
                yield self.first_use(need.target)

    def may_default(self, need: Need, version: Version) -> bool:
        """Tell whether a version of a default is one that an API pulls in."""
        assert need.target is not None
        provided = self.packages[need.target.package][version].descriptor.provides.apis
        pulled = self.eligible(need.target.package, ANY)
        return need.dependency.api in provided and version in pulled

    def call_use(self, need: Need, picked: str) -> Use:
        """Give the use of a called package."""
        assert need.package is not None
        place = Place("called", f"{need.package}@{picked}", need.package, picked)
        start = need.alias + "."
        bind = tuple((k[len(start) :], v) for k, v in need.use.bind if k.startswith(start))
        return Use(place, json.dumps(need.dependency.with_, sort_keys=True), bind)

    def needs(self, use: Use, solution: Solution) -> list[Need]:
        """Give what the version at a place requires in a use; what is met by facts is left out."""
        candidate = self.packages[use.place.package][solution.versions[use.place]]
        return [
            need
            for alias, dependency in sorted(candidate.descriptor.dependencies.items())
            if self.is_active(use, candidate, dependency)
            if (need := self.need(use, candidate, alias, dependency)) is not None
        ]

    def is_active(self, use: Use, candidate: Candidate, dependency: Dependency) -> bool:
        """Decide `inputs.NAME` and `!inputs.NAME`, the only conditions of small worlds."""
        if not dependency.when:
            return True
        name = dependency.when.removeprefix("!").removeprefix("inputs.")
        properties = candidate.descriptor.inputs.get("properties", {})
        inputs = {key: value["default"] for key, value in properties.items() if "default" in value}
        if use.place.kind == "called":
            inputs.update(json.loads(use.with_))
        elif use.place.kind == "asked":
            inputs.update(self.wanted(use.place.name).inputs)
        elif use.place.package in self.settings:
            inputs.update(self.settings[use.place.package].inputs)
        if name not in inputs:
            assert use.place.kind == "called"
            return True
        return bool(inputs[name]) != dependency.when.startswith("!")

    def need(
        self, use: Use, candidate: Candidate, alias: str, dependency: Dependency
    ) -> Need | None:
        """Bind a dependency; None where facts meet it or nothing has to be done."""
        registry = candidate.package.registry
        if dependency.api is not None:
            if (
                dependency.optional
                or dependency.api in self.question.provided_apis
                or all(is_built_in(dependency.api, minor) for minor in self.question.minors)
            ):
                return None
            target = None
            if dependency.default is not None:
                default = dependency.default.within(registry)
                bound, mistake = self.bound(use, alias, default)
                if mistake and alias in dict(use.bind):
                    return Need(use, alias, "api", candidate, dependency, default, None, True)
                if bound is not None and bound.kind == "pulled-in":
                    target = bound
            return Need(use, alias, "api", candidate, dependency, None, target)
        assert dependency.package is not None
        package = dependency.package.within(registry)
        if dependency.use == "call":
            mistake = alias in dict(use.bind)
            return Need(use, alias, "call", candidate, dependency, package, None, mistake)
        target, mistake = self.bound(use, alias, package)
        if target is None and not mistake:
            fact = self.question.provided_packages[package]
            if fact in dependency.version.versions:
                return None
        return Need(use, alias, "install", candidate, dependency, package, target, mistake)

    def bound(self, use: Use, alias: str, package: PackageId) -> tuple[Place | None, bool]:
        """Give the release that a dependency is bound to, or whether that is a mistake."""
        named = dict(use.bind).get(alias)
        if named is not None:
            actual = self.wanted(named).package
            return (Place("asked", named, package), False) if actual == package else (None, True)
        releases = [w.name for w in self.question.releases if w.package == package]
        if len(releases) == 1:
            return Place("asked", releases[0], package), False
        if releases:
            return None, True
        if package in self.question.provided_packages:
            return None, False
        return Place("pulled-in", package, package), False

    # --- trying ------------------------------------------------------------------------------------

    def extend(self, state: Solution) -> Iterator[Solution]:
        """Give the solutions that agree with a state; raises `TooManyStatesError`."""
        self.states += 1
        if self.states > MOST_STATES:
            raise TooManyStatesError
        needs = [need for use in self.uses(state) for need in self.needs(use, state)]
        open_ = [need for need in needs if not need.mistake and not self.is_met(need, state)]
        packages = [need for need in open_ if need.kind != "api"]
        if packages:
            yield from self.try_package(packages[0], state)
        elif open_:
            for need in open_:
                if need.target is not None and need.target not in state.versions:
                    for version in self.possible(need.target, ANY):
                        if self.may_default(need, version):
                            versions = {**state.versions, need.target: version}
                            yield from self.extend(Solution(versions, state.picks))
        elif self.is_peaceful(state):
            yield state

    def is_met(self, need: Need, state: Solution) -> bool:
        """Tell whether a state has what a need asks for."""
        if need.kind == "api":
            return self.is_provided(need, state)
        if need.kind == "install":
            return self.is_installed(need, state)
        return self.is_called(need, state)

    def try_package(self, need: Need, state: Solution) -> Iterator[Solution]:
        """Try everything that could meet a need; nothing, where what is chosen already does not."""
        if need.kind == "call":
            if (need.use.place, need.alias) not in state.picks:
                yield from self.try_calls(need, state)
            return
        target = need.target
        if target is not None and target.kind == "pulled-in" and target not in state.versions:
            yield from self.try_all(target, need.dependency.version, state)

    def try_all(self, place: Place, range_: Range, state: Solution) -> Iterator[Solution]:
        """Try every version of a place."""
        for version in self.possible(place, range_):
            yield from self.extend(Solution({**state.versions, place: version}, state.picks))

    def try_calls(self, need: Need, state: Solution) -> Iterator[Solution]:
        """Try every series that a caller's range meets."""
        assert need.package is not None
        for name in {series(v) for v in self.eligible(need.package, need.dependency.version)}:
            place = self.call_use(need, name).place
            picks = {**state.picks, (need.use.place, need.alias): name}
            if place in state.versions:
                yield from self.extend(Solution(state.versions, picks))
            else:
                chosen = Solution(state.versions, picks)
                yield from self.try_all(place, need.dependency.version, chosen)

    def is_provided(self, need: Need, state: Solution) -> bool:
        """Tell whether some release provides an API."""
        return any(
            need.dependency.api in self.packages[place.package][version].descriptor.provides.apis
            for place, version in state.versions.items()
            if place.kind != "called"
        )

    def is_installed(self, need: Need, state: Solution) -> bool:
        """Tell whether the release that is required is there, at a version that will do."""
        if need.target is None or need.package is None:
            return False
        version = state.versions.get(need.target)
        return version in self.eligible(need.package, need.dependency.version)

    def is_called(self, need: Need, state: Solution) -> bool:
        """Tell whether the picked series is there, at a version that will do."""
        picked = state.picks.get((need.use.place, need.alias))
        if picked is None or need.package is None:
            return False
        version = state.versions.get(self.call_use(need, picked).place)
        return version in self.eligible(need.package, need.dependency.version)

    def is_peaceful(self, state: Solution) -> bool:
        """Tell whether no two places exclude each other."""
        chosen = {p: self.packages[p.package][v] for p, v in state.versions.items()}
        for (one, mine), (other, theirs) in itertools.permutations(chosen.items(), 2):
            for conflict in mine.descriptor.conflicts:
                refused = conflict.package.within(one.package.registry)
                if refused == other.package and theirs.version in conflict.version.versions:
                    return False
            if one.kind == "called" or other.kind == "called":
                continue
            if one.package == other.package and mine.descriptor.scope == "cluster":
                return False
            if kinds(mine) & kinds(theirs):
                return False
        return True

    # --- the best ----------------------------------------------------------------------------------

    def best(self) -> Solution | None:
        """Give the best solution by the documented objective, None where there is none."""
        remaining = self.solutions()
        if not remaining:
            return None
        remaining = least(remaining, self.changes)
        for place in self.asked:
            remaining = least(remaining, lambda s, p=place: self.age(s, p))  # type: ignore[misc]
        remaining = least(remaining, lambda s: sum(p.kind == "called" for p in s.versions))
        walk = Walk(self, remaining)
        walk.all()
        assert len(walk.remaining) == 1, walk.remaining
        return walk.remaining[0]

    def is_pulled_in(self, need: Need, solution: Solution) -> bool:
        """Tell whether the default of an API is there for its sake."""
        assert need.target is not None
        version = solution.versions.get(need.target)
        return version is not None and self.may_default(need, version)

    def changes(self, solution: Solution) -> int:
        """Count the places that stay but move, without leave."""
        return sum(
            held not in (None, version)
            for place, version in solution.versions.items()
            if (held := self.held_at(place)) is not None
            and (place.name if place.kind == "called" else self.release_name(place))
            not in self.held.free
        )

    def age(self, solution: Solution, place: Place) -> int:
        """Count the versions that are better than the one chosen; yanked ones are the last resort."""
        candidates = self.packages[place.package].values()
        ordered = sorted(candidates, key=lambda c: c.version.key, reverse=True)
        ordered.sort(key=lambda c: bool(c.yanked))
        return [c.version for c in ordered].index(solution.versions[place])

    def series_age(self, solution: Solution, need: Need) -> int:
        """Count the newer series that a caller could have picked."""
        assert need.package is not None
        versions = sorted(self.packages[need.package], key=lambda v: v.key, reverse=True)
        names = list(dict.fromkeys(series(version) for version in versions))
        return names.index(solution.picks[need.use.place, need.alias])

    def has_mistake(self, solution: Solution) -> bool:
        """Tell whether a solution runs into an ambiguous or a wrong binding."""
        return any(n.mistake for use in self.uses(solution) for n in self.needs(use, solution))


class Walk:
    """Keeps the solutions that are best breadth-first, requirement by requirement."""

    def __init__(self, oracle: Oracle, remaining: list[Solution]) -> None:
        self.oracle = oracle
        self.remaining = remaining
        self.decided = set(oracle.asked)
        self.waiting = [oracle.first_use(place) for place in oracle.asked]
        self.deferred: list[Need] = []

    def all(self) -> None:
        """Go on until nothing is left to decide; defaults of APIs wait for everything else."""
        seen: set[Use] = set()
        while self.waiting or self.deferred:
            if not self.waiting:
                self.default(self.deferred.pop(0))
            elif (use := self.waiting.pop(0)) not in seen:
                seen.add(use)
                needs = self.oracle.needs(use, self.remaining[0])
                for need in sorted(needs, key=lambda n: (n.package or "", n.alias)):
                    if not need.mistake:
                        self.decide(need)

    def decide(self, need: Need) -> None:
        """Keep the newest of what a need asks for."""
        if need.kind == "api":
            self.deferred += [need] if need.target is not None else []
            return
        target = need.target
        if need.kind == "call":
            self.keep(lambda s: self.oracle.series_age(s, need))
            picked = self.remaining[0].picks[need.use.place, need.alias]
            target = self.oracle.call_use(need, picked).place
        assert target is not None
        self.newest(target)
        self.waiting.extend(self.oracle.followed(need, self.remaining[0]))

    def default(self, need: Need) -> None:
        """Keep the solutions with a default, if nothing decided so far provides the API."""
        target = need.target
        assert target is not None
        versions = self.remaining[0].versions
        shown = Solution({p: v for p, v in versions.items() if p in self.decided}, {})
        if self.oracle.is_provided(need, shown) or target in self.decided:
            return
        self.keep(lambda s: not self.oracle.is_pulled_in(need, s))
        if self.oracle.is_pulled_in(need, self.remaining[0]):
            self.newest(target)
            self.waiting.append(self.oracle.first_use(target))

    def newest(self, place: Place) -> None:
        """Keep the solutions in which a place is newest."""
        self.keep(lambda s: self.oracle.age(s, place))
        self.decided.add(place)

    def keep(self, badness: Callable[[Solution], int]) -> None:
        """Keep what is least bad."""
        self.remaining = least(self.remaining, badness)


def kinds(candidate: Candidate) -> set[tuple[str, str]]:
    """Give what a release of this would own."""
    apis: tuple[Api, ...] = candidate.descriptor.provides.apis
    return {(api.group, api.kind) for api in apis}


def least(solutions: list[Solution], badness: Callable[[Solution], int]) -> list[Solution]:
    """Keep the solutions that are least bad."""
    best = min(badness(solution) for solution in solutions)
    return [solution for solution in solutions if badness(solution) == best]
