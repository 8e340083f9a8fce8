"""What the resolver asks of the world: which candidates a package has, and who provides an API.

Anything that answers these two questions can be resolved against: registries, a mapping in memory, the
index of another ecosystem.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol, runtime_checkable

from mistpm.errors import RegistryError
from mistpm.model.descriptor import Candidate
from mistpm.model.identity import PackageId
from mistpm.model.presence import Api
from mistpm.model.resolution import ABSENT


def is_answer(error: RegistryError) -> bool:
    """Tell whether an error says that there is no such package, not that nobody knows."""
    return error.reference in ABSENT


class CandidateSource(Protocol):
    """Where candidates come from; asked once for a package, and only for one that can matter."""

    def candidates(self, package: PackageId) -> Sequence[Candidate]:
        """Give every version of a package, in any order.

        Raises `RegistryError`: with a reference in `ABSENT` where there is no such package, with any
        other where that cannot be told (`specs/resolve.md#what-cannot-be-asked`).
        """

    def providers(self, api: Api) -> Sequence[PackageId]:
        """Give packages known to provide an API, for the error's text; may be incomplete."""


@runtime_checkable
class DistantSource(CandidateSource, Protocol):
    """A source that answers for many packages in about the time that it takes for one."""

    @property
    def distant(self) -> bool:
        """Whether it pays to be told beforehand what is needed."""

    def expect(self, packages: Collection[PackageId]) -> None:
        """Hear which packages are about to be asked for, all of them; raises nothing."""


class InMemorySource:
    """A source made of what is there already; `asked` records what was asked for, in order."""

    def __init__(self, packages: Mapping[PackageId, Iterable[Candidate]]) -> None:
        self._packages = {package: tuple(each) for package, each in packages.items()}
        self.asked: list[PackageId] = []

    def candidates(self, package: PackageId) -> Sequence[Candidate]:
        """Give every version of a package; raises `RegistryError` (`package-not-found`)."""
        self.asked.append(package)
        try:
            return self._packages[package]
        except KeyError:
            message = f"there is no package `{package}`"
            raise RegistryError("package-not-found", message) from None

    def providers(self, api: Api) -> Sequence[PackageId]:
        """Give what provides an API in some version, sorted."""
        return sorted(
            package
            for package, candidates in self._packages.items()
            if any(api in candidate.descriptor.provides.apis for candidate in candidates)
        )
