"""`mistpm inspect`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.computed_text import computed_lines
from mistpm.cli.options import Output, OutputOption
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal, bold, dim

app = command_app()


@app.command(epilog="Example: mistpm inspect ./redis-7.4.1.mist-pack.wasm")
def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The package's file.")],
    output: OutputOption = Output.TEXT,
) -> None:
    """Show what is inside a package's module: its descriptor, assets and sections."""
    from mistpm import document
    from mistpm.ops.packing import inspect_file

    terminal = Terminal()
    report = inspect_file(file)

    def show() -> None:
        terminal.show(f"{bold(report.file)}  {report.size:,} bytes")
        terminal.show(f"  {report.digest}")
        if report.descriptor is not None:
            terminal.show(bold("Descriptor"))
            _indented(document.dump(document.to_builtins(report.descriptor)))
        else:
            terminal.show(bold("No descriptor: a Mistletoe package, which says of itself"))
            _indented(document.dump(report.info))
        for line in computed_lines(report.computed):
            terminal.show(line)
        if report.assets:
            terminal.show(bold("Assets"))
            for path in report.assets:
                terminal.show(f"  {path}")
        terminal.show(bold("Custom sections"))
        for section in report.sections:
            terminal.show(f"  {section.name} {dim(f'{section.bytes:,} bytes')}")

    def _indented(text: str) -> None:
        for line in text.splitlines():
            terminal.show(f"  {line}")

    emit(terminal, output, report, show)
