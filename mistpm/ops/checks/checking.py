"""Checking what was rendered, as a part of planning and installing: `specs/check-command.md`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from mistpm.check import (
    CustomKinds,
    check_manifests,
    definitions_in,
    duplicate_resources,
    subject_of,
)
from mistpm.environment.user_configuration import cache_folder
from mistpm.errors import CheckError, TargetError
from mistpm.model.finding import Finding
from mistpm.model.minor import Minor, shown_minors
from mistpm.model.presence import Api
from mistpm.model.rendered import Rendered
from mistpm.ops.checks.cluster_kinds import ClusterKinds
from mistpm.ops.checks.memo import CheckMemo
from mistpm.ops.checks.waiving import waive
from mistpm.ops.leaving_out import LEFT_OUT
from mistpm.ops.workspace import Workspace

_MENDING = "nothing was changed; the inputs, `patches:` or another version of the package mend it"


class CheckReport(Struct, frozen=True, kw_only=True):
    """What was checked, for which Kubernetes versions, and what was found.

    `resources` came from `files`, or from what `source` names: an environment, or a cluster, whose resources
    nobody counts (None).  `places` are file and line of releases, for what is rendered is written nowhere, and
    under an empty name of what is about none of them.
    """

    minors: tuple[Minor, ...]
    findings: tuple[Finding, ...]
    resources: int | None = None
    files: int = 0
    source: str = ""
    places: dict[str, tuple[str, int]] = {}


def accept(workspace: Workspace, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Mark the findings that waivers of the workspace's environment accept, and tell of those that are over."""
    return waive(findings, workspace.document, today=workspace.options.today)


def faults(
    workspace: Workspace, minors: tuple[Minor, ...], rendered: Rendered
) -> tuple[Finding, ...]:
    """Check every manifest for every minor, and all of them together; never raises for what is wrong.

    The same manifests as last time cost a digest of them, and others some 2,000 a second.  Costs requests
    only where a cluster is the target and the kind of something is not known.
    """
    return (
        *duplicate_resources(rendered.releases),
        *_known_to_cluster(workspace, manifest_findings(workspace, minors, rendered)),
    )


def manifest_findings(
    workspace: Workspace,
    minors: tuple[Minor, ...],
    rendered: Rendered,
    kinds: ClusterKinds = ClusterKinds(),  # noqa: B008 - frozen
) -> tuple[Finding, ...]:
    """Check every manifest for every minor by what Kubernetes, the definitions among them, and a cluster say."""
    provided = (*workspace.environment.provided.apis, *kinds.served)

    def check() -> tuple[Finding, ...]:
        subjects = [
            subject_of(manifest, release.name)
            for release in rendered.releases
            for manifest in release.manifests
        ]
        custom = CustomKinds((*kinds.definitions, *definitions_in(subjects)))
        return check_manifests(subjects, minors, custom, provided=provided)

    memo = CheckMemo(cache_folder(), workspace.environment.id)
    known = (minors, list(map(str, provided)), kinds.definitions)
    return memo.findings((*known, *_contents(rendered)), check)


def forbid_errors(
    findings: Iterable[Finding],
    what: str = "applying",
    *,
    hint: str = _MENDING,
    are_shown: bool = False,
) -> None:
    """Raise `CheckError` (`findings`), which forbids `what`, with every error that no waiver accepts.

    Where they are shown already, they are only counted.
    """
    errors = forbidding(findings)
    if errors:
        many = f"{len(errors)} findings forbid" if len(errors) > 1 else "a finding forbids"
        context = () if are_shown else tuple(map(_line, errors))
        raise CheckError("findings", f"{many} {what}", context=context, hint=hint)


def forbidding(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Give the findings that forbid applying: errors that no waiver accepts.

    That a release is left out is an error too, but `--keep-going` goes on, and is `incomplete` in the end.
    """
    return tuple(
        each
        for each in findings
        if each.severity == "error" and not each.waived and each.code != LEFT_OUT
    )


def _line(finding: Finding) -> str:
    minors = f", on Kubernetes {shown_minors(finding.minors)}" if finding.minors else ""
    hint = finding.hint.replace("\n", "; ")
    return f"{finding}{minors}" + (f" ({hint})" if hint else "")


def _contents(rendered: Rendered) -> Iterable[Any]:
    for release in rendered.releases:
        yield release.name
        for manifest in release.manifests:
            yield manifest.data


def _known_to_cluster(workspace: Workspace, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Leave out kinds that nothing here knows, where the target is a cluster that serves them."""
    unknown = [finding for finding in findings if finding.code == "unknown-kind"]
    if not unknown or not workspace.chosen_target.is_cluster:
        return findings
    try:
        served = {Api(each.group, each.version, each.kind) for each in workspace.cluster.served()}
    except TargetError:  # who applies hears of it
        return findings
    return tuple(each for each in findings if each not in unknown or _api(each) not in served)


def _api(finding: Finding) -> Api | None:
    if finding.resource is None:
        return None
    version = finding.api_version.rpartition("/")[2]
    return Api(finding.resource.group, version, finding.resource.kind)
