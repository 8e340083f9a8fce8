"""`mistpm inspect`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.options import EnvironmentOption, LimitsOption, OfflineOption, Output, OutputOption
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal, bold, dim, one_line, printable
from mistpm.cli.text.computed import computed_lines
from mistpm.errors import UsageError
from mistpm.ops.options import Options

REFUSED = 1
"""The exit code under `--exit-code`."""

app = command_app()


@app.command(epilog="Example: mistpm inspect ./redis-7.4.1.mist-pack.wasm")
def inspect(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="[module] FILE",
            help="The package's file. After `module` also REGISTRY/GROUP/NAME[:RANGE]: shows the code"
            " (its form, what it imports and exports) and everything for which mistpm would refuse it.",
        ),
    ],
    exit_code: Annotated[
        bool,
        typer.Option(
            "--exit-code",
            help=f"After `module`: exit with {REFUSED} when mistpm refuses the file: for CI.",
        ),
    ] = False,
    environment: EnvironmentOption = None,
    offline: OfflineOption = False,
    limits: LimitsOption = [],
    output: OutputOption = Output.TEXT,
) -> None:
    """Show what is inside a package's module: its descriptor, assets and sections."""
    match what:
        case ["module", text]:
            options = Options(environment=environment, offline=offline, limits=tuple(limits))
            _show_module(text, options, output, exit_code=exit_code)
        case [file] if exit_code:
            raise UsageError(
                "usage",
                "`--exit-code` tells whether mistpm refuses a module, which `mistpm inspect` does not look for",
                hint=f"`mistpm inspect module --exit-code {shlex.quote(file)}` does",
            )
        case [file]:
            _show_file(Path(file), tuple(limits), output)
        case [_, extra, *_]:
            raise UsageError(
                "usage",
                f"`mistpm inspect` takes no argument `{extra}`",
                hint="`mistpm inspect module FILE` looks at its code",
            )


def _show_module(text: str, options: Options, output: Output, *, exit_code: bool) -> None:
    from mistpm.cli.text.module import module_lines
    from mistpm.ops.packages.inspecting_module import inspect_module

    terminal = Terminal()
    report = inspect_module(options, text)

    def show() -> None:
        for line in module_lines(report):
            terminal.show(line)

    emit(terminal, output, report, show)
    if exit_code and report.refusals:
        raise typer.Exit(REFUSED)


def _show_file(file: Path, limits: tuple[str, ...], output: Output) -> None:
    from mistpm import document
    from mistpm.ops.packages.packing import inspect_file

    terminal = Terminal()
    report = inspect_file(file, limits=limits)

    def show() -> None:
        terminal.show(f"{bold(report.file)}  {report.size:,} bytes")
        terminal.show(f"  {report.digest}")
        if report.descriptor is not None:
            terminal.show(bold("Descriptor"))
            _indented(document.dump(document.to_builtins(report.descriptor)))
        elif report.form:
            named = f"named `{report.name}` after its file" if report.name else "without a name"
            terminal.show(bold(f"No descriptor: a {report.form}, {named}"))
        else:
            terminal.show(bold("No descriptor: a Mistletoe package, which says of itself"))
            _indented(document.dump(report.info))
        for line in computed_lines(report.computed):
            terminal.show(line)
        if report.assets:
            terminal.show(bold("Assets"))
            for path in report.assets:
                terminal.show(f"  {one_line(path)}")
        terminal.show(bold("Custom sections"))
        for section in report.sections:
            terminal.show(f"  {one_line(section.name)} {dim(f'{section.bytes:,} bytes')}")

    def _indented(text: str) -> None:
        for line in text.splitlines():
            terminal.show(f"  {printable(line)}")

    emit(terminal, output, report, show)
