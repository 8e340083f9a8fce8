"""`mistpm why`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.completion.completing import complete_locked
from mistpm.cli.option_groups import Where, grouped
from mistpm.cli.options import (
    SOLVE_TIMEOUT,
    LimitsOption,
    OfflineOption,
    Output,
    OutputOption,
    SolveTimeoutOption,
)
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal

if TYPE_CHECKING:
    from mistpm.ops.options import Options
    from mistpm.ops.views.why import Why

app = command_app()


@app.command(epilog="Example: mistpm why starter/observability/metrics-server")
@grouped
def why(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A release, a package (REGISTRY/GROUP/NAME, or the end of that), PACKAGE@VERSION, or an API.",
            autocompletion=complete_locked,
        ),
    ],
    held: Annotated[
        bool,
        typer.Option(
            "--held", help="Also ask the registries what keeps it from its newest version."
        ),
    ] = False,
    paths: Annotated[
        int,
        typer.Option("--paths", metavar="N", min=1, help="Show at most N paths for each answer."),
    ] = 20,
    *,
    where: Where,
    offline: OfflineOption = False,
    solve_timeout: SolveTimeoutOption = SOLVE_TIMEOUT,
    limits: LimitsOption = [],
    output: OutputOption = Output.TEXT,
) -> None:
    """Explain why something is there, at this version: the paths that lead to it, with their ranges.

    The lock and mistpm.yaml are read, nothing else, unless --held asks for more.
    """
    from mistpm.cli.text.view import note_stale, show_unresolved
    from mistpm.cli.text.why import show_reason
    from mistpm.ops.views.glance import glance
    from mistpm.ops.views.why import why as explain

    terminal = Terminal()
    options = where.options(offline=offline, solve_timeout=solve_timeout, limits=tuple(limits))
    report = explain(glance(options), name, most_paths=paths)
    if held:
        report = _with_held(report, options, terminal, tells=output is Output.TEXT)
    note_stale(terminal, report.environment, report.stale)

    def show() -> None:
        for reason in report.reasons:
            show_reason(terminal, reason, report.environment)
        show_unresolved(terminal, report.unresolved, explained=True)

    emit(terminal, output, report, show)


def _with_held(report: Why, options: Options, terminal: Terminal, *, tells: bool) -> Why:
    """Add what holds each thing, for which registries are asked."""
    from msgspec.structs import replace

    from mistpm.cli.progress import TerminalReporter
    from mistpm.ops.views.holding import held_now

    reporter = TerminalReporter(terminal, tells=tells)
    names = [reason.node for reason in report.reasons if reason.kind != "api"]
    try:
        found = held_now(options, reporter, names)
    finally:
        reporter.finish()
    reasons = (replace(reason, held=found.get(reason.node)) for reason in report.reasons)
    return replace(report, reasons=tuple(reasons))
