"""Random desired states of one small environment: objects come, go, change, and move between releases."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

from applied_environment import AppliedEnvironment, annotated
from made_cluster_shop import definition
from workloads import config_map, deployment, job

from mistpm.target.protocol import Desired

RELEASES = ("first", "second", "third")
VARIANTS = 3
_LIKELY = 0.65


class Piece(NamedTuple):
    """One object: what it is, how it looks this time, and whose it is."""

    kind: str
    variant: int
    release: str


def random_pieces(chance: random.Random) -> tuple[Piece, ...]:
    """Give some of all objects, each of some release, in one of its looks; what needs another comes with it."""
    pieces = {
        kind: Piece(kind, chance.randrange(VARIANTS), chance.choice(RELEASES))
        for kind in KINDS
        if chance.random() < _LIKELY
    }
    for kind, needed in _NEEDS.items():
        if kind in pieces and needed not in pieces:
            pieces[needed] = Piece(needed, chance.randrange(VARIANTS), pieces[kind].release)
    return tuple(pieces.values())


def random_desired(chance: random.Random) -> Callable[[AppliedEnvironment], Desired]:
    """Give a desired state, for whichever environment it is applied to."""
    pieces = random_pieces(chance)
    needs = {
        later: (earlier,) for earlier, later in pairwise(RELEASES) if chance.random() < _LIKELY
    }

    def desired(environment: AppliedEnvironment) -> Desired:
        documents: dict[str, list[dict[str, Any]]] = {}
        for piece in pieces:
            document = KINDS[piece.kind](piece.variant, environment.namespace)
            documents.setdefault(piece.release, []).append(document)
        releases = [environment.release(name, *documents[name]) for name in sorted(documents)]
        known: dict[str, tuple[str, ...]] = {
            name: needed for name, needed in needs.items() if {name, *needed} <= {*documents}
        }
        return environment.desired(*releases, needs=known)

    return desired


def _named(api_version: str, kind: str, name: str, *, wide: bool = False, **body: Any) -> Any:
    metadata = {"name": name, "namespace": ""} if wide else {"name": name}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **body}


def _settings(name: str) -> Callable[[int, str], Any]:
    data = ({"a": "0"}, {"a": "1", "b": "0"}, {"b": "1", "c": "0"})
    return lambda variant, _: config_map(name, **data[variant])


def _secret(variant: int, _: str) -> Any:
    values: tuple[dict[str, Any], ...] = (
        {"data": {"a": "YQ=="}},
        {"stringData": {"a": "b"}},
        {"stringData": {"b": "c"}},
    )
    return _named("v1", "Secret", "secret", **values[variant])


def _service(variant: int, _: str) -> Any:
    """Give one whose ports come and go; its last look is without an address, which cannot be changed."""
    ports = [{"name": f"port-{number}", "port": 80 + number} for number in range(variant + 1)]
    spec: dict[str, Any] = {"selector": {"app": "web"}, "ports": ports}
    if variant == 2:
        spec["clusterIP"] = "None"
    return annotated(_named("v1", "Service", "web", spec=spec), replace="true")


def _workload(variant: int, _: str) -> Any:
    """Give one whose last look selects other Pods, which cannot be changed."""
    made = deployment("web", replicas=1 + variant % 2, image=f"example.test/web:{variant}")
    container = made["spec"]["template"]["spec"]["containers"][0]
    container["env"] = [{"name": f"NAME_{number}", "value": "x"} for number in range(variant)]
    if variant == 2:
        made["spec"]["selector"] = {"matchLabels": {"app": "other"}}
        made["spec"]["template"]["metadata"]["labels"] = {"app": "other"}
    return annotated(made, replace="true")


def _job(variant: int, _: str) -> Any:
    return annotated(job("job", image=f"example.test/job:{variant}"), replace="true")


def _role(variant: int, _: str) -> Any:
    rules = [
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"][: variant + 1]}
    ]
    return _named("rbac.authorization.k8s.io/v1", "Role", "reader", rules=rules)


def _wide_role(variant: int, namespace: str) -> Any:
    rules = [
        {"apiGroups": [""], "resources": ["nodes"], "verbs": ["get"]},
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]},
    ]
    name = f"reader-{namespace}"
    group = "rbac.authorization.k8s.io/v1"
    return _named(group, "ClusterRole", name, wide=True, rules=rules[: variant + 1])


def _binding(_: int, __: str) -> Any:
    group = "rbac.authorization.k8s.io"
    return _named(
        f"{group}/v1",
        "RoleBinding",
        "reader",
        roleRef={"apiGroup": group, "kind": "Role", "name": "reader"},
        subjects=[{"apiGroup": group, "kind": "User", "name": "reader"}],
    )


def _kind(variant: int, namespace: str) -> Any:
    made = definition(f"{namespace}.example.org")
    made["metadata"]["namespace"] = ""
    made["spec"]["names"]["shortNames"] = [f"w{number}" for number in range(variant)]
    return made


def _widget(variant: int, namespace: str) -> Any:
    spec = {"list": [*range(variant)], f"key-{variant}": {"deep": variant}}
    return _named(f"{namespace}.example.org/v1", "Widget", "widget", spec=spec)


def _account(variant: int, _: str) -> Any:
    return _named("v1", "ServiceAccount", "runner", automountServiceAccountToken=variant == 1)


KINDS: dict[str, Callable[[int, str], Any]] = {
    "one": _settings("one"),
    "two": _settings("two"),
    "three": _settings("three"),
    "secret": _secret,
    "service": _service,
    "workload": _workload,
    "job": _job,
    "role": _role,
    "binding": _binding,
    "wide role": _wide_role,
    "kind": _kind,
    "widget": _widget,
    "account": _account,
}
"""Every object that there may be: its manifest in a look, for a namespace."""
_NEEDS = {"widget": "kind"}

_RBAC = "/apis/rbac.authorization.k8s.io/v1"
_PLACES = (
    "/api/v1/namespaces/{0}/configmaps",
    "/api/v1/namespaces/{0}/secrets",
    "/api/v1/namespaces/{0}/services",
    "/api/v1/namespaces/{0}/serviceaccounts",
    "/apis/apps/v1/namespaces/{0}/deployments",
    "/apis/batch/v1/namespaces/{0}/jobs",
    _RBAC + "/namespaces/{0}/roles",
    _RBAC + "/namespaces/{0}/rolebindings",
    "/apis/{0}.example.org/v1/namespaces/{0}/widgets",
    _RBAC + "/clusterroles",
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
)
_RANDOM = ("clusterIP", "clusterIPs", "uid")
_MADE_BY_KUBERNETES = {"kube-root-ca.crt", "default"}


def items(environment: AppliedEnvironment) -> dict[str, dict[str, Any]]:
    """Give all objects that are there in an environment's namespace, and those beside it that have its name."""
    found = {}
    for place in _PLACES:
        path = place.format(environment.namespace)
        answer = environment.api.get(path)
        for item in answer.body["items"] if answer.status == 200 else ():
            name = item["metadata"]["name"]
            is_inside = "namespace" in item["metadata"] or environment.namespace in name
            if is_inside and name not in _MADE_BY_KUBERNETES:
                found[f"{path}/{name}"] = item
    return found


