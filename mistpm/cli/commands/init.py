"""`mistpm init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.completion.completing import complete_context
from mistpm.cli.options import AsOption, Output, OutputOption
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
        str,
        typer.Option(
            "--name", metavar="NAME", help="The environment's name. Default: the folder's."
        ),
    ] = "",
    kubernetes: Annotated[
        str,
        typer.Option(
            "--kubernetes",
            metavar="RANGE",
            help="Kubernetes versions that everything must support. Default: the cluster's own, else the newest known.",
        ),
    ] = "",
    directory: Annotated[
        str,
        typer.Option(
            "--directory",
            metavar="PATH",
            help="The directory that manifests are written to. Default: ./deploy, without --context.",
        ),
    ] = "",
    context: Annotated[
        str,
        typer.Option(
            "--context",
            metavar="NAME",
            help="The kubeconfig's context of the cluster that is applied to, instead of a directory.",
            autocompletion=complete_context,
        ),
    ] = "",
    user: AsOption = "",
    output: OutputOption = Output.TEXT,
) -> None:
    """Make an environment here.

    Writes mistpm.yaml with a new random id. A file that has no id gets one.
    """
    from mistpm.errors import UsageError
    from mistpm.ops.settings.configuring import NewEnvironment
    from mistpm.ops.settings.configuring import init as make
    from mistpm.ops.settings.environment_name import name_from_folder

    if directory and context:
        raise UsageError(
            "two-targets",
            f"`--directory {directory}` and `--context {context}` both say where",
            hint="give one of them; `targets:` in mistpm.yaml can name more",
        )
    terminal = Terminal()
    new = NewEnvironment(
        name=name or name_from_folder(folder),
        kubernetes=kubernetes,
        directory="" if context else directory or "./deploy",
        context=context,
        user=user,
    )
    report = make(folder / FILE_NAME, new)

    def show() -> None:
        if report.made:
            where = f", applied to the {report.target}" if context else ""
            terminal.show(
                f"Made {report.path}: the environment {report.name}"
                f" for Kubernetes {report.kubernetes}{where}."
            )
            terminal.show(
                "Next: mistpm registry add NAME WHERE, then mistpm add RELEASE -p PACKAGE."
            )
        else:
            terminal.show(f"Gave {report.path} an id.")

    emit(terminal, output, report, show)
