"""`mistpm list`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.option_groups import Where, grouped
from mistpm.cli.options import Output, OutputOption
from mistpm.cli.same_environment import same_environment
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal

app = command_app()


@app.command(name="list", epilog="Example: mistpm list --all --context prod")
@grouped
def list_releases(
    everything: Annotated[
        bool,
        typer.Option(
            "--all",
            "-A",
            help="List every environment that the cluster remembers, whoever has its file.",
        ),
    ] = False,
    *,
    where: Where,
    output: OutputOption = Output.TEXT,
) -> None:
    """List the releases of the environment: those asked for, and those pulled in for them.

    --environment may also name one that the cluster remembers.
    """
    from mistpm.ops.looking import list_environments, open_to_look
    from mistpm.ops.views.listing import list_releases as tell

    terminal = Terminal()
    if everything:
        from mistpm.cli.text.environments import show_environments

        found = list_environments(where.options())
        emit(terminal, output, found, lambda: show_environments(terminal, found))
        return
    releases = tell(open_to_look(where.options()))

    def show() -> None:
        rows = [
            (each.release, each.package, each.version or "not locked", each.needed_by or "you")
            for each in releases
        ]
        terminal.table(("RELEASE", "PACKAGE", "VERSION", "NEEDED BY"), rows)
        if not rows:
            terminal.say(
                same_environment("No releases. `mistpm install NAME -p PACKAGE` adds one.")
            )

    emit(terminal, output, releases, show)
