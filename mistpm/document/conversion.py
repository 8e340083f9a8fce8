"""From JSON-like data to the nouns of `mistpm.model`, and back."""

from __future__ import annotations

import json
from functools import cache
from threading import Lock
from typing import Any, TypeVar

import msgspec

from mistpm.document.positions import Positions
from mistpm.document.reader import load
from mistpm.document.refusal import refusal
from mistpm.document.scalar_types import decode
from mistpm.errors import DocumentError, Problem
from mistpm.model.text_types import TEXT_TYPES

T = TypeVar("T")


def read(text: str, type_: type[T], *, file: str, reference: str, by_hand: bool = False) -> T:
    """Read one YAML document into `type_`.

    In one that is written `by_hand` a key of a mapping or list that may be left out may also hold nothing.
    Raises `DocumentError` with all problems, each with its line and path: `invalid-yaml` where the
    text is no YAML (see `load`), `reference` where it does not fit the type.
    """
    data, lines = load(text, file=file), Positions(text)
    try:
        return convert(data, type_, file=file, reference=reference, lines=lines)
    except DocumentError:
        from mistpm.document.emptiness import without_empty

        written = without_empty(data, type_) if by_hand else data
        if written == data:
            raise
    return convert(written, type_, file=file, reference=reference, lines=lines)


def convert(
    data: Any, type_: type[T], *, file: str, reference: str, lines: Positions | None = None
) -> T:
    """Make a `type_` of JSON-like data.

    Raises `DocumentError` with `reference` and all problems; `lines` tells where they are.
    """
    _decoder(type_)
    try:
        return msgspec.convert(data, type_, dec_hook=decode)
    except msgspec.ValidationError as error:
        raise _refusal(data, type_, error, file=file, reference=reference, lines=lines) from None


def from_json(data: bytes, type_: type[T], *, file: str, reference: str) -> T:
    """Make a `type_` of JSON as `to_json` writes it; some 10 µs for a line of an index.

    Raises `DocumentError` with `reference`: for what is no JSON, else with all problems.
    """
    try:
        found: T = _decoder(type_).decode(data)
    except _UNREADABLE:
        return convert(_any_json(data, file, reference), type_, file=file, reference=reference)
    return found


def to_builtins(value: Any) -> Any:
    """Give JSON-like data: fields by their names in documents, those with default values left out."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, dict):
        return {str(key): to_builtins(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_builtins(item) for item in value]
    if isinstance(value, msgspec.Struct):
        found = {}
        for name, written, default in _fields(type(value)):
            item = getattr(value, name)
            if type(item) is not type(default) or item != default:
                found[written] = to_builtins(item)
        return found
    if type(value) in TEXT_TYPES:
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in a document")


def to_json(value: Any) -> bytes:
    """Give compact JSON in UTF-8 with sorted keys: equal values have equal bytes."""
    return json.dumps(
        to_builtins(value),
        ensure_ascii=False,
        allow_nan=False,
        sort_keys=True,
        separators=(",", ":"),
    ).encode()


_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}
_making = Lock()
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def _decoder(type_: type[T]) -> msgspec.json.Decoder[T]:
    """Give the decoder of a type, made when it is wanted first.

    They are made one at a time: msgspec 0.22 crashes where two threads look at a type for the first time.
    """
    if type_ not in _decoders:
        with _making:
            if type_ not in _decoders:
                _decoders[type_] = msgspec.json.Decoder(type_, dec_hook=decode)
    return _decoders[type_]


def _any_json(data: bytes, file: str, reference: str) -> Any:
    try:
        return msgspec.json.decode(data)
    except _UNREADABLE as error:
        problem = Problem(file=file, message=f"this is no JSON: {error}")
        raise DocumentError(reference, f"`{file}` cannot be read", (problem,)) from None


@cache
def _fields(type_: type[msgspec.Struct]) -> tuple[tuple[str, str, Any], ...]:
    """Give the name, the name in documents and the default of each field."""
    omits = type_.__struct_config__.omit_defaults
    found = []
    for field in msgspec.structs.fields(type_):
        default = field.default
        if field.default_factory is not msgspec.NODEFAULT:
            default = field.default_factory()
        found.append((field.name, field.encode_name, default if omits else msgspec.NODEFAULT))
    return tuple(found)


def _refusal(
    data: Any,
    type_: type,
    error: msgspec.ValidationError,
    *,
    file: str,
    reference: str,
    lines: Positions | None,
) -> DocumentError:
    from mistpm.document.problems import find_problems

    problems = find_problems(data, type_, file=file, lines=lines)
    if not problems:
        problems = (Problem(file=file, message=str(error)),)
    return refusal(reference, file, problems)
