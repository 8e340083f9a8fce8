"""Writing one object so that it becomes what was shown, and nothing else."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Collection, Iterator
from http import HTTPStatus
from typing import Any, Final

from msgspec import Struct

from mistpm.errors import TargetError
from mistpm.model.resource import ResourceId
from mistpm.target.cluster.api.api_error import ApiError, is_schema_error
from mistpm.target.cluster.api.client import Answer, Client
from mistpm.target.cluster.api.resources import ApiResource, Resources
from mistpm.target.cluster.api.retrying import classify
from mistpm.target.cluster.comparing.adoption import migrate
from mistpm.target.cluster.comparing.intent import own_entry, shown
from mistpm.target.cluster.comparing.object_step import ObjectStep

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 2.0
_SCHEMA_SECONDS: Final = 10.0
"""How long the server may take to follow a definition that was changed."""
_CALLED: Final = re.compile(r'"https://([a-z0-9-]+)\.([a-z0-9-]+)\.svc[:/]')


class Circumstances(Struct, frozen=True, kw_only=True):
    """What holds for all writes of a run.

    `check` is called before each of them, and raises when nothing may be written any more.  `services`
    are the Services, `groups` the API groups that are made by what is wanted, `changed_groups` those of them
    whose definitions this run writes: what needs them is tried again.
    `is_over` tells whether there is time for that; `wait` is told what is waited for.
    """

    check: Callable[[], None]
    is_over: Callable[[], bool]
    wait: Callable[[ResourceId, str], None]
    services: Collection[tuple[str, str]] = frozenset()
    groups: Collection[str | None] = frozenset()
    changed_groups: Collection[str | None] = frozenset()


class Writer:
    """Applies and deletes single objects; may be used from several threads."""

    def __init__(self, client: Client, resources: Resources, around: Circumstances) -> None:
        self._client = client
        self._resources = resources
        self._around = around
        self._refreshing = threading.Lock()

    def write(self, step: ObjectStep) -> dict[str, Any]:
        """Apply an object, and give it as the server answered.

        An object that must go first is deleted and waited for.  What passes by itself is tried again
        until time is over: an admission webhook whose Pods this run starts, an API whose definition it
        makes.  Raises `ApiError` for what the server refuses, `TargetError` `target-moved` where the
        object is not what it was when the changes were shown.
        """
        api = self._api(step)
        path = api.path(step.resource.namespace, step.resource.name)
        if step.replaces:
            self.delete(step, propagation="Foreground")
        if step.replaces or step.action == "create":
            self._wait_until_gone(step.resource, path, step.uid)
        start = time.monotonic()
        for pause in pauses():
            try:
                answer = self._apply(step, api, path)
            except ApiError as error:
                why = self._passing(error, step, time.monotonic() - start)
                if not why or self._around.is_over():
                    raise
                self._around.wait(step.resource, why)
                time.sleep(pause)
                continue
            metadata = answer["metadata"]
            if "deletionTimestamp" not in metadata:
                return answer
            self._wait_until_gone(step.resource, path, metadata["uid"])
        raise AssertionError  # pragma: no cover - pauses never end

    def delete(self, step: ObjectStep, *, propagation: str = "Background") -> dict[str, Any] | None:
        """Ask for an object to go; gives it if it is still there, None where nothing is left to wait for.

        Only the object with the step's uid goes; one that somebody put in its place stays.
        Raises `ApiError`.
        """
        self._around.check()
        options = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": propagation,
            "preconditions": {"uid": step.uid},
        }
        api = self._resources.find(step.api_version, step.resource.kind)
        api = api or self._resources.preferred(step.resource.group, step.resource.kind)
        if api is None:
            return None
        path = api.path(step.resource.namespace, step.resource.name)
        try:
            answer = self._client.request(
                "DELETE", path, body=options, check=self._around.check
            ).data
        except ApiError as error:
            if error.is_not_found:
                return None
            if error.is_conflict:  # it is on its way already, or another one is in its place
                return self._same(path, step.uid)
            raise
        is_there = answer.get("kind") == step.resource.kind
        return dict(answer) if is_there else None

    def _same(self, path: str, uid: str) -> dict[str, Any] | None:
        """Read an object, None where it is gone or another one has its place."""
        try:
            live = self._client.get(path)
        except ApiError as error:
            if error.is_not_found:
                return None
            raise
        return dict(live) if live["metadata"]["uid"] == uid else None

    def _apply(self, step: ObjectStep, api: ApiResource, path: str) -> dict[str, Any]:
        """Apply, guarded by the version that was seen."""
        if step.migrates:
            self._around.check()
            migrate(self._client, api, step.resource)
        is_guarded = bool(step.confirmed) and not (step.migrates or step.replaces)
        version = step.resource_version if is_guarded else ""
        while True:
            self._around.check()
            try:
                answer = self._send(step, path, version)
            except ApiError as error:
                if not version or not error.is_conflict or error.is_field_conflict:
                    raise
                version = self._confirmed_version(step, path)
            else:
                _refuse_another(step, answer)
                return dict(answer.data)

    def _confirmed_version(self, step: ObjectStep, path: str) -> str:
        """Dry-run an object again that changed since, and give its version now if all is as it was shown.

        Also if nothing is left to change: then an earlier try was carried out and got no answer, and
        controllers may have gone on from it.
        """
        again = self._client.apply(path, step.body or {}, dry_run=True, force=step.force)
        found = shown(again.data)
        if again.status == HTTPStatus.CREATED or (
            found != step.confirmed and found != shown(self._client.get(path))
        ):
            raise TargetError(
                "target-moved",
                f"`{step.resource}` changed since the changes were shown",
                hint="run the command again to see what would change now",
            )
        return str(again.data["metadata"]["resourceVersion"])

    def _send(self, step: ObjectStep, path: str, version: str) -> Answer:
        body = step.body or {}
        if version:
            body = {**body, "metadata": {**body["metadata"], "resourceVersion": version}}
        return self._client.apply(path, body, force=step.force, check=self._around.check)

    def _api(self, step: ObjectStep) -> ApiResource:
        """Find the kind, which may be served only for a moment or not yet."""
        for pause in pauses():
            found = self._found(step)
            if found is not None:
                return found
            if step.resource.group not in self._around.groups or self._around.is_over():
                raise TargetError(
                    "kind-not-served",
                    f"the {self._client.title} does not serve `{step.api_version} {step.resource.kind}`",
                    context=(f"for `{step.resource}`",),
                    hint="install what provides it, in this environment or on the cluster",
                )
            self._around.wait(step.resource, f"`{step.api_version}` is not served yet")
            time.sleep(pause)
        raise AssertionError  # pragma: no cover - pauses never end

    def _found(self, step: ObjectStep) -> ApiResource | None:
        found = self._resources.find(step.api_version, step.resource.kind)
        if found is not None:
            return found
        with self._refreshing:
            if self._resources.find(step.api_version, step.resource.kind) is None:
                self._resources.refresh()
        return self._resources.find(step.api_version, step.resource.kind)

    def _passing(self, error: ApiError, step: ObjectStep, seconds: float) -> str:
        """Say what is waited for where a refusal passes by itself; empty where it does not.

        `seconds` is for how long it has been tried.
        """
        if is_schema_error(error) and step.resource.group in self._around.changed_groups:
            return "its definition was just changed" if seconds < _SCHEMA_SECONDS else ""
        match classify(error):
            case "webhook":
                called = _CALLED.search(error.message)
                if called and (called[2], called[1]) in self._around.services:
                    return f"the admission webhook `{called[2]}/{called[1]}` does not answer yet"
            case "unserved" if step.resource.group in self._around.groups:
                return f"`{step.api_version}` is not served yet"
        return ""

    def _wait_until_gone(self, resource: ResourceId, path: str, uid: str) -> None:
        """Wait until an object that is being deleted is gone; raises `TargetError` when time is over."""
        for pause in pauses() if uid else ():
            live = self._same(path, uid)
            if live is None:
                return
            if self._around.is_over():
                raise TargetError(
                    "still-terminating",
                    "it is to be made anew, and the one that is there is still being deleted",
                    context=(str(resource), *_finalizers(live)),
                )
            self._around.wait(resource, "the one that is there is being deleted")
            time.sleep(pause)


def _refuse_another(step: ObjectStep, answer: Answer) -> None:
    """Raise where an object that was to be made had been made by somebody else in the meantime.

    That it was there already (status 200) is no proof: an earlier try may have got no answer.  But then
    it is as old as our own entry in its `managedFields`.
    """
    if step.action != "create" or answer.status == HTTPStatus.CREATED:
        return
    metadata = answer.data["metadata"]
    ours = own_entry(metadata)
    if ours is not None and ours.get("time", "") > metadata["creationTimestamp"]:
        raise TargetError(
            "target-moved",
            f"somebody else made `{step.resource}` since the changes were shown",
            context=("what is wanted of it was applied to it, as nothing in it contradicted that",),
            hint="run the command again to see what would change now",
        )


def _finalizers(live: dict[str, Any]) -> tuple[str, ...]:
    names = live["metadata"].get("finalizers") or ()
    return (f"its finalizers: {', '.join(f'`{name}`' for name in names)}",) if names else ()


def pauses() -> Iterator[float]:
    """Give the seconds before each further try, for ever."""
    pause = _FIRST_PAUSE
    while True:
        yield pause
        pause = min(2 * pause, _LONGEST_PAUSE)
