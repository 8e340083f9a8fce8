"""Which workloads a step restarts, and which run on although something about them changes.

Source: what Kubernetes' own controllers do when a Pod template changes
(https://kubernetes.io/docs/concepts/workloads/controllers/), and the kubelet when a running Pod does.
What operators do with a changed custom resource, nobody but they know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from msgspec import Struct

from mistpm.model.resource import Manifest, ResourceId
from mistpm.ops.upgrade.object_change import StepObject, dig, items
from mistpm.ops.upgrade.plan import Restart
from mistpm.target.protocol import Desired

_TEMPLATE: Final = ".spec.template"
_ALL_AT_ONCE: Final = "all its Pods end before new ones start"
_CONTENTS: Final = (".data", ".binaryData", ".stringData")


class _Fate(Struct, frozen=True):
    """What becomes of a workload's Pods, because of which fields, and whether they end."""

    how: str
    paths: tuple[str, ...]
    is_restart: bool


_Rule: TypeAlias = Callable[[StepObject], _Fate | None]


def restarts(objects: Iterable[StepObject]) -> tuple[tuple[Restart, ...], tuple[Restart, ...]]:
    """Give the workloads that change: those whose Pods are replaced, and those whose Pods run on."""
    replaced: list[Restart] = []
    running_on: list[Restart] = []
    for each in objects:
        rule = _RULES.get(each.kind)
        fate = rule(each) if rule else None
        if fate is not None:
            resource, release = each.change.resource, each.change.release
            told = Restart(resource=resource, release=release, paths=fate.paths, how=fate.how)
            (replaced if fate.is_restart else running_on).append(told)
    return tuple(replaced), tuple(running_on)


def _job(each: StepObject) -> _Fate | None:
    return _Fate("it is deleted and runs again", each.fixed, True) if each.replaced else None


def _cron_job(each: StepObject) -> _Fate | None:
    paths = each.within(".spec.jobTemplate")
    how = "the next run is made so; one that is under way goes on"
    return _Fate(how, paths, False) if paths else None


def _replica_set(each: StepObject) -> _Fate | None:
    paths = each.within(_TEMPLATE)
    how = "Pods that run stay as they are; only new ones are made so"
    return _Fate(how, paths, False) if paths and not each.fixed else None


def _pod(each: StepObject) -> _Fate | None:
    if each.replaced:
        return _Fate("it is deleted and made anew", each.fixed, True)
    images = [path for path in each.within(".spec") if path.endswith(".image")]
    if each.fixed or not images:
        return None
    return _Fate("its containers with another image start again", tuple(images), True)


def _rollout(each: StepObject) -> _Fate | None:
    """Say it of what has a strategy for replacing its Pods; what is refused as a whole changes none."""
    if each.replaced:
        return _Fate(f"it is deleted and made anew: {_ALL_AT_ONCE}", each.fixed, True)
    if each.fixed:
        return None
    spec = dig(each.after, "spec")
    if spec.get("replicas") == 0:
        stops = each.within(".spec.replicas")
        return _Fate("all its Pods end, and none start", stops, True) if stops else None
    paths = each.within(_TEMPLATE)
    if not paths:
        return None
    how, is_restart = _STRATEGIES[each.kind](spec)
    return _Fate(how, paths, is_restart)


def _deployment(spec: Mapping[str, Any]) -> tuple[str, bool]:
    if spec.get("paused") is True:
        return "its rollout is paused: its Pods are replaced when somebody resumes it", False
    if dig(spec, "strategy").get("type") == "Recreate":
        return _ALL_AT_ONCE, True
    return "its Pods are replaced a few at a time", True


def _stateful_set(spec: Mapping[str, Any]) -> tuple[str, bool]:
    strategy = dig(spec, "updateStrategy")
    if strategy.get("type") == "OnDelete":
        return "its Pods are replaced only when somebody deletes them (`OnDelete`)", False
    if strategy.get("type") == "Recreate":
        return _ALL_AT_ONCE, True
    replicas = spec.get("replicas", 1)
    rolling = dig(strategy, "rollingUpdate")
    partition = rolling.get("partition") or 0
    if isinstance(partition, int) and isinstance(replicas, int) and partition > 0:
        if partition >= replicas:
            return f"no Pod is replaced: its `partition` is {partition}", False
        return f"only its Pods from number {partition} on are replaced (`partition`)", True
    if replicas == 1:
        return "its only Pod is replaced: the old one ends before the new one starts", True
    if rolling.get("maxUnavailable", 1) != 1:
        return "its Pods are replaced a few at a time", True
    return "its Pods are replaced one by one", True


