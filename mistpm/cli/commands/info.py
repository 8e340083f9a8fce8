"""`mistpm info`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.completion.completing import complete_package
from mistpm.cli.input_rows import input_rows
from mistpm.cli.options import EnvironmentOption, OfflineOption, Output, OutputOption
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal, bold
from mistpm.cli.text.dependency import dependency_text
from mistpm.model.descriptor import Descriptor

app = command_app()


@app.command(epilog="Example: mistpm info starter/data/postgresql")
def info(
    package: Annotated[
        str,
        typer.Argument(
            metavar="PACKAGE",
            help="REGISTRY/GROUP/NAME[:RANGE].",
            autocompletion=complete_package,
        ),
    ],
    environment: EnvironmentOption = None,
    offline: OfflineOption = False,
    output: OutputOption = Output.TEXT,
) -> None:
    """Show what is known of a package: versions, dependencies, inputs."""
    from mistpm.ops.options import Options
    from mistpm.ops.packages.searching import info as tell

    terminal = Terminal()
    report = tell(Options(environment=environment, offline=offline), package)

    def show() -> None:
        terminal.show(f"{bold(report.package)}  {report.description}")
        rows = [
            (
                each.version,
                each.kubernetes,
                each.published,
                f"yanked: {each.yanked}" if each.yanked else "",
            )
            for each in report.versions
        ]
        terminal.table(("VERSION", "KUBERNETES", "PUBLISHED", ""), rows)
        _show_descriptor(terminal, report.descriptor)
        if not report.is_whole and not report.descriptor.inputs:
            terminal.say("Its inputs are not known: the module itself cannot be fetched now.")

    emit(terminal, output, report, show)


def _show_descriptor(terminal: Terminal, descriptor: Descriptor) -> None:
    if descriptor.dependencies or descriptor.computed:
        terminal.show(bold(f"Dependencies of {descriptor.version}"))
        for alias, dependency in sorted(descriptor.dependencies.items()):
            terminal.show(f"  {alias}: {dependency_text(dependency)}")
        if descriptor.computed:
            terminal.show("  others, which it computes from its inputs")
    if descriptor.provides.apis:
        terminal.show(bold("Provides"))
        for api in descriptor.provides.apis:
            terminal.show(f"  {api}")
    rows = input_rows(descriptor.inputs)
    if rows:
        terminal.show(bold(f"Inputs of {descriptor.version}"))
        terminal.table(("INPUT", "TYPE", "DEFAULT", "DESCRIPTION"), rows)
