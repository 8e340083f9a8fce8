"""Carrying out a proposal: the file, the lock, then the target."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from mistpm.errors import CheckError, RefusedError, RegistryError
from mistpm.model.change import ApplyReport
from mistpm.model.progress import Progress
from mistpm.ops.failing import CONFLICT
from mistpm.ops.locking import write_lock
from mistpm.ops.proposing import Proposal
from mistpm.ops.workspace import Workspace


class Consent(Struct, frozen=True, kw_only=True):
    """What the user allowed with flags."""

    yes: bool = False
    remove_unneeded: bool = False
    delete_data: bool = False


def require_consent(
    proposal: Proposal, consent: Consent, ask: Callable[[str], bool], *, step: str = ""
) -> None:
    """Get every confirmation that a proposal needs; `ask` puts a question, False meaning no.

    `step` names the one of several that it is.  Raises `RefusedError`; then nothing was changed.
    """
    unneeded = bool(proposal.unneeded) and not consent.remove_unneeded
    data = bool(proposal.data) and not consent.delete_data
    change = not proposal.diff.is_empty and not consent.yes
    flags = {"--remove-unneeded": unneeded, "--delete-data": data, "--yes": change}
    needed = " ".join(flag for flag, is_needed in flags.items() if is_needed)
    hint = f"confirm it with {needed}; nothing was changed"
    names = ", ".join(f"`{name}`" for name in proposal.unneeded)
    if unneeded and not ask(f"Remove {names}, {proposal.gone_because}?"):
        raise RefusedError(
            "removal-not-confirmed",
            f"{names} would be removed, which the command did not name",
            hint=hint,
        )
    if data and not ask(f"Delete the data of {_losing(proposal)} for good?"):
        raise RefusedError(
            "data-loss-not-confirmed",
            f"data of {_losing(proposal)} would be lost",
            context=tuple(
                f"{each.release}: {each.resource}: {each.reason}" for each in proposal.data
            ),
            hint=hint,
        )
    where = f"{proposal.target} ({proposal.address})" if proposal.address else proposal.target
    if change and not ask(f"Apply {step} to {where}?" if step else f"Apply to {where}?"):
        raise RefusedError("not-confirmed", f"{proposal.target} would be changed", hint=hint)


def require_complete(proposal: Proposal, *, is_plan: bool = False) -> None:
    """Raise when releases were left out, after everything else was done, or shown where that is a plan.

    `RegistryError` where nothing but registries was in the way, else `CheckError`.
    """
    left = proposal.desired.left_alone
    if left:
        parts = proposal.lockfile.unresolved
        names = ", ".join(f"`{name}`" for name in left)
        message = f"{names} could not be installed; what was there of it is as it was"
        context = tuple(line for part in parts for line in part.explanation)
        hint = "the rest is done; mend this and run it again"
        if is_plan:
            message = f"{names} cannot be installed; what is there of it stays as it is"
            hint = "with --keep-going the rest is done all the same"
        away = {
            name
            for part in parts
            if part.reference != CONFLICT and not part.by_package
            for name in part.releases
        }
        if away.issuperset(left):
            raise RegistryError("incomplete", message, context=context, hint=hint)
        raise CheckError("incomplete", message, context=context, hint=hint)


def _losing(proposal: Proposal) -> str:
    return ", ".join(f"`{name}`" for name in sorted({each.release for each in proposal.data}))


def carry_out(
    workspace: Workspace, proposal: Proposal, hear: Callable[[Progress], None]
) -> ApplyReport:
    """Write the environment's file and the lock, then make the target as the proposal shows.

    A run that is killed anywhere is finished by running it again.  Raises `TargetError`, `LockError`,
    `DocumentError`.
    """
    workspace.document.save()
    write_lock(workspace, proposal.lockfile)
    return workspace.target.apply(
        proposal.desired,
        proposal.diff,
        workspace.options.permissions,
        waiting=workspace.options.waiting,
        hear=hear,
    )
