"""`mistpm provided`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.option_groups import Where, grouped
from mistpm.cli.options import Output, OutputOption, VerboseOption
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal, coloured, count

app = command_app()


@app.command(epilog="Example: mistpm provided --from-cluster --context prod")
@grouped
def provided(
    from_cluster: Annotated[
        bool,
        typer.Option(
            "--from-cluster",
            help="Ask the cluster, and write its APIs into mistpm.yaml where there is one.",
        ),
    ] = False,
    *,
    where: Where,
    output: OutputOption = Output.TEXT,
    verbose: VerboseOption = 0,
) -> None:
    """Show what is there already and managed by somebody else: `provided:` of the environment.

    Solving takes these APIs and packages as facts. From a cluster come the APIs that are neither
    Kubernetes' own nor this environment's: those of other people's CustomResourceDefinitions and API
    servers.
    """
    from mistpm.cli.progress import TerminalReporter
    from mistpm.ops.settings.provided import provided as tell
    from mistpm.ops.settings.provided import provided_by_cluster
    from mistpm.ops.workspace import open_workspace

    terminal = Terminal(verbose=verbose)
    workspace = open_workspace(
        where.options(), TerminalReporter(terminal, tells=output is Output.TEXT)
    )
    report = (provided_by_cluster if from_cluster else tell)(workspace)

    def show() -> None:
        if report.file:
            for sign, apis in (("+", report.added), ("-", report.removed)):
                for api in apis:
                    terminal.show(coloured(f"  {sign} {api}"))
            terminal.show(f"Wrote {count(len(report.apis), 'API')} into {report.file}.")
            return
        for api in report.apis:
            terminal.show(api)
        for name, version in report.packages.items():
            terminal.show(f"{name} {version}")
        if not (report.apis or report.packages):
            terminal.say("Nothing is provided by others.")

    emit(terminal, output, report, show)
