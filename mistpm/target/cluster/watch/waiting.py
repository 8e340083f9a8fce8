"""Waiting for what was applied to get ready, and for what was deleted to be gone: `specs/readiness.md`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Container
from types import TracebackType
from typing import Any, Self

from mistpm.errors import TargetError
from mistpm.model.readiness import ReadinessCondition
from mistpm.model.resource import ResourceId
from mistpm.readiness import assess
from mistpm.readiness.deletion import why_still_there
from mistpm.readiness.live_object import text
from mistpm.target.cluster.api.api_error import ApiError
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.api.reader import Reader
from mistpm.target.cluster.api.resources import ApiResource, Resources
from mistpm.target.cluster.watch.diagnosis import explain, told_of, warnings, worst_trouble
from mistpm.target.cluster.watch.expectation import Expectation, Graces, News
from mistpm.target.cluster.watch.storage_classes import late_classes
from mistpm.target.cluster.watch.watched_places import WatchedPlaces
from mistpm.target.cluster.watch.watching import Seen, Watches
from mistpm.target.cluster.watch.workload_pods import WORKLOADS, newest_pods
from mistpm.target.marks import ENVIRONMENT_LABEL, WAIT


class Readiness:
    """Follows objects of one environment until they are ready, will not get ready, or are gone.

    `tell` gets `waiting` whenever the reason changes, then one of `ready`, `failed` and `gone`, after
    which the object is not followed any more.  It is called from any thread, one at a time, and must
    not block.  What changes is seen by watches, a few for each kind; what they cannot tell
    (Pods in trouble, events, that a watch has gone blind) is looked for in a thread of its own, a few
    requests a second at most.  `mend` is given each object that is looked at and has no trouble of its
    own; what it says that it did, or what somebody has to do, is told.
    """

    def __init__(
        self,
        client: Client,
        resources: Resources,
        *,
        environment_id: str,
        tell: Callable[[News], None],
        graces: Graces = Graces(),  # noqa: B008 - frozen
        mend: Callable[[dict[str, Any]], str] = lambda _data: "",
    ) -> None:
        self._client = client
        self._resources = resources
        self._tell = tell
        self._graces = graces
        self._mend = mend
        self._reader = Reader(client)
        self._watches = Watches(client, self._seen)
        selector = f"{ENVIRONMENT_LABEL}={environment_id}"
        self._places = WatchedPlaces(self._watches, self._reader, selector)
        self._changed = threading.Condition(threading.RLock())
        self._is_closed = False
        self._expected: dict[ResourceId, Expectation] = {}
        self._late_classes: Container[str] | None = None
        self._looking: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def expect(
        self,
        resource: ResourceId,
        data: dict[str, Any],
        conditions: tuple[ReadinessCondition, ...] = (),
    ) -> None:
        """Wait for an object to get ready; `data` is what the server answered when it was applied.

        `conditions` are those of its package.  What is ready already is told at once, without a
        request.  Raises `ApiError` where the server cannot be asked for its kinds.
        """
        api = self._api(resource, data)
        if api is None:
            self._end(News(resource=resource, state="failed", why="its kind is not served"))
            return
        if text(data, "metadata", "annotations", WAIT) == "false":
            self._end(News(resource=resource, state="ready", why="it is not waited for"))
            return
        if (resource.group, resource.kind) == ("", "PersistentVolumeClaim"):
            self._learn_classes()
        expectation = Expectation(resource, api, data, self._graces, conditions=conditions)
        with self._changed:
            self._expected[resource] = expectation
            self._consider(expectation, expectation.data)
        self._follow(expectation)

    def expect_gone(self, resource: ResourceId, data: dict[str, Any]) -> None:
        """Wait for an object that was asked to go to be gone; `data` is how it was.

        Costs a request in any case, so that what goes at once is told at once.  Raises `ApiError`
        where the server cannot be asked for its kinds.
        """
        api = self._api(resource, data)
        if api is None:
            self._end(News(resource=resource, state="gone", why="its kind is not served any more"))
            return
        expectation = Expectation(resource, api, data, self._graces, is_to_go=True)
        with self._changed:
            self._expected[resource] = expectation
        self._read(expectation)
        self._follow(expectation)

    def forget(self, resource: ResourceId) -> None:
        """Wait no longer for an object."""
        with self._changed:
            self._expected.pop(resource, None)

    def explain(self, resource: ResourceId) -> tuple[str, ...]:
        """Tell more about why an object that is waited for is not ready than was told; none where it is not.

        Costs up to six requests.
        """
        with self._changed:
            expectation = self._expected.get(resource)
        if expectation is None:
            return ()
        return tuple(line for line in self._context(expectation) if line not in expectation.said)

    def close(self) -> None:
        """Wait for nothing any more; nothing is told after this."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._watches.close()

    def _api(self, resource: ResourceId, data: dict[str, Any]) -> ApiResource | None:
        """Find how the server calls a kind; it may have learned it a moment ago."""
        for refresh in (False, True):
            if refresh:
                self._resources.refresh()
            found = self._resources.find(text(data, "apiVersion"), resource.kind)
            found = found or self._resources.preferred(resource.group, resource.kind)
            if found is not None:
                return found
        return None

    # What changes is seen

    def _follow(self, expectation: Expectation) -> None:
        """Watch an object's kind where it is, unless its end was told already.

        Not while our lock is held: watches hold theirs while they tell us.
        """
        with self._changed:
            if not self._is_current(expectation):
                return
            if self._looking is None:
                self._looking = threading.Thread(target=self._look, daemon=True, name="readiness")
                self._looking.start()
            self._changed.notify_all()
        self._places.follow(expectation.api, expectation.resource.namespace)

    def _seen(self, seen: Seen) -> None:
        metadata = seen.data["metadata"]
        resource = ResourceId(
            seen.resource.group,
            seen.resource.kind,
            metadata.get("namespace", ""),
            metadata["name"],
        )
        with self._changed:
            expectation = self._expected.get(resource)
            if expectation is None or not expectation.is_same(seen.data):
                return  # or an earlier one of that name: watches may be late
            if seen.is_gone:
                self._gone(expectation)
            else:
                self._consider(expectation, seen.data)

    def _consider(self, expectation: Expectation, data: dict[str, Any]) -> None:
        """Find out how an object is that was seen; the lock is held."""
        if expectation.is_to_go:
            expectation.data = data
            self._say_waiting(expectation, why_still_there(data))
            return
        if expectation.is_old(data) or expectation.failure:
            return
        expectation.data = data
        found = assess(data, expectation.conditions, late_classes=self._late_classes or ())
        if found.state == "ready":
            self._end(News(resource=expectation.resource, state="ready", why=found.why))
        elif found.state == "failed":
            self._doom(expectation, found.why)
        else:
            why = f"{found.why}; {expectation.detail}" if expectation.detail else found.why
            self._say_waiting(expectation, why)

    def _gone(self, expectation: Expectation) -> None:
        if expectation.is_to_go:
            self._end(News(resource=expectation.resource, state="gone", why="it is gone"))
        else:
            self._end(News(resource=expectation.resource, state="failed", why="it was deleted"))

    def _doom(self, expectation: Expectation, why: str) -> None:
        """Note a failure, which is told once it is explained: that takes requests."""
        expectation.failure = why
        expectation.due = 0
        self._changed.notify_all()

    def _say_waiting(self, expectation: Expectation, why: str) -> None:
        if why != expectation.said and not self._is_closed:
            expectation.said = why
            self._tell(News(resource=expectation.resource, state="waiting", why=why))

    def _end(self, news: News) -> None:
        """Tell how waiting for an object ended."""
        with self._changed:
            self._expected.pop(news.resource, None)
            if not self._is_closed:
                self._tell(news)

    def _is_current(self, expectation: Expectation) -> bool:
        """Tell whether an object is still waited for; the lock is held."""
        return self._expected.get(expectation.resource) is expectation and not self._is_closed

    # What cannot be seen is looked for

    def _look(self) -> None:
        """Look at one object after the other, the one that is due longest first."""
        while (expectation := self._next()) is not None:
            if expectation.failure:
                self._fail(expectation)
                continue
            self._read(expectation)
            if not expectation.is_to_go:
                self._look_into(expectation)
            with self._changed:
                if not expectation.failure:
                    expectation.looked(time.monotonic())
                self._changed.wait_for(lambda: self._is_closed, self._graces.gap)

    def _next(self) -> Expectation | None:
        """Wait until an object is due and give it, None at the end."""
        with self._changed:
            while not self._is_closed:
                now = time.monotonic()
                first = min(self._expected.values(), key=lambda each: each.due, default=None)
                if first is not None and first.due <= now:
                    return first
                self._changed.wait(None if first is None else first.due - now)
        return None

    def _fail(self, expectation: Expectation) -> None:
        resource, why = expectation.resource, expectation.failure
        context = tuple(line for line in self._context(expectation) if not line.startswith(why))
        with self._changed:
            if self._is_current(expectation):
                self._end(News(resource=resource, state="failed", why=why, context=context))

    def _read(self, expectation: Expectation) -> None:
        """Read an object by itself: a watch may be late, or forbidden."""
        try:
            data = self._client.request("GET", expectation.path, patience=2, seconds=10).data
        except ApiError as error:
            is_gone = error.is_not_found and (expectation.is_to_go or not error.is_unserved)
            if not is_gone:
                return
            data = None
        except TargetError:
            return
        with self._changed:
            if not self._is_current(expectation):
                return
            if data is None or not expectation.is_same(data):
                self._gone(expectation)
            else:
                self._consider(expectation, data)

    def _look_into(self, expectation: Expectation) -> None:
        """Look for what keeps an object from getting ready; trouble that lasts is a failure."""
        data = expectation.data
        pods = self._pods(expectation)
        worst = worst_trouble(pods)
        if worst is None:
            told = warnings(self._reader, data) if not pods else []
            trouble, detail = None, self._mend(data) or (told[-1] if told else "")
        else:
            pod, trouble = worst
            detail = told_of(pod, trouble)
        is_hopeless = expectation.is_hopeless(trouble, time.monotonic())
        with self._changed:
            if not self._is_current(expectation):
                return
            if is_hopeless:
                self._doom(expectation, detail)
            else:
                expectation.detail = "" if expectation.resource.kind == "Pod" else detail
                self._consider(expectation, expectation.data)

    def _pods(self, expectation: Expectation) -> list[dict[str, Any]]:
        is_workload = (expectation.resource.group, expectation.resource.kind) in WORKLOADS
        return newest_pods(self._reader, expectation.data) if is_workload else []

    def _context(self, expectation: Expectation) -> tuple[str, ...]:
        return explain(self._reader, expectation.data, self._pods(expectation))

    def _learn_classes(self) -> None:
        if self._late_classes is None:
            self._late_classes = late_classes(self._reader)
