"""Small random worlds and questions, with everything in them that a constraint can come from."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeVar

from brute_force_rules import CONDITIONS
from brute_force_state import series
from hypothesis import strategies
from hypothesis.strategies import SearchStrategy
from msgspec.structs import replace
from small_worlds import World, asking, dependency, package_id, setting

from mistpm.model.descriptor import Dependency
from mistpm.model.identity import PackageId
from mistpm.model.question import Held, Question, Setting
from mistpm.model.ranges import parse_range
from mistpm.model.resolution import called_key
from mistpm.model.version import Version, parse_version

T = TypeVar("T")

VERSIONS: Final = (
    *("1.0.0", "2.0.0", "1.1.0", "0.1.0", "2.1.0", "0.2.0", "0.0.1"),
    *("2.0.0-rc.1", "1.0.0+1"),
)
RANGES: Final = (
    *("*",) * 9,
    *(">=1", ">=1", ">=1", "<2", "<2", "^1", "^1", "^2", "!=1.1.0", "!=2.0.0"),
    *("<1.1", "0.x", ">=0.1 <2", ">=2.0.0-rc.1", "^1 || ^2", "<1 || >=2"),
)
APIS: Final = ("a.b/v1/K", "a.b/v1/L", "c.d/v1/M", "a.b/v2/K", "c.d/v1/N")
BUILT_IN: Final = ("v1/Pod", "storage.k8s.io/v1/VolumeAttributesClass")
KUBERNETES: Final = (*[""] * 20, ">=1.33", "<1.34", "<1.33", ">=1.34")
MINORS: Final = ("1.33", "1.34", "1.32 1.33", "1.33 1.34")
SCHEMAS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"on": {"type": "boolean", "default": True}},
    {"on": {"type": "boolean", "default": False}},
    {"on": {"type": "boolean"}, "size": {"type": "integer", "default": 2}},
)
ALIASES: Final = ("x", "y", "z")
NOWHERE: Final = "g/nowhere"

FLAVOURS: Final = {
    "mixed": ("install",) * 3 + ("call",) * 4 + ("api",) * 2,
    "calls": ("install",) * 2 + ("call",) * 5,
    "apis": ("install",) * 2 + ("api",) * 3,
    "releases": ("install",),
}
"""What dependencies are of, by flavour; a world of all kinds has few solutions."""


class Case(NamedTuple):
    """A world, a question about it, and what was held before."""

    world: World
    question: Question
    held: Held


class Chance:
    """Where choices come from: a seed, or Hypothesis, for which what comes first is simplest."""

    def __init__(self, luck: random.Random) -> None:
        self._luck = luck

    def pick(self, choices: Sequence[T]) -> T:
        """Take one."""
        return self._luck.choice(choices)

    def one_in(self, count: int) -> bool:
        """Be true once in a while."""
        return self.pick((False,) * (count - 1) + (True,))

    def some(self, choices: Sequence[T], one_in: int) -> list[T]:
        """Take each one once in a while."""
        return [choice for choice in choices if self.one_in(one_in)]


def seeded(seed: int) -> Chance:
    """Draw from a seed."""
    return Chance(random.Random(seed))  # noqa: S311 - nothing secret


def chances() -> SearchStrategy[Chance]:
    """Draw from Hypothesis, which makes what fails smaller."""
    return strategies.randoms(use_true_random=False).map(Chance)


class Size(NamedTuple):
    """How much there may be in a world."""

    packages: tuple[int, ...] = (2, 3, 4)
    versions: tuple[int, ...] = (1, 2, 3, 4, 5)
    releases: tuple[int, ...] = (1, 2, 2, 3)


SMALL: Final = Size()
LARGE: Final = Size(packages=(5, 7, 9), versions=(3, 5, 7), releases=(2, 3, 4, 5))


def random_case(chance: Chance, size: Size = SMALL) -> Case:
    """Make a world, a question and what was held."""
    return _Maker(chance, size).case()


class _Maker:
    """Makes one case; remembers what the world is about."""

    def __init__(self, chance: Chance, size: Size) -> None:
        self.chance = chance
        self.size = size
        self.flavour = chance.pick(sorted(FLAVOURS))
        self.world = World()
        self.packages = [package_id(f"g/p{n}") for n in range(chance.pick(size.packages))]
        if chance.one_in(3):
            self.packages.append(package_id(f"corp/g/p{chance.pick((0, 1))}"))
        apis = APIS if chance.pick((True, False)) else APIS[::-1]
        self.apis = dict(zip(self.packages, itertools.cycle(apis), strict=False))
        self.versions = {package: self.some_versions() for package in self.packages}
        self.is_conditional = chance.one_in(2)
        self.is_computed = chance.one_in(4)

    def case(self) -> Case:
        """Publish everything, then ask."""
        for package in self.packages:
            for version in self.versions[package]:
                self.publish(package, version.text)
        question = self.question()
        if self.is_computed:
            self.answer(question)
        return Case(self.world, question, self.held(question))

    # --- what there is ---------------------------------------------------------------------------

    def some_versions(self) -> list[Version]:
        """Choose what is published of a package."""
        count = self.chance.pick(self.size.versions)
        texts = {self.chance.pick(VERSIONS) for _ in range(count)}
        return [parse_version(text) for text in sorted(texts)]

    def publish(self, package: PackageId, version: str) -> None:
        """Publish one version."""
        chance = self.chance
        count = chance.pick((0, 0, 1, 1, 2, 2, 3))
        needs = {alias: self.dependency(package) for alias in ALIASES[:count]}
        own = self.apis[package]
        odds = {"apis": (own, own, own, chance.pick(APIS), ""), "mixed": (*[""] * 5, own)}
        provided = chance.pick(odds.get(self.flavour, ("",)))
        properties = chance.pick(SCHEMAS) if self.is_conditional else {}
        self.world.add(
            package,
            version,
            needs,
            kubernetes=chance.pick(KUBERNETES),
            provides=[provided] if provided else (),
            conflicts=[self.text(package)] if chance.one_in(12) else (),
            cluster=chance.one_in(15),
            yanked=chance.one_in(10),
            computed=self.is_computed and chance.one_in(2),
            inputs={"type": "object", "properties": properties} if properties else {},
        )

    def dependency(self, package: PackageId) -> Dependency:
        """Make a dependency of a package."""
        chance = self.chance
        kind = chance.pick(FLAVOURS[self.flavour])
        when = chance.pick((*[""] * 3, *CONDITIONS)) if self.is_conditional else ""
        if kind == "api":
            other = chance.pick(self.packages)
            apis = (*[self.apis[other]] * 5, chance.pick(APIS), chance.pick(BUILT_IN))
            forms = (*["api {} default {}"] * 4, "api {}", "optional api {}")
            text = chance.pick(forms).format(chance.pick(apis), self.reference(package, other))
            return dependency(text, when=when)
        if kind == "call":
            with_ = chance.pick(({}, {"on": True}, {"on": False})) if self.is_conditional else {}
            return dependency(f"call {self.text(package)}", when=when, with_=with_)
        return dependency(self.text(package), when=when)

    def text(self, package: PackageId) -> str:
        """Name a package, as one of this registry if it is, and a range."""
        other = self.chance.pick(self.packages)
        return f"{self.reference(package, other)} {self.range(other)}"

    def reference(self, package: PackageId, other: PackageId) -> str:
        """Name another package within a package; from time to time one that is not there."""
        if self.chance.one_in(80):
            return NOWHERE
        near = other.registry == package.registry
        return f"{other.group}/{other.name}" if near else other

    def range(self, package: PackageId) -> str:
        """Choose a range, mostly one that something is in."""
        if self.chance.one_in(30):
            return self.chance.pick(RANGES)
        versions = self.versions.get(package, [parse_version("1.0.0")])
        ranges = [text for text in RANGES if any(v in parse_range(text).versions for v in versions)]
        return self.chance.pick(ranges)

    def answer(self, question: Question) -> None:
        """Decide what modules compute."""
        for package in self.packages:
            names = [wanted.name for wanted in question.releases if wanted.package == package]
            for candidate in self.world.packages[package]:
                for name in (
                    (*names, package.name, "other") if candidate.descriptor.computed else ()
                ):
                    if not self.chance.one_in(3):
                        needs = {"w": replace(self.dependency(package), when="")}
                        self.world.answers[name, str(candidate)] = needs

    # --- what is asked ---------------------------------------------------------------------------

    def question(self) -> Question:
        """Ask for some releases."""
        chance = self.chance
        names = [f"r{n}" for n in range(chance.pick(self.size.releases))]
        wanted = {name: chance.pick(self.packages) for name in names}
        if chance.one_in(3):
            wanted |= dict.fromkeys(names[-2:], chance.pick(self.packages))
        if chance.one_in(40):
            wanted[names[-1]] = package_id(NOWHERE)
        settings = [self.setting(package, wanted) for package in self.packages if chance.one_in(2)]
        return asking(
            {name: f"{package} {self.range(package)}" for name, package in wanted.items()},
            bind={name: self.bind(package, wanted) for name, package in wanted.items()},
            inputs={name: self.inputs() for name in names},
            settings=settings,
            minors=chance.pick(MINORS),
            provided_apis=[chance.pick(APIS)] if chance.one_in(5) else (),
            provided={chance.pick(self.packages): chance.pick(VERSIONS)}
            if chance.one_in(5)
            else {},
            prereleases=chance.one_in(8),
        )

    def inputs(self) -> dict[str, Any]:
        """Give inputs to a release; a missing one may be a mistake."""
        return {} if self.chance.one_in(6) else {"on": self.chance.pick((True, False))}

    def bind(self, package: PackageId, wanted: dict[str, PackageId]) -> dict[str, str]:
        """Bind what could be meant in several ways, rarely anything else."""
        chance = self.chance
        if chance.one_in(25):
            return {chance.pick(("x", "y", "x.x", "y.x")): chance.pick(sorted(wanted))}
        return {
            path: chance.pick(names)
            for path, other in sorted(self.paths(package).items())
            if len(names := [name for name in wanted if wanted[name] == other]) > 1
            and not chance.one_in(4)
        }

    def paths(self, package: PackageId) -> dict[str, PackageId]:
        """Give what some version of a package installs, itself or in what it calls."""
        found: dict[str, PackageId] = {}
        for alias, need in self.needs(package):
            other = need.package.within(package.registry) if need.package else None
            if other is not None and need.use == "install":
                found[alias] = other
            elif other is not None:
                for inner, below in self.needs(other):
                    if below.package is not None and below.use == "install":
                        found[f"{alias}.{inner}"] = below.package.within(other.registry)
        return found

    def needs(self, package: PackageId) -> list[tuple[str, Dependency]]:
        """Give what the versions of a package depend on."""
        candidates = self.world.packages.get(package, ())
        return [need for c in candidates for need in c.descriptor.dependencies.items()]

    def setting(self, package: PackageId, wanted: dict[str, PackageId]) -> Setting:
        """Configure what is pulled in of a package."""
        return setting(
            package,
            self.chance.pick(("*", "*", "*", "^1", "<2", ">=1")),
            name=self.chance.pick(("", "", "other")),
            bind=self.bind(package, wanted),
            inputs=self.inputs(),
        )

    # --- what was before -------------------------------------------------------------------------

    def held(self, question: Question) -> Held:
        """Hold versions of releases and of what could be pulled in or called."""
        if not self.chance.one_in(2):
            return Held()
        places: dict[str, PackageId] = {p.name: p for p in self.packages}
        places |= {s.name: s.package for s in question.settings if s.name}
        places |= {wanted.name: wanted.package for wanted in question.releases}
        releases = {
            name: (package, version)
            for name, package in places.items()
            if package in self.versions
            and (version := self.held_version(package, self.versions[package])) is not None
        }
        called: dict[str, Version] = {}
        for package in self.packages:
            for name in sorted(set(map(series, self.versions[package]))):
                versions = [v for v in self.versions[package] if series(v) == name]
                version = self.held_version(package, versions)
                if version is not None:
                    called[called_key(package, name)] = version
        names = sorted([*releases, *called])
        free = self.chance.some(names, 3) if self.chance.one_in(2) else ()
        return Held(
            releases=releases,
            called=called,
            calls={name: self.held_calls(package) for name, package in places.items()}
            | {key: self.held_calls(PackageId(key.partition("@")[0])) for key in called},
            providers={
                api: self.chance.pick(sorted(releases))
                for api in sorted(set(self.apis.values()))
                if releases and not self.chance.one_in(3)
            },
            free=frozenset(free),
        )

    def held_calls(self, package: PackageId) -> dict[str, str]:
        """Choose which series some version of a package called, sometimes one that it could not."""
        found: dict[str, str] = {}
        for alias, need in self.needs(package):
            other = need.package.within(package.registry) if need.package else None
            versions = self.versions.get(other, []) if other is not None else []
            if need.use == "call" and other and versions and not self.chance.one_in(4):
                found[alias] = called_key(other, series(self.chance.pick(versions)))
        return found

    def held_version(self, package: PackageId, versions: Sequence[Version]) -> Version | None:
        """Choose what was held of something: what was withdrawn, any, nothing, or what is gone."""
        chance = self.chance
        if chance.one_in(20):
            return parse_version(chance.pick(("1.0.5", "3.0.0")))
        candidates = self.world.packages[package]
        yanked = [c.version for c in candidates if c.yanked and c.version in versions]
        if yanked and chance.one_in(2):
            return chance.pick(yanked)
        return None if chance.one_in(3) else chance.pick(versions)
