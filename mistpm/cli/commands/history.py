"""`mistpm history`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.completion.completing import complete_revision
from mistpm.cli.option_groups import Where, grouped
from mistpm.cli.options import Output, OutputOption, VerboseOption
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal

if TYPE_CHECKING:
    from mistpm.ops.workspace import Workspace

app = command_app()


@app.command(epilog="Example: mistpm history latest --output yaml")
@grouped
def history(
    revision: Annotated[
        str,
        typer.Argument(
            metavar="REVISION",
            help="Show what this one applied: its number, or latest. Default: list all of them.",
            autocompletion=complete_revision,
        ),
    ] = "",
    manifests: Annotated[
        bool,
        typer.Option("--manifests", help="With REVISION: print its manifests; no secret is shown."),
    ] = False,
    *,
    where: Where,
    output: OutputOption = Output.TEXT,
    verbose: VerboseOption = 0,
) -> None:
    """Show the revisions of the environment that the cluster remembers, newest first, or one of them.

    A revision is one applying: what was wanted, by whom, and how it ended. -v tells the versions too. Of
    one revision the releases are shown, with the inputs that they were given, or the manifests.
    --environment may also name an environment that the cluster remembers.
    """
    from mistpm.cli.progress import TerminalReporter
    from mistpm.errors import UsageError
    from mistpm.ops.looking import open_to_look
    from mistpm.ops.revision_contents import parse_revision

    terminal = Terminal(verbose=verbose)
    if manifests and not revision:
        raise UsageError(
            "no-revision",
            "`--manifests` shows those of one revision, and none is named",
            hint="write `mistpm history latest --manifests`, or a number instead of latest",
        )
    number = parse_revision(revision) if revision else None
    workspace = open_to_look(
        where.options(), TerminalReporter(terminal, tells=output is Output.TEXT)
    )
    if revision:
        _show_one(terminal, workspace, number, output, manifests=manifests)
    else:
        _list(terminal, workspace, output)


def _list(terminal: Terminal, workspace: Workspace, output: Output) -> None:
    from mistpm.cli.text.revision import show_history
    from mistpm.ops.history import history as tell

    revisions = tell(workspace)
    emit(terminal, output, revisions, lambda: show_history(terminal, revisions))


def _show_one(
    terminal: Terminal, workspace: Workspace, number: int | None, output: Output, *, manifests: bool
) -> None:
    from mistpm.cli.text.revision import show_contents, show_manifests
    from mistpm.ops.revision_contents import revision_contents

    found = revision_contents(workspace, number)
    if manifests and output is Output.TEXT:
        show_manifests(terminal, found.manifests)
        return
    told: dict[str, object] = {"revision": found.revision, "releases": found.releases}
    if manifests:
        told["manifests"] = found.manifests
    emit(terminal, output, told, lambda: show_contents(terminal, found))
