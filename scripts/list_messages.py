"""Writes the tables of specs/messages.md from the code: every reference, what is said, and what to do.

`--check` fails when the page is not what would be written.  What varies stands as `…`.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from mistpm import errors

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "specs" / "messages.md"
BEGIN = "<!-- below: written by scripts/list_messages.py -->\n"
NO_EXIT_CODE = "-"
KEBAB = re.compile(r"[a-z]+(-[a-z0-9]+)*")


class Message(Struct, frozen=True, order=True):
    """One place in the code that says something under a reference."""

    reference: str
    kind: str
    said: str
    hint: str


def messages() -> list[Message]:
    """Find every error and finding in the code, sorted."""
    found = {
        message
        for path in (ROOT / "mistpm").rglob("*.py")
        for message in _in_file(ast.parse(path.read_text(encoding="utf-8")))
    }
    return sorted(found)


def table() -> str:
    """Give the table: one row a reference, with the first thing that is said under it."""
    rows: dict[str, Message] = {}
    for message in messages():
        known = rows.get(message.reference)
        if known is None or (not known.said and message.said):
            rows[message.reference] = message
    lines = ["| Reference | Exit code | Says | What to do |", "|---|---|---|---|"]
    lines += [
        f"| `{row.reference}` | {exit_code(row.kind)} | {_cell(row.said)} | {_cell(row.hint)} |"
        for row in rows.values()
    ]
    return "\n".join(lines) + "\n"


def page() -> str:
    """Give the whole page: what people wrote, and the table."""
    written, _, _ = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    return written + BEGIN + "\n" + table()


def main() -> None:
    """Write the page, or check it."""
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page(), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page():
        sys.exit("specs/messages.md is not up to date: run `python -m scripts.list_messages`")


def _in_file(tree: ast.AST) -> Iterator[Message]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        kind = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        words = {keyword.arg: keyword.value for keyword in node.keywords}
        hint = _text(words.get("hint"))
        if kind.endswith("Error") and node.args:
            said = _text(node.args[1]) if len(node.args) > 1 else ""
            reference = _text(node.args[0])
        else:
            said = _text(words.get("message"))
            reference = _text(words.get("reference") or words.get("code"))
        if KEBAB.fullmatch(reference):
            yield Message(reference, kind, said, hint)


def _text(node: ast.AST | None) -> str:
    """Give what an expression says, `…` for what it works out."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(
            _text(part) if isinstance(part, ast.Constant) else "…" for part in node.values
        )
    return "" if node is None else "…"


def exit_code(kind: str) -> str:
    """Give the exit code of an error class by its name, a dash for a finding."""
    found = getattr(errors, kind, None)
    if isinstance(found, type) and issubclass(found, errors.MistError):
        return str(found.exit_code)
    return NO_EXIT_CODE


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ") if text != "…" else ""


if __name__ == "__main__":
    main()
