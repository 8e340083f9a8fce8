"""`mistpm diff`."""

from __future__ import annotations

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.option_groups import Allowing, Where, grouped
from mistpm.cli.options import (
    SOLVE_TIMEOUT,
    KeepGoingOption,
    LimitsOption,
    LockedOption,
    OfflineOption,
    Output,
    OutputOption,
    SolveTimeoutOption,
    VerboseOption,
)

app = command_app()


@app.command(epilog="Example: mistpm diff --context prod || mistpm install")
@grouped
def diff(
    *,
    where: Where,
    allowing: Allowing,
    keep_going: KeepGoingOption = False,
    locked: LockedOption = False,
    offline: OfflineOption = False,
    solve_timeout: SolveTimeoutOption = SOLVE_TIMEOUT,
    limits: LimitsOption = [],
    output: OutputOption = Output.TEXT,
    verbose: VerboseOption = 0,
) -> None:
    """Show what install would change, and change nothing. Exits with 0 for nothing, 1 for something.

    As text a unified diff of what is there and what would be; as JSON or YAML field by field. Secrets
    are masked. Other exit codes are errors.
    """
    from mistpm.cli.progress import TerminalReporter
    from mistpm.cli.terminal import Terminal
    from mistpm.cli.text.difference import DIFFERS, show_differences
    from mistpm.ops.checks.checking import forbid_errors
    from mistpm.ops.installing import require_complete
    from mistpm.ops.proposing import propose
    from mistpm.ops.workspace import open_workspace

    terminal = Terminal(verbose=verbose)
    reporter = TerminalReporter(terminal, tells=output is Output.TEXT)
    options = where.options(
        offline=offline,
        locked=locked,
        keep_going=keep_going,
        permissions=allowing.permissions,
        solve_timeout=solve_timeout,
        limits=tuple(limits),
    )
    try:
        proposal = propose(open_workspace(options, reporter), is_for_show=True, shows_refused=True)
    finally:
        reporter.finish()
    show_differences(terminal, output, proposal.target, proposal.diff, proposal.findings)
    proposal.require_taken()
    forbid_errors(proposal.findings, are_shown=True)
    require_complete(proposal, is_plan=True)
    if not proposal.diff.is_empty:
        raise typer.Exit(DIFFERS)
