"""Keys under which nothing is written: `releases:` and then only a comment, or nothing at all."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec


def without_empty(data: Any, type_: Any) -> Any:
    """Give JSON-like data without the keys that hold nothing where a mapping or list may be left out.

    Only what `type_` describes is looked at: an input that is null stays null.
    """
    plain = _plain(type_)
    if isinstance(data, dict) and _is_struct(plain):
        fields = {field.encode_name: field for field in msgspec.structs.fields(plain)}
        return {
            key: without_empty(value, fields[key].type) if key in fields else value
            for key, value in data.items()
            if value is not None or key not in fields or not _may_be_empty(fields[key])
        }
    arguments = get_args(plain)
    if isinstance(data, dict) and get_origin(plain) is dict:
        return {key: without_empty(value, arguments[1]) for key, value in data.items()}
    if isinstance(data, list) and get_origin(plain) is tuple:
        return [without_empty(value, arguments[0]) for value in data]
    return data


def _may_be_empty(field: msgspec.structs.FieldInfo) -> bool:
    plain = _plain(field.type)
    return not field.required and (get_origin(plain) in {dict, tuple} or _is_struct(plain))


def _plain(type_: Any) -> Any:
    """Give a type without `Annotated` and `| None`."""
    if get_origin(type_) is Annotated:
        return _plain(get_args(type_)[0])
    if get_origin(type_) in {Union, UnionType}:
        choices = [choice for choice in get_args(type_) if choice is not NoneType]
        return _plain(choices[0]) if len(choices) == 1 else type_
    return type_


def _is_struct(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, msgspec.Struct)
