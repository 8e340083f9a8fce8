"""`mistpm cache`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.options import Output, OutputOption
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal, size

app = command_app(
    no_args_is_help=True,
    help="Show and clear what mistpm keeps.",
    epilog="Example: mistpm cache show",
)


@app.command(epilog="Example: mistpm cache show --output json")
def show(output: OutputOption = Output.TEXT) -> None:
    """Show what the cache holds and where it is."""
    from mistpm.ops.caching import cache_usage

    terminal = Terminal()
    report = cache_usage()

    def tell() -> None:
        terminal.show(report.folder)
        rows = [(each.part, str(each.files), size(each.bytes)) for each in report.parts]
        terminal.table(("PART", "FILES", "SIZE"), rows)
        if not rows and not report.obstacles:
            terminal.say("It holds nothing.")

    emit(terminal, output, report, tell)
    for line in report.obstacles:
        terminal.finding("warning", line)


@app.command(
    epilog="Example: mistpm cache clear --only machine-code",
    short_help="Delete what the cache holds, or a part of it.",
)
def clear(
    only: Annotated[
        str,
        typer.Option(
            "--only", metavar="PART", help="Only this part; `mistpm cache show` lists them."
        ),
    ] = "",
    output: OutputOption = Output.TEXT,
) -> None:
    """Delete what the cache holds; everything in it can be made or fetched again."""
    from mistpm.ops.caching import clear_cache, require_cleared

    terminal = Terminal()
    report = clear_cache(only)
    freed = size(sum(each.bytes for each in report.parts))
    emit(
        terminal,
        output,
        report,
        lambda: terminal.show(f"Deleted {freed} from {report.folder}."),
    )
    require_cleared(report)
