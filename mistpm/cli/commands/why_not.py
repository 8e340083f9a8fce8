"""`mistpm why-not`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.completion.completing import complete_locked_version
from mistpm.cli.option_groups import Where, grouped
from mistpm.cli.options import (
    SOLVE_TIMEOUT,
    LimitsOption,
    OfflineOption,
    Output,
    OutputOption,
    SolveTimeoutOption,
)
from mistpm.cli.progress import TerminalReporter
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal

app = command_app()


@app.command(name="why-not", epilog="Example: mistpm why-not shop-db@17.0.0")
@grouped
def why_not(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME[@VERSION]",
            help="A release or a package, at a version. Default: the newest one.",
            autocompletion=complete_locked_version,
        ),
    ],
    *,
    where: Where,
    offline: OfflineOption = False,
    solve_timeout: SolveTimeoutOption = SOLVE_TIMEOUT,
    limits: LimitsOption = [],
    output: OutputOption = Output.TEXT,
) -> None:
    """Explain why something is not at another version; where it could be, show what would change.

    Solves with that version, the lock kept as far as possible, and changes nothing.
    """
    from mistpm.cli.text.view import note_stale
    from mistpm.cli.text.why_not import show_why_not
    from mistpm.ops.views.why_not import why_not as explain
    from mistpm.ops.workspace import open_workspace

    terminal = Terminal()
    reporter = TerminalReporter(terminal, tells=output is Output.TEXT)
    options = where.options(offline=offline, solve_timeout=solve_timeout, limits=tuple(limits))
    try:
        report = explain(open_workspace(options, reporter), name)
    finally:
        reporter.finish()
    note_stale(terminal, report.environment, report.stale, solved=True)
    emit(terminal, output, report, lambda: show_why_not(terminal, report))
