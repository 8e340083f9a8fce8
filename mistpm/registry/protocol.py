"""What every kind of registry does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from mistpm.model.descriptor import Candidate
from mistpm.model.identity import PackageId, PackageReference
from mistpm.model.version import Version
from mistpm.registry.index import PackageLine


class Pin(Protocol):
    """Which bytes are meant: a candidate, or a package of a lockfile."""

    @property
    def package(self) -> PackageId:
        """The package, by the registry's own name."""

    @property
    def version(self) -> Version:
        """Its version."""

    @property
    def digest(self) -> str:
        """The sha256 of the module."""

    @property
    def size(self) -> int:
        """The module's bytes."""


class Registry(Protocol):
    """One registry under a local alias; nothing is read before something is asked.

    Every method raises `RegistryError`, and may be called from several threads.  What failed once in
    a run fails again at once.
    """

    alias: str

    @property
    def name(self) -> str:
        """The registry's own name, or the alias where it has none.

        Comes from the cache where it was read before; the network is asked only otherwise.
        """

    @property
    def distant(self) -> bool:
        """Whether it pays to ask for several packages at a time."""

    def packages(self) -> Sequence[PackageReference]:
        """Give the names of all packages, sorted.  Raises `registry-without-index`."""

    def catalogue(self) -> Sequence[PackageLine]:
        """Give all packages with what a search shows of them, sorted by name."""

    def candidates(self, group: str, name: str) -> Sequence[Candidate]:
        """Give all versions of a package, oldest first.  Raises `package-not-found`, `invalid-index`."""

    def read_ahead(self, packages: Iterable[tuple[str, str]]) -> None:
        """Read the index of these packages in as few round trips as can be; raises nothing."""

    def prepare(self, pins: Sequence[Pin]) -> None:
        """Get ready to fetch these modules; one request where the kind can do that."""

    def fetch(self, pin: Pin) -> Path:
        """Give the file of a module in the content store, fetching it if need be.

        Raises `DigestError` (`digest-mismatch`) for other bytes than pinned, `RegistryError`
        (`registry-lies`) when the module's own descriptor is not what the index says,
        `module-missing`, `PackageError` for what is no module.
        """
