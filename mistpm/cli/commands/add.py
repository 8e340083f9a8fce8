"""`mistpm add`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.options import (
    BindOption,
    EnvironmentOption,
    InputsOption,
    LimitsOption,
    NamespaceOption,
    NewRegistriesOption,
    OfflineOption,
    Output,
    OutputOption,
    PackageOption,
    SetOption,
)
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal

app = command_app()


@app.command(epilog="Example: mistpm add shop -p starter/apps/gitea:^1.22 --bind db=shop-db")
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The release's name.")],
    package: PackageOption = "",
    version: Annotated[
        str,
        typer.Option(
            "--version", metavar="RANGE", help="Versions that are allowed: ^16, ~1.2, >=1 <3."
        ),
    ] = "",
    namespace: NamespaceOption = "",
    settings: SetOption = [],
    inputs: InputsOption = None,
    bind: BindOption = [],
    registry: NewRegistriesOption = [],
    environment: EnvironmentOption = None,
    offline: OfflineOption = False,
    limits: LimitsOption = [],
    output: OutputOption = Output.TEXT,
) -> None:
    """Add a release to the environment's file, or change what the file says of it.

    Only the file is edited, comments and order kept; `mistpm install` makes it so. -p is needed for a new
    release only.
    """
    from mistpm.ops.options import Options
    from mistpm.ops.settings.adding import Addition, add_release

    terminal = Terminal()
    report = add_release(
        Options(environment=environment, offline=offline, limits=tuple(limits)),
        Addition(
            name=name,
            package=package,
            version=version,
            namespace=namespace,
            inputs_file=inputs,
            settings=tuple(settings),
            bindings=tuple(bind),
            registries=tuple(registry),
        ),
    )

    for problem in report.problems:
        terminal.finding("warning", f"{report.name}: {problem}")

    def show() -> None:
        what = report.package if report.version == "*" else f"{report.package} {report.version}"
        newest = f" (newest: {report.newest})" if report.newest else ""
        verb = "Changed" if report.existed else "Added"
        place = f"{'in' if report.existed else 'to'} {report.file}"
        terminal.show(f"{verb} {report.name} {place}: {what}{newest}")
        for line in report.bound:
            terminal.show(f"  {line}")
        terminal.show("Next: mistpm install, or mistpm plan to look first.")

    emit(terminal, output, report, show)
