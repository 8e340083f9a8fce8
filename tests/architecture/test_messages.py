"""Every error and finding has a reference that stands in specs/messages.md, and the page has no others."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "specs" / "messages.md"
KEBAB = re.compile(r"[a-z]+(-[a-z0-9]+)*")


def references() -> set[str]:
    """Give all references in the code: the first argument of an error, the `code` of a finding."""
    return {
        text
        for path in (ROOT / "mistpm").rglob("*.py")
        for text in _in_file(ast.parse(path.read_text(encoding="utf-8")))
        if KEBAB.fullmatch(text)
    }


def _in_file(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = (
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        )
        if name.endswith("Error") and node.args:
            yield from _text(node.args[0])
        for keyword in node.keywords:
            if keyword.arg in {"reference", "code"}:
                yield from _text(keyword.value)


def _text(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def told() -> set[str]:
    """Give the references that the page explains: the first cell of each row of its tables."""
    return set(re.findall(r"^\| `([a-z0-9-]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_reference_is_explained() -> None:
    """A message can be looked up by what stands in brackets behind it."""
    assert references() - told() == set()


def test_the_page_explains_nothing_that_is_gone() -> None:
    """A reference that no code uses any more leaves the page."""
    assert told() - references() == set()
