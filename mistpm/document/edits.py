"""Changes to a document, made in its data and in its text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from msgspec import Struct

from mistpm.document.conversion import to_json
from mistpm.document.reader import load
from mistpm.document.splicing import NotEditableError, Splicing
from mistpm.errors import DocumentError

Path: TypeAlias = tuple[str, ...]
"""The keys that lead to a value."""


class Put(Struct, frozen=True, kw_only=True):
    """Let `value` (plain data) stand at `path`; mappings on the way are made when they are missing."""

    path: Path
    value: Any


class Remove(Struct, frozen=True, kw_only=True):
    """Take away what stands at `path`, if anything, and the mappings that this leaves empty."""

    path: Path


class Rename(Struct, frozen=True, kw_only=True):
    """Give the key at the end of `path` the new name `name`; its place and value stay."""

    path: Path
    name: str


Edit: TypeAlias = Put | Remove | Rename


def apply_edits(text: str, edits: Iterable[Edit], *, file: str) -> str:
    """Give a YAML text, which holds a mapping or nothing, with edits made one after the other.

    Everything else in the text stays as it is to the byte, comments and spelling included; a mapping
    that is put upon another one only touches where they differ.  `file` is what messages call the text.
    Raises `DocumentError`: `invalid-yaml`, or `not-editable` where an edit cannot be made without
    changing something else (an anchor that is used elsewhere, keys in a form that nobody writes).
    """
    data = load(text, file=file) or {}
    for edit in edits:
        for part in tuple(_parts(edit, data)):
            try:
                text = _spliced(text, part)
            except NotEditableError as error:
                raise _not_editable(file) from error
            _change(data, part)
            _check(text, data, file)
    return text


def _spliced(text: str, edit: Edit) -> str:
    splicing = Splicing(text)
    if isinstance(edit, Put):
        return splicing.put(edit.path, edit.value)
    if isinstance(edit, Remove):
        return splicing.remove(edit.path)
    return splicing.rename(edit.path, edit.name)


def _parts(edit: Edit, data: dict[str, Any]) -> Iterator[Edit]:
    """Take an edit apart into the smallest that come to the same; none for what is so already."""
    there = _find(data, edit.path)
    if not isinstance(edit, Put):
        if there is not _NOTHING:
            yield edit
    elif there is _NOTHING:
        yield edit
    else:
        yield from _differences(edit.path, there, edit.value)


def _differences(path: Path, before: Any, after: Any) -> Iterator[Edit]:
    if not (before and after and isinstance(before, dict) and isinstance(after, dict)):
        if to_json(before) != to_json(after):
            yield Put(path=path, value=after)
        return
    for key, value in after.items():
        if key in before:
            yield from _differences((*path, key), before[key], value)
        else:
            yield Put(path=(*path, key), value=value)
    for key in before.keys() - after.keys():
        yield Remove(path=(*path, key))


_NOTHING = object()


def _find(data: Any, path: Path) -> Any:
    for key in path:
        if not isinstance(data, dict) or key not in data:
            return _NOTHING
        data = data[key]
    return data


def _change(data: dict[str, Any], edit: Edit) -> None:
    """Make an edit in plain data."""
    *way, last = edit.path
    if isinstance(edit, Put):
        for key in way:
            if not isinstance(data.get(key), dict):
                data[key] = {}
            data = data[key]
        data[last] = edit.value
    elif isinstance(edit, Remove):
        holders = [data]
        for key in way:
            holders.append(holders[-1][key])
        for holder, key in zip(reversed(holders), reversed(edit.path), strict=True):
            del holder[key]
            if holder:
                break
    else:
        for key in way:
            data = data[key]
        entries = [(edit.name if key == last else key, value) for key, value in data.items()]
        data.clear()
        data.update(entries)


def _check(text: str, data: dict[str, Any], file: str) -> None:
    """Raise `DocumentError` where a text does not say what its edits should have come to."""
    try:
        found = load(text, file=file) or {}
    except DocumentError as error:
        raise _not_editable(file) from error
    if to_json(found) != to_json(data):
        raise _not_editable(file)


def _not_editable(file: str) -> DocumentError:
    return DocumentError(
        "not-editable",
        f"`{file}` cannot be edited by mistpm without changing more in it than it should",
        note="it is YAML of an unusual form, such as an anchor or a key that begins with `?`",
        hint="make the change by hand, or write that place plainly",
    )
