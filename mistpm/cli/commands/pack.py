"""`mistpm pack`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.options import Output, OutputOption
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
    output: OutputOption = Output.TEXT,
) -> None:
    """Make a package from package.yaml: descriptor and assets go into the module, reproducibly.

    What it renders with its defaults is checked for every Kubernetes version that it supports.
    """
    from mistpm.cli.pack_check import pack_data, show_pack_check
    from mistpm.ops.packages.packing import pack_package

    terminal = Terminal()
    report = pack_package(source, to, checks=not no_check)

    def show() -> None:
        terminal.show(f"Packed {report.package} {report.version} into {report.file}")
        terminal.show(f"  {report.digest}, {report.size:,} bytes")
        for line in computed_lines(report.computed):
            terminal.show(f"  {line}")
        if report.check is not None:
            show_pack_check(terminal, report.check)

    emit(terminal, output, pack_data(report), show)
