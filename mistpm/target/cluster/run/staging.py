"""Asking the server about objects that could not be shown as it would make them, before the first of them is written."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable

from mistpm.model.resource import ResourceId
from mistpm.target.cluster.api.at_once import at_once
from mistpm.target.cluster.comparing.dry_run import dry_run, server_words
from mistpm.target.cluster.comparing.object_step import ObjectStep
from mistpm.target.cluster.comparing.refusals import Refusal, refusal_error
from mistpm.target.cluster.run.run_settings import RunSettings


class Stages:
    """The objects that wait for a namespace or a definition that this run makes.

    Those of one namespace, or of one group of APIs, are a stage: the server is asked about all of them
    when the first one's turn comes, so that what it refuses is known before half of them are there.
    """

    def __init__(self, settings: RunSettings, steps: Iterable[ObjectStep]) -> None:
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

        Raises `TargetError` with everything that is refused, and `ApiError` for what is no matter of one object.
        """
        stage = self._stages.get(step.resource)
        if stage is None:
            return
        with stage.lock:
            if not stage.is_checked:
                if self._resources.find(step.api_version, step.resource.kind) is None:
                    self._resources.refresh()
                found = at_once(self._refusals, stage.steps, threads=self._at_once)
                refusals = [each for refusals in found for each in refusals]
                if refusals:
                    raise refusal_error(self._client.title, refusals)
                stage.is_checked = True

    def _refusals(self, step: ObjectStep) -> tuple[Refusal, ...]:
        api = self._resources.find(step.api_version, step.resource.kind)
        if api is None or step.body is None:
            return ()
        path = api.path(step.resource.namespace, step.resource.name)
        run = dry_run(self._client, path, step.body, force=step.force)
        if run.error is None or run.obstacle not in {"refused", "conflict"}:
            return ()
        return tuple(
            Refusal(
                reference="field-conflicts" if run.obstacle == "conflict" else "manifest-refused",
                resource=step.resource,
                release=step.release,
                why=words,
                origin=step.manifest.origin if step.manifest else "",
            )
            for words in server_words(run.error)
        )


class _Stage:
    """Objects that are asked about together."""

    def __init__(self) -> None:
        self.steps: list[ObjectStep] = []
        self.lock = threading.Lock()
        self.is_checked = False
