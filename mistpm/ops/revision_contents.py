"""What a revision applied: the inputs that releases were given, and the manifests that came of them."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from mistpm.diff.mask import masked_objects
from mistpm.errors import UsageError
from mistpm.model.revision import RevisionSummary
from mistpm.ops.history import find_revision
from mistpm.ops.workspace import Workspace

LATEST = "latest"


class AppliedInputs(Struct, frozen=True, kw_only=True):
    """One release of a revision; `inputs` are what the environment gave it, of secrets where they come from."""

    release: str
    package: str
    version: str
    namespace: str
    inputs: dict[str, Any]


class RevisionContents(Struct, frozen=True, kw_only=True):
    """A revision, its releases by name, and its manifests in the order in which they are applied.

    The values of Secrets are hidden, and whatever came of a secret input is a placeholder.
    """

    revision: RevisionSummary
    releases: tuple[AppliedInputs, ...]
    manifests: tuple[dict[str, Any], ...]


def parse_revision(text: str) -> int | None:
    """Read a revision's number, None for `latest`; raises `UsageError`."""
    if text == LATEST:
        return None
    if text.isascii() and text.isdigit():
        return int(text)
    raise UsageError(
        "invalid-revision",
        f"`{text}` is not a revision",
        hint=f"write its number, or {LATEST}; `mistpm history` lists them",
    )


def revision_contents(workspace: Workspace, number: int | None) -> RevisionContents:
    """Read what a revision applied, the newest one where there is no number; nothing is solved or rendered.

    Costs two requests, and one more for each half megabyte.  Raises `UsageError` for a directory,
    `TargetError`: `unknown-revision`, `nothing-applied`, `cluster-forbidden` for who may not read Secrets.
    """
    summary = find_revision(workspace, number)
    desired = workspace.cluster.revision(summary.number)
    releases = sorted(desired.releases, key=lambda each: each.name)
    return RevisionContents(
        revision=summary,
        releases=tuple(
            AppliedInputs(
                release=each.name,
                package=each.package,
                version=each.version,
                namespace=each.namespace,
                inputs=desired.inputs.get(each.name, {}),
            )
            for each in releases
        ),
        manifests=tuple(
            masked_objects(None, manifest.data)[1] or {}
            for each in desired.releases
            for manifest in each.manifests
        ),
    )
