"""`mistpm rename`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.completion.completing import complete_release
from mistpm.cli.options import EnvironmentOption, Output, OutputOption
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal

app = command_app()


@app.command(epilog="Example: mistpm rename shop store")
def rename(
    old: Annotated[
        str,
        typer.Argument(
            metavar="OLD", help="The release's name now.", autocompletion=complete_release
        ),
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its new name.")],
    environment: EnvironmentOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Give a release another name, in the file and in the lock, bindings included.

    To the target a renamed release is a new one: `mistpm plan` shows what is deleted and created.
    """
    from mistpm.ops.options import Options
    from mistpm.ops.settings.configuring import rename_release

    terminal = Terminal()
    report = rename_release(Options(environment=environment), old, new)

    def show() -> None:
        terminal.show(f"Renamed {old} to {new} in {report.file}.")
        terminal.show("Next: mistpm plan shows what that changes.")

    emit(terminal, output, report, show)
