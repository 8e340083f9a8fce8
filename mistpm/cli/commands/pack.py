"""`mistpm pack`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.options import InputsOption, LimitsOption, Output, OutputOption, SetOption
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal
from mistpm.cli.text.computed import computed_lines

app = command_app()


@app.command(epilog="Example: mistpm pack ./my-package --to ./registry/apps/my-package/")
def pack(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="SOURCE",
            help="The folder with package.yaml, or that file.",
            show_default="here",
        ),
    ] = Path(),
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="PATH",
            help="A file or folder. Default: NAME-VERSION.mist-pack.wasm here.",
        ),
    ] = None,
    no_check: Annotated[
        bool,
        typer.Option("--no-check", help="Pack it without checking what it renders."),
    ] = False,
    settings: SetOption = [],
    inputs: InputsOption = None,
    registry: Annotated[
        str,
        typer.Option(
            "--registry",
            metavar="NAME",
            help="The registry that its dependencies come from. Default: the one in whose folder SOURCE or --to lies.",
        ),
    ] = "",
    limits: LimitsOption = [],
    output: OutputOption = Output.TEXT,
) -> None:
    """Make a package from package.yaml: descriptor and assets go into the module, reproducibly.

    What it renders is checked for every Kubernetes version that it supports: with the defaults of its
    inputs, or with those of -s and -f, which go nowhere else.
    """
    from mistpm.cli.pack_check import pack_data, show_pack_check
    from mistpm.errors import UsageError
    from mistpm.ops.packages.packing import pack_package
    from mistpm.ops.packages.packing_check import Trial
    from mistpm.ops.settings.given_inputs import read_given_inputs

    terminal = Terminal()
    if no_check and (settings or inputs or registry):
        raise UsageError(
            "nothing-checked",
            "inputs and a registry are for checking what it renders, and `--no-check` says not to",
            hint="leave out one or the other",
        )
    trial = Trial(inputs=read_given_inputs(inputs, settings).upon({}), registry=registry)
    report = pack_package(source, to, trial=None if no_check else trial, limits=tuple(limits))

    def show() -> None:
        terminal.show(f"Packed {report.package} {report.version} into {report.file}")
        terminal.show(f"  {report.digest}, {report.size:,} bytes")
        for line in computed_lines(report.computed):
            terminal.show(f"  {line}")
        if report.check is not None:
            show_pack_check(terminal, report.check)

    emit(terminal, output, pack_data(report), show)
