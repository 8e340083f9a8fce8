"""`mistpm remove`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.completion.completing import complete_release
from mistpm.cli.options import EnvironmentOption, Output, OutputOption
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal

app = command_app()


@app.command(epilog="Example: mistpm remove shop && mistpm plan")
def remove(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAMES", help="The releases' names.", autocompletion=complete_release
        ),
    ],
    environment: EnvironmentOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Take releases out of the environment's file.

    Only the file is edited; `mistpm install` then removes them from the target.
    """
    from mistpm.ops.options import Options
    from mistpm.ops.settings.configuring import remove_releases

    terminal = Terminal()
    report = remove_releases(Options(environment=environment), tuple(names))

    def show() -> None:
        terminal.show(f"Removed {', '.join(report.names)} from {report.file}.")
        terminal.show("Next: mistpm install, or mistpm plan to look first.")

    emit(terminal, output, report, show)
