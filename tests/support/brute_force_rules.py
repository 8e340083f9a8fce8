"""What the oracle of `brute_force` knows: which versions are possible, and what they require.

Read from raw descriptors.  Each rule is a method of its own, so that a subclass can leave it out
(`brute_force_without`).
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from brute_force_state import Need, Place, Solution, Use, kinds, series

from mistpm.model.descriptor import Candidate, Dependency
from mistpm.model.identity import PackageId, PackageReference
from mistpm.model.minors import supports
from mistpm.model.presence import Api, is_built_in
from mistpm.model.question import Held, Question, Setting, Wanted
from mistpm.model.ranges import ANY, Range, eligible
from mistpm.model.version import Version

Computed = Mapping[tuple[str, str], Mapping[str, Dependency]]
"""What modules answer: requirements by alias, by name of the release and text of the candidate."""

CONDITIONS: Final[dict[str, Callable[[dict[str, Any]], bool]]] = {
    "inputs.on": lambda inputs: bool(inputs["on"]),
    "!inputs.on": lambda inputs: not inputs["on"],
    "inputs.size > 1": lambda inputs: bool(inputs["size"] > 1),
}
"""The conditions of small worlds; an input that is missing raises `KeyError`."""


class Rules:
    """Knows one question, everything that there is, and what the specification says of it."""

    def __init__(
        self,
        question: Question,
        packages: Mapping[PackageId, Sequence[Candidate]],
        held: Held,
        absent: frozenset[str] = frozenset(),
        computed: Computed | None = None,
    ) -> None:
        self.question = question
        self.held = held
        self.computed = computed or {}
        self.packages: dict[PackageId, dict[Version, Candidate]] = {
            package: {candidate.version: candidate for candidate in candidates}
            for package, candidates in packages.items()
        }
        self.wanted: dict[str, Wanted] = {w.name: w for w in question.releases}
        self.settings: dict[PackageId, Setting] = {s.package: s for s in question.settings}
        self.asked = [
            Place("asked", wanted.name, wanted.package)
            for wanted in question.releases
            if wanted.name not in absent
        ]
        self._eligible: dict[tuple[PackageId, str], tuple[Version, ...]] = {}
        self._possible: dict[tuple[Place, str], list[Version]] = {}
        self._enemies: dict[object, bool] = {}
        self._call_uses: dict[object, Use] = {}
        self._needs: dict[tuple[Use, Version], list[Need]] = {}

    # --- what is possible ------------------------------------------------------------------------

    def eligible(self, package: PackageId, range_: Range) -> tuple[Version, ...]:
        """Give the versions that a requirement admits."""
        key = package, str(range_)
        if key not in self._eligible:
            self._eligible[key] = self.admitted(range_, tuple(self.packages.get(package, ())))
        return self._eligible[key]

    def admitted(self, range_: Range, versions: tuple[Version, ...]) -> tuple[Version, ...]:
        """Choose among versions by a range, and by whether somebody wants pre-releases."""
        if self.question.prereleases:
            return tuple(version for version in versions if version in range_.versions)
        return eligible(range_, versions)

    def possible(self, place: Place, range_: Range) -> list[Version]:
        """Give the versions of a place in a range that nothing excludes."""
        key = place, str(range_)
        if key not in self._possible:
            self._possible[key] = [
                version
                for version in self.eligible(place.package, range_)
                if not self.is_excluded(place, self.packages[place.package][version])
            ]
        return self._possible[key]

    def is_excluded(self, place: Place, candidate: Candidate) -> bool:
        """Tell whether a candidate cannot stand at a place, whatever else there is."""
        if (
            self.is_withdrawn(place, candidate)
            or self.lacks_kubernetes(candidate)
            or self.refuses_a_fact(candidate)
        ):
            return True
        if place.kind == "called":
            wrong = self.series(candidate.version) != place.series
            return wrong or self.is_not_callable(candidate)
        return self.is_outside_settings(place, candidate) or self.owns_a_fact(candidate)

    def is_withdrawn(self, place: Place, candidate: Candidate) -> bool:
        """Tell whether a candidate was yanked, and is not what was held here."""
        return bool(candidate.yanked) and self.held_at(place) != candidate.version

    def lacks_kubernetes(self, candidate: Candidate) -> bool:
        """Tell whether a candidate is not for all minors."""
        needed = candidate.descriptor.kubernetes
        return needed is not None and not all(supports(needed, m) for m in self.question.minors)

    def refuses_a_fact(self, candidate: Candidate) -> bool:
        """Tell whether a candidate refuses a package that is there already."""
        return any(
            fact in conflict.version.versions
            for conflict in candidate.descriptor.conflicts
            if (fact := self.fact(self.identity(conflict.package, candidate))) is not None
        )

    def is_not_callable(self, candidate: Candidate) -> bool:
        """Tell whether a candidate is cluster-wide, provides an API or computes requirements."""
        descriptor = candidate.descriptor
        return (
            descriptor.scope == "cluster" or bool(descriptor.provides.apis) or descriptor.computed
        )

    def is_outside_settings(self, place: Place, candidate: Candidate) -> bool:
        """Tell whether settings do not admit a version of what is pulled in."""
        if place.kind != "pulled-in" or place.package not in self.settings:
            return False
        range_ = self.settings[place.package].range
        return candidate.version not in self.eligible(place.package, range_)

    def owns_a_fact(self, candidate: Candidate) -> bool:
        """Tell whether somebody else provides one of its kinds already."""
        taken = {(api.group, api.kind) for api in self.question.provided_apis}
        return bool(kinds(candidate) & taken)

    # --- who excludes whom -----------------------------------------------------------------------

    def is_peaceful(self, state: Solution) -> bool:
        """Tell whether no two places exclude each other."""
        pairs = itertools.combinations(state.versions.items(), 2)
        return not any(itertools.starmap(self.are_enemies, pairs))

    def are_enemies(self, one: tuple[Place, Version], other: tuple[Place, Version]) -> bool:
        """Tell whether two places exclude each other at these versions."""
        key = one, other
        if key not in self._enemies:
            releases = "called" not in {one[0].kind, other[0].kind}
            mine, theirs = (self.packages[place.package][version] for place, version in key)
            self._enemies[key] = (
                self.refuses(mine, theirs)
                or self.refuses(theirs, mine)
                or (releases and (self.is_second(mine, theirs) or self.is_second(theirs, mine)))
                or (releases and self.owns_the_same(mine, theirs))
            )
        return self._enemies[key]

    def refuses(self, one: Candidate, other: Candidate) -> bool:
        """Tell whether one says that it conflicts with the other."""
        return any(
            self.identity(conflict.package, one) == other.package
            and other.version in conflict.version.versions
            for conflict in one.descriptor.conflicts
        )

    def is_second(self, one: Candidate, other: Candidate) -> bool:
        """Tell whether one, of scope `cluster`, has another release of its package beside it."""
        return one.package == other.package and one.descriptor.scope == "cluster"

    def owns_the_same(self, one: Candidate, other: Candidate) -> bool:
        """Tell whether both would own a kind."""
        return bool(kinds(one) & kinds(other))

    # --- what was held and how things are called -------------------------------------------------

    def held_at(self, place: Place) -> Version | None:
        """Give the version that was held at a place."""
        if place.kind == "called":
            return self.held.called.get(place.name)
        package, version = self.held.releases.get(self.name(place), ("", None))
        return version if package == place.package else None

    def met_before(self, need: Need) -> str:
        """Name what was held to meet a call or a need on an API, if that is known."""
        if need.mistake or need.kind == "install":
            return ""
        if need.kind == "api":
            return self.held.providers.get(str(need.dependency.api), "")
        return self.held.calls.get(self.name(need.use.place), {}).get(need.alias, "")

    def name(self, place: Place) -> str:
        """Give what the answer calls a place."""
        if place.kind != "pulled-in":
            return place.name
        setting = self.settings.get(place.package)
        return setting.name if setting and setting.name else place.package.name

    def series(self, version: Version) -> str:
        """Give the part of a version that callers see."""
        return series(version)

    def identity(self, reference: PackageReference, candidate: Candidate) -> PackageId:
        """Give the package that a candidate means."""
        return reference.within(candidate.package.registry)

    # --- what is required ------------------------------------------------------------------------

    def uses(self, state: Solution) -> list[Use]:
        """Give every use of the places of a state, those of the file's releases first."""
        found: dict[Use, None] = {}
        waiting = [self.first_use(place) for place in self.asked]
        while waiting:
            use = waiting.pop(0)
            if use not in found and use.place in state.versions:
                found[use] = None
                for need in self.needs(use, state):
                    waiting.extend(self.followed(need, state))
        return list(found)

    def first_use(self, place: Place) -> Use:
        """Give the use of a release."""
        return Use(place, bind=tuple(sorted(self.bind(place).items())))

    def bind(self, place: Place) -> Mapping[str, str]:
        """Give what the file says that a release's aliases are bound to."""
        if place.kind == "asked":
            return self.wanted[place.name].bind
        return self.settings[place.package].bind if place.package in self.settings else {}

    def followed(self, need: Need, state: Solution) -> Iterator[Use]:
        """Give the uses that a need leads to in a state."""
        if need.mistake:
            return
        if need.kind == "call":
            picked = state.picks.get((need.use.place, need.alias))
            if picked is not None:
                yield self.call_use(need, picked)
        elif need.target is not None:
            version = state.versions.get(need.target)
            if need.kind == "install" or version in self.default_versions(need):
                yield self.first_use(need.target)

    def default_versions(self, need: Need) -> list[Version]:
        """Give the versions of a default that an API pulls in."""
        if need.target is None:
            return []
        package = need.target.package
        return [
            version
            for version in self.possible(need.target, ANY)
            if need.dependency.api in self.packages[package][version].descriptor.provides.apis
        ]

    def call_use(self, need: Need, picked: str) -> Use:
        """Give the use of a called package."""
        assert need.package is not None
        key = need.use, need.alias, picked, id(need.dependency)
        if key not in self._call_uses:
            place = Place("called", f"{need.package}@{picked}", need.package, picked)
            with_ = json.dumps(need.dependency.with_, sort_keys=True)
            self._call_uses[key] = Use(place, with_, self.bind_below(need))
        return self._call_uses[key]

    def bind_below(self, need: Need) -> tuple[tuple[str, str], ...]:
        """Give what is bound in the package that a need calls."""
        start = need.alias + "."
        return tuple((k[len(start) :], v) for k, v in need.use.bind if k.startswith(start))

    def needs(self, use: Use, state: Solution) -> list[Need]:
        """Give what the version at a place requires in a use; what is met by facts is left out."""
        version = state.versions[use.place]
        if (use, version) not in self._needs:
            candidate = self.packages[use.place.package][version]
            self._needs[use, version] = self.needs_of(use, candidate)
        return self._needs[use, version]

    def needs_of(self, use: Use, candidate: Candidate) -> list[Need]:
        """Give the same of a candidate."""
        found = []
        for alias, dependency in sorted(self.dependencies(use, candidate).items()):
            holds = self.decided(use, candidate, dependency.when)
            if holds is None:
                kind = dependency.use if dependency.package else "api"
                found.append(Need(use, alias, kind, dependency, mistake="invalid-condition"))
            elif holds and (need := self.need(use, candidate, alias, dependency)) is not None:
                found.append(need)
        return found

    def dependencies(self, use: Use, candidate: Candidate) -> dict[str, Dependency]:
        """Give what a candidate's descriptor and, for a release, its module say."""
        return {**candidate.descriptor.dependencies, **self.answered(use, candidate)}

    def answered(self, use: Use, candidate: Candidate) -> Mapping[str, Dependency]:
        """Give what a module computes for a release; called packages are not asked."""
        if use.place.kind == "called" or not candidate.descriptor.computed:
            return {}
        return self.computed.get((self.name(use.place), str(candidate)), {})

    def decided(self, use: Use, candidate: Candidate, condition: str) -> bool | None:
        """Decide a condition; None where a release lacks the input that it reads."""
        if not condition:
            return True
        inputs = {**self.defaults(candidate), **self.inputs(use)}
        try:
            return CONDITIONS[condition](inputs)
        except KeyError:
            return True if use.place.kind == "called" else None

    def defaults(self, candidate: Candidate) -> dict[str, Any]:
        """Give the inputs that a candidate has by itself."""
        properties = candidate.descriptor.inputs.get("properties", {})
        return {key: value["default"] for key, value in properties.items() if "default" in value}

    def inputs(self, use: Use) -> dict[str, Any]:
        """Give the inputs that a use gives."""
        if use.place.kind == "called":
            return dict(json.loads(use.with_))
        if use.place.kind == "asked":
            return self.wanted[use.place.name].inputs
        setting = self.settings.get(use.place.package)
        return setting.inputs if setting else {}

    def need(
        self, use: Use, candidate: Candidate, alias: str, dependency: Dependency
    ) -> Need | None:
        """Bind a dependency; None where facts meet it or nothing has to be done."""
        if dependency.api is not None:
            return self.api_need(use, candidate, alias, dependency)
        assert dependency.package is not None
        package = self.identity(dependency.package, candidate)
        if dependency.use == "call":
            mistake = "invalid-binding" if alias in dict(use.bind) else ""
            return Need(use, alias, "call", dependency, package, mistake=mistake)
        target, mistake = self.bound(use, alias, package)
        if target is None and not mistake:
            fact = self.fact(package)
            if fact is not None and fact in dependency.version.versions:
                return None
        return Need(use, alias, "install", dependency, package, target, mistake)

    def api_need(
        self, use: Use, candidate: Candidate, alias: str, dependency: Dependency
    ) -> Need | None:
        """Bind the default of an API; only a wrong name is a mistake there."""
        api = dependency.api
        assert api is not None
        if dependency.optional or self.is_provided_fact(api) or self.is_served(api):
            return None
        default = self.default(dependency, candidate)
        if default is None:
            return Need(use, alias, "api", dependency)
        target, mistake = self.bound(use, alias, default)
        if mistake == "invalid-binding":
            return Need(use, alias, "api", dependency, default, mistake=mistake)
        pulled = target if target is not None and target.kind == "pulled-in" else None
        return Need(use, alias, "api", dependency, target=pulled)

    def default(self, dependency: Dependency, candidate: Candidate) -> PackageId | None:
        """Give the package that an API's requirement names as its default."""
        named = dependency.default
        return None if named is None else self.identity(named, candidate)

    def is_provided_fact(self, api: Api) -> bool:
        """Tell whether the file says that an API is there already."""
        return api in self.question.provided_apis

    def is_served(self, api: Api) -> bool:
        """Tell whether Kubernetes has an API at all minors."""
        return all(is_built_in(api, minor) for minor in self.question.minors)

    def fact(self, package: PackageId) -> Version | None:
        """Give the version of a package that is there already."""
        return self.question.provided_packages.get(package)

    def bound(self, use: Use, alias: str, package: PackageId) -> tuple[Place | None, str]:
        """Give the release that a dependency is bound to, or the mistake; neither for a fact."""
        named = dict(use.bind).get(alias)
        if named is not None:
            fits = self.wanted[named].package == package
            return (Place("asked", named, package), "") if fits else (None, "invalid-binding")
        releases = [w.name for w in self.question.releases if w.package == package]
        if len(releases) == 1:
            return Place("asked", releases[0], package), ""
        if releases:
            return None, "ambiguous-binding"
        if self.fact(package) is not None:
            return None, ""
        return Place("pulled-in", package, package), ""
