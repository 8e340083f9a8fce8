"""Writing what is wanted, in order, each object as soon as what it waits for is there and ready."""

from __future__ import annotations

import threading
from collections.abc import Container, Iterable, Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from mistpm.apply import Event, Following, Outcome
from mistpm.errors import TargetError
from mistpm.model.object_order import Gate, Node, ObjectOrder
from mistpm.model.progress import Phase, Progress
from mistpm.model.readiness import ReadinessCondition
from mistpm.model.resource import ResourceId
from mistpm.target.cluster.api.api_error import ApiError
from mistpm.target.cluster.api.resources import ApiResource
from mistpm.target.cluster.comparing.live import LiveObject, read_live
from mistpm.target.cluster.comparing.object_step import ObjectStep
from mistpm.target.cluster.run.book import Book, is_once
from mistpm.target.cluster.run.failing import failure_of
from mistpm.target.cluster.run.run_settings import RunSettings
from mistpm.target.cluster.run.staging import Stages
from mistpm.target.cluster.run.unfinished import unfinished
from mistpm.target.cluster.run.writing import Circumstances, Writer
from mistpm.target.cluster.watch.expectation import News
from mistpm.target.cluster.watch.stuck_pods import replace_stuck_pod
from mistpm.target.cluster.watch.waiting import Readiness

_MAKE_APIS: Final = {
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("apiregistration.k8s.io", "APIService"),
}
"""Kinds whose names are `SOMETHING.GROUP`, and which make the group be served."""
_PHASES: Final[Mapping[str, Phase]] = {
    "waiting": "waiting",
    "ready": "ready",
    "failed": "failed",
}


