"""`mistpm check --cluster`: what is on a cluster, with the waivers of the environment's file where there is one."""

from __future__ import annotations

from collections.abc import Sequence

from mistpm.ops.checks.checking import CheckReport
from mistpm.ops.checks.kubernetes_versions import parse_kubernetes_versions
from mistpm.ops.checks.order import in_order
from mistpm.ops.checks.waiving import waive
from mistpm.ops.options import Options
from mistpm.ops.reporter import Reporter
from mistpm.ops.workspace import find_document


def check_live(options: Options, kubernetes: Sequence[str], reporter: Reporter) -> CheckReport:
    """Check what a cluster serves, holds and was asked for; by default for the versions after its own.

    Where every version that is named is unknown, no cluster is asked.
    Raises `UsageError` for what is no version and where no cluster is named, `TargetError`.
    """
    from mistpm.ops.checks.of_cluster import check_cluster_apis

    versions = parse_kubernetes_versions(kubernetes)
    if versions.findings and not versions.minors:
        return CheckReport(minors=(), findings=versions.findings, resources=0)
    found = check_cluster_apis(options, versions.minors, reporter)
    findings = (*versions.findings, *found.findings)
    if document := find_document(options):
        findings = waive(findings, document, today=options.today)
    return CheckReport(
        minors=found.minors,
        findings=in_order(findings),
        resources=found.resources,
        source=found.target,
    )
