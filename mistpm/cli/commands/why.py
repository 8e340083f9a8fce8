"""`mistpm why`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.completing import complete_locked
from mistpm.cli.options import EnvironmentOption, Output, OutputOption, TargetOption
from mistpm.cli.session import emit, locked_graph
from mistpm.cli.terminal import Terminal, bold, dim
from mistpm.ops.lock_graph import Hop, Reason
from mistpm.ops.lock_graph import why as explain

app = command_app()

VERBS = {"call": "calls", "api": "needs the API", "install": "needs"}


@app.command(epilog="Example: mistpm why starter/observability/metrics-server")
def why(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A release, a package (REGISTRY/GROUP/NAME, or the end of that), or PACKAGE@SERIES.",
            autocompletion=complete_locked,
        ),
    ],
    environment: EnvironmentOption = None,
    target: TargetOption = "",
    output: OutputOption = Output.TEXT,
) -> None:
    """Explain why a package or release is there: every path that leads to it, with its ranges."""
    terminal = Terminal()
    reasons = explain(locked_graph(environment, target), name)

    def show() -> None:
        for reason in reasons:
            _show_reason(terminal, reason)

    emit(terminal, output, reasons, show)


def _show_reason(terminal: Terminal, reason: Reason) -> None:
    terminal.show(f"{bold(reason.node)}  {reason.package} {reason.version}")
    if reason.requested:
        terminal.show("  asked for by the environment itself")
    for path in reason.paths:
        terminal.show(f"  {_told(path)}")
    if reason.more_paths:
        terminal.show(dim("  and more paths"))


def _told(path: tuple[Hop, ...]) -> str:
    steps = (
        f"{bold(hop.node)} {VERBS[hop.use]} {hop.requires} {dim(f'as {hop.alias}')}" for hop in path
    )
    return ", ".join(steps)
