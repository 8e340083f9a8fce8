"""A universe: the packages of a case, held in memory for the resolver to ask."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from benchmarks.resolve.case_range import parse_case_range, parse_case_version
from benchmarks.resolve.kubernetes import supporting
from mistpm.errors import DocumentError
from mistpm.model.descriptor import Candidate, Dependency, Descriptor
from mistpm.model.identity import PackageId, PackageReference
from mistpm.model.presence import Api
from mistpm.model.ranges import Range
from mistpm.model.version import Version

_REGISTRY, _GROUP = "cases", "universe"


class Release(Struct, frozen=True):
    """One version of a package as cases have it: what it needs, and on which Kubernetes it runs."""

    deps: dict[str, str]
    k8s: str | None = None


def package_of(name: str) -> PackageId:
    """Give the identity of a foreign name; identities sort as the names do."""
    return PackageId.of(_REGISTRY, _GROUP, name.encode("utf-8", "surrogatepass").hex())


def name_of(package: str) -> str:
    """Give the foreign name of an identity, or of the release that it is pulled in as."""
    return bytes.fromhex(package.rpartition("/")[2]).decode("utf-8", "surrogatepass")


class Universe:
    """Answers the resolver from memory; a package that is absent has no versions.

    `kubernetes` are the exact versions that cases of this universe ask about; `targets` are the packages
    that any version of a package names.  Everything is read when it is made, which costs some 10 µs for
    each version.
    """

    def __init__(
        self,
        packages: Mapping[str, Mapping[str, Release]],
        kubernetes: Collection[Version] = (),
        *,
        where: str = "the universe",
    ) -> None:
        self.packages = packages
        self.targets = {
            name: frozenset(target for release in releases.values() for target in release.deps)
            for name, releases in packages.items()
        }
        self._kubernetes = kubernetes
        self._dependencies: dict[tuple[str, str], Dependency] = {}
        self._together: dict[tuple[tuple[str, str], ...], dict[str, Dependency]] = {}
        self._supported: dict[str, Range] = {}
        self._candidates: dict[PackageId, Sequence[Candidate]] = {}
        for name, releases in packages.items():
            package = package_of(name)
            try:
                self._candidates[package] = [
                    self._candidate(package, text, release) for text, release in releases.items()
                ]
            except ValueError as error:
                raise DocumentError(
                    "invalid-cases", f"the package `{name}` of {where} cannot be read: {error}"
                ) from None

    def identities(self) -> Collection[PackageId]:
        """Give every package that there is."""
        return self._candidates.keys()

    def candidates(self, package: PackageId) -> Sequence[Candidate]:
        """Give every version of a package."""
        return self._candidates.get(package, ())

    def providers(self, api: Api) -> Sequence[PackageId]:  # noqa: ARG002 - cases have no APIs
        """Give nobody: cases have no APIs."""
        return ()

    def _candidate(self, package: PackageId, text: str, release: Release) -> Candidate:
        version = parse_case_version(text)
        return Candidate(
            package=package,
            version=version,
            digest="",
            size=0,
            descriptor=Descriptor(
                api_version="mistpm.dev/v1",
                kind="Package",
                group=_GROUP,
                name=package.name,
                version=version,
                kubernetes=self._kubernetes_range(release.k8s) if release.k8s else None,
                dependencies=self._all_dependencies(release.deps),
            ),
        )

    def _kubernetes_range(self, text: str) -> Range:
        range_ = self._supported.get(text)
        if range_ is None:
            range_ = supporting(parse_case_range(text), self._kubernetes)
            self._supported[text] = range_
        return range_

    def _all_dependencies(self, needed: Mapping[str, str]) -> dict[str, Dependency]:
        key = tuple(needed.items())
        together = self._together.get(key)
        if together is None:
            together = self._together[key] = {
                name: self._dependency(name, range_) for name, range_ in key
            }
        return together

    def _dependency(self, name: str, range_: str) -> Dependency:
        dependency = self._dependencies.get((name, range_))
        if dependency is None:
            dependency = Dependency(
                package=PackageReference(package_of(name)), version=parse_case_range(range_)
            )
            self._dependencies[name, range_] = dependency
        return dependency
