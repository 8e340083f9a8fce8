"""Values of custom resources as CEL sees them: by what the schema says they are, not by how they look.

Source: "Validation rules" of Kubernetes' documentation, its table of types and its escapes of names.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any, Final

from mistpm.check.structural import EMBEDDED, INT_OR_STRING

_RESERVED: Final = {
    "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function",
    "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while",
}  # fmt: skip
_ESCAPES: Final = {"__": "__underscores__", ".": "__dot__", "-": "__dash__", "/": "__slash__"}
_ESCAPED: Final = re.compile("__|[./-]")
_OBJECT: Final = {
    "apiVersion": {"type": "string"},
    "kind": {"type": "string"},
    "metadata": {
        "type": "object",
        "properties": {"name": {"type": "string"}, "generateName": {"type": "string"}},
    },
}


def to_cel(schema: Any, value: Any, *, is_object: bool = False) -> Any:
    """Give a valid value in CEL's types; raises `ValueError` where a text is no date or duration.

    `is_object` says that it is a whole object, whose name may be read though no schema says so.
    """
    from celpy import celtypes
    from celpy.adapter import json_to_cel

    if value is None or not isinstance(schema, Mapping) or schema.get(INT_OR_STRING):
        return json_to_cel(value)
    if isinstance(value, dict):
        return celtypes.MapType(_fields(schema, value, is_object=is_object))
    if isinstance(value, list):
        return celtypes.ListType([to_cel(schema.get("items"), item) for item in value])
    if isinstance(value, str):
        return _text(value, schema.get("format"))
    if schema.get("type") == "number" and not isinstance(value, bool):
        return celtypes.DoubleType(value)
    return json_to_cel(value)


def _fields(schema: Mapping[str, Any], value: dict[str, Any], *, is_object: bool) -> dict[Any, Any]:
    from celpy.celtypes import StringType

    given = schema.get("properties")
    properties: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    if is_object or schema.get(EMBEDDED):
        properties = {**properties, **_OBJECT}
    found = {}
    for key, item in value.items():
        if key in properties:
            found[StringType(escaped(key))] = to_cel(properties[key], item)
        elif "additionalProperties" in schema:
            found[StringType(key)] = to_cel(schema["additionalProperties"], item)
    return found


def _text(value: str, form: object) -> Any:
    from celpy import celtypes

    if form in {"date", "date-time"}:
        return celtypes.TimestampType(value)
    if form == "duration":
        return celtypes.DurationType(value)
    if form == "byte":
        return celtypes.BytesType(base64.b64decode(value))
    return celtypes.StringType(value)


def escaped(name: str) -> str:
    """Write a field's name as rules do: `__namespace__`, `x__dash__prop`."""
    if name in _RESERVED:
        return f"__{name}__"
    return _ESCAPED.sub(lambda match: _ESCAPES[match[0]], name)
