"""`mistpm tree`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.completion.completing import complete_locked
from mistpm.cli.option_groups import Where, grouped
from mistpm.cli.options import Output, OutputOption
from mistpm.cli.same_environment import same_environment
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal

app = command_app()


@app.command(epilog="Example: mistpm tree shop --depth 2")
@grouped
def tree(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAMES",
            help="Releases or packages to start at. Default: every release that was asked for.",
            autocompletion=complete_locked,
        ),
    ] = None,
    depth: Annotated[
        int | None,
        typer.Option("--depth", metavar="N", min=0, help="Show only N levels below each root."),
    ] = None,
    invert: Annotated[
        bool, typer.Option("--invert", help="Show who needs NAMES instead of what they need.")
    ] = False,
    *,
    where: Where,
    output: OutputOption = Output.TEXT,
) -> None:
    """Show releases and what they depend on, as the lock has it.

    An arrow `->` leads to another release, `=>` to a package that is called while rendering.
    """
    from mistpm.cli.text.tree import branches, tree_rows
    from mistpm.cli.text.view import note_stale, show_unresolved
    from mistpm.errors import UsageError
    from mistpm.ops.views.glance import glance
    from mistpm.ops.views.tree import tree as grow

    terminal = Terminal()
    if invert and not names:
        raise UsageError(
            "nothing-to-invert",
            "`mistpm tree --invert` shows who needs something, and nothing is named",
            hint="name a release or a package: mistpm tree --invert NAME",
        )
    seen = glance(where.options())
    report = grow(seen, tuple(names or ()), depth=depth, inverted=invert)
    note_stale(terminal, report.environment, report.stale)

    def show() -> None:
        # one print for all: a large tree has thousands of lines
        rows = tree_rows(report.lines, inverted=report.inverted)
        if rows:
            terminal.show("\n".join(branches(rows, width=terminal.width)))
        elif not report.unresolved:
            terminal.say(same_environment("No releases. `mistpm add NAME -p PACKAGE` adds one."))
        show_unresolved(terminal, report.unresolved, how="`mistpm why {}` tells why")

    emit(terminal, output, report, show)
