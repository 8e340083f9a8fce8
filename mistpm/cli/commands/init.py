"""`mistpm init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.options import Output, OutputOption
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal
from mistpm.environment.location import FILE_NAME

app = command_app()


@app.command(epilog='Example: mistpm init --name shop --kubernetes ">=1.33 <1.36"')
def init(
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="Where to make mistpm.yaml.", show_default="here"),
    ] = Path(),
    name: Annotated[
        str, typer.Option("--name", help="The environment's name. Default: the folder's.")
    ] = "",
    kubernetes: Annotated[
        str,
        typer.Option(
            "--kubernetes",
            metavar="RANGE",
            help="Kubernetes versions that everything must support. Default: the newest known.",
        ),
    ] = "",
    directory: Annotated[
        str, typer.Option("--directory", help="The directory that manifests are written to.")
    ] = "./deploy",
    output: OutputOption = Output.TEXT,
) -> None:
    """Make an environment here.

    Writes mistpm.yaml with a new random id. A file that has no id gets one.
    """
    from mistpm.model.minors import newest_minor
    from mistpm.ops.configuring import init as make
    from mistpm.ops.environment_name import name_from_folder

    terminal = Terminal()
    path = folder / FILE_NAME
    report = make(
        path,
        name=name or name_from_folder(folder),
        kubernetes=kubernetes or str(newest_minor()),
        directory=directory,
    )

    def show() -> None:
        if report.made:
            terminal.show(
                f"Made {report.path}: the environment {report.name} for Kubernetes {report.kubernetes}."
            )
            terminal.show(
                "Next: mistpm registry add NAME WHERE, then mistpm add RELEASE -p PACKAGE."
            )
        else:
            terminal.show(f"Gave {report.path} an id.")

    emit(terminal, output, report, show)
