"""Writing Markdown in which nothing that others say means anything: no markup, no links, nobody called.

For what GitHub and GitLab make of CommonMark with tables (https://github.github.com/gfm/).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from mistpm.cli.terminal import printable

_MARKUP = re.compile(r"[\\`*_{}\[\]<>#!|~&$]")
_CODE = re.compile(r"`([^`\n]+)`")
_BEGINNING = re.compile(r"\A([0-9]*)([-+=.)])(?=\s|\2|\Z)")
"""How an item of a list, or the line under a heading, begins."""

_TICKS = re.compile("`+")


def code(text: str, *, in_table: bool = False) -> str:
    """Give a text as code within a line; fenced by more backticks than it has in a row."""
    text = printable(text).replace("\n", " ")
    if not text.strip():
        return ""
    fence = "`" * (max(map(len, _TICKS.findall(text)), default=0) + 1)
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    written = f"{fence}{pad}{text}{pad}{fence}"
    return written.replace("|", "\\|") if in_table else written


def prose(text: str, *, in_table: bool = False) -> str:
    """Give a sentence in a line: what stands in backticks as code, everything else as it is read.

    A mention (`@somebody`) and an address would be made a link wherever they stand: both are broken up.
    """
    text = printable(text).replace("\n", " ").strip()
    parts = _CODE.split(text)
    told = "".join(
        code(part, in_table=in_table) if at % 2 else _escaped(part) for at, part in enumerate(parts)
    )
    return _BEGINNING.sub(r"\1\\\2", told)


def _escaped(text: str) -> str:
    text = _MARKUP.sub(lambda found: f"\\{found[0]}", text)
    return text.replace("@", "@<!-- -->").replace("://", "\\://").replace("www.", "www\\.")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Give the lines of a table; its cells are Markdown already, and written for tables."""
    lines = [header, ["---"] * len(header), *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]


def block(text: str, language: str) -> list[str]:
    """Give the lines of a block of code, fenced by more backticks than any of its lines has."""
    fence = "`" * max(3, max(map(len, _TICKS.findall(text)), default=0) + 1)
    shown = (printable(line) for line in text.removesuffix("\n").split("\n"))
    return [f"{fence}{language}", *shown, fence]


def folded(summary: str, lines: Iterable[str]) -> list[str]:
    """Give lines that are shown when somebody opens them; `summary` is a text, not Markdown."""
    told = escape(printable(summary).replace("\n", " "))
    return ["<details>", f"<summary>{told}</summary>", "", *lines, "", "</details>"]


def alert(kind: str, lines: Iterable[str]) -> list[str]:
    """Give an alert (`CAUTION`, `WARNING`, `IMPORTANT`); where these are not known it is a quotation."""
    return [f"> [!{kind}]", *(f"> {line}".rstrip() for line in lines)]
