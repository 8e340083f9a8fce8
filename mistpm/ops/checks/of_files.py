"""`mistpm check -f`: any manifests, with no package and no environment."""

from __future__ import annotations

from collections.abc import Sequence

from mistpm.check import CustomKinds, check_manifests, definitions_in, duplicate_subjects
from mistpm.environment.environment_document import EnvironmentDocument
from mistpm.model.finding import Finding
from mistpm.model.minors import minors_of, newest_minor
from mistpm.ops.checks.checking import CheckReport
from mistpm.ops.checks.kubernetes_versions import KubernetesVersions, parse_kubernetes_versions
from mistpm.ops.checks.manifest_files import read_manifest_files
from mistpm.ops.checks.order import in_order, merged
from mistpm.ops.checks.waiving import waive
from mistpm.ops.options import Options
from mistpm.ops.workspace import find_document


def check_files(
    options: Options, arguments: Sequence[str], kubernetes: Sequence[str]
) -> CheckReport:
    """Check the manifests in files, folders and on standard input (`-`), everything in one run.

    `kubernetes` are versions as `parse_kubernetes_versions` reads them; where there are none, those of the
    environment's file here, else the newest known.  That file's waivers and `provided.apis` hold too.
    Raises `UsageError` for what is no version, `DocumentError` for a file that is no environment.
    """
    document = find_document(options)
    versions = _versions(document, kubernetes)
    files = read_manifest_files(arguments)
    custom = CustomKinds(definitions_in(files.subjects))
    provided = document.environment.provided.apis if document else ()
    findings: tuple[Finding, ...] = merged(
        (
            *versions.findings,
            *files.findings,
            *duplicate_subjects(files.subjects),
            *check_manifests(files.subjects, versions.minors, custom, provided=provided),
        )
    )
    if document is not None:
        findings = waive(findings, document, today=options.today)
    return CheckReport(
        minors=versions.minors,
        findings=in_order(findings),
        resources=len(files.subjects),
        files=files.files,
    )


def _versions(
    document: EnvironmentDocument | None, kubernetes: Sequence[str]
) -> KubernetesVersions:
    if kubernetes:
        return parse_kubernetes_versions(kubernetes)
    written = document.environment.kubernetes if document else None
    minors = minors_of(written) if written is not None else ()
    return KubernetesVersions(minors=minors or (newest_minor(),))
