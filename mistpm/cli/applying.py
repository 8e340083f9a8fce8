"""Showing a proposal, asking, and carrying it out: what install, uninstall and upgrade have in common."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from mistpm.cli.options import Output
from mistpm.cli.progress import TerminalReporter
from mistpm.cli.proposal_text import show_messages, show_proposal
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal, count
from mistpm.ops.installing import Consent, carry_out, require_complete, require_consent
from mistpm.ops.options import Options
from mistpm.ops.proposing import Proposal, Wishes, propose
from mistpm.ops.workspace import Workspace, open_or_make_workspace, open_workspace


class Flags(Struct, frozen=True, kw_only=True):
    """What the command line says about asking and printing."""

    yes: bool = False
    remove_unneeded: bool = False
    delete_data: bool = False
    diff: bool = False
    output: Output = Output.TEXT
    verbose: int = 0


def apply(
    options: Options,
    flags: Flags,
    draft: Callable[[Workspace], Workspace],
    *,
    wishes: Callable[[Workspace], Wishes] = lambda _workspace: Wishes(),
    make: bool = False,
    only_show: bool = False,
) -> None:
    """Open the workspace, draft the change, propose it, show it, and unless `only_show` do it."""
    terminal = Terminal(verbose=flags.verbose)
    reporter = TerminalReporter(terminal)
    opened = (open_or_make_workspace if make else open_workspace)(options, reporter)
    try:
        workspace = draft(opened)
        proposal = propose(workspace, wishes(opened))
    finally:
        reporter.finish()
    emit(
        terminal,
        flags.output,
        report(proposal, diff=flags.diff),
        lambda: show_proposal(terminal, proposal, diff=flags.diff),
    )
    if only_show:
        return
    consent = Consent(
        yes=flags.yes, remove_unneeded=flags.remove_unneeded, delete_data=flags.delete_data
    )
    require_consent(proposal, consent, terminal.confirm)
    changes = proposal.diff.having("create", "update", "adopt", "delete")
    reporter.start(f"applying {count(len(changes), 'change')}", len(changes))
    try:
        done = carry_out(workspace, proposal, lambda heard: reporter.advance(str(heard.resource)))
    finally:
        reporter.finish()
    if flags.output is Output.TEXT and not proposal.diff.is_empty:
        terminal.show(f"Applied {count(len(done.changes), 'change')} to {proposal.target}.")
        show_messages(terminal, proposal, {change.release for change in done.changes})
    require_complete(proposal)


def report(proposal: Proposal, *, diff: bool = False) -> dict[str, object]:
    """Give the part of a proposal that `--output json` prints: no lock, and texts only with `diff`."""
    from mistpm.diff import unified

    return {
        "target": proposal.target,
        "moves": proposal.moves,
        "heldBack": proposal.held_back,
        "unneeded": proposal.unneeded,
        "dataLost": [str(change.resource) for change in proposal.data],
        "changes": [
            {
                "action": change.action,
                "resource": str(change.resource),
                "release": change.release,
                "place": change.place,
                "reason": change.reason,
                **({"diff": unified(change)} if diff else {}),
            }
            for change in proposal.diff.changes
        ],
        "findings": [
            {
                "severity": finding.severity,
                "code": finding.code,
                "release": finding.release,
                "resource": str(finding.resource or ""),
                "path": finding.path,
                "message": finding.message,
                "hint": finding.hint,
            }
            for finding in proposal.findings
        ],
    }
