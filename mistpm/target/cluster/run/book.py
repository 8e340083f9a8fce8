"""The inventory while a run changes it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from mistpm.model.resource import ResourceId
from mistpm.target.cluster.comparing.intent import own_fields, runs_once
from mistpm.target.cluster.comparing.object_step import ObjectStep
from mistpm.target.cluster.memory.inventory import OwnedObject, in_inventory_order


def is_once(step: ObjectStep) -> bool:
    """Tell whether an object counts as there only when it is done, as what runs once per version."""
    return step.manifest is not None and runs_once(step.manifest)


class Book:
    """Who is owned, line by line; may be used from several threads.

    It begins with all that may be owned until the run is over: what is owned, and what will be.  What
    runs once has no uid in it as long as it is not done.
    """

    def __init__(self, owned: Iterable[OwnedObject], steps: Iterable[ObjectStep]) -> None:
        self._lock = threading.Lock()
        self._lines = {each.resource: each for each in owned}
        for step in steps:
            if step.action == "unchanged":
                self._lines[step.resource] = self._seen(step)
            elif step.body is not None and step.resource not in self._lines:
                self._lines[step.resource] = OwnedObject(
                    resource=step.resource, api_version=step.api_version, release=step.release
                )

    def lines(self) -> tuple[OwnedObject, ...]:
        """Give what is owned as it is known now, sorted."""
        with self._lock:
            return in_inventory_order(self._lines.values())

    def written(self, step: ObjectStep, data: Mapping[str, Any], revision: int) -> None:
        """Note an object as the server answered when it was applied."""
        line = OwnedObject(
            resource=step.resource,
            api_version=step.api_version,
            release=step.release,
            uid=data["metadata"]["uid"],
            intent=step.intent,
            fields=own_fields(data["metadata"]),
            revision=revision,
        )
        with self._lock:
            self._lines[step.resource] = line

    def gone(self, resource: ResourceId) -> None:
        """Note that an object is not owned any more."""
        with self._lock:
            self._lines.pop(resource, None)

    def keep_only(self, resources: Iterable[ResourceId]) -> None:
        """Forget what is not among these: it was owned, and is neither wanted nor there any more."""
        with self._lock:
            self._lines = {
                resource: self._lines[resource] for resource in resources if resource in self._lines
            }

    def _seen(self, step: ObjectStep) -> OwnedObject:
        """Give the line of an object that stays as it is; what ran once and is gone keeps its old one."""
        known = self._lines.get(step.resource)
        if known is not None and not step.uid:
            return known
        is_done = not is_once(step) or (known is not None and known.uid == step.uid)
        return OwnedObject(
            resource=step.resource,
            api_version=step.api_version,
            release=step.release,
            uid=step.uid if is_done else "",
            intent=step.intent,
            fields=step.fields if is_done else "",
            revision=step.revision,
        )
