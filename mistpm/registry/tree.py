"""The files of a registry, wherever they are: the seam under directory, Git and static HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from mistpm.registry.place import Place


class Tree(Protocol):
    """Files by their path in the registry, written with slashes.

    Nothing is reached before the first call that needs it.  Every method raises `RegistryError` when
    the place does not answer (`registry-unreachable`, `registry-denied`), and may be called from
    several threads.
    """

    place: Place

    @property
    def distant(self) -> bool:
        """Whether each reading costs a round trip, so that reading ahead pays."""

    def read(self, paths: Iterable[str]) -> Mapping[str, bytes]:
        """Give the small files that exist among `paths` (`registry.yaml`, index files)."""

    def files(self) -> Sequence[str] | None:
        """Give the paths of all index files and modules, sorted; None where nobody can list them."""

    def prepare(self, paths: Iterable[str]) -> None:
        """Get these modules ready, in as few requests as can be; those that do not exist are ignored."""

    def module(self, path: str, *, limit: int) -> bytes | None:
        """Give a module's bytes, None where it does not exist; at most `limit`, the rest is left."""

    def remembered(self) -> Tree:
        """Give the same tree as it was last seen: nothing is asked of the network.

        Its methods raise `RegistryError` (`not-fetched`) for what was never seen.
        """
