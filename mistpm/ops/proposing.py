"""Working out what would happen: solve, fetch, render, check, and compare with the target."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from mistpm import document
from mistpm.check import duplicate_resources
from mistpm.lock.lockfile_document import format_lockfile
from mistpm.lock.needs import needs
from mistpm.model.change import Change, Diff
from mistpm.model.finding import Finding
from mistpm.model.lockfile import Lockfile
from mistpm.model.minor import parse_minor
from mistpm.model.rendered import Rendered
from mistpm.ops.checks.checking import accept, faults, forbid_errors
from mistpm.ops.checks.definition_safety import definition_safety
from mistpm.ops.checks.missing_kinds import with_providers
from mistpm.ops.checks.unused import unused_entries
from mistpm.ops.cluster_facts import check_cluster, check_patches
from mistpm.ops.copied_environment import copied_environment
from mistpm.ops.failing import require_solved
from mistpm.ops.leaving_out import failure_findings
from mistpm.ops.locking import Move, Solved, moved, solve
from mistpm.ops.older_versions import older_versions
from mistpm.ops.rendering import render_locked
from mistpm.ops.upgrade.data_losses import data_losses
from mistpm.ops.upgrade.skipped_stages import skipped_stages
from mistpm.ops.views.held_back import HeldBack
from mistpm.ops.views.holding import held_back
from mistpm.ops.workspace import Workspace
from mistpm.target.cluster.comparing.refusals import ChangesRefusedError, Refusal
from mistpm.target.protocol import Desired, Permissions

BUILT_IN_NAMESPACES = frozenset({"default", "kube-node-lease", "kube-public", "kube-system"})
"""Namespaces that every cluster has."""

_CLASH = "duplicate-resource"
_FIXED = "must-be-replaced"
"""What the cluster says of fields that cannot be changed: a plan tells the way out, as of other findings."""


class Proposal(Struct, frozen=True, kw_only=True):
    """What would be done, and what it takes to be allowed; the same object is shown and carried out.

    `target` is what messages call it, `address` the server where it is a cluster.  `unneeded` are
    releases that would go although nobody named them, `gone_because` says why, `data` are the changes
    that lose data, each with the reason, `moves` how versions change, `held_back` what is not at its
    newest version and why.  `refused` is what the target does not take of it, where that was asked for; it is
    among the findings too.
    """

    target: str
    address: str = ""
    lockfile: Lockfile
    desired: Desired
    diff: Diff
    moves: tuple[Move, ...] = ()
    held_back: tuple[HeldBack, ...] = ()
    unneeded: tuple[str, ...] = ()
    gone_because: str = "which nothing needs any more"
    data: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    refused: ChangesRefusedError | None = None

    def require_taken(self) -> None:
        """Raise what the target does not take, once it is shown: as what it is, without its lines again."""
        if self.refused is not None:
            error = self.refused
            raise ChangesRefusedError(error.reference, error.message, hint=error.hint)


class Wishes(Struct, frozen=True, kw_only=True):
    """What a command wants besides what the environment says.

    `named` are the releases whose removal it asked for, `reason` is the command as a revision remembers it.
    """

    named: frozenset[str] = frozenset()
    reason: str = ""


def propose(
    workspace: Workspace,
    wishes: Wishes = Wishes(),  # noqa: B008 - frozen
    permissions: Permissions | None = None,
    *,
    is_for_show: bool = False,
    shows_refused: bool = False,
) -> Proposal:
    """Work out what applying the workspace's environment would do; writes nothing but caches.

    `permissions` are those of the workspace's options unless others are given.  Raises every error of
    solving, fetching, rendering and reading the target; `CheckError` for findings that forbid applying,
    which are only told where it is for show.  With `shows_refused` so is what the target does not take:
    whoever shows the proposal calls its `require_taken` then.
    """
    solved = solve(workspace)
    require_solved(solved, keep_going=workspace.options.keep_going)
    proposal = propose_solved(
        workspace,
        solved,
        wishes,
        permissions,
        is_for_show=is_for_show,
        shows_refused=shows_refused,
    )
    if not solved.is_new:
        return proposal
    return msgspec.structs.replace(proposal, held_back=held_back(workspace, solved))


def propose_solved(
    workspace: Workspace,
    solved: Solved,
    wishes: Wishes = Wishes(),  # noqa: B008 - frozen
    permissions: Permissions | None = None,
    *,
    is_for_show: bool = False,
    shows_refused: bool = False,
) -> Proposal:
    """Work out what applying a lock would do; unlike `propose`, nothing is looked up that is only news.

    Findings that forbid applying are only told where it is for show; a resource that is there twice cannot
    be shown either, nor waived.
    """
    facts = check_cluster(workspace, solved.lockfile)
    rendered = render_locked(workspace, solved.lockfile, solved.asking)
    minors = tuple(map(parse_minor, solved.lockfile.kubernetes))
    noticed = accept(
        workspace,
        (
            *unused_entries(workspace.document, solved),
            *skipped_stages(workspace, solved),
            *older_versions(workspace, solved),
            *rendered.findings,
            *facts,
            *check_patches(workspace, solved.lockfile, rendered),
            *faults(workspace, minors, rendered),
        ),
    )
    clashes = duplicate_resources(rendered.releases)
    if clashes or not is_for_show:
        forbid_errors((*clashes, *(each for each in noticed if each.code != _CLASH)))
    desired = want(workspace, solved.lockfile, rendered, reason=wishes.reason)
    refusals: tuple[Refusal, ...] = ()
    refused: ChangesRefusedError | None = None
    try:
        diff = workspace.target.diff(desired, permissions or workspace.options.permissions)
    except ChangesRefusedError as error:
        is_finding = is_for_show and error.reference == _FIXED
        refused = None if is_finding else with_providers(workspace, error)
        if refused is not None and (error.diff is None or not shows_refused):
            raise refused from error
        diff, refusals = error.diff or Diff(changes=()), error.refusals
    cluster = workspace.cluster if workspace.chosen_target.is_cluster else None
    about_changes = accept(workspace, (*diff.findings, *definition_safety(diff.changes, cluster)))
    if not is_for_show:
        forbid_errors(about_changes)
    before = {owned.release for owned in workspace.state.owned} - {""}
    gone = before - set(solved.lockfile.releases) - wishes.named - set(desired.left_alone)
    return Proposal(
        target=workspace.target.title,
        address=workspace.address,
        lockfile=solved.lockfile,
        desired=desired,
        diff=diff,
        moves=moved(solved.moves, desired.left_alone),
        unneeded=tuple(sorted(gone)),
        data=data_losses(diff.changes, is_cluster=workspace.chosen_target.is_cluster),
        findings=(
            *copied_environment(workspace, solved.previous, gone),
            *failure_findings(rendered),
            *noticed,
            *about_changes,
            *(each.finding for each in refusals),
        ),
        refused=refused,
    )


def want(
    workspace: Workspace, lockfile: Lockfile, rendered: Rendered, *, reason: str = ""
) -> Desired:
    """Say what the target should hold, and which command wants it."""
    environment = workspace.environment
    return Desired(
        environment_id=environment.id,
        environment_name=environment.name,
        releases=rendered.releases,
        namespaces=_namespaces(rendered),
        left_alone=_left_alone(lockfile, rendered),
        needs=needs(lockfile),
        secrets=rendered.secrets,
        inputs=rendered.inputs,
        document=_document(workspace),
        is_remembered=not workspace.has_file,
        lock=format_lockfile(lockfile).encode(),
        reason=reason,
    )


def _document(workspace: Workspace) -> bytes:
    """Give the environment; where no file holds it, with the registries in use, so that the target can go on."""
    if workspace.has_file:
        return workspace.document.text.encode()
    environment = msgspec.structs.replace(
        workspace.environment, registries=workspace.registry_entries
    )
    return document.dump(document.to_builtins(environment)).encode()


def _namespaces(rendered: Rendered) -> tuple[str, ...]:
    manifests = [each for release in rendered.releases for each in release.manifests]
    used = {manifest.id.namespace for manifest in manifests} - {""}
    made = {
        each.id.name for each in manifests if (each.id.group, each.id.kind) == ("", "Namespace")
    }
    return tuple(sorted(used - made - BUILT_IN_NAMESPACES))


def _left_alone(lockfile: Lockfile, rendered: Rendered) -> tuple[str, ...]:
    """Give the releases that are wanted, but without a solution or a rendering under `--keep-going`."""
    unresolved = {name for part in lockfile.unresolved for name in part.releases}
    failed = {failure.release for failure in rendered.failures}
    there = {release.name for release in rendered.releases}
    return tuple(sorted((unresolved | failed) - there))
