"""One object that is waited for, and what is known of it."""

from __future__ import annotations

import time
from typing import Any, Literal

from msgspec import Struct

from mistpm.model.readiness import ReadinessCondition
from mistpm.model.resource import ResourceId
from mistpm.readiness import Trouble, TroubleKind
from mistpm.readiness.live_object import number, text
from mistpm.target.cluster.api.resources import ApiResource


class Graces(Struct, frozen=True, kw_only=True):
    """How long trouble may last before it is a failure, in seconds, and how often Pods are looked at.

    `restarts` is the number from which on a crashing container is a failure.  The first look comes
    `first_look` after the beginning, each later one after twice the time, at most `longest_pause`;
    between two looks at whatever lie `gap` seconds.
    """

    image: float = 5
    configuration: float = 10
    scheduling: float = 180
    restarts: int = 3
    first_look: float = 1
    longest_pause: float = 10
    gap: float = 0.25

    def are_over(self, trouble: Trouble, kind: str, lasted: float) -> bool:
        """Tell whether trouble of a workload of this kind, having lasted so long, is a failure."""
        match trouble.kind:
            case "crash":
                return kind != "Job" and trouble.restarts >= self.restarts  # a Job counts itself
            case "image":
                return lasted >= self.image
            case "configuration":
                return lasted >= self.configuration
            case "scheduling":
                return lasted >= self.scheduling
        return True


class News(Struct, frozen=True, kw_only=True):
    """What is told of an object: why it is waited for, or how that ended.

    `context` are lines about a failure: warnings, the last lines of a log.
    """

    resource: ResourceId
    state: Literal["ready", "waiting", "failed", "gone"]
    why: str
    context: tuple[str, ...] = ()


class Expectation:
    """What is waited for of one object: that it gets ready, or that it goes.

    `failure` is why it will not get ready, `detail` what a look at its Pods added to the reason.
    """

    def __init__(
        self,
        resource: ResourceId,
        api: ApiResource,
        data: dict[str, Any],
        graces: Graces,
        *,
        conditions: tuple[ReadinessCondition, ...] = (),
        is_to_go: bool = False,
    ) -> None:
        self.resource = resource
        self.api = api
        self.data: dict[str, Any] = {"apiVersion": api.api_version, "kind": api.kind, **data}
        self.conditions = conditions
        self.is_to_go = is_to_go
        self.failure = ""
        self.detail = ""
        self.said = ""
        self._uid = text(data, "metadata", "uid")
        self._generation = number(data, "metadata", "generation")
        self._graces = graces
        self._pause = graces.first_look
        self._trouble_since: tuple[TroubleKind, float] | None = None
        self.due = time.monotonic() + self._pause

    @property
    def path(self) -> str:
        """Where the object is on the server."""
        return self.api.path(self.resource.namespace, self.resource.name)

    def is_same(self, data: dict[str, Any]) -> bool:
        """Tell whether this is the object that was expected, and not one that has its name."""
        return not self._uid or text(data, "metadata", "uid") == self._uid

    def is_old(self, data: dict[str, Any]) -> bool:
        """Tell whether this is how the object was before it was applied."""
        return number(data, "metadata", "generation") < self._generation

    def looked(self, now: float) -> None:
        """Note that it was looked at: the next look comes later."""
        self._pause = min(2 * self._pause, self._graces.longest_pause)
        self.due = now + self._pause

    def is_hopeless(self, trouble: Trouble | None, now: float) -> bool:
        """Tell whether trouble has lasted too long; other trouble, or none, begins anew."""
        if trouble is None:
            self._trouble_since = None
            return False
        if self._trouble_since is None or self._trouble_since[0] != trouble.kind:
            self._trouble_since = (trouble.kind, now)
        lasted = now - self._trouble_since[1]
        return self._graces.are_over(trouble, self.resource.kind, lasted)
