"""The application: finds the command, runs it, and turns what went wrong into text and an exit code."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer import main as typer_main
from typer.core import TyperGroup

from mistpm import __version__
from mistpm.cli.command_app import command_app
from mistpm.cli.commands import HIDDEN, SECTIONS
from mistpm.cli.terminal import Terminal
from mistpm.errors import MistError

USAGE_ERROR = 64
BUG = 70
INTERRUPTED = 130


class LazyGroup(TyperGroup):
    """Loads a command's module only when that command is used: `mistpm --help` loads none."""

    def list_commands(self, _ctx: Any) -> list[str]:
        """Give the commands in the order of the help."""
        return [name for section in SECTIONS.values() for name in section]

    def get_command(self, _ctx: Any, cmd_name: str) -> Any:
        """Load one command, None where there is no such command."""
        name = HIDDEN.get(cmd_name, cmd_name)
        if name not in self.list_commands(_ctx):
            return None
        module = importlib.import_module(f"mistpm.cli.commands.{name}")
        command = typer_main.get_command(module.app)
        command.name = name
        return command

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command, and say which one was perhaps meant."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            import difflib

            close = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            raise MistUsage(args[0], close[0] if close else "")
        return super().resolve_command(ctx, args)

    def format_commands(self, _ctx: Any, formatter: Any) -> None:
        """Write the commands of each section with their summaries."""
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(list(commands.items()))


class MistUsage(Exception):  # noqa: N818 - not an error of the program, and never shown by name
    """The user wrote a command that does not exist."""

    def __init__(self, command: str, close: str) -> None:
        super().__init__(command)
        self.command = command
        self.close = close


app = command_app(
    name="mistpm",
    cls=LazyGroup,
    help="A package manager for Kubernetes: solves, locks, renders, plans and applies.",
    epilog="Example: mistpm install shop -p starter/apps/gitea --target directory:./deploy",
    no_args_is_help=True,
)


@app.callback()
def _root(
    show_version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)
    ] = False,
) -> None:
    if show_version:
        typer.echo(f"mistpm {__version__}")
        raise typer.Exit


def run(arguments: Sequence[str]) -> int:
    """Run mistpm with these arguments; gives the exit code and never raises."""
    terminal = Terminal()
    try:
        result = typer_main.get_command(app).main(
            args=list(arguments), prog_name="mistpm", standalone_mode=False
        )
    except MistError as error:
        terminal.error(error)
        return error.exit_code
    except MistUsage as error:
        terminal.say(f"error: there is no command `{error.command}` [unknown-command]")
        meant = f"did you mean `mistpm {error.close}`?" if error.close else "see `mistpm --help`"
        terminal.say(f"hint: {meant}")
        return USAGE_ERROR
    except typer.TyperException as error:
        return _usage_error(terminal, error)
    except typer.Abort:
        terminal.say("aborted: nothing was changed")
        return INTERRUPTED
    except KeyboardInterrupt:
        terminal.say("\ninterrupted: run the same command again to finish what was begun")
        return INTERRUPTED
    except BrokenPipeError:
        # the reader went away (`mistpm list | head -1`): not our mistake, and nobody reads a message
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:  # noqa: BLE001 - the last place where a bug can be told from a mistake
        import traceback

        terminal.say(traceback.format_exc())
        terminal.say("error: this is a bug in mistpm, not a mistake of yours [bug]")
        terminal.say("hint: please report it with the lines above and what you typed")
        return BUG
    return result if isinstance(result, int) else 0


def _usage_error(terminal: Terminal, error: typer.TyperException) -> int:
    context = getattr(error, "ctx", None)
    message = error.format_message()
    if not message.strip() or type(error).__name__ == "NoArgsIsHelpError":
        terminal.say(message)
        return USAGE_ERROR
    terminal.say(f"error: {message[0].lower()}{message[1:]} [usage]")
    where = context.command_path if context is not None else "mistpm"
    terminal.say(f"hint: see `{where} --help`")
    return USAGE_ERROR
