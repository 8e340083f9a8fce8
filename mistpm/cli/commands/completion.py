"""`mistpm completion`."""

from __future__ import annotations

import enum
from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.completion.scripts import SCRIPTS
from mistpm.cli.terminal import Terminal

app = command_app()


class Shell(enum.StrEnum):
    """Shells that can complete mistpm's words."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


@app.command(epilog='Example: eval "$(mistpm completion bash)"')
def completion(
    shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")],
) -> None:
    """Print the completion script for a shell: commands, packages, versions and releases.

    Put `eval "$(mistpm completion bash)"` into ~/.bashrc, the same with zsh into ~/.zshrc after
    compinit; for fish `mistpm completion fish | source` into ~/.config/fish/config.fish.
    """
    Terminal().show(SCRIPTS[shell].strip())
