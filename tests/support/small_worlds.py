"""Small worlds of packages, written in a line each, to ask the resolver about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from msgspec.structs import replace

from mistpm.errors import RegistryError
from mistpm.model.descriptor import Candidate, Conflict, Dependency, Descriptor, Provides, Upgrades
from mistpm.model.identity import PackageId, PackageReference
from mistpm.model.minors import parse_minor
from mistpm.model.presence import Api, parse_api
from mistpm.model.question import Held, Question, Setting, Wanted
from mistpm.model.ranges import parse_range
from mistpm.model.resolution import Resolution
from mistpm.model.version import Version, parse_version
from mistpm.resolve import resolve

REGISTRY = "starter"


def package_id(text: str) -> PackageId:
    """Read `data/redis`, of the usual registry, or `corp/data/redis`."""
    return PackageReference(text).within(REGISTRY)


def dependency(text: str, *, when: str = "", with_: dict[str, Any] | None = None) -> Dependency:
    """Read `data/redis ^7`, `call data/redis ^7`, `api a.b/v1/K`, `api a.b/v1/K default x/y`.

    `optional api a.b/v1/K` only informs.
    """
    words = text.split()
    optional = words[0] == "optional"
    words = words[1:] if optional else words
    if words[0] == "api":
        default = PackageReference(words[3]) if words[2:3] == ["default"] else None
        return Dependency(api=parse_api(words[1]), default=default, optional=optional, when=when)
    called = words[0] == "call"
    words = words[1:] if called else words
    return Dependency(
        package=PackageReference(words[0]),
        version=parse_range(" ".join(words[1:]) or "*"),
        use="call" if called else "install",
        when=when,
        with_=with_ or {},
    )


class World:
    """An in-memory registry; `asked_for` records which packages were looked up.

    `answers` has what releases at a version compute that they require, by alias.
    """

    def __init__(self) -> None:
        self.packages: dict[PackageId, list[Candidate]] = {}
        self.asked_for: list[str] = []
        self.broken: dict[PackageId, RegistryError] = {}
        self.answers: dict[tuple[str, str], dict[str, Dependency]] = {}

    def add(
        self,
        package: str,
        versions: str,
        needs: Mapping[str, str | Dependency] | None = None,
        *,
        kubernetes: str = "",
        after: str = "",
        provides: Sequence[str] = (),
        conflicts: Sequence[str] = (),
        cluster: bool = False,
        yanked: str | bool = False,
        computed: bool = False,
        inputs: dict[str, Any] | None = None,
    ) -> World:
        """Publish versions (`1.0.0 1.1.0`) of a package that all say the same; `after` is `upgrades.from`."""
        identity = package_id(package)
        for text in versions.split():
            version = parse_version(text)
            self.packages.setdefault(identity, []).append(
                Candidate(
                    package=identity,
                    version=version,
                    digest=f"sha256:{sha256(f'{identity}@{text}'.encode()).hexdigest()}",
                    size=1,
                    yanked=yanked,
                    descriptor=Descriptor(
                        api_version="mistpm.dev/v1",
                        kind="Package",
                        group=identity.group,
                        name=identity.name,
                        version=version,
                        kubernetes=parse_range(kubernetes) if kubernetes else None,
                        upgrades=Upgrades(from_=parse_range(after)) if after else Upgrades(),
                        scope="cluster" if cluster else "namespace",
                        dependencies={
                            alias: need if isinstance(need, Dependency) else dependency(need)
                            for alias, need in (needs or {}).items()
                        },
                        provides=Provides(apis=tuple(parse_api(api) for api in provides)),
                        conflicts=tuple(_conflict(text) for text in conflicts),
                        computed=computed,
                        inputs=inputs or {},
                    ),
                )
            )
        return self

    def candidates(self, package: PackageId) -> Sequence[Candidate]:
        """Answer as a registry does."""
        self.asked_for.append(package)
        if package in self.broken:
            raise self.broken[package]
        if package not in self.packages:
            raise RegistryError("package-not-found", f"there is no package `{package}`")
        return self.packages[package]

    def providers(self, api: Api) -> Sequence[PackageId]:
        """Give what provides an API in some version."""
        return [
            package
            for package, candidates in self.packages.items()
            if any(api in candidate.descriptor.provides.apis for candidate in candidates)
        ]

    def requirements(
        self, release: str, candidate: Candidate, inputs: dict[str, Any], question: Question
    ) -> Mapping[str, Dependency]:
        """Answer as a module does; it is asked only if its descriptor says so."""
        del inputs, question
        assert candidate.descriptor.computed
        return self.answers.get((release, str(candidate)), {})

    def resolve(self, question: Question, held: Held | None = None) -> Resolution:
        """Resolve a question against this world."""
        return resolve(question, self, held or Held(), computing=self)


def _conflict(text: str) -> Conflict:
    package, _, range_ = text.partition(" ")
    return Conflict(package=PackageReference(package), version=parse_range(range_ or "*"))


def asking(
    releases: dict[str, str],
    *,
    bind: dict[str, dict[str, str]] | None = None,
    inputs: dict[str, dict[str, Any]] | None = None,
    settings: Sequence[Setting] = (),
    minors: str = "1.33",
    provided_apis: Sequence[str] = (),
    provided: dict[str, str] | None = None,
    prereleases: bool = False,
) -> Question:
    """Ask for releases, `{"shop": "apps/gitea ^1"}`, in this order."""
    return Question(
        releases=tuple(
            Wanted(
                name=name,
                package=package_id(text.split()[0]),
                range=parse_range(" ".join(text.split()[1:]) or "*"),
                bind=(bind or {}).get(name, {}),
                inputs=(inputs or {}).get(name, {}),
            )
            for name, text in releases.items()
        ),
        settings=tuple(settings),
        minors=tuple(parse_minor(text) for text in minors.split()),
        provided_apis=tuple(parse_api(text) for text in provided_apis),
        provided_packages={
            package_id(name): parse_version(version) for name, version in (provided or {}).items()
        },
        prereleases=prereleases,
    )


def setting(
    package: str,
    versions: str = "*",
    *,
    name: str = "",
    bind: dict[str, str] | None = None,
    inputs: dict[str, Any] | None = None,
) -> Setting:
    """Configure what gets pulled in of a package."""
    return Setting(
        package=package_id(package),
        range=parse_range(versions),
        name=name,
        bind=bind or {},
        inputs=inputs or {},
    )


def holding(free: Sequence[str] = (), /, **releases: str) -> Held:
    """Hold releases (`shop="apps/gitea 1.2.0"`) and called packages (`redis="data/redis@7 7.0.0"`)."""
    held: dict[str, tuple[PackageId, Version]] = {}
    called: dict[str, Version] = {}
    for name, text in releases.items():
        place, version = text.split()
        if "@" in place:
            package, series = place.split("@")
            called[f"{package_id(package)}@{series}"] = parse_version(version)
        else:
            held[name.replace("_", "-")] = (package_id(place), parse_version(version))
    return Held(releases=held, called=called, free=frozenset(free))


def using(
    held: Held, calls: Mapping[str, str] | None = None, providers: dict[str, str] | None = None
) -> Held:
    """Hold what was called as well (`{"shop.cache": "data/redis@7"}`), and who provided an API."""
    found: dict[str, dict[str, str]] = {}
    for path, place in (calls or {}).items():
        owner, alias = path.rsplit(".", 1)
        found.setdefault(owner, {})[alias] = package_id(place)
    return replace(held, calls=found, providers=providers or {})


def told(resolution: Resolution) -> dict[str, str]:
    """Give the chosen versions by release and called key, sorted."""
    chosen = {**resolution.releases, **resolution.called}
    return {name: str(chosen[name].candidate.version) for name in sorted(chosen)}


def edges(resolution: Resolution, name: str) -> dict[str, str]:
    """Give what meets each dependency of a release or a called package."""
    chosen = {**resolution.releases, **resolution.called}[name]
    return {edge.alias: edge.target for edge in chosen.edges}
