"""`mistpm completion`."""

from __future__ import annotations

import enum
from typing import Annotated

import typer
from typer._completion_shared import get_completion_script

from mistpm.cli.command_app import command_app
from mistpm.cli.terminal import Terminal

app = command_app()


class Shell(enum.StrEnum):
    """Shells that can complete mistpm's words."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


@app.command(epilog='Example: eval "$(mistpm completion bash)"')
def completion(shell: Annotated[Shell, typer.Argument(help="The shell.")]) -> None:
    """Print the completion script for a shell: commands, packages, versions and releases."""
    script = get_completion_script(
        prog_name="mistpm", complete_var="_MISTPM_COMPLETE", shell=shell.value
    )
    Terminal().show(script)
