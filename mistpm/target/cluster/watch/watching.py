"""Being told of objects as they change: list, watch, and list again where a watch cannot go on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from msgspec import Struct

from mistpm.errors import TargetError
from mistpm.target.cluster.api.api_error import ApiError
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.api.resources import ApiResource
from mistpm.target.cluster.api.transport import Stream


class Seen(Struct, frozen=True, kw_only=True):
    """An object as it is now; where it `is_gone`, as it was at last (at least its metadata's names and uid).

    Of `metadata.managedFields` its `data` has who wrote and when, and not what.
    """

    resource: ApiResource
    data: dict[str, Any]
    is_gone: bool = False


class Pace(Struct, frozen=True, kw_only=True):
    """Seconds: how long one watch goes on, how long it may say nothing, how long to wait between lists."""

    watch: int = 50
    silence: float = 65
    poll: float = 2


class Followed(Struct, frozen=True, kw_only=True):
    """What is followed: a kind, in a namespace or everywhere, chosen by labels or all of it."""

    resource: ApiResource
    namespace: str = ""
    selector: str = ""


class Watches:
    """Follows kinds of objects, each in a thread of its own, until `close`.

    `put` is told of every object that a selector means: first of all that there are, then of each
    change, from any thread, one at a time, and not after `close`.  States in between may be left out,
    the last one comes in any case.  A watch that ends is resumed; after one that the server does not
    remember (410), that is broken or said nothing, all is listed again; where watching is not allowed,
    every `pace.poll` seconds.
    """

    def __init__(
        self, client: Client, put: Callable[[Seen], None], *, pace: Pace | None = None
    ) -> None:
        self._client = client
        self._put = put
        self._pace = pace or Pace()
        self._lock = threading.RLock()  # `put` may follow more
        self._closed = threading.Event()
        self._followers: dict[Followed, _Follower] = {}

    def follow(self, resource: ApiResource, namespace: str = "", selector: str = "") -> None:
        """Follow a kind in a namespace, or everywhere; does nothing where that is done already."""
        followed = Followed(resource=resource, namespace=namespace, selector=selector)
        with self._lock:
            if followed in self._followers or self._closed.is_set():
                return
            follower = _Follower(self._client, followed, self._pace, self._closed, self._tell)
            self._followers[followed] = follower
        follower.start()

    @property
    def troubles(self) -> tuple[ApiError | TargetError, ...]:
        """Why kinds cannot be followed at the moment: what could not be listed."""
        with self._lock:
            followers = tuple(self._followers.values())
        return tuple(each.trouble for each in followers if each.trouble)

    def close(self) -> None:
        """End all; `put` is not called any more."""
        with self._lock:
            self._closed.set()
            followers = tuple(self._followers.values())
        for each in followers:
            each.end()

    def _tell(self, seen: Seen) -> None:
        with self._lock:
            if not self._closed.is_set():
                self._put(seen)


class _Follower:
    """Follows one kind; what it knows is of its thread alone."""

    def __init__(
        self,
        client: Client,
        followed: Followed,
        pace: Pace,
        closed: threading.Event,
        tell: Callable[[Seen], None],
    ) -> None:
        self.trouble: ApiError | TargetError | None = None
        self._client = client
        self._resource = followed.resource
        self._path = followed.resource.path(followed.namespace)
        self._selector = followed.selector
        self._pace = pace
        self._closed = closed
        self._tell = tell
        self._known: dict[tuple[str, str], dict[str, Any]] = {}
        self._can_watch = not followed.resource.verbs or "watch" in followed.resource.verbs
        self._stream: Stream | None = None

    def start(self) -> None:
        threading.Thread(target=self._run, daemon=True, name=f"watch {self._resource}").start()

    def end(self) -> None:
        stream = self._stream
        if stream is not None:
            stream.end()

    def _run(self) -> None:
        while not self._closed.is_set():
            start = time.monotonic()
            version = self._list()
            while version and self._can_watch and not self._closed.is_set():
                version = self._watch(version)
            self._closed.wait(max(0, self._pace.poll - (time.monotonic() - start)))

    def _list(self) -> str:
        """Tell of all that there is and of what is gone; give the version to watch from, empty if none."""
        there: dict[tuple[str, str], dict[str, Any]] = {}
        version = ""
        try:
            for page in self._client.pages(self._path, labelSelector=self._selector):
                version = page.get("metadata", {}).get("resourceVersion") or ""
                for item in page.get("items") or ():
                    there[_key(item)] = item
        except (ApiError, TargetError) as error:
            self.trouble = error
            if not (isinstance(error, ApiError) and error.is_unserved):
                return ""
            there = {}  # the API itself is gone, and with it all objects
        else:
            self.trouble = None
        for key, item in there.items():
            if _version(item) != _version(self._known.get(key, {})):
                self._changed(item)
        for key in [key for key in self._known if key not in there]:
            self._gone(self._known[key])
        return version

    def _watch(self, version: str) -> str:
        """Tell of changes since a version; give the version to go on from, empty where that is not known."""
        query = {
            "watch": "1",
            "allowWatchBookmarks": "true",
            "resourceVersion": version,
            "timeoutSeconds": str(self._pace.watch),
            "labelSelector": self._selector,
        }
        seen = ""
        try:
            self._stream = self._client.stream(self._path, query=query, seconds=self._pace.silence)
            if self._closed.is_set():
                self._stream.end()
            for line in self._stream:
                event = msgspec.json.decode(line)
                if event["type"] == "ERROR":
                    return ""
                seen = _version(event["object"])
                self._happened(event["type"], event["object"])
        except msgspec.DecodeError:
            return ""
        except ApiError as error:
            if error.status in {HTTPStatus.FORBIDDEN, HTTPStatus.METHOD_NOT_ALLOWED}:
                self._can_watch = False
            return ""
        except TargetError as error:
            self.trouble = error
            return ""
        finally:
            self._stream = None
        # A watch says something at its end (a bookmark): where it did not, something holds it back.
        return seen

    def _happened(self, kind: str, item: dict[str, Any]) -> None:
        if kind == "DELETED":
            self._gone(item)
        elif kind != "BOOKMARK":
            self._changed(item)

    def _changed(self, item: dict[str, Any]) -> None:
        whole = {"apiVersion": self._resource.api_version, "kind": self._resource.kind, **item}
        whole["metadata"] = _lightened(whole["metadata"])
        known = self._known.get(_key(item), {})
        if known and known["metadata"].get("uid") != whole["metadata"].get("uid"):
            self._gone(known)  # deleted and made again, in between
        names = ("name", "namespace", "uid", "resourceVersion", "labels", "annotations")
        kept = {key: whole["metadata"][key] for key in names if key in whole["metadata"]}
        self._known[_key(item)] = {
            "apiVersion": whole["apiVersion"],
            "kind": whole["kind"],
            "metadata": kept,
        }
        self._tell(Seen(resource=self._resource, data=whole))

    def _gone(self, item: dict[str, Any]) -> None:
        known = self._known.pop(_key(item), None)
        if known is not None:
            self._tell(Seen(resource=self._resource, data=known, is_gone=True))


def _lightened(metadata: dict[str, Any]) -> dict[str, Any]:
    """Leave out what takes most of many an object's room: which fields each manager owns."""
    entries = metadata.get("managedFields") or ()
    bare = [{key: value for key, value in entry.items() if key != "fieldsV1"} for entry in entries]
    return {**metadata, "managedFields": bare}


def _key(item: Mapping[str, Any]) -> tuple[str, str]:
    metadata = item["metadata"]
    return metadata.get("namespace", ""), metadata["name"]


def _version(item: Mapping[str, Any]) -> str:
    return str(item.get("metadata", {}).get("resourceVersion") or "")
