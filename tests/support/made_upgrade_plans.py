"""Upgrade plans as they come out of planning, made by hand: what their forms are tried with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from desired_states import desired, manifest, release

from mistpm.model.finding import Finding
from mistpm.model.graph import Graph, GraphEdge, GraphNode
from mistpm.model.minor import Minor
from mistpm.model.presence import parse_api
from mistpm.model.resolution import Unresolved
from mistpm.model.resource import Manifest, RenderedRelease, ResourceId
from mistpm.model.upgrade_path import Blocked
from mistpm.ops.locking import Move
from mistpm.ops.upgrade.contents import disappearing_apis, rendered_contents
from mistpm.ops.upgrade.plan import UpgradePlan, UpgradeStep
from mistpm.ops.views.held_back import HeldBack
from mistpm.target.protocol import Desired


def minors(first: int, last: int) -> tuple[Minor, ...]:
    """Give neighbouring minors."""
    return tuple(map(Minor, range(first, last + 1)))


def containers(image: str, **more: Any) -> dict[str, Any]:
    """Give the spec of a Pod with one container."""
    return {"containers": [{"name": "main", "image": image, **more}]}


def workload(
    kind: str, name: str, image: str, pod: dict[str, Any] | None = None, **spec: Any
) -> Manifest:
    """Give a workload whose Pods have its name as a label."""
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": containers(image) | (pod or {})}
    return manifest(
        kind, name, spec={"selector": {"matchLabels": labels}, "template": template, **spec}
    )


def written_in(api_version: str, kind: str, name: str, **content: Any) -> Manifest:
    """Give a manifest in any version of an API."""
    group = api_version.rpartition("/")[0]
    data = {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": name, "namespace": "shop"},
    }
    return Manifest(
        id=ResourceId(group, kind, "shop", name),
        api_version=api_version,
        data={**data, **content},
        origin=f"starter/test/app@1.0.0: {name}.yaml",
    )


CLAIM = manifest("PersistentVolumeClaim", "scratch", spec={"accessModes": ["ReadWriteOnce"]})
SETTINGS = {"configMapRef": {"name": "shop"}}


def _shop(version: str) -> RenderedRelease:
    old = version == "2.4.0"
    budget = written_in(
        "policy/v1beta1" if old else "policy/v1",
        "PodDisruptionBudget",
        "shop",
        spec={"minAvailable": 1},
    )
    return release(
        "shop",
        manifest("ConfigMap", "shop", data={"color": "red" if old else "blue"}),
        workload("Deployment.apps", "shop", f"shop:{version}", replicas=2 if old else 3),
        workload(
            "Deployment.apps",
            "worker",
            "worker:1",
            {"containers": [{"name": "main", "image": "worker:1", "envFrom": [SETTINGS]}]},
        ),
        budget,
        *([CLAIM] if old else [manifest("Service", "metrics", spec={"ports": [{"port": 9090}]})]),
    )


def _database(size: str) -> RenderedRelease:
    claim = {"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": size}}}}
    return release(
        "database",
        manifest("Secret", "database", stringData={"password": f"s3cret-{size}"}),
        workload("StatefulSet.apps", "database", "postgres:16", volumeClaimTemplates=[claim]),
    )


BEFORE = desired(_shop("2.4.0"), _database("1Gi"))
BETWEEN = desired(_shop("3.0.1"), _database("1Gi"))
AFTER = desired(_shop("3.0.1"), _database("5Gi"))


def _node(name: str, package: str, version: str) -> GraphNode:
    return GraphNode(
        id=name, kind="asked" if name == "shop" else "pulled-in", package=package, version=version
    )


def graph(title: str, **pins: str) -> Graph:
    """Give the graph of a shop that needs a database, at these versions."""
    return Graph(
        title=title,
        nodes=tuple(_node(name, f"starter/{name}", pins[name]) for name in sorted(pins)),
        edges=(
            GraphEdge(source="shop", target="database", use="install", alias="db", range="^16"),
        ),
    )


def cluster_step(
    state: Desired, before: int, *, seen: Iterable[tuple[str, str, ResourceId]] = ()
) -> UpgradeStep:
    """Give a step in which the cluster goes up by a minor and nothing else changes; `seen` use APIs."""
    start, end = Minor(before), Minor(before + 1)
    others = {parse_api(api): [(manager, resource)] for api, manager, resource in seen}
    contents = rendered_contents(
        state,
        state,
        is_cluster=False,
        disappearing=disappearing_apis(state, start, end, others=others),
    )
    return UpgradeStep(
        kind="kubernetes",
        contents=contents,
        before=start,
        after=end,
        minors=(end,),
        kubernetes=f">=1.{before + 1} <1.{before + 2}",
    )


def packages_step(
    before: Desired,
    after: Desired,
    supported: tuple[Minor, ...],
    *moves: Move,
    reasons: dict[str, tuple[str, ...]] | None = None,
    findings: tuple[Finding, ...] = (),
    is_cluster: bool = False,
) -> UpgradeStep:
    """Give a step in which packages move."""
    return UpgradeStep(
        kind="packages",
        contents=rendered_contents(before, after, is_cluster=is_cluster, findings=findings),
        minors=supported,
        kubernetes=f">={supported[0]} <1.{supported[-1].number + 1}",
        moves=moves,
        reasons=reasons or {},
    )


SHOP = Move(node="shop", package="starter/apps/shop", before="2.4.0", after="3.0.1")
DATABASE = Move(node="database", package="starter/data/database", before="16.2.0", after="16.4.0")
JINJA = Move(
    node="starter/engines/jinja@1", package="starter/engines/jinja", after="1.3.0", direction="new"
)
WARNING = Finding(
    severity="warning",
    code="deprecated-api",
    message="`autoscaling/v2beta2/HorizontalPodAutoscaler` is deprecated since 1.23",
    release="shop",
    resource=ResourceId("autoscaling", "HorizontalPodAutoscaler", "shop", "shop"),
    minors=minors(24, 25),
    hint="write `autoscaling/v2/HorizontalPodAutoscaler`",
)
SEEN = (
    "batch/v1beta1/CronJob",
    "helm",
    ResourceId("batch", "CronJob", "billing", "invoices"),
)

COMPLETE = UpgradePlan(
    target="directory ./deploy",
    start=Minor(24),
    goal=Minor(25),
    steps=(
        packages_step(
            BEFORE,
            BETWEEN,
            minors(24, 25),
            SHOP,
            JINJA,
            reasons={"shop": ("every version below 3.0.0 supports Kubernetes up to 1.24",)},
            findings=(WARNING,),
        ),
        cluster_step(BETWEEN, 24, seen=(SEEN,)),
        packages_step(
            BETWEEN,
            AFTER,
            minors(25, 25),
            DATABASE,
            reasons={"database": ("16.4.0 needs Kubernetes 1.25 or newer",)},
        ),
    ),
    held_back=(
        HeldBack(
            release="database",
            package="starter/data/database",
            version="16.4.0",
            newest="17.0.0",
            because=("shop 3.0.1 requires starter/data/database ^16 as `db`",),
        ),
    ),
    graphs=(
        graph("before", shop="2.4.0", database="16.2.0"),
        graph("after", shop="3.0.1", database="16.4.0"),
    ),
    command="upgrade --kubernetes 1.25",
    findings=(
        Finding(
            severity="warning",
            code="support-overstated",
            message="2.4.0 of `starter/apps/shop` renders what Kubernetes 1.25 does not have, which it claims to support",
            release="shop",
            minors=minors(25, 25),
        ),
    ),
)
"""Packages, the cluster, packages: with everything that a plan can tell."""

BLOCKED = UpgradePlan(
    target="cluster prod",
    address="https://10.0.0.1:6443",
    start=Minor(24),
    goal=Minor(26),
    steps=(cluster_step(AFTER, 24),),
    blocked=Blocked(
        at=Minor(25),
        next=Minor(26),
        unresolved=(
            Unresolved(
                releases=("shop",),
                explanation=(
                    "Because every version of starter/apps/shop supports Kubernetes <1.26,",
                    "  and Kubernetes 1.26 is wanted, no version of shop can be had.",
                ),
                hints=("remove `shop` from mistpm.yaml",),
            ),
        ),
    ),
    command="upgrade --kubernetes 1.26",
)
"""One that does not get where it should."""

NOTHING = UpgradePlan(target="directory ./deploy")
"""One with nothing to do."""
