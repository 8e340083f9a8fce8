"""The JSON Schemas in a descriptor, looked through when it is packed."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from typing import Any, Final

from mistpm.document import Place

_SINGLE: Final = (
    "additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then",
    "unevaluatedItems", "unevaluatedProperties",
)  # fmt: skip
_SEVERAL: Final = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED: Final = ("$defs", "dependentSchemas", "patternProperties", "properties")
_OTHERS: Final = (
    "$anchor", "$comment", "$dynamicAnchor", "$dynamicRef", "$id", "$ref", "$schema", "$vocabulary",
    "const", "contentEncoding", "contentMediaType", "contentSchema", "default", "dependentRequired",
    "deprecated", "description", "enum", "examples", "exclusiveMaximum", "exclusiveMinimum", "format",
    "maxContains", "maxItems", "maxLength", "maxProperties", "maximum", "minContains", "minItems",
    "minLength", "minProperties", "minimum", "multipleOf", "pattern", "readOnly", "required", "title",
    "type", "uniqueItems", "writeOnly",
)  # fmt: skip
_KEYWORDS: Final = (*_SINGLE, *_SEVERAL, *_NAMED, *_OTHERS)
_META: Final = {"$ref": "https://json-schema.org/draft/2020-12/schema"}
_CLOSE: Final = 0.8
"""How much a word must look like a keyword to be taken for a misspelt one."""

Mistake = tuple[Place, str, str]
"""Where, what, and what to do about it."""


def schema_mistakes(schema: dict[str, Any], place: Place) -> Iterator[Mistake]:
    """Give everything that keeps a schema from being one (JSON Schema 2020-12) for a package.

    Beyond the standard: references stay within the schema, a property that everybody sees is no
    secret, a default fits where it stands, and a word that looks like a keyword is one.
    """
    if not schema:
        return
    from jsonschema_rs import Draft202012Validator

    broken = False
    for error in Draft202012Validator(_META, validate_formats=True).iter_errors(schema):
        broken = True
        message = error.message
        if error.instance_path[-1:] == ["type"]:
            message = f"{json.dumps(error.instance)} is no type of JSON Schema"
        yield (*place, *error.instance_path), message, ""
    if broken:
        return
    for at, part in _parts(schema, place):
        yield from _misspelt(part, at)
        yield from _secret_mistakes(part, at)
        yield from _reference_mistakes(part, schema, at)
        yield from _default_mistakes(part, schema, at)


def _parts(schema: Any, place: Place) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Give every schema within a schema that is valid as such, itself first."""
    if not isinstance(schema, dict):
        return
    yield place, schema
    for key in _SINGLE:
        yield from _parts(schema.get(key), (*place, key))
    for key in _SEVERAL:
        for index, part in enumerate(schema.get(key, ())):
            yield from _parts(part, (*place, key, index))
    for key in _NAMED:
        for name, part in schema.get(key, {}).items():
            yield from _parts(part, (*place, key, name))


def _misspelt(schema: dict[str, Any], place: Place) -> Iterator[Mistake]:
    for key in schema:
        if key not in _KEYWORDS:
            close = difflib.get_close_matches(key, _KEYWORDS, n=1, cutoff=_CLOSE)
            if close:
                hint = f"did you mean `{close[0]}`?"
                yield (*place, key), f"`{key}` is no keyword of JSON Schema", hint


def _secret_mistakes(schema: dict[str, Any], place: Place) -> Iterator[Mistake]:
    if schema.get("writeOnly") is not True:
        return
    if schema.get("type", "string") != "string":
        yield (*place, "type"), "a secret (`writeOnly`) is a string", ""
    for key in ("const", "default", "enum", "examples"):
        if key in schema and not (key == "default" and _is_generated(schema[key])):
            hint = "write `{generate: 24}`" if key == "default" else ""
            message = f"a secret (`writeOnly`) has no `{key}`: everybody can read this"
            yield (*place, key), message, hint


def _is_generated(default: Any) -> bool:
    """Tell whether a default makes a value instead of telling one."""
    return isinstance(default, dict) and list(default) == ["generate"]


def _reference_mistakes(
    schema: dict[str, Any], root: dict[str, Any], place: Place
) -> Iterator[Mistake]:
    for key in ("$id", "$anchor", "$dynamicAnchor", "$dynamicRef"):
        if key in schema:
            yield (*place, key), f"`{key}` is not supported", "write references as `#/$defs/NAME`"
    reference = schema.get("$ref")
    if reference is not None and not _leads_somewhere(reference, root):
        message = f"`{reference}` is not inside the schema"
        yield (*place, "$ref"), message, "write references as `#/$defs/NAME`"


def _leads_somewhere(reference: str, root: Any) -> bool:
    if reference == "#":
        return True
    if not reference.startswith("#/"):
        return False
    for step in reference[2:].split("/"):
        key = step.replace("~1", "/").replace("~0", "~")
        if not isinstance(root, dict) or key not in root:
            return False
        root = root[key]
    return True


def _default_mistakes(
    schema: dict[str, Any], root: dict[str, Any], place: Place
) -> Iterator[Mistake]:
    if "default" not in schema or schema.get("writeOnly") is True:
        return
    from jsonschema_rs import Draft202012Validator, ReferencingError, ValidationError

    alone = {**schema, "$defs": {**root.get("$defs", {}), **schema.get("$defs", {})}}
    try:
        validator = Draft202012Validator(alone, validate_formats=True, offline=True)
    except (ReferencingError, ValidationError, ValueError):
        return  # a reference to elsewhere than `$defs`, or one that was told already
    for error in validator.iter_errors(schema["default"]):
        yield (
            (*place, "default", *error.instance_path),
            f"the default does not fit: {error.message}",
            "",
        )
