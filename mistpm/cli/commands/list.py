"""`mistpm list`."""

from __future__ import annotations

from mistpm.cli.command_app import command_app
from mistpm.cli.option_groups import Where, grouped
from mistpm.cli.options import Output, OutputOption
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal

app = command_app()


@app.command(name="list", epilog="Example: mistpm list --output json")
@grouped
def list_releases(
    *,
    where: Where,
    output: OutputOption = Output.TEXT,
) -> None:
    """List the releases of the environment: those asked for, and those pulled in for them."""
    from mistpm.ops.views.listing import list_releases as tell
    from mistpm.ops.workspace import open_workspace

    terminal = Terminal()
    releases = tell(open_workspace(where.options()))

    def show() -> None:
        rows = [
            (each.release, each.package, each.version or "not locked", each.needed_by or "you")
            for each in releases
        ]
        terminal.table(("RELEASE", "PACKAGE", "VERSION", "NEEDED BY"), rows)
        if not rows:
            terminal.say("No releases. `mistpm install NAME -p PACKAGE` adds one.")

    emit(terminal, output, releases, show)
