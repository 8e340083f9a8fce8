"""Deleting what is no longer wanted, in reverse order, each object when what came after it is gone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from mistpm.apply import Event, Following
from mistpm.errors import TargetError
from mistpm.model.object_order import ObjectOrder
from mistpm.model.progress import Phase, Progress
from mistpm.model.resource import ResourceId
from mistpm.target.cluster.api.api_error import ApiError
from mistpm.target.cluster.comparing.live import read_one
from mistpm.target.cluster.comparing.object_step import ObjectStep
from mistpm.target.cluster.comparing.removal import foreign_content
from mistpm.target.cluster.run.book import Book
from mistpm.target.cluster.run.failing import failure_of
from mistpm.target.cluster.run.run_settings import RunSettings
from mistpm.target.cluster.run.unfinished import unfinished
from mistpm.target.cluster.run.writing import Circumstances, Writer
from mistpm.target.cluster.watch.expectation import News
from mistpm.target.cluster.watch.waiting import Readiness

_WITH_DEPENDENTS: Final = frozenset({"apps", "batch"})
"""API groups of what makes Pods, which are to be gone before what they use is deleted."""


class Pruning:
    """One run's deletions; `steps` are what is to go, `order` says what goes before what.

    What of others has come to live in a namespace, or to be an instance of a definition, keeps it there.
    """

    def __init__(
        self, settings: RunSettings, steps: Iterable[ObjectStep], order: ObjectOrder, *, book: Book
    ) -> None:
        self._settings = settings
        self._steps = {step.resource: step for step in steps}
        self._book = book
        self._following = Following(
            order,
            self._begin,
            hear=self._told,
            deadline=settings.clock() + settings.waiting.seconds,
            watch=settings.watch,
            limit=settings.at_once,
            clock=settings.clock,
        )
        self._writer = Writer(
            settings.client,
            settings.resources,
            Circumstances(
                check=settings.check, is_over=lambda: True, wait=lambda _resource, _why: None
            ),
        )
        self._kept: dict[ResourceId, str] = {}
        self._left = set(self._steps)

    def run(self) -> set[ResourceId]:
        """Delete everything, wait until it is gone, and give what is.

        Raises `TargetError` for what ends the run, and when not everything went; `KeyboardInterrupt`
        when the user stopped it.
        """
        with Readiness(
            self._settings.client,
            self._settings.resources,
            environment_id=self._settings.environment_id,
            tell=self._heard,
            graces=self._settings.graces,
        ) as self._readiness:
            outcome = self._following.follow()
            if not outcome.is_complete:
                raise unfinished(
                    outcome,
                    title=self._settings.title,
                    seconds=self._settings.waiting.seconds,
                    explain=self._readiness.explain,
                    done=f"deleted: {len(self._steps) - len(self._left)} of {len(self._steps)}",
                    is_removal=True,
                )
        return set(self._steps) - set(self._kept)

    def _begin(self, resource: ResourceId) -> None:
        """Ask for one object to go, in a worker's thread."""
        step = self._steps[resource]
        tell = self._following.tell
        try:
            if why := self._reason_to_keep(step):
                self._kept[resource] = why
                tell(Event(state="ready", resource=resource, why=why))
                return
            data = self._deleted(step)
        except (ApiError, TargetError) as error:
            tell(failure_of(error, resource, title=self._settings.title))
            return
        tell(Event(state="written", resource=resource))
        if data is None:
            tell(Event(state="ready", resource=resource))
        else:
            self._readiness.expect_gone(resource, data)

    def _deleted(self, step: ObjectStep) -> dict[str, Any] | None:
        has_dependents = (
            step.resource.group in _WITH_DEPENDENTS or step.resource.kind == "ReplicationController"
        )
        return self._writer.delete(
            step, propagation="Foreground" if has_dependents else "Background"
        )

    def _reason_to_keep(self, step: ObjectStep) -> str:
        """Look again for what others put into a namespace or made of a definition since it was shown."""
        if step.resource.kind not in {"Namespace", "CustomResourceDefinition"}:
            return ""
        client, resources = self._settings.client, self._settings.resources
        api = resources.find(step.api_version, step.resource.kind)
        live = read_one(client, api, step.resource) if api else None
        if live is None or live.is_terminating:
            return ""
        return str(foreign_content(client, resources, live, self._settings.environment_id))

    def _heard(self, news: News) -> None:
        state = "ready" if news.state == "gone" else news.state
        self._following.tell(
            Event(state=state, resource=news.resource, why=news.why, context=news.context)
        )

    def _told(self, event: Event) -> None:
        """Note what is gone, and tell the user."""
        resource = event.resource
        if resource is None:
            return
        phase: Phase = "deleting"
        message = event.why
        if event.state == "failed":
            phase = "failed"
        elif event.state == "ready" and resource in self._kept:
            phase = "kept"
        elif event.state == "ready":
            phase, message = "deleted", ""
            self._book.gone(resource)
            self._left.discard(resource)
        self._settings.hear(
            Progress(
                phase=phase,
                resource=resource,
                release=self._steps[resource].release,
                message=message,
            )
        )
