"""What the resolver asks of the world: which candidates a package has, and who provides an API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from mistpm.model.descriptor import Candidate
from mistpm.model.identity import PackageId
from mistpm.model.presence import Api


class CandidateSource(Protocol):
    """Where candidates come from; called only for packages that can matter."""

    def candidates(self, package: PackageId) -> Sequence[Candidate]:
        """Give every version of a package, in any order.

        Raises `RegistryError` (`package-not-found`, `registry-unknown`, `registry-unreachable`, ...).
        """

    def providers(self, api: Api) -> Sequence[PackageId]:
        """Give packages known to provide an API, for the error's text; may be incomplete."""