def seen(environment: AppliedEnvironment) -> dict[str, Any]:
    """Give what was meant to be there: what differs between environments and times is left out."""
    text = json.dumps({path: _plain(item) for path, item in items(environment).items()})
    plain: dict[str, Any] = json.loads(
        text.replace(environment.id, "ID").replace(environment.namespace, "NAMESPACE")
    )
    return plain


def versions(environment: AppliedEnvironment) -> dict[str, tuple[str, int | None]]:
    """Give uid and generation of all objects: neither changes where nobody writes anything."""
    return {
        path: (item["metadata"]["uid"], item["metadata"].get("generation"))
        for path, item in items(environment).items()
    }


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    metadata = item["metadata"]
    annotations = dict(metadata.get("annotations") or {})
    annotations.pop("deployment.kubernetes.io/revision", None)
    labels = dict(metadata.get("labels") or {})
    labels.pop("mistletoe.dev/tied-to-install-version", None)
    spec = dict(item.get("spec") or {})
    for key in _RANDOM if spec.get("clusterIP") != "None" else ():
        spec.pop(key, None)
    if "backoffLimit" in spec:  # a Job's Pods are found by its uid
        del spec["selector"]
        spec["template"]["metadata"].pop("labels")
    rest = {key: value for key, value in item.items() if key not in {"metadata", "spec", "status"}}
    return {"labels": labels, "annotations": annotations, "spec": spec, **rest}
