"""The application: finds the command, runs it, and turns what went wrong into text and an exit code."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any

import typer
from typer import main as typer_main

from mistpm import __version__
from mistpm.cli import INTERRUPTED, INTERRUPTION
from mistpm.cli.command_app import Group, command_app
from mistpm.cli.commands import HIDDEN, MEANT, SECTIONS
from mistpm.cli.same_environment import working_on
from mistpm.cli.terminal import Terminal, drop_standard_output
from mistpm.cli.usage import is_help, unknown_command, usage_error
from mistpm.errors import MistError
from mistpm.makeshift import MAKESHIFT

HELP_INSTEAD = 64
BUG = 70
NOBODY_READS = 141
VERBOSE = {"-v", "-vv", "--verbose"}
OFFERS = "__complete"
"""What the completion scripts call; see `mistpm.cli.completion.offers`."""


class LazyGroup(Group):
    """Loads a command's module only when that command is used: `mistpm --help` loads none."""

    def list_commands(self, _ctx: Any) -> list[str]:
        """Give the commands in the order of the help."""
        return [name for section in SECTIONS.values() for name in section]

    def get_command(self, _ctx: Any, cmd_name: str) -> Any:
        """Load one command, None where there is no such command."""
        name = HIDDEN.get(cmd_name, cmd_name)
        if name not in self.list_commands(_ctx):
            return None
        return _command(name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command, and say which one was perhaps meant."""
        if meant := MEANT.get(" ".join(args[:2])) or MEANT.get(args[0]):
            raise unknown_command(args[0], f"mistpm {meant}")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Offer options, or the commands with their summaries; no command is loaded for that."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        from typer._click.shell_completion import CompletionItem

        return [
            CompletionItem(name, help=summary)
            for section in SECTIONS.values()
            for name, summary in section.items()
            if name.startswith(incomplete)
        ]

    def format_commands(self, _ctx: Any, formatter: Any) -> None:
        """Write the commands of each section with their summaries."""
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(list(commands.items()))


@cache
def _command(name: str) -> Any:
    """Load one command, once in a process: making it of its options takes longer than many a command does."""
    module = importlib.import_module(f"mistpm.cli.commands.{name.replace('-', '_')}")
    command = typer_main.get_command(module.app)
    command.name = name
    return command


@cache
def _mistpm() -> Any:
    """Give the command that all of them belong to."""
    return typer_main.get_command(app)


app = command_app(
    name="mistpm",
    cls=LazyGroup,
    help="A package manager for Kubernetes: solves, locks, renders, plans and applies.",
    epilog="Example: mistpm install shop -p starter/apps/gitea",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mistpm {__version__}")
        raise typer.Exit


@app.callback(no_args_is_help=True)
def _root(
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version and exit.",
            is_eager=True,
            callback=_show_version,
        ),
    ] = False,
) -> None:
    """Hold what is common to all commands; each of them does its work itself."""


def run(arguments: Sequence[str]) -> int:
    """Run mistpm with these arguments; gives the exit code and never raises."""
    terminal = Terminal(verbose=sum(each in VERBOSE for each in arguments))
    with working_on(arguments):
        try:
            return _run(arguments, terminal)
        finally:
            _leave_cache(terminal)


def _leave_cache(terminal: Terminal) -> None:
    """Tell of a cache that could not be written, once, and remove what stood in for it."""
    if MAKESHIFT.trouble:
        terminal.finding(
            "warning",
            f"nothing is kept in the cache, and the next run is slow: {MAKESHIFT.trouble}",
        )
        terminal.hint("`MISTPM_CACHE_DIR` names another folder")
    MAKESHIFT.discard()


def _run(arguments: Sequence[str], terminal: Terminal) -> int:
    try:
        _invoke(list(arguments))
    except typer.Exit as done:
        return done.exit_code
    except MistError as error:
        terminal.error(error)
        return error.exit_code
    except typer.TyperException as error:
        if is_help(error):
            terminal.say(error.format_message())
            return HELP_INSTEAD
        mistake = usage_error(error, arguments)
        terminal.error(mistake)
        return mistake.exit_code
    except typer.Abort:
        terminal.say("aborted: nothing was changed")
        return INTERRUPTED
    except KeyboardInterrupt:
        terminal.say(INTERRUPTION)
        return INTERRUPTED
    except BrokenPipeError:
        # the reader went away (`mistpm list | head -1`): not our mistake, and nobody reads a message
        drop_standard_output()
        return NOBODY_READS
    except Exception:  # noqa: BLE001 - the last place where a bug can be told from a mistake
        import traceback

        terminal.say(traceback.format_exc())
        terminal.say("error: this is a bug in mistpm, not a mistake of yours [bug]")
        terminal.say("hint: please report it with the lines above and what you typed")
        return BUG
    return 0


def _invoke(arguments: list[str]) -> None:
    if arguments[:1] == [OFFERS]:
        from mistpm.cli.completion.offers import show_offers

        show_offers(_mistpm(), arguments[1:])
        return
    if arguments[:1] == ["help"]:
        arguments = [*arguments[1:], "--help"]
    command = _mistpm()
    with command.make_context("mistpm", arguments) as context:
        command.invoke(context)
