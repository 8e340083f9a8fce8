"""`mistpm status`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.option_groups import Where, grouped
from mistpm.cli.options import (
    SOLVE_TIMEOUT,
    LimitsOption,
    LockedOption,
    OfflineOption,
    Output,
    OutputOption,
    SolveTimeoutOption,
    VerboseOption,
)
from mistpm.cli.progress import TerminalReporter
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal
from mistpm.cli.text.difference import DIFFERS, show_differences

app = command_app()


@app.command(epilog="Example: mistpm status --output json")
@grouped
def status(
    *,
    where: Where,
    drift: Annotated[
        bool,
        typer.Option(
            "--drift",
            help="Show only what somebody changed on the cluster since the last revision; exit with 1 where there is any.",
        ),
    ] = False,
    exit_code: Annotated[
        bool,
        typer.Option(
            "--exit-code",
            help=f"Exit with {DIFFERS} when anything differs, has failed or is not ready: for CI.",
        ),
    ] = False,
    locked: LockedOption = False,
    offline: OfflineOption = False,
    solve_timeout: SolveTimeoutOption = SOLVE_TIMEOUT,
    limits: LimitsOption = [],
    output: OutputOption = Output.TEXT,
    verbose: VerboseOption = 0,
) -> None:
    """Show whether the target is as the environment wants it, release by release.

    On a cluster also whether everything is ready, and if not, which objects are not and why. -v lists
    every object. --environment may also name an environment that the cluster remembers.
    """
    from mistpm.cli.text.status import show_status, warn_unknown
    from mistpm.ops.looking import open_to_look
    from mistpm.ops.status import Drift, needs_attention
    from mistpm.ops.status import drift as tell_drift
    from mistpm.ops.status import status as tell

    terminal = Terminal(verbose=verbose)
    reporter = TerminalReporter(terminal, tells=output is Output.TEXT)
    options = where.options(
        locked=locked, offline=offline, solve_timeout=solve_timeout, limits=tuple(limits)
    )
    try:
        workspace = open_to_look(options, reporter)
        found = tell_drift(workspace) if drift else tell(workspace)
    finally:
        reporter.finish()
    if isinstance(found, Drift):
        diff = found.diff
        show_differences(terminal, output, workspace.target.title, diff, diff.findings)
        if not diff.is_empty:
            raise typer.Exit(DIFFERS)
        if output is Output.TEXT:
            terminal.show(f"Nothing differs from revision {found.revision}.")
    else:
        warn_unknown(terminal, found)
        emit(terminal, output, found, lambda: show_status(terminal, found))
        if exit_code and needs_attention(found):
            raise typer.Exit(DIFFERS)
