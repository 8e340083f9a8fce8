"""The other end of the completion scripts: what may stand in the place of the word being typed."""

from __future__ import annotations

from typing import Any

# the part of typer that knows which parameter a word belongs to has no public name
from typer._click.shell_completion import (
    CompletionItem,
    _resolve_context,
    _resolve_incomplete,
    split_arg_string,
)

from mistpm.cli.terminal import Terminal
from mistpm.errors import MistError


def show_offers(command: Any, arguments: list[str]) -> None:
    """Print one offer a line, with a tab and what it means; nothing where files may stand.

    The last of `arguments` is the line up to the cursor: a shell's own words are not used, because
    bash ends them at each `:` and `=`.
    """
    terminal = Terminal()
    for offer in offers(command, arguments[-1] if arguments else ""):
        terminal.show(f"{offer.value}\t{offer.help}" if offer.help else str(offer.value))


def offers(command: Any, line: str) -> list[CompletionItem]:
    """Give the offers for the last word of `line`; none for files and for what is not understood."""
    words = split_arg_string(line)
    last = words.pop() if words and not line[-1].isspace() else ""
    try:
        context = _resolve_context(command, {}, "mistpm", words[1:])
        asked, incomplete = _resolve_incomplete(context, words[1:], last)
        found = asked.shell_complete(context, incomplete)
    except MistError:
        return []
    return [item for item in found if item.type == "plain"]
