"""What the parts of a workload must agree on: selectors with labels, mounts with volumes.

Only what an API server refuses, or what can never run: `specs/checks.md#values`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mistpm.check.list_keys import repeated
from mistpm.check.problem import Problem, one_of, shortened
from mistpm.check.quantity import quantity
from mistpm.check.untyped import mapping, sequence
from mistpm.model.data_path import DataPath
from mistpm.model.presence import Api

_SELECTING: Final = {"DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"}
_TEMPLATES: Final[dict[tuple[str, str], DataPath]] = {
    ("", "Pod"): (),
    ("", "ReplicationController"): ("spec", "template"),
    ("apps", "DaemonSet"): ("spec", "template"),
    ("apps", "Deployment"): ("spec", "template"),
    ("apps", "ReplicaSet"): ("spec", "template"),
    ("apps", "StatefulSet"): ("spec", "template"),
    ("batch", "CronJob"): ("spec", "jobTemplate", "spec", "template"),
    ("batch", "Job"): ("spec", "template"),
}
"""Where the Pod is in each kind."""

_APPLIED_KEYS: Final[dict[str, Mapping[str, Any]]] = {
    "env": {"name": None},
    "ports": {"containerPort": None, "protocol": "TCP"},
}
_APPLYING: Final = "leave out one of them: server-side apply, which mistpm uses, refuses both"


def workload_problems(api: Api, data: Mapping[str, Any]) -> Iterator[Problem]:
    """Tell what does not fit together in an object that runs Pods; of what is no mapping nothing is told."""
    place = _TEMPLATES.get((api.group, api.kind))
    if place is None:
        return
    template = _at(data, place)
    spec = mapping(template.get("spec"))
    spec_place = (*place, "spec")
    if api.group == "apps" and api.kind in _SELECTING and api.version == "v1":
        yield from _selector_problems(data, template)
    if api.kind != "Pod":
        yield from _restart_problems(api, spec, (*spec_place, "restartPolicy"))
    yield from _container_problems(spec, spec_place)
    yield from _resource_problems(spec, spec_place)
    yield from _repeated_items(spec, spec_place)
    yield from _mount_problems(_volumes(api, data, spec), spec, spec_place)


def _selector_problems(data: Mapping[str, Any], template: Mapping[str, Any]) -> Iterator[Problem]:
    selector = mapping(data.get("spec")).get("selector")
    if not template or not isinstance(selector, dict):
        return  # its schema tells that
    wanted = mapping(selector.get("matchLabels"))
    if not wanted and not selector.get("matchExpressions"):
        yield Problem(
            code="invalid-value",
            path=("spec", "selector"),
            message="the selector is empty, and must select the Pods of the template",
        )
    labels = mapping(mapping(template.get("metadata")).get("labels"))
    for key, value in wanted.items():
        if (
            isinstance(value, str)
            and isinstance(labels.get(key, ""), str)
            and labels.get(key) != value
        ):
            label = f"{shortened(str(key))}={shortened(value)}"
            yield Problem(
                code="invalid-value",
                path=("spec", "selector", "matchLabels", key),
                message=f"the selector wants the label `{label}`, which the Pods do not get",
                hint="give `spec.template.metadata.labels` the same",
            )


def _restart_problems(api: Api, spec: Mapping[str, Any], path: DataPath) -> Iterator[Problem]:
    policy = spec.get("restartPolicy") or ("Always" if "containers" in spec else None)
    allowed = ["OnFailure", "Never"] if api.group == "batch" else ["Always"]
    if policy in ("Always", "OnFailure", "Never") and policy not in allowed:
        given = (
            f"`{policy}`"
            if spec.get("restartPolicy")
            else f"`{policy}`, which it is unless told otherwise"
        )
        wanted = one_of([f"`{each}`" for each in allowed])
        yield Problem(
            code="invalid-value",
            path=path,
            message=f"`restartPolicy` of a `{api.kind}` must be {wanted}, not {given}",
        )


def _container_problems(spec: Mapping[str, Any], place: DataPath) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, container in _containers(spec, place):
        name = container.get("name")
        if isinstance(name, str):
            if name in seen:
                message = f"two containers are called `{shortened(name)}`"
                yield Problem(code="invalid-value", path=(*path, "name"), message=message)
            seen.add(name)


def _resource_problems(spec: Mapping[str, Any], place: DataPath) -> Iterator[Problem]:
    for path, container in _containers(spec, place):
        resources = mapping(container.get("resources"))
        limits = mapping(resources.get("limits"))
        for name, asked in mapping(resources.get("requests")).items():
            amount, most = quantity(asked), quantity(limits.get(name))
            if amount is not None and most is not None and amount > most:
                message = f"`{shortened(str(name))}` must be at most its limit `{limits[name]}`, not `{asked}`"
                yield Problem(
                    code="invalid-value",
                    path=(*path, "resources", "requests", name),
                    message=message,
                )


def _repeated_items(spec: Mapping[str, Any], place: DataPath) -> Iterator[Problem]:
    """Tell which items are there twice; those of `env` and `ports` only keep mistpm from applying them."""
    yield from repeated({"name": None}, spec.get("volumes"), (*place, "volumes"))
    for path, container in _containers(spec, place):
        mounts = container.get("volumeMounts")
        yield from repeated({"mountPath": None}, mounts, (*path, "volumeMounts"))
        for field, keys in _APPLIED_KEYS.items():
            yield from repeated(
                keys, container.get(field), (*path, field), severity="warning", hint=_APPLYING
            )


def _mount_problems(
    volumes: set[str], spec: Mapping[str, Any], place: DataPath
) -> Iterator[Problem]:
    for path, container in _containers(spec, place):
        for index, mount in enumerate(sequence(container.get("volumeMounts"))):
            name = mapping(mount).get("name")
            if isinstance(name, str) and name not in volumes:
                known = ", ".join(f"`{each}`" for each in sorted(volumes))
                yield Problem(
                    code="invalid-value",
                    path=(*path, "volumeMounts", index, "name"),
                    message=f"there is no volume `{shortened(name)}` to mount",
                    hint=f"there are {known}" if known else "there are no volumes",
                )


def _volumes(api: Api, data: Mapping[str, Any], spec: Mapping[str, Any]) -> set[str]:
    """Give the names of the volumes of a Pod, those that a StatefulSet claims for it included."""
    given = [mapping(volume).get("name") for volume in sequence(spec.get("volumes"))]
    if api.kind == "StatefulSet":
        claims = sequence(_at(data, ("spec",)).get("volumeClaimTemplates"))
        given += [mapping(mapping(claim).get("metadata")).get("name") for claim in claims]
    return {name for name in given if isinstance(name, str)}


def _containers(
    spec: Mapping[str, Any], place: DataPath
) -> Iterator[tuple[DataPath, Mapping[str, Any]]]:
    for field in ("initContainers", "containers"):
        for index, container in enumerate(sequence(spec.get(field))):
            if isinstance(container, dict):
                yield (*place, field, index), container


def _at(data: Mapping[str, Any], place: DataPath) -> Mapping[str, Any]:
    for step in place:
        data = mapping(data.get(str(step)))
    return data
