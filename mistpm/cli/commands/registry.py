"""`mistpm registry`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.completion.completing import complete_registry
from mistpm.cli.options import EnvironmentOption, Output, OutputOption
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal, count

app = command_app(
    no_args_is_help=True,
    help="Add, list, remove and index registries.",
    epilog="Example: mistpm registry add corp https://packages.example.org/",
)


@app.command(
    epilog="Example: mistpm registry add starter ./registries/starter",
    short_help="Add a registry to mistpm.yaml, or for yourself.",
)
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="How you call the registry.")],
    where: Annotated[
        str, typer.Argument(metavar="WHERE", help="A folder, a Git repository or a web address.")
    ],
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            metavar="KIND",
            help="directory, git or http, where the address does not tell.",
        ),
    ] = "",
    ref: Annotated[
        str,
        typer.Option("--ref", metavar="REF", help="A branch, tag or commit of a Git repository."),
    ] = "",
    path: Annotated[
        str, typer.Option("--path", metavar="PATH", help="A folder inside a Git repository.")
    ] = "",
    environment: EnvironmentOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Add a registry to mistpm.yaml, or to your own configuration where there is no such file."""
    from mistpm.ops.options import Options
    from mistpm.ops.settings.registries import NewRegistry, add_registry

    terminal = Terminal()
    given = NewRegistry(name=name, where=where, kind=kind, ref=ref, path=path)
    report = add_registry(Options(environment=environment), given)

    def show() -> None:
        known = f", it calls itself {report.own_name}" if report.own_name != report.name else ""
        terminal.show(
            f"Added {report.name} to {report.file}: {count(report.packages, 'package')}{known}."
        )

    emit(terminal, output, report, show)


@app.command(name="list", epilog="Example: mistpm registry list")
def list_registries(
    environment: EnvironmentOption = None, output: OutputOption = Output.TEXT
) -> None:
    """List the registries that are used here."""
    from mistpm.ops.options import Options
    from mistpm.ops.settings.registries import list_registries as tell

    terminal = Terminal()
    listed = tell(Options(environment=environment))

    def show() -> None:
        terminal.table(
            ("REGISTRY", "KIND", "WHERE"), [(each.name, each.kind, each.where) for each in listed]
        )
        if not listed:
            terminal.say("No registries. `mistpm registry add NAME WHERE` adds one.")

    emit(terminal, output, listed, show)


@app.command(
    epilog="Example: mistpm registry remove corp",
    short_help="Take a registry out of where it is written down.",
)
def remove(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="How you call the registry.",
            autocompletion=complete_registry,
        ),
    ],
    environment: EnvironmentOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Take a registry out of mistpm.yaml, or out of your own configuration."""
    from mistpm.ops.options import Options
    from mistpm.ops.settings.registries import remove_registry

    terminal = Terminal()
    report = remove_registry(Options(environment=environment), name)
    emit(
        terminal,
        output,
        report,
        lambda: terminal.show(f"Removed {report.name} from {report.file}."),
    )


@app.command(
    epilog="Example: mistpm registry index ./registries/starter --check",
    short_help="Write or check the index of a registry's folder.",
)
def index(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The registry's folder.")],
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail when the index is not right.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Accept that published versions changed or are gone.")
    ] = False,
    output: OutputOption = Output.TEXT,
) -> None:
    """Write the index of a registry's folder from its modules: the keeper's tool."""
    from mistpm.ops.keeping import index_registry

    terminal = Terminal()
    report = index_registry(folder, check=check, replace=replace)

    def show() -> None:
        packages = f"{count(report.versions, 'version')} of {count(report.packages, 'package')}"
        if report.written:
            terminal.show(f"Wrote {count(len(report.written), 'file')}; {packages}.")
        else:
            terminal.show(f"The index is right: {packages}.")

    emit(terminal, output, report, show)


@app.command(
    short_help="Mark a version that nobody should choose.",
    epilog='Example: mistpm registry yank ./mine data/redis:7.4.1 --reason "it leaks"',
)
def yank(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The registry's folder.")],
    version: Annotated[
        str, typer.Argument(metavar="GROUP/NAME:VERSION", help="What nobody should choose.")
    ],
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why; `mistpm info` shows it.")
    ] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take the mark away.")] = False,
    output: OutputOption = Output.TEXT,
) -> None:
    """Mark a version that nobody should choose any more; who has it in a lock keeps it."""
    from mistpm.ops.keeping import yank_version

    terminal = Terminal()
    report = yank_version(folder, version, reason=reason, undo=undo)
    what = "is yanked" if report.yanked else "may be chosen again"
    emit(terminal, output, report, lambda: terminal.show(f"{version} {what}."))
