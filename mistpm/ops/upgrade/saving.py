"""Saving what a plan shows, so that it can be applied later, and reading it again."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from mistpm import document
from mistpm.atomic import write_atomically
from mistpm.diff.fields import masked_texts
from mistpm.diff.mask import masked_objects
from mistpm.errors import DocumentError
from mistpm.lock.lockfile_document import format_lockfile
from mistpm.model.change import Change, Diff
from mistpm.model.lockfile import READERS, Lockfile
from mistpm.model.resource import RenderedRelease
from mistpm.model.saved_plan import (
    PLAN_VERSION,
    Following,
    SavedChange,
    SavedOptions,
    SavedPlan,
    SavedTarget,
)
from mistpm.ops.options import Options
from mistpm.ops.proposing import Proposal
from mistpm.ops.workspace import Workspace
from mistpm.target.protocol import Desired

_VERSION = re.compile(rb'"planVersion": ?(\d+)')


def saved_plan(
    workspace: Workspace,
    after: Workspace,
    proposal: Proposal,
    *,
    command: str,
    following: Following | None = None,
) -> SavedPlan:
    """Give what a proposal comes to as data: it leads from `workspace` to `after`, and `following` comes then."""
    environment = after.environment
    return SavedPlan(
        plan_version=PLAN_VERSION,
        mistpm=READERS,
        command=command,
        environment=environment.id,
        name=environment.name,
        file=document_digest(workspace),
        new_file=document_digest(after),
        lock=lock_digest(workspace.lockfile),
        target=target_of(workspace),
        options=_options(workspace.options),
        kubernetes=environment.kubernetes.text if environment.kubernetes else "",
        goal=environment.goal.kubernetes if environment.goal else "",
        new_lock=format_lockfile(proposal.lockfile),
        rendered=rendered_digests(proposal.desired),
        changes=saved_changes(proposal.diff),
        unneeded=proposal.unneeded,
        next=following,
    )


def write_plan(path: Path, plan: SavedPlan) -> None:
    """Write a plan; raises `DocumentError` (`plan-unwritable`)."""
    import json

    text = json.dumps(document.to_builtins(plan), indent=2, ensure_ascii=False)
    try:
        write_atomically(path.resolve(), f"{text}\n".encode())
    except OSError as error:
        raise DocumentError(
            "plan-unwritable",
            f"`{path}` cannot be written: {error.strerror}",
            hint="nothing was saved; check the folder's permissions and free space",
        ) from error


def read_plan(path: Path) -> SavedPlan:
    """Read a plan; raises `DocumentError`: `plan-unreadable`, `plan-too-new`, `invalid-plan`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DocumentError(
            "plan-unreadable",
            f"`{path}` cannot be read: {error.strerror}",
            hint="check the path; `--out FILE` of `mistpm plan` and `mistpm upgrade --plan` saves a plan",
        ) from error
    version = _VERSION.search(data)
    if version and int(version[1]) > PLAN_VERSION:
        raise DocumentError(
            "plan-too-new",
            f"`{path}` has plan version {int(version[1])}; this mistpm reads up to {PLAN_VERSION}",
            hint="use the mistpm that wrote it, or plan again",
        )
    return document.from_json(data, SavedPlan, file=str(path), reference="invalid-plan")


def document_digest(workspace: Workspace) -> str:
    """Give the digest of the environment as it is written."""
    return _digest(workspace.document.text.encode())


def lock_digest(lockfile: Lockfile | None) -> str:
    """Give the digest of a lock, empty where there is none."""
    return _digest(format_lockfile(lockfile).encode()) if lockfile else ""


def target_of(workspace: Workspace) -> SavedTarget:
    """Tell which target this is; costs a request on a cluster."""
    is_cluster = workspace.chosen_target.is_cluster
    return SavedTarget(
        title=workspace.target.title,
        address=workspace.address,
        identity=workspace.cluster.identity() if is_cluster else "",
    )


def rendered_digests(desired: Desired) -> dict[str, str]:
    """Give a digest of the manifests of each release; what Secrets hold does not count."""
    return {release.name: _rendered(release) for release in desired.releases}


def saved_changes(diff: Diff) -> tuple[SavedChange, ...]:
    """Give everything that a diff would do, sorted."""
    changes = diff.having("create", "update", "adopt", "delete")
    return tuple(sorted(map(_change, changes), key=lambda each: (each.resource, each.action)))


def _rendered(release: RenderedRelease) -> str:
    data = [masked_objects(None, manifest.data)[1] for manifest in release.manifests]
    return _digest(document.to_json(data))


def _change(change: Change) -> SavedChange:
    return SavedChange(
        action=change.action,
        resource=str(change.resource),
        release=change.release,
        digest=_digest(document.to_json([change.place, *masked_texts(change)])),
    )


def _options(options: Options) -> SavedOptions:
    permissions = options.permissions
    return SavedOptions(
        target=options.target,
        user=options.user,
        state_namespace=options.state_namespace,
        keep_going=options.keep_going,
        adopt=permissions.adopt,
        delete_namespaces=permissions.delete_namespaces,
        force_conflicts=permissions.force_conflicts,
    )


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
