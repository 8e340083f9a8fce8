"""What was applied to a cluster, and going back to it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from mistpm.environment.environment_document import EnvironmentDocument
from mistpm.errors import MistError, TargetError
from mistpm.lock.lockfile_document import parse_lockfile
from mistpm.model.change import ApplyReport
from mistpm.model.progress import Progress
from mistpm.model.revision import ROLLBACK, RevisionSummary
from mistpm.ops.locking import moves, write_lock
from mistpm.ops.proposing import Proposal
from mistpm.ops.upgrade.data_losses import data_losses
from mistpm.ops.upgrade.skipped_stages import stages_skipped_back
from mistpm.ops.workspace import Workspace


class Rollback(Struct, frozen=True, kw_only=True):
    """Going back to a revision: what would be done, and the environment's file as it was then.

    `may_write` says that the file as it is now is remembered by some revision, so nothing is lost with it.
    """

    revision: RevisionSummary
    proposal: Proposal
    document: bytes
    may_write: bool


class Restored(Struct, frozen=True, kw_only=True):
    """Whether the environment's file and its lock were made what they were at the revision.

    `differing` is the file that was left as it is, because it was edited since the last revision.
    """

    written: tuple[str, ...] = ()
    differing: str = ""


def history(workspace: Workspace) -> tuple[RevisionSummary, ...]:
    """Give the revisions that a cluster still has, newest first; raises `UsageError`, `TargetError`."""
    return workspace.cluster.history()


def propose_rollback(workspace: Workspace, number: int | None) -> Rollback:
    """Work out what applying a revision again would do; writes nothing.

    Without a number it is the last revision that was applied before the current one, or, when the
    current one is a rollback that did not end, that again.  Raises `TargetError`: `unknown-revision`,
    `nothing-to-roll-back`, and what comparing raises, such as for APIs that are gone.
    """
    cluster = workspace.cluster
    revisions = cluster.history()
    summary = _meant(workspace, revisions, number)
    kept = cluster.revision(summary.number)
    desired = replace(kept, reason=_reason(summary))
    diff = cluster.diff(desired, workspace.options.permissions)
    lockfile = parse_lockfile(desired.lock, title=f"the lock of revision {summary.number}")
    before = workspace.state.lock
    now = parse_lockfile(before, title=workspace.lock_title) if before else None
    there = {owned.release for owned in workspace.state.owned} - {""}
    gone = there - {release.name for release in desired.releases} - set(desired.left_alone)
    proposal = Proposal(
        target=cluster.title,
        address=cluster.address,
        lockfile=lockfile,
        desired=desired,
        diff=diff,
        moves=moves(now, lockfile),
        unneeded=tuple(sorted(gone)),
        gone_because=f"which revision {summary.number} does not have",
        data=data_losses(diff.changes, is_cluster=True),
        findings=(*diff.findings, *stages_skipped_back(workspace, lockfile)),
    )
    text = workspace.document.text.encode()
    return Rollback(
        revision=summary,
        proposal=proposal,
        document=kept.document,
        may_write=any(cluster.revision(each.number).document == text for each in revisions),
    )


def apply_rollback(
    workspace: Workspace, rollback: Rollback, hear: Callable[[Progress], None]
) -> ApplyReport:
    """Make the cluster as the rollback shows; raises `TargetError`."""
    options, proposal = workspace.options, rollback.proposal
    return workspace.cluster.apply(
        proposal.desired, proposal.diff, options.permissions, waiting=options.waiting, hear=hear
    )


def restore(workspace: Workspace, rollback: Rollback) -> Restored:
    """Make the environment's file and its lock what they were at a revision that was applied again.

    A file that no revision remembers was edited since, and is left alone.  Where no file holds the
    environment there is nothing to do.  Raises `DocumentError`, `LockError`.
    """
    document = workspace.document
    if document.path is None:
        return Restored()
    if not rollback.may_write:
        return Restored(differing=document.title)
    draft = EnvironmentDocument(
        rollback.document.decode(), document.path, title=document.title, read=document.text
    )
    draft.save()
    written = [document.title] if draft.text != document.text else []
    if write_lock(workspace, rollback.proposal.lockfile):
        written.append(workspace.lock_title)
    return Restored(written=tuple(written))


def restore_begun(workspace: Workspace, rollback: Rollback) -> Restored:
    """Do as `restore` does after a run that did not come to its end, if the cluster remembers that it began.

    The rollback is what is wanted then: what the file still says would undo it with the next `install`.
    Raises nothing, since something was raised already; costs a few requests.
    """
    try:
        newest = next(iter(workspace.cluster.history()), None)
        if newest is None or newest.reason != rollback.proposal.desired.reason:
            return Restored()
        return restore(workspace, rollback)
    except MistError:
        return Restored()


def find_revision(workspace: Workspace, number: int | None) -> RevisionSummary:
    """Give the revision of this number, or the newest one.

    Raises `UsageError` for a directory, `TargetError`: `unknown-revision`, `nothing-applied`.
    """
    revisions = workspace.cluster.history()
    if number is not None:
        return _numbered(workspace, revisions, number)
    if not revisions:
        raise nothing_applied(workspace)
    return revisions[0]


def nothing_applied(workspace: Workspace) -> TargetError:
    """Give the error for a cluster that remembers no revision."""
    return TargetError(
        "nothing-applied",
        f"nothing of the environment `{workspace.environment.name}` was applied to the {workspace.cluster.title} yet",
        hint="`mistpm plan` shows what would be",
    )


def _numbered(
    workspace: Workspace, revisions: tuple[RevisionSummary, ...], number: int
) -> RevisionSummary:
    for each in revisions:
        if each.number == number:
            return each
    known = ", ".join(str(each.number) for each in revisions)
    raise TargetError(
        "unknown-revision",
        f"the {workspace.cluster.title} has no revision {number} of `{workspace.environment.name}`",
        context=(f"it has {known}",) if known else (),
        hint="`mistpm history` lists them",
    )


def _meant(
    workspace: Workspace, revisions: tuple[RevisionSummary, ...], number: int | None
) -> RevisionSummary:
    if number is not None:
        return _numbered(workspace, revisions, number)
    if revisions and revisions[0].is_open_rollback:
        return revisions[0]
    for each in revisions[1:]:
        if each.status == "applied":
            return each
    raise TargetError(
        "nothing-to-roll-back",
        f"the {workspace.cluster.title} has no earlier revision of `{workspace.environment.name}` that was applied",
        hint="`mistpm history` lists what there is",
    )


def _reason(summary: RevisionSummary) -> str:
    """Give what the new revision remembers; a rollback that goes on keeps its own number."""
    return summary.reason if summary.is_open_rollback else f"{ROLLBACK}{summary.number}"
