"""Asking the server about objects that could not be shown as it would make them, before the first of them is written."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator

from mistpm.model.resource import ResourceId
from mistpm.target.cluster.api.at_once import at_once
from mistpm.target.cluster.api.resources import ApiResource
from mistpm.target.cluster.comparing.dry_run import DryRun, dry_run, server_words
from mistpm.target.cluster.comparing.object_step import ObjectStep
from mistpm.target.cluster.comparing.refusals import Refusal, refusal_error
from mistpm.target.cluster.run.run_settings import RunSettings
from mistpm.target.cluster.run.writing import Circumstances, pauses


class Stages:
    """The objects that wait for a namespace or a definition that this run makes.

    Those of one namespace, or of one group of APIs, are a stage: the server is asked about all of them
    when the first one's turn comes, so that what it refuses is known before half of them are there.
    """

    def __init__(
        self, settings: RunSettings, steps: Iterable[ObjectStep], around: Circumstances
    ) -> None:
        self._around = around
        self._client = settings.client
        self._resources = settings.resources
        self._at_once = settings.at_once
        self._stages: dict[ResourceId, _Stage] = {}
        steps = tuple(steps)
        made = {
            step.resource.name
            for step in steps
            if (step.resource.group, step.resource.kind, step.action) == ("", "Namespace", "create")
        }
        by_api: dict[str, _Stage] = defaultdict(_Stage)
        by_namespace: dict[str, _Stage] = defaultdict(_Stage)
        for step in steps:
            if step.action != "create" or step.body is None:
                continue
            if self._resources.find(step.api_version, step.resource.kind) is None:
                stage = by_api[step.api_version]
            elif step.resource.namespace in made:
                stage = by_namespace[step.resource.namespace]
            else:
                continue
            stage.steps.append(step)
            self._stages[step.resource] = stage

    def check(self, step: ObjectStep) -> None:
        """Ask about the stage of an object, once; whoever comes meanwhile waits.

        An API is served a moment after its definition is ready: until then, or until time is over, it is asked
        again.  Raises `TargetError` with everything that is refused, and `ApiError` for what is no matter of
        one object.
        """
        stage = self._stages.get(step.resource)
        if stage is None:
            return
        with stage.lock:
            for pause in pauses():
                if stage.is_checked or self._ask(stage):
                    return
                self._around.wait(step.resource, f"`{step.api_version}` is not served yet")
                time.sleep(pause)

    def _ask(self, stage: _Stage) -> bool:
        """Ask about a stage, and tell whether that need not be done again."""
        if any(self._api(step) is None for step in stage.steps):
            self._resources.refresh()
        runs = at_once(self._dry_run, stage.steps, threads=self._at_once)
        asked = [*zip(stage.steps, runs, strict=True)]
        refusals = [each for step, run in asked for each in _refusals(step, run)]
        if refusals:
            raise refusal_error(self._client.title, refusals)
        stage.is_checked = not any(
            run.obstacle == "not-served" and step.resource.group in self._around.groups
            for step, run in asked
        )
        return stage.is_checked or self._around.is_over()

    def _api(self, step: ObjectStep) -> ApiResource | None:
        return self._resources.find(step.api_version, step.resource.kind)

    def _dry_run(self, step: ObjectStep) -> DryRun:
        api = self._api(step)
        if api is None:
            return DryRun(obstacle="not-served")
        path = api.path(step.resource.namespace, step.resource.name)
        return dry_run(self._client, path, step.body or {}, force=step.force)


def _refusals(step: ObjectStep, run: DryRun) -> Iterator[Refusal]:
    if run.error is None or run.obstacle not in {"refused", "conflict"}:
        return
    for words in server_words(run.error):
        yield Refusal(
            reference="field-conflicts" if run.obstacle == "conflict" else "manifest-refused",
            resource=step.resource,
            release=step.release,
            why=words,
            origin=step.manifest.origin if step.manifest else "",
        )


class _Stage:
    """Objects that are asked about together."""

    def __init__(self) -> None:
        self.steps: list[ObjectStep] = []
        self.lock = threading.Lock()
        self.is_checked = False
