"""Reading what explains something, as far as the user may."""

from __future__ import annotations

from typing import Any

from mistpm.errors import TargetError
from mistpm.readiness.live_object import items
from mistpm.target.cluster.api.api_error import ApiError
from mistpm.target.cluster.api.client import Client


class Reader:
    """Reads what explains an object, as far as the user may: what is forbidden is not asked for again.

    May be used from several threads.  A request that fails gives nothing; it is tried again for
    two seconds at most.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._forbidden: set[str] = set()

    def read(self, path: str, **query: str) -> Any:
        """Give the answer for a path, None where there is none to be had."""
        return self._read(path, "application/json", query)

    def read_text(self, path: str, **query: str) -> str:
        """Give a text such as a log, empty where there is none to be had."""
        return str(self._read(path, "*/*", query) or "")

    def listed(self, path: str, **query: str) -> list[dict[str, Any]]:
        """Give the items of a list."""
        return items(self.read(path, **query), "items")

    def _read(self, path: str, accept: str, query: dict[str, str]) -> Any:
        right = _right(path)
        if right in self._forbidden:
            return None
        try:
            answer = self._client.request(
                "GET", path, query=query, accept=accept, patience=2, seconds=10
            )
        except ApiError as error:
            if error.is_right_missing:
                self._forbidden.add(right)
            return None
        except TargetError:
            return None
        return answer.data


def _right(path: str) -> str:
    """Give what stands for the right to read a path: the same for the logs of all Pods of a namespace."""
    if not path.endswith("/log"):
        return path
    return path.rpartition("/pods/")[0] + "/pods/log"
