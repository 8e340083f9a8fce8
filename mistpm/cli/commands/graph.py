"""`mistpm graph`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.completion.completing import complete_drawing, complete_locked
from mistpm.cli.option_groups import Where, grouped
from mistpm.cli.terminal import Terminal

app = command_app()


@app.command(epilog="Example: mistpm graph --output shop.svg")
@grouped
def graph(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAMES",
            help="Releases or packages to begin at. Default: everything in the lock.",
            autocompletion=complete_locked,
        ),
    ] = None,
    *,
    where: Where,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="dot|mermaid|svg|json|yaml|FILE",
            help="The form, or a file whose ending tells it, or both. Default: dot.",
            autocompletion=complete_drawing,
        ),
    ] = None,
) -> None:
    """Draw releases, called packages and APIs, and who needs what: dot, Mermaid or SVG.

    Arrows lead from who needs to what is needed; dashed ones to packages that are called.
    """
    from mistpm.cli.drawing_output import parse_drawing, write_drawing
    from mistpm.cli.text.view import note_stale
    from mistpm.ops.views.glance import glance
    from mistpm.ops.views.graph import graph as connect

    drawing = parse_drawing(output or ())
    terminal = Terminal()
    report = connect(glance(where.options()), tuple(names or ()))
    note_stale(terminal, report.environment, report.stale)
    write_drawing(terminal, report, drawing)