class Applying:
    """One run's writes.

    `steps` are all objects that are wanted, also those that stay as they are; `order` says what waits for
    what, `conditions` when packages call their objects ready.  What was written is noted in `book` under
    the number of the `revision`.  `is_settled` says that the last run ended well, so that what stays
    as it is need not be looked at again.
    """

    def __init__(
        self,
        settings: RunSettings,
        steps: Iterable[ObjectStep],
        order: ObjectOrder,
        *,
        conditions: Mapping[str, tuple[ReadinessCondition, ...]],
        book: Book,
        revision: int,
        is_settled: bool,
    ) -> None:
        self._settings = settings
        self._deadline = settings.clock() + settings.waiting.seconds
        self._steps = {step.resource: step for step in steps}
        self._conditions = conditions
        self._book = book
        self._revision = revision
        awaited = _awaited(order, self._steps)
        is_all_watched = settings.waiting.wanted and not is_settled
        self._watched = set(self._steps) if is_all_watched else awaited.objects
        self._following = Following(
            self._relieved(order, awaited.looked_at),
            self._begin,
            hear=self._told,
            deadline=self._deadline,
            watch=settings.watch,
            is_patient=settings.waiting.wanted,
            limit=settings.at_once,
            clock=settings.clock,
        )
        around = self._circumstances()
        self._writer = Writer(settings.client, settings.resources, around)
        self._stages = Stages(settings, self._steps.values(), around)
        self._looking = threading.Lock()
        self._found: Mapping[ResourceId, LiveObject] | None = None
        self._unfinished: dict[ResourceId, dict[str, Any]] = {}
        self._waited_for: set[ResourceId] = set()

    def run(self) -> None:
        """Write everything and wait for it.

        Raises `TargetError` for what ends the run, and when not everything was written or got ready;
        `KeyboardInterrupt` when the user stopped it.
        """
        with Readiness(
            self._settings.client,
            self._settings.resources,
            environment_id=self._settings.environment_id,
            tell=self._heard,
            graces=self._settings.graces,
            mend=self._mend,
        ) as self._readiness:
            outcome = self._without_unchanged(self._following.follow())
            if not outcome.is_complete:
                raise unfinished(
                    outcome,
                    title=self._settings.title,
                    seconds=self._settings.waiting.seconds,
                    explain=self._readiness.explain,
                    done=self._done(outcome),
                )

    def _relieved(self, order: ObjectOrder, before_changes: Container[Node]) -> ObjectOrder:
        """Let nothing be waited for on account of what stays as it is, unless that is looked at or something changes after it."""
        return ObjectOrder(
            {
                node: ()
                if isinstance(node, ResourceId)
                and node not in before_changes
                and node not in self._watched
                else waits
                for node, waits in order.waits.items()
            }
        )

    def _without_unchanged(self, outcome: Outcome) -> Outcome:
        """Leave out what stays as it is where it is told what did not begin: nothing was to be done to it."""
        untouched = {
            resource: causes
            for resource, causes in outcome.untouched.items()
            if self._steps[resource].body is not None
        }
        return replace(outcome, untouched=untouched)

    def _done(self, outcome: Outcome) -> str:
        """Tell how far the run came."""
        wanted = {step.resource for step in self._steps.values() if step.body is not None}
        return (
            f"applied: {len(wanted.intersection(outcome.written))} of {len(wanted)}"
            if wanted
            else ""
        )

    def _begin(self, resource: ResourceId) -> None:
        """Do what is to be done with one object, in a worker's thread."""
        step = self._steps[resource]
        tell = self._following.tell
        self._stages.check(step)
        try:
            data = self._seen(step) if step.body is None else self._writer.write(step)
        except (ApiError, TargetError) as error:
            tell(failure_of(error, resource, title=self._settings.title))
            return
        tell(Event(state="written", resource=resource))
        if data is None:
            tell(Event(state="ready", resource=resource))
            return
        if is_once(step):
            self._unfinished[resource] = data
        elif step.body is not None:
            self._book.written(step, data, self._revision)
        self._readiness.expect(resource, data, self._conditions.get(step.release, ()))

    def _seen(self, step: ObjectStep) -> dict[str, Any] | None:
        """Give the live object that stays as it is, None where nobody has to look at it."""
        if step.resource not in self._watched or not step.uid:
            return None
        if step.data is not None:
            return step.data
        live = self._live().get(step.resource)
        return live.data if live else None

    def _live(self) -> Mapping[ResourceId, LiveObject]:
        """List what stays as it is and has to be looked at, once: one request for each kind."""
        with self._looking:
            if self._found is None:
                kinds: dict[ApiResource, set[str]] = {}
                for resource in self._watched:
                    step = self._steps[resource]
                    api = self._settings.resources.find(step.api_version, resource.kind)
                    if api is not None and step.body is None:
                        kinds.setdefault(api, set()).add(resource.namespace)
                self._found = read_live(
                    self._settings.client,
                    kinds,
                    self._settings.environment_id,
                    is_settled=lambda live: live.resource not in self._watched,
                ).objects
            return self._found

    def _heard(self, news: News) -> None:
        """Hand on what became of an object that is waited for; from any thread."""
        if news.state == "ready" and news.resource in self._unfinished:
            step = self._steps[news.resource]
            self._book.written(step, self._unfinished[news.resource], self._revision)
        state = "failed" if news.state == "gone" else news.state
        self._following.tell(
            Event(state=state, resource=news.resource, why=news.why, context=news.context)
        )

    def _mend(self, data: dict[str, Any]) -> str:
        """Do what Kubernetes leaves to people, and say so; nothing when nothing may be written any more."""

        def say(why: str) -> None:
            metadata = data["metadata"]
            resource = ResourceId("apps", data["kind"], metadata["namespace"], metadata["name"])
            self._following.tell(Event(state="waiting", resource=resource, why=why))

        try:
            return replace_stuck_pod(
                self._settings.client, data, check=self._settings.check, say=say
            )
        except TargetError:
            return ""

    def _told(self, event: Event) -> None:
        """Tell the user what happened."""
        if event.resource is None:
            return
        step = self._steps[event.resource]
        phase, message = _PHASES.get(event.state, "note"), event.why
        if event.state == "waiting":
            self._waited_for.add(step.resource)
        if event.state == "written":
            phase, message = ("applied", step.action) if step.body else ("unchanged", "")
        elif event.state == "ready" and not step.body and step.resource not in self._waited_for:
            return
        self._settings.hear(
            Progress(phase=phase, resource=step.resource, release=step.release, message=message)
        )

    def _circumstances(self) -> Circumstances:
        return Circumstances(
            check=self._settings.check,
            is_over=lambda: self._settings.clock() >= self._deadline or self._following.is_stopped,
            wait=lambda resource, why: self._following.tell(
                Event(state="waiting", resource=resource, why=why)
            ),
            services={
                (each.namespace, each.name)
                for each in self._steps
                if (each.group, each.kind) == ("", "Service")
            },
            groups={_made_group(step) for step in self._steps.values()},
            changed_groups={_made_group(step) for step in self._steps.values() if step.body},
        )


def _made_group(step: ObjectStep) -> str | None:
    """Give the group of APIs that an object makes the server serve, None where it makes none."""
    resource = step.resource
    if (resource.group, resource.kind) not in _MAKE_APIS:
        return None
    return resource.name.partition(".")[2]


class _Awaited(Struct, frozen=True, kw_only=True):
    """What is to be written, with all that comes before any of that; `objects` are those that have to be ready."""

    looked_at: set[Node]
    objects: set[ResourceId]


def _awaited(order: ObjectOrder, steps: Mapping[ResourceId, ObjectStep]) -> _Awaited:
    """Find what matters to what is to be written."""
    looked_at: set[Node] = {
        resource for resource, step in steps.items() if step.action != "unchanged"
    }
    objects = {node for node in looked_at if not isinstance(node, Gate)}
    waiting = list(looked_at)
    while waiting:
        for each in order.waits[waiting.pop()]:
            if each.until == "ready" and isinstance(each.on, ResourceId):
                objects.add(each.on)
            if each.on not in looked_at:
                looked_at.add(each.on)
                waiting.append(each.on)
    return _Awaited(looked_at=looked_at, objects=objects)
