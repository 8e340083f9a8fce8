"""Showing what `install` would do, in every form that plans have."""

from __future__ import annotations

from pathlib import Path

from mistpm.cli.applying import Flags, Screen, report
from mistpm.cli.options import Output
from mistpm.cli.plan_output import PlanOutput, emit_plan, tell_saved
from mistpm.cli.session import emit
from mistpm.cli.text.proposal import show_proposal
from mistpm.ops.checks.checking import forbid_errors, forbidding
from mistpm.ops.installing import require_complete
from mistpm.ops.installing_plan import install_plan
from mistpm.ops.options import Options
from mistpm.ops.proposing import propose
from mistpm.ops.upgrade.saving import saved_plan, write_plan
from mistpm.ops.workspace import open_workspace


def show_install(options: Options, flags: Flags, form: PlanOutput, out: Path | None) -> None:
    """Show what installing would do, and change nothing; `out` is where that is saved.

    Ends with an error where findings forbid it; then nothing is saved.  Without what `--keep-going` leaves out it
    ends as installing does.
    """
    screen = Screen(flags, is_text=form is PlanOutput.TEXT)
    with screen.working():
        workspace = open_workspace(options, screen.reporter)
        proposal = propose(workspace, is_for_show=True, shows_refused=True)
        saved = "" if out is None or forbidding(proposal.findings) else str(out)
        if out is not None and saved:
            write_plan(out, saved_plan(workspace, workspace, proposal, command="install"))
            tell_saved(screen.terminal, saved)
    if form in {PlanOutput.MARKDOWN, PlanOutput.HTML}:
        emit_plan(screen.terminal, form, install_plan(workspace, proposal, saved=saved))
    else:
        emit(
            screen.terminal,
            Output(form.value),
            report(proposal, diff=flags.diff),
            lambda: show_proposal(screen.terminal, proposal, diff=flags.diff),
        )
    proposal.require_taken()
    forbid_errors(proposal.findings, are_shown=True)
    require_complete(proposal, is_plan=True)