def _daemon_set(spec: Mapping[str, Any]) -> tuple[str, bool]:
    if dig(spec, "updateStrategy").get("type") == "OnDelete":
        return "its Pods are replaced only when somebody deletes them (`OnDelete`)", False
    return "its Pods are replaced node by node", True


_STRATEGIES: Final = {
    ("apps", "Deployment"): _deployment,
    ("apps", "StatefulSet"): _stateful_set,
    ("apps", "DaemonSet"): _daemon_set,
}
_LASTING: Final[dict[tuple[str, str], _Rule]] = {
    ("apps", "DaemonSet"): _rollout,
    ("apps", "Deployment"): _rollout,
    ("apps", "ReplicaSet"): _replica_set,
    ("apps", "StatefulSet"): _rollout,
    ("", "Pod"): _pod,
    ("", "ReplicationController"): _replica_set,
}
"""Workloads whose Pods live until somebody ends them; others read their configuration when they run."""

_RULES: Final[dict[tuple[str, str], _Rule]] = {
    **_LASTING,
    ("batch", "CronJob"): _cron_job,
    ("batch", "Job"): _job,
}


def left_running(
    objects: Iterable[StepObject], desired: Desired, restarted: Iterable[Restart]
) -> tuple[Restart, ...]:
    """Give the workloads whose Pods run on although a ConfigMap or Secret that they read changes.

    Neither is a part of a Pod template, so nobody replaces the Pods; a package that wants that puts a
    digest of the contents into an annotation of the template.
    """
    changed = {
        each.change.resource
        for each in objects
        if each.kind in {("", "ConfigMap"), ("", "Secret")} and each.within(*_CONTENTS)
    }
    told = {restart.resource for restart in restarted}
    return tuple(
        Restart(resource=manifest.id, release=release.name, how=how)
        for release in desired.releases
        for manifest in release.manifests
        if changed and manifest.id not in told and (how := _stale(manifest, changed))
    )


def _stale(manifest: Manifest, changed: set[ResourceId]) -> str:
    """Say what Pods of a workload do not see of what changed; empty where they use none of it."""
    if (manifest.id.group, manifest.id.kind) not in _LASTING:
        return ""
    is_pod = manifest.id.kind == "Pod"
    spec = dig(manifest.data, "spec") if is_pod else dig(manifest.data, "spec", "template", "spec")
    namespace = manifest.id.namespace
    used = {
        (what, f"{kind} {name}")
        for what, found in (("variables", _in_variables(spec)), ("files", _in_volumes(spec)))
        for kind, name in found
        if ResourceId("", kind, namespace, name) in changed
    }
    variables = sorted(name for what, name in used if what == "variables")
    files = sorted(name for what, name in used if what == "files")
    told = []
    if variables:
        told.append(f"variables from {_listed(variables)} keep their values until it is restarted")
    if files:
        told.append(f"files from {_listed(files)} change within minutes while it runs")
    return "; ".join(told)


def _in_variables(spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for containers in ("containers", "initContainers"):
        for container in items(spec, containers):
            for source in items(container, "envFrom"):
                yield "ConfigMap", str(dig(source, "configMapRef").get("name"))
                yield "Secret", str(dig(source, "secretRef").get("name"))
            for variable in items(container, "env"):
                yield "ConfigMap", str(dig(variable, "valueFrom", "configMapKeyRef").get("name"))
                yield "Secret", str(dig(variable, "valueFrom", "secretKeyRef").get("name"))


def _in_volumes(spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for volume in items(spec, "volumes"):
        for source in (volume, *items(dig(volume, "projected"), "sources")):
            yield "ConfigMap", str(dig(source, "configMap").get("name"))
            secret = dig(source, "secret")
            yield "Secret", str(secret.get("secretName", secret.get("name")))


def _listed(names: Iterable[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)
