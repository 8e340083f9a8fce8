"""Every problem of a document at once, where msgspec names the first.

The walk follows the same types as msgspec and asks msgspec about each single value, so that both
accept the same documents (`tests/document/test_problems.py` holds them to it).
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from mistpm.document.positions import Place, Positions, shown_place
from mistpm.document.scalar_types import decode
from mistpm.errors import Problem
from mistpm.model.text_types import TEXT_TYPES

_BROKEN: Any = object()


def find_problems(
    data: Any, type_: Any, *, file: str, lines: Positions | None
) -> tuple[Problem, ...]:
    """Give what keeps the data from being a `type_`, in the order of the lines."""
    walk = _Walk(file, lines)
    walk.value(data, type_, ())
    return tuple(sorted(walk.problems))


class _Walk:
    """One pass over a document, side by side with its type."""

    def __init__(self, file: str, lines: Positions | None) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._lines = lines

    def value(self, value: Any, type_: Any, place: Place) -> Any:
        """Give the value converted, or `_BROKEN` after recording what is wrong with it."""
        plain = get_args(type_)[0] if get_origin(type_) is Annotated else type_
        origin = get_origin(plain)
        if origin in {Union, UnionType}:
            choices = [choice for choice in get_args(plain) if choice is not NoneType]
            if len(choices) == 1 and value is not None:
                return self.value(value, choices[0], place)
        elif origin is dict and isinstance(value, dict):
            return self._mapping(value, get_args(plain), place)
        elif origin is tuple and get_args(plain)[-1:] == (...,) and isinstance(value, list | tuple):
            items = [self.value(v, get_args(plain)[0], (*place, i)) for i, v in enumerate(value)]
            return _BROKEN if any(item is _BROKEN for item in items) else tuple(items)
        elif _is_struct(plain) and isinstance(value, dict):
            return self._struct(value, plain, place)
        try:
            return msgspec.convert(value, type_, dec_hook=decode)
        except msgspec.ValidationError:
            self._note(place, *self._explanation(value, type_, place))
            return _BROKEN

    def _mapping(self, value: dict[str, Any], types: tuple[Any, ...], place: Place) -> Any:
        found = {}
        whole = True
        for key, item in value.items():
            wanted = self.value(key, types[0], (*place, key))
            made = self.value(item, types[1], (*place, key))
            if wanted is _BROKEN or made is _BROKEN:
                whole = False
            else:
                found[wanted] = made
        return found if whole else _BROKEN

    def _struct(self, value: dict[str, Any], type_: type[msgspec.Struct], place: Place) -> Any:
        fields = {field.encode_name: field for field in msgspec.structs.fields(type_)}
        before = len(self.problems)
        for key in value:
            if key not in fields and type_.__struct_config__.forbid_unknown_fields:
                self._note(
                    (*place, key),
                    f"`{key}` is not known here",
                    _did_you_mean(key, fields) or f"known: {_listed(sorted(fields))}",
                )
        found = {}
        for name, field in fields.items():
            if name in value:
                found[field.name] = self.value(value[name], field.type, (*place, name))
            elif field.required:
                self._note(place, f"`{name}` is missing")
        if len(self.problems) > before:
            return _BROKEN
        try:
            return type_(**found)
        except ValueError as error:  # from `__post_init__`, which may name several
            for message in error.args:
                self._note(place, message)
            return _BROKEN

    def _note(self, place: Place, message: str, hint: str = "") -> None:
        line = self._lines.line(place) if self._lines else 0
        self.problems.append(
            Problem(file=self._file, line=line, path=shown_place(place), message=message, hint=hint)
        )

    def _explanation(self, value: Any, type_: Any, place: Place) -> tuple[str, str]:
        """Say what is wrong with a single value, as message and hint."""
        choices = get_args(type_) if get_origin(type_) in {Union, UnionType} else (type_,)
        choices = tuple(choice for choice in choices if choice is not NoneType)
        words = [w for c in choices if get_origin(c) is Literal for w in get_args(c) if w != ""]
        texts = [choice for choice in choices if _is_text(choice)]
        if value is None:
            return f"nothing is written here; expected {_expected(choices)}", ""
        if isinstance(value, str):
            if texts:
                return _misfit(value, texts[0]), ""
            if words:
                meant = _did_you_mean(value, words)
                return f"`{value}` is not one of {_listed(words)}", meant
        elif texts and isinstance(value, bool | int | float):
            spelling = self._lines.spelling(place) if self._lines else None
            spelling = spelling or json.dumps(value)
            kind = "a boolean" if isinstance(value, bool) else "a number"
            return f'{spelling} is {kind}; write it in quotes: "{spelling}"', ""
        return f"expected {_expected(choices)}, found {_found(value)}", ""


def _printable(text: str) -> str:
    """Escape what would garble a terminal."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)


def _is_struct(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, msgspec.Struct)


def _is_text(type_: Any) -> bool:
    plain = get_args(type_)[0] if get_origin(type_) is Annotated else type_
    return plain is str or plain in TEXT_TYPES


def _misfit(value: str, type_: Any) -> str:
    """Say why a text is not one of this type."""
    if type_ in TEXT_TYPES:
        try:
            TEXT_TYPES[type_].parse(value)
        except ValueError as error:
            return str(error).rstrip(".")
    metas = get_args(type_)[1:] if get_origin(type_) is Annotated else ()
    for meta in metas:
        if isinstance(meta, msgspec.Meta):
            if meta.max_length is not None and len(value) > meta.max_length:
                return f"`{value[:20]}…` is longer than {meta.max_length} characters"
            if meta.pattern and not re.search(meta.pattern, value):
                return f"`{value}` does not fit; write {meta.description}"
    return f"`{value}` does not fit"


def _expected(choices: Iterable[Any]) -> str:
    """Name what would be right."""
    names: list[str] = []
    for choice in choices:
        plain = get_args(choice)[0] if get_origin(choice) is Annotated else choice
        origin = get_origin(plain) or plain
        if origin is Literal:
            names += [f"`{word}`" for word in get_args(plain) if word != ""]
        else:
            names.append(
                TEXT_TYPES[origin].expected
                if origin in TEXT_TYPES
                else _KINDS.get(origin, "a mapping")
            )
    return " or ".join(names)


_KINDS: dict[Any, str] = {
    str: "a text",
    bool: "`true` or `false`",
    int: "a whole number",
    float: "a number",
    tuple: "a list",
    list: "a list",
}


def _found(value: Any) -> str:
    """Name what is there."""
    if isinstance(value, bool):
        return f"`{json.dumps(value)}`"
    if isinstance(value, int | float):
        return f"the number {value}"
    return "a mapping" if isinstance(value, dict) else _KINDS[type(value)]


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, sorted(known), n=1)
    return f"did you mean `{close[0]}`?" if close else ""


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
