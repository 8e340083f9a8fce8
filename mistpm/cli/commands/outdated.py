"""`mistpm outdated`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.option_groups import Where, grouped
from mistpm.cli.options import (
    SOLVE_TIMEOUT,
    LimitsOption,
    OfflineOption,
    Output,
    OutputOption,
    SolveTimeoutOption,
    VerboseOption,
)
from mistpm.cli.progress import TerminalReporter
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal

OUTDATED = 1
"""The exit code under `--exit-code`."""

app = command_app()


@app.command(epilog="Example: mistpm outdated --all --exit-code")
@grouped
def outdated(
    everything: Annotated[
        bool, typer.Option("--all", help="Look at what is pulled in and called too.")
    ] = False,
    exit_code: Annotated[
        bool,
        typer.Option(
            "--exit-code", help=f"Exit with {OUTDATED} when anything is outdated: for CI."
        ),
    ] = False,
    *,
    where: Where,
    offline: OfflineOption = False,
    solve_timeout: SolveTimeoutOption = SOLVE_TIMEOUT,
    limits: LimitsOption = [],
    output: OutputOption = Output.TEXT,
    verbose: VerboseOption = 0,
) -> None:
    """Show what is not at its newest version, what an upgrade would give, and what blocks the rest.

    Solves as `mistpm upgrade` does and changes nothing. -v tells every block in full.
    """
    from mistpm.cli.text.outdated import show_outdated
    from mistpm.cli.text.view import note_stale
    from mistpm.ops.views.outdated import outdated as compare
    from mistpm.ops.views.outdated import require_whole
    from mistpm.ops.workspace import open_workspace

    terminal = Terminal(verbose=verbose)
    reporter = TerminalReporter(terminal, tells=output is Output.TEXT)
    options = where.options(offline=offline, solve_timeout=solve_timeout, limits=tuple(limits))
    try:
        report = compare(open_workspace(options, reporter), everything=everything)
    finally:
        reporter.finish()
    note_stale(terminal, report.environment, report.stale, solved=True)
    emit(terminal, output, report, lambda: show_outdated(terminal, report))
    require_whole(report)
    if exit_code and report.outdated:
        raise typer.Exit(OUTDATED)
