"""Carrying out a proposal: the file, the lock, then the target."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from mistpm.errors import CheckError, RefusedError
from mistpm.model.change import ApplyReport, Change
from mistpm.ops.locking import write_lock
from mistpm.ops.proposing import Proposal, permissions_of
from mistpm.ops.workspace import Workspace


class Consent(Struct, frozen=True, kw_only=True):
    """What the user allowed with flags."""

    yes: bool = False
    remove_unneeded: bool = False
    delete_data: bool = False


def require_consent(proposal: Proposal, consent: Consent, ask: Callable[[str], bool]) -> None:
    """Get every confirmation that a proposal needs; `ask` puts a question, False meaning no.

    Raises `RefusedError`; then nothing was changed.
    """
    if proposal.unneeded and not consent.remove_unneeded:
        names = ", ".join(f"`{name}`" for name in proposal.unneeded)
        _confirm(
            ask(f"Remove {names}, which nothing needs any more?"),
            "removal-not-confirmed",
            f"{names} would be removed, which the command did not name",
            flag="--remove-unneeded",
        )
    if proposal.data and not consent.delete_data:
        _confirm(
            ask(f"Delete {len(proposal.data)} resources that hold data, for good?"),
            "data-loss-not-confirmed",
            f"data of {_releases(proposal)} would be lost",
            context=tuple(f"{change.release}: {change.resource}" for change in proposal.data),
            flag="--delete-data",
        )
    if not proposal.diff.is_empty and not consent.yes:
        _confirm(
            ask(f"Apply to {proposal.target}?"),
            "not-confirmed",
            f"{proposal.target} would be changed",
            flag="--yes",
        )


def require_complete(proposal: Proposal) -> None:
    """Raise `CheckError` when releases were left out, after everything else was done."""
    left = proposal.desired.left_alone
    if left:
        names = ", ".join(f"`{name}`" for name in left)
        raise CheckError(
            "incomplete",
            f"{names} could not be installed; what was there of it is as it was",
            context=tuple(line for part in proposal.lockfile.unresolved for line in part.causes),
            hint="the rest is done; mend this and run it again",
        )


def _confirm(
    answer: bool, reference: str, message: str, *, flag: str, context: tuple[str, ...] = ()
) -> None:
    if not answer:
        hint = f"confirm it with {flag}; nothing was changed"
        raise RefusedError(reference, message, context=context, hint=hint)


def _releases(proposal: Proposal) -> str:
    return ", ".join(f"`{name}`" for name in sorted({each.release for each in proposal.data}))


def carry_out(
    workspace: Workspace, proposal: Proposal, progress: Callable[[Change], None]
) -> ApplyReport:
    """Write the environment's file and the lock, then make the target as the proposal shows.

    A run that is killed anywhere is finished by running it again.  Raises `TargetError`, `LockError`,
    `DocumentError`.
    """
    workspace.document.save()
    write_lock(workspace, proposal.lockfile)
    return workspace.target.apply(
        proposal.desired, proposal.diff, permissions_of(workspace), progress
    )
