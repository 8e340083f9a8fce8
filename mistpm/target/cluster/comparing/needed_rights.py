"""The rights that a run needs, beyond those that its dry runs proved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from mistpm.target.cluster.api.access import Right
from mistpm.target.cluster.api.resources import ApiResource, Resources
from mistpm.target.cluster.comparing.object_step import ObjectStep

_STATE: Final = {
    ("coordination.k8s.io", "leases"): ("create", "delete", "get", "update"),
    ("", "configmaps"): ("create", "delete", "get", "list", "update"),
    ("", "secrets"): ("create", "delete", "get", "list", "update"),
}
"""What keeping the state takes, in its namespace."""


def needed_rights(
    resources: Resources, steps: Iterable[ObjectStep], *, state_namespace: str
) -> Iterator[Right]:
    """Give what the user must be allowed to do.

    What the server showed in a dry run is allowed, so only what had none is asked for: deleting, and
    making what waits for something.  Kinds that are not served yet cannot be asked for.
    """
    for (group, plural), verbs in _STATE.items():
        for verb in verbs:
            yield Right(verb=verb, group=group, plural=plural, namespace=state_namespace)
    for step in steps:
        api = resources.find(step.api_version, step.resource.kind)
        api = api or resources.preferred(step.resource.group, step.resource.kind)
        if api is None:
            continue
        if step.action == "delete" or step.replaces:
            yield _right("delete", api, step)
        if step.action == "create":
            yield _right("create", api, step)
        if step.body is not None and not step.confirmed:
            yield _right("patch", api, step)


def _right(verb: str, api: ApiResource, step: ObjectStep) -> Right:
    return Right(verb=verb, group=api.group, plural=api.plural, namespace=step.resource.namespace)
