"""Where in a text a place of a document stands; looked up only when there is a problem to tell."""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import TypeAlias

import yaml

Place: TypeAlias = tuple[str | int, ...]
"""A place in a document: the keys and positions that lead to it."""


def shown_place(place: Place) -> str:
    """Give a place as messages write it: `releases.shop.bind`, `provides.apis[0]`, `a."b.c"`."""
    text = ""
    for step in place:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += ("." if text else "") + (
                step if _PLAIN_STEP.fullmatch(step) else json.dumps(step)
            )
    return text


_MERGE = "<<"
_PLAIN_STEP = re.compile(r"[\w/@$+~^-]+")


class Positions:
    """Lines and spellings in a text that `load` has read without an error.

    Costs nothing until it is asked, then another pass over the text.  Where it is a part of a file,
    `before` is the number of lines before it; where it holds several documents, `document` counts them.
    """

    def __init__(self, text: str, *, before: int = 0) -> None:
        self._text = text
        self._before = before

    @cached_property
    def _roots(self) -> list[yaml.Node | None]:
        try:
            return list(yaml.compose_all(self._text, yaml.CSafeLoader))
        except yaml.YAMLError:  # JSON with tabs, or an anchor that is used twice
            return []

    def line(self, place: Place, *, document: int = 0) -> int:
        """Give the line of a key or list item; of what holds it, where it is not there; 0: no text."""
        node = self._root(document)
        if node is None:
            return 0
        line = node.start_mark.line + 1
        for step in place:
            found = _child(node, step)
            if found is None:
                break
            at, node = found
            line = at.start_mark.line + 1
        return self._before + line

    def spelling(self, place: Place) -> str | None:
        """Give a scalar as the text writes it, without quotes; None for anything else."""
        node = self._root(0)
        for step in place:
            found = _child(node, step)
            if found is None:
                return None
            node = found[1]
        return node.value if isinstance(node, yaml.ScalarNode) else None

    def _root(self, document: int) -> yaml.Node | None:
        return self._roots[document] if document < len(self._roots) else None


def _child(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """Give the node that tells a child's line, and the child."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return key, value
        for key, value in node.value:
            if key.value == _MERGE and (found := _merged_child(value, step)):
                return found
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item, item
    return None


def _merged_child(node: yaml.Node, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """Find a key in what a `<<` takes in: a mapping, or several."""
    sources = node.value if isinstance(node, yaml.SequenceNode) else [node]
    return next(filter(None, (_child(source, step) for source in sources)), None)
