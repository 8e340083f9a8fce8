"""The catalogue of a question, and the library that several questions can share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mistpm.errors import RegistryError
from mistpm.model.descriptor import Candidate
from mistpm.model.identity import PackageId
from mistpm.model.presence import Api
from mistpm.resolve.world.computed import Computed, Computing
from mistpm.resolve.world.limits import Deadline
from mistpm.resolve.world.listing import Listing
from mistpm.resolve.world.source import CandidateSource, DistantSource, is_answer


class Library:
    """Keeps the listings of a source: what depends on a package's versions alone is worked out once.

    It is a source itself, so whoever has several questions makes one and gives it to `resolve` each
    time.  A package is asked for once, and what kept its registry from answering is kept too.
    """

    def __init__(self, source: CandidateSource) -> None:
        self.source = source
        self.distant = source if isinstance(source, DistantSource) else None
        self.listings: dict[PackageId, Listing | RegistryError] = {}

    @classmethod
    def of(cls, source: CandidateSource) -> Library:
        """Give a source's library, which a library is itself."""
        return source if isinstance(source, Library) else cls(source)

    def candidates(self, package: PackageId) -> Sequence[Candidate]:
        """Give what the source gives."""
        return self.source.candidates(package)

    def providers(self, api: Api) -> Sequence[PackageId]:
        """Give what the source gives."""
        return self.source.providers(api)


class Catalogue:
    """The listings of one question: each package is asked for once, and only when it can matter.

    `has_gaps` tells that something could not be asked for: what it has is not known.
    """

    def __init__(
        self, source: CandidateSource, deadline: Deadline, computing: Computing | None = None
    ) -> None:
        library = Library.of(source)
        self.source = library.source
        self.computed = Computed(computing, deadline)
        self.has_gaps = False
        self._deadline = deadline
        self._listings = library.listings
        self._distant = library.distant

    @property
    def is_distant(self) -> bool:
        """Whether it pays to tell beforehand which packages will be asked for."""
        return self._distant is not None and self._distant.distant

    def expect(self, packages: Iterable[PackageId]) -> None:
        """Tell a distant source which packages are about to be asked for; it gets them all at once."""
        unknown = sorted({*packages} - self._listings.keys()) if self.is_distant else ()
        if self._distant is not None and unknown:
            with self._deadline.paused():
                self._distant.expect(unknown)

    def listing(self, package: PackageId) -> Listing | RegistryError:
        """Give a package's listing, or what kept its registry from giving it."""
        found = self._listings.get(package)
        if found is None:
            self._deadline.check(f"asking for `{package}`, after {len(self._listings)} others")
            try:
                with self._deadline.paused():
                    candidates = self.source.candidates(package)
                found = Listing(package, candidates)
            except RegistryError as error:
                found = error
            self._listings[package] = found
        if isinstance(found, RegistryError) and not is_answer(found):
            self.has_gaps = True
        return found
