"""Where objects of an environment are watched: in few namespaces by themselves, in many all at once."""

from __future__ import annotations

import threading
from typing import Final

from mistpm.target.cluster.api.reader import Reader
from mistpm.target.cluster.api.resources import ApiResource
from mistpm.target.cluster.watch.watching import Watches

_SINGLE: Final = 3
"""Of a kind that is in more namespaces all are watched by one watch, where that is allowed."""


class WatchedPlaces:
    """Follows the objects with a label, so that the number of watches does not grow with that of namespaces.

    May be used from several threads.
    """

    def __init__(self, watches: Watches, reader: Reader, selector: str) -> None:
        self._watches = watches
        self._reader = reader
        self._selector = selector
        self._lock = threading.Lock()
        self._places: dict[ApiResource, set[str]] = {}

    def follow(self, api: ApiResource, namespace: str) -> None:
        """Have a kind watched in a namespace, if it is not; may cost a request."""
        with self._lock:
            places = self._places.setdefault(api, set())
            if {"", namespace} & places:
                return
            if len(places) >= _SINGLE and self._may_list_everywhere(api):
                namespace = ""
            places.add(namespace)
        self._watches.follow(api, namespace, self._selector)

    def _may_list_everywhere(self, api: ApiResource) -> bool:
        return self._reader.read(api.path(), labelSelector=self._selector, limit="1") is not None
