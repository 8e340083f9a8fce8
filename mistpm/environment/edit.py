"""Changing a YAML document in place: comments, order and spelling of the rest stay as they are."""

from __future__ import annotations

from io import StringIO
from typing import Any

from msgspec import Struct

_WIDTH = 4096
"""Long lines stay as the user wrote them."""


class Edit(Struct, frozen=True, kw_only=True):
    """Set what stands at `path` to `value` (plain data), or take it away when `value` is None.

    Mappings on the way are made when missing, and taken away when a removal leaves them empty.
    With `rename` the last key gets this new name and keeps its place and value.
    """

    path: tuple[str, ...]
    value: Any = None
    rename: str = ""


def apply_edits(text: str, edits: tuple[Edit, ...]) -> str:
    """Give `text`, a YAML mapping that is known to be valid, with `edits` made one after the other."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    document = yaml.load(text) or yaml.map()
    for edit in edits:
        if edit.rename:
            _rename(document, edit.path, edit.rename)
        elif edit.value is None:
            _remove(document, edit.path)
        else:
            _set(document, edit.path, edit.value)
    out = StringIO()
    yaml.dump(document, out)
    return out.getvalue()


def _set(document: Any, path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        if document.get(key) is None:
            document[key] = {}
        document = document[key]
    document[path[-1]] = value


def _remove(document: Any, path: tuple[str, ...]) -> None:
    parents = [document]
    for key in path[:-1]:
        inner = parents[-1].get(key)
        if inner is None:
            return
        parents.append(inner)
    parents[-1].pop(path[-1], None)
    for parent, key in zip(reversed(parents[:-1]), reversed(path[:-1]), strict=True):
        if not parent[key]:
            del parent[key]


def _rename(document: Any, path: tuple[str, ...], name: str) -> None:
    for key in path[:-1]:
        document = document[key]
    position = list(document).index(path[-1])
    document.insert(position, name, document.pop(path[-1]))
