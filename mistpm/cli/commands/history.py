"""`mistpm history`."""

from __future__ import annotations

from mistpm.cli.command_app import command_app
from mistpm.cli.option_groups import Where, grouped
from mistpm.cli.options import Output, OutputOption, VerboseOption
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal, dim, printable

app = command_app()


@app.command(epilog="Example: mistpm history --context prod")
@grouped
def history(
    *,
    where: Where,
    output: OutputOption = Output.TEXT,
    verbose: VerboseOption = 0,
) -> None:
    """Show the revisions of the environment that the cluster remembers, newest first.

    A revision is one applying: what was wanted, by whom, and how it ended. -v tells the versions too.
    --environment may also name an environment that the cluster remembers.
    """
    from mistpm.cli.progress import TerminalReporter
    from mistpm.cli.text.status import how_it_ended
    from mistpm.ops.history import history as tell
    from mistpm.ops.looking import open_to_look

    terminal = Terminal(verbose=verbose)
    revisions = tell(open_to_look(where.options(), TerminalReporter(terminal)))

    def show() -> None:
        rows = [
            (
                str(each.number),
                each.started,
                how_it_ended(each, newest=at == 0),
                each.reason,
                each.by,
            )
            for at, each in enumerate(revisions)
        ]
        terminal.table(("REVISION", "STARTED", "STATUS", "COMMAND", "BY"), rows)
        for each in revisions:
            if each.why:
                terminal.show(dim(f"  {each.number}: {printable(each.why)}"))
            if verbose:
                for release, version in sorted(each.releases.items()):
                    terminal.show(dim(f"  {each.number}: {release} {version}"))
        if not rows:
            terminal.say("Nothing was applied yet.")

    emit(terminal, output, revisions, show)
