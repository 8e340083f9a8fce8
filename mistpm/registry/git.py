"""A registry in a Git repository, read through the `git` program: `specs/registry.md#git`."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mistpm.errors import RegistryError
from mistpm.registry.git_clone import COMMIT, GitClone, Snapshot
from mistpm.registry.layout import (
    PACKAGES_FILE,
    REGISTRY_FILE,
    parse_index_file,
    parse_module_file,
)
from mistpm.registry.place import Place
from mistpm.registry.tree import Tree


class GitTree:
    """The files of one commit: the newest of a branch or tag, or the commit that `ref` names.

    The first call of a run fetches: the commit, then all index files in one more request; modules
    come when they are asked for.  A commit that `ref` names is fetched once and for all.
    """

    distant = True

    def __init__(
        self, place: Place, *, url: str, ref: str, path: str, cache: Path, offline: bool = False
    ) -> None:
        self.place = place
        self._url = url
        self._ref = ref
        self._path = path.strip("/")
        self._cache = cache
        self._offline = offline
        self._clone = GitClone(place, url, cache)
        self._lock = threading.RLock()
        self._contents: dict[str, bytes] = {}
        self._seen: Snapshot | RegistryError | None = None

    def read(self, paths: Iterable[str]) -> Mapping[str, bytes]:
        """Give the small files that exist among `paths`, with one run of git for all of them."""
        snapshot = self._snapshot
        wanted = {path: snapshot.blobs[path] for path in paths if path in snapshot.blobs}
        self._require(snapshot, wanted)
        unread = [blob for blob in wanted.values() if blob not in self._contents]
        if unread:
            self._contents.update(zip(unread, self._clone.contents(unread), strict=True))
        return {path: self._contents[blob] for path, blob in wanted.items()}

    def files(self) -> Sequence[str]:
        """List index files and modules; costs nothing more than the fetch."""
        blobs = self._snapshot.blobs
        return sorted(path for path in blobs if parse_index_file(path) or parse_module_file(path))

    def prepare(self, paths: Iterable[str]) -> None:
        """Fetch those of these modules that are not here yet, in one request."""
        self._require(self._snapshot, paths)

    def module(self, path: str, *, limit: int) -> bytes | None:
        """Give a module's bytes, None where it does not exist; at most `limit`."""
        snapshot = self._snapshot
        if path not in snapshot.blobs:
            return None
        self._require(snapshot, [path])
        return self._clone.beginning(snapshot.blobs[path], limit)

    def remembered(self) -> Tree:
        """Give the commit that was fetched last."""
        if self._offline:
            return self
        return GitTree(
            self.place,
            url=self._url,
            ref=self._ref,
            path=self._path,
            cache=self._cache,
            offline=True,
        )

    @property
    def _snapshot(self) -> Snapshot:
        """The commit that this run works with; fetches when first asked, and remembers a failure."""
        with self._lock:
            if self._seen is None:
                try:
                    self._seen = self._look()
                except RegistryError as error:
                    self._seen = error
            if isinstance(self._seen, RegistryError):
                raise self._seen
            return self._seen

    def _look(self) -> Snapshot:
        tip = self._clone.tip_of(self._ref)
        known = (self._offline or COMMIT.fullmatch(self._ref)) and self._clone.has(tip)
        if not known:
            if self._offline:
                raise self.place.not_remembered("the registry")
            self._clone.fetch_commit(self._ref)
        snapshot = self._clone.snapshot(tip, self._path)
        if not self._offline:
            self._require(snapshot, filter(_is_small, snapshot.blobs))
        return snapshot

    def _require(self, snapshot: Snapshot, paths: Iterable[str]) -> None:
        """Fetch what is not here yet of these files."""
        with self._lock:
            wanted = {
                path: snapshot.blobs[path]
                for path in paths
                if snapshot.blobs.get(path) in snapshot.missing
            }
            if not wanted:
                return
            if self._offline:
                raise self.place.not_remembered(f"`{min(wanted)}`")
            self._clone.fetch_blobs(set(wanted.values()))
            snapshot.missing.difference_update(wanted.values())


def _is_small(path: str) -> bool:
    return path in {REGISTRY_FILE, PACKAGES_FILE} or parse_index_file(path) is not None
