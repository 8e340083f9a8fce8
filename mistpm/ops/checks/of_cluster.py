"""Checking a cluster: who uses what other versions of Kubernetes do not have any more.

It needs no environment, and nothing of mistpm on the cluster: what matters is what the cluster itself
knows of who wrote its objects (`specs/cluster-target.md#evidence`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from msgspec import Struct

from mistpm.errors import UsageError
from mistpm.model.finding import Finding
from mistpm.model.kinds import Kind, kind_table
from mistpm.model.minor import Minor
from mistpm.model.minors import known_minors
from mistpm.model.presence import Api
from mistpm.ops.checks.cluster_findings import (
    custom_findings,
    requested_findings,
    told_by_the_server,
    unseen_findings,
    use_findings,
)
from mistpm.ops.cluster_facts import known_minor
from mistpm.ops.options import Options
from mistpm.ops.reporter import Reporter
from mistpm.ops.settings.targets import ChosenTarget, choose_target, open_cluster
from mistpm.ops.workspace import find_document
from mistpm.target.cluster.cluster import ClusterTarget
from mistpm.target.cluster.evidence import Evidence, Unseen


class ClusterCheck(Struct, frozen=True, kw_only=True):
    """What was found on a cluster that runs `minor`, for `minors`.

    `resources` is how many objects were looked at; what could not be is among the findings.
    """

    target: str
    minor: Minor
    minors: tuple[Minor, ...]
    resources: int
    findings: tuple[Finding, ...]


def check_cluster_apis(
    options: Options,
    minors: tuple[Minor, ...] = (),
    reporter: Reporter = Reporter(),  # noqa: B008 - it does nothing
) -> ClusterCheck:
    """Find what uses APIs that are deprecated or gone at some minors, by default all after the cluster's own.

    The cluster is the one that `options` mean, or the environment's, or the kubeconfig's current one.  Costs
    discovery, one request for each kind and 500 objects of it, and two more.  Raises
    `UsageError` where no cluster is meant, `TargetError`.
    """
    cluster = open_cluster(
        _chosen(options), environment_id="", patience=options.lock_timeout, note=reporter.detail
    )
    minor = known_minor(cluster)
    minors = minors or tuple(each for each in known_minors() if each > minor) or (minor,)
    evidence, findings = _look_at(cluster, minor, minors)
    return ClusterCheck(
        target=cluster.title,
        minor=minor,
        minors=minors,
        resources=evidence.objects,
        findings=findings,
    )


def _chosen(options: Options) -> ChosenTarget:
    """Find the cluster; an environment's directory says nothing about one."""
    if options.target:
        document = None if ":" in options.target else find_document(options)
        environment = document.environment if document else None
        chosen = choose_target(options, environment, document.folder if document else Path())
        if not chosen.is_cluster:
            raise UsageError(
                "needs-cluster",
                f"this needs a cluster, and directory {chosen.directory} is none",
                hint="name a cluster with --context NAME",
            )
        return chosen
    document = find_document(options)
    entry = document.environment.target if document else None
    is_cluster = entry is not None and bool(entry.context)
    return ChosenTarget(entry=entry if is_cluster else None, base=Path(), user=options.user)


def _look_at(
    cluster: ClusterTarget, minor: Minor, minors: tuple[Minor, ...]
) -> tuple[Evidence, tuple[Finding, ...]]:
    """Ask the cluster, and say what that means."""
    rows = {Api(row.group, row.version, row.kind): row for row in _outdated(minors)}
    definitions = cluster.definitions()
    custom = () if isinstance(definitions, Unseen) else definitions
    outdated = [
        each.api
        for definition in custom
        for each in definition.versions
        if each.is_deprecated or not each.is_served
    ]
    evidence = cluster.evidence([*rows, *outdated])
    requested = cluster.requested_deprecated()
    unseen = [each for each in (definitions, requested) if isinstance(each, Unseen)]
    return evidence, (
        *use_findings(evidence.uses, rows, minor, minors),
        *custom_findings(evidence.uses, custom),
        *requested_findings(() if isinstance(requested, Unseen) else requested, minors),
        *told_by_the_server(evidence.warnings, {*rows, *outdated}),
        *unseen_findings((*evidence.unseen, *unseen)),
    )


def _outdated(minors: Collection[Minor]) -> Iterator[Kind]:
    """Give what Kubernetes does not have any more, or calls deprecated, at some of the minors."""
    for row in kind_table().kinds:
        deprecated = row.deprecated is not None and row.deprecated <= max(minors).number
        if row.plural and (deprecated or any(map(row.gone, minors))):
            yield row
