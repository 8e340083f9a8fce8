"""A registry on a static web server."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from pathlib import Path

from mistpm.errors import MistError, RegistryError
from mistpm.registry.http_cache import HttpCache, Remembered
from mistpm.registry.http_client import HttpClient
from mistpm.registry.http_policy import HttpPolicy
from mistpm.registry.layout import SMALL_LIMIT
from mistpm.registry.parallel import at_once
from mistpm.registry.place import Place
from mistpm.registry.store import digest_of
from mistpm.registry.tree import Tree


class HttpTree:
    """The files below a URL; nobody can list them, so such a registry needs an index.

    Index files are asked for once in a run, with the ETag (or the date) of what is in the cache,
    whoever asks and whatever the answer was.
    """

    distant = True

    def __init__(
        self,
        place: Place,
        url: str,
        cache: Path,
        policy: HttpPolicy,
        *,
        offline: bool = False,
    ) -> None:
        self.place = place
        self._url = url
        self._root = cache
        self._policy = policy
        self._offline = offline
        self._cache = HttpCache(cache, place.address)
        self._client = HttpClient(place, url, policy, remembered=self._cache.folder.exists())
        self._seen: dict[str, Remembered | RegistryError] = {}
        self._turns: dict[str, threading.Lock] = {}

    def read(self, paths: Iterable[str]) -> Mapping[str, bytes]:
        """Give the small files that exist among `paths`, asking for several at a time.

        Raises the first error in their order, after all of them were asked for.
        """
        wanted = tuple(dict.fromkeys(paths))
        found: dict[str, bytes] = {}
        for path, answer in zip(wanted, list(at_once(self._look, wanted)), strict=True):
            if isinstance(answer, MistError):
                raise answer
            if answer.present:
                found[path] = answer.body
        return found

    def files(self) -> None:
        """Give None: a web server lists nothing."""

    def prepare(self, paths: Iterable[str]) -> None:
        """Do nothing: modules are fetched several at a time, each by itself."""

    def module(self, path: str, *, limit: int) -> bytes | None:
        """Give a module's bytes, None where the server has none; at most `limit`."""
        if self._offline:
            raise self.place.not_remembered(f"`{path}`")
        answer = self._client.get(path, limit=limit)
        return answer.body if answer.status == HTTPStatus.OK else None

    def remembered(self) -> Tree:
        """Give what the cache holds."""
        if self._offline:
            return self
        return HttpTree(self.place, self._url, self._root, self._policy, offline=True)

    def _look(self, path: str) -> Remembered:
        with self._turns.setdefault(path, threading.Lock()):
            if path not in self._seen:
                try:
                    self._seen[path] = self._recall(path) if self._offline else self._ask(path)
                except RegistryError as error:
                    self._seen[path] = error
            seen = self._seen[path]
        if isinstance(seen, RegistryError):
            raise seen
        return seen

    def _recall(self, path: str) -> Remembered:
        found = self._cache.get(path)
        if found is None:
            raise self.place.not_remembered(f"`{path}`")
        return found

    def _ask(self, path: str) -> Remembered:
        before = self._cache.get(path)
        conditions = before.conditions if before else {}
        answer = self._client.get(path, limit=SMALL_LIMIT + 1, conditions=conditions)
        if answer.status == HTTPStatus.NOT_MODIFIED and before:
            return before
        if len(answer.body) > SMALL_LIMIT:
            raise self.place.too_large(path, SMALL_LIMIT)
        found = Remembered(
            present=answer.status == HTTPStatus.OK,
            etag=answer.etag,
            modified=answer.modified,
            digest=digest_of(answer.body),
            body=answer.body,
        )
        if found != before:
            self._cache.put(path, found)
        return found
