"""`mistpm search`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.options import EnvironmentOption, OfflineOption, Output, OutputOption
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal

app = command_app()


@app.command(epilog="Example: mistpm search postgres")
def search(
    text: Annotated[
        str,
        typer.Argument(metavar="TEXT", help="Part of a name or description. Default: everything."),
    ] = "",
    environment: EnvironmentOption = None,
    offline: OfflineOption = False,
    output: OutputOption = Output.TEXT,
) -> None:
    """Search the registries for packages."""
    from mistpm.ops.options import Options
    from mistpm.ops.packages.searching import require_whole
    from mistpm.ops.packages.searching import search as find

    terminal = Terminal()
    result = find(Options(environment=environment, offline=offline), text)

    def show() -> None:
        rows = [(each.package, each.newest, each.description) for each in result.found]
        terminal.table(("PACKAGE", "NEWEST", "DESCRIPTION"), rows)
        if not rows:
            terminal.say(_nothing(text, result.asked))

    emit(terminal, output, result, show)
    require_whole(result)


def _nothing(text: str, asked: int) -> str:
    if not asked:
        return "No registries. `mistpm registry add NAME WHERE` adds one."
    return f"No package has `{text}` in its name or description." if text else "No packages."
