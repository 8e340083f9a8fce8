"""Applying a plan that was saved: only if everything is still as it was when it was shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from mistpm.document.edits import Edit, Put, Remove
from mistpm.errors import PlanError
from mistpm.lock.lockfile_document import parse_lockfile
from mistpm.model.saved_plan import SavedOptions, SavedPlan
from mistpm.ops.asking import ask
from mistpm.ops.locking import Solved, moves
from mistpm.ops.options import Options
from mistpm.ops.proposing import Proposal, Wishes, propose_solved
from mistpm.ops.upgrade.saving import (
    document_digest,
    lock_digest,
    rendered_digests,
    saved_changes,
    target_of,
)
from mistpm.ops.workspace import Workspace
from mistpm.target.protocol import Permissions


class SavedProposal(Struct, frozen=True, kw_only=True):
    """What a saved plan comes to now, which is what it came to then, and the environment that it leads to."""

    workspace: Workspace
    proposal: Proposal


def options_of(options: Options, saved: SavedOptions) -> Options:
    """Give the options with those that the plan was made with: they decide what is done."""
    return replace(
        options,
        target=saved.target,
        user=saved.user,
        state_namespace=saved.state_namespace,
        keep_going=saved.keep_going,
        permissions=Permissions(
            adopt=saved.adopt,
            delete_namespaces=saved.delete_namespaces,
            force_conflicts=saved.force_conflicts,
        ),
    )


def propose_saved(workspace: Workspace, plan: SavedPlan, path: Path) -> SavedProposal:
    """Work out what a saved plan does now; nothing is solved, writes nothing but caches.

    What a run of it did before it was killed is no difference.  Raises `PlanError` (`plan-outdated`) with
    everything that is not as it was, and every error of fetching, rendering and reading the target, such
    as `digest-mismatch` for a registry that has other bytes.
    """
    lockfile = parse_lockfile(plan.new_lock.encode(), title=f"the lock in {path}")
    _require_none(path, _moved(workspace, plan, lock_digest(lockfile)))
    draft = workspace.drafted(workspace.document.edited(*_edits(workspace, plan)))
    solved = Solved(
        lockfile=lockfile,
        previous=workspace.lockfile,
        asking=ask(draft, lockfile),
        moves=moves(workspace.lockfile, lockfile),
    )
    proposal = propose_solved(draft, solved, Wishes(reason=plan.command))
    _require_none(path, _changed(proposal, plan))
    return SavedProposal(workspace=draft, proposal=proposal)


def _edits(workspace: Workspace, plan: SavedPlan) -> Iterator[Edit]:
    if plan.kubernetes and workspace.environment.kubernetes is not None:
        yield Put(path=("kubernetes",), value=plan.kubernetes)
    if plan.goal:
        yield Put(path=("goal", "kubernetes"), value=plan.goal)
    else:
        yield Remove(path=("goal",))


def _moved(workspace: Workspace, plan: SavedPlan, new_lock: str) -> Iterator[str]:
    """Tell what the plan was made from and is not so any more."""
    title = workspace.document.title
    if workspace.environment.id != plan.environment:
        yield f"it is for the environment `{plan.name}` ({plan.environment}), and `{title}` is another"
        return
    if document_digest(workspace) not in {plan.file, plan.new_file}:
        yield f"`{title}` was edited since"
    if lock_digest(workspace.lockfile) not in {plan.lock, new_lock}:
        yield f"`{workspace.lock_title}` is another one now"
    target, then = target_of(workspace), plan.target
    both_told = bool(target.identity and then.identity)
    same = target.identity == then.identity if both_told else target.address == then.address
    if not same or (not target.address and target.title != then.title):
        yield f"it was made for the {_named(then.title, then.address)}; this is the {_named(target.title, target.address)}"


def _changed(proposal: Proposal, plan: SavedPlan) -> Iterator[str]:
    """Tell what comes out otherwise than it did."""
    rendered = rendered_digests(proposal.desired)
    for name in sorted({*rendered, *plan.rendered}):
        if rendered.get(name) != plan.rendered.get(name):
            yield f"the release `{name}` renders other manifests now"
    shown = {(each.action, each.resource): each.digest for each in plan.changes}
    for change in saved_changes(proposal.diff):
        then = shown.get((change.action, change.resource))
        if then is None:
            yield f"{change.resource}: to {change.action}, which was not shown"
        elif then != change.digest:
            yield f"{change.resource}: to {change.action} otherwise than was shown"
    for name in sorted(set(proposal.unneeded) - set(plan.unneeded)):
        yield f"the release `{name}` would be removed, which was not shown"


def _require_none(path: Path, differences: Iterator[str]) -> None:
    if found := tuple(differences):
        raise PlanError(
            "plan-outdated",
            f"`{path}` cannot be applied: something is not as it was when it was saved",
            context=found,
            hint="nothing was changed; plan again and look at what changes now",
        )


def _named(title: str, address: str) -> str:
    return f"{title} ({address})" if address else title
