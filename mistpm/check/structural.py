"""Schemas of custom resources, as definitions (CRDs) have them, made strict JSON Schemas.

A definition's schema is OpenAPI with Kubernetes' own keywords; what is closed, kept and allowed follows
"Specifying a structural schema" and "Controlling pruning" of Kubernetes' documentation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, Final

from mistpm.check.limits import BYTES, DATE, DATE_TIME, with_limits
from mistpm.check.schemas import kind_schema, schema_minors
from mistpm.check.untyped import mapping
from mistpm.model.presence import Api

Schema = dict[str, Any]

INT_OR_STRING: Final = "x-kubernetes-int-or-string"
PRESERVE: Final = "x-kubernetes-preserve-unknown-fields"
EMBEDDED: Final = "x-kubernetes-embedded-resource"
LIST_TYPE: Final = "x-kubernetes-list-type"
LIST_KEYS: Final = "x-kubernetes-list-map-keys"
RULES: Final = "x-kubernetes-validations"

_METADATA: Final = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_JUNCTORS: Final = ("allOf", "anyOf", "oneOf")
_COPIED: Final = (
    "maxItems", "maxLength", "maxProperties", "minItems", "minLength", "minProperties", "multipleOf",
    "required", "uniqueItems",
)  # fmt: skip
_FORMATS: Final = ("ipv4", "ipv6")
"""Formats about which this and an API server agree in every detail; the others are not checked."""
_TIMES: Final = {"date": DATE, "date-time": DATE_TIME}
_CLASSES: Final = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "digit": "0-9",
    "lower": "a-z",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_KEPT_PATTERNS: Final = 4096
_SPELT_OUT: Final = (
    [{"type": "integer"}, {"type": "string"}],
    [{"type": "string"}, {"type": "integer"}],
)


def strict_schema(schema: Mapping[str, Any], *, closed: bool = True) -> Schema:
    """Make a JSON Schema for whole objects of a custom kind.

    `closed` says that fields which are not named are dropped, and so are mistakes.
    """
    root = _node({**schema, EMBEDDED: True}, closed=closed)
    return {**root, "$defs": _definitions()}


@cache
def _definitions() -> Schema:
    """Give the definitions that metadata needs: it is the same in all objects."""
    some = kind_schema(Api("", "v1", "ConfigMap"), schema_minors()[-1])
    definitions = with_limits(some.document)["$defs"] if some else {_METADATA: {}}
    return {name: each for name, each in definitions.items() if ".meta.v1." in name}


def _node(schema: Any, *, closed: bool) -> Schema:
    """Make what says of one value which fields it has, and what they are."""
    if not isinstance(schema, Mapping):
        return {}
    schema = given(schema)
    made = _values(schema, closed=closed)
    properties = schema.get("properties")
    if isinstance(properties, Mapping):
        made["properties"] = {key: _node(part, closed=closed) for key, part in properties.items()}
    if "items" in schema:
        made["items"] = _node(schema["items"], closed=closed)
    additional = schema.get("additionalProperties")
    if isinstance(additional, Mapping):
        made["additionalProperties"] = _node(additional, closed=closed)
    elif closed and schema.get("type") == "object" and not (additional or schema.get(PRESERVE)):
        made["additionalProperties"] = False
    if schema.get(EMBEDDED):
        _embed(made)
    return made


def given(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give what a schema says: a keyword that is null says nothing."""
    return {key: part for key, part in schema.items() if part is not None}


def _embed(made: Schema) -> None:
    """Add what every object of Kubernetes has."""
    properties = made.setdefault("properties", {})
    own = properties.get("metadata", {})
    named = {"properties": own["properties"]} if "properties" in own else {}
    metadata = {"$ref": f"#/$defs/{_METADATA}", "type": "object", **named}
    made["properties"] = {
        **properties,
        "apiVersion": {"type": "string", **properties.get("apiVersion", {})},
        "kind": {"type": "string", **properties.get("kind", {})},
        "metadata": metadata,
    }
    made["required"] = sorted({*made.get("required", ()), "apiVersion", "kind"})


def _values(schema: Mapping[str, Any], *, closed: bool) -> Schema:
    """Make what says of one value which it may be; nothing in `allOf` and its like closes anything."""
    made: Schema = {key: schema[key] for key in _COPIED if key in schema}
    made.update(_bounds(schema))
    made.update(_types(schema))
    if "enum" in schema:
        nothing = [None] if schema.get("nullable") and None not in schema["enum"] else []
        made["enum"] = [*schema["enum"], *nothing]
    if schema.get("format") in _FORMATS:
        made["format"] = schema["format"]
    pattern = schema.get("pattern")
    time = _TIMES.get(str(schema.get("format")))
    if isinstance(pattern, str) and (readable := readable_pattern(pattern)) is not None:
        made["pattern"] = readable
    elif time is not None:
        made["pattern"] = time
    elif schema.get("format") == "byte":
        made.update(BYTES)
    if closed and schema.get(LIST_TYPE) == "set":
        made["uniqueItems"] = True
    for key in _JUNCTORS:
        if key in schema and not (schema.get(INT_OR_STRING) and _says_int_or_string(schema[key])):
            made[key] = [_branch(part) for part in schema[key]]
    if "not" in schema:
        made["not"] = _branch(schema["not"])
    return made


def _branch(schema: Any) -> Schema:
    made = _node(schema, closed=False)
    if isinstance(schema, Mapping) and isinstance(schema.get("additionalProperties"), bool):
        made["additionalProperties"] = schema["additionalProperties"]
    return made


def _types(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    names = ["integer", "string"] if schema.get(INT_OR_STRING) else [schema.get("type")]
    if names != [None]:
        yield "type", [*names, "null"] if schema.get("nullable") else names


def _bounds(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Write bounds as JSON Schema has them: what is exclusive is a bound of its own."""
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if bound in schema:
            yield exclusive if schema.get(exclusive) is True else bound, schema[bound]


@lru_cache(_KEPT_PATTERNS)
def readable_pattern(pattern: str) -> str | None:
    """Give a pattern of Go as JSON Schema writes it; None where that cannot be had.

    Named classes (`[:alpha:]`) are the only thing that both read, each differently.
    """
    for name, characters in _CLASSES.items():
        pattern = pattern.replace(f"[:{name}:]", characters)
    from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError

    try:
        Draft202012Validator({"pattern": pattern}, pattern_options=RegexOptions())
    except (ValidationError, ValueError):
        return None
    return None if "[:" in pattern else pattern


def _says_int_or_string(parts: Any) -> bool:
    """Tell whether `anyOf` or `allOf` only spells out what `x-kubernetes-int-or-string` says."""
    if parts in _SPELT_OUT:
        return True
    return isinstance(parts, list) and all(
        isinstance(part, Mapping) and list(part) == ["anyOf"] and part["anyOf"] in _SPELT_OUT
        for part in parts
    )


def with_defaults(schema: Any, value: Any) -> Any:
    """Give a value with the defaults of its schema, as an API server stores it; the given one is kept.

    A null that may not be one gives way to a default.
    """
    if not isinstance(schema, Mapping):
        return value
    if isinstance(value, list):
        return [
            with_defaults(schema.get("items"), _filled(schema.get("items"), each)) for each in value
        ]
    if not isinstance(value, dict):
        return value
    properties = mapping(schema.get("properties"))
    additional = schema.get("additionalProperties")
    made = {
        key: with_defaults(part, _filled(part, each))
        for key, each in value.items()
        for part in (properties.get(key, additional),)
    }
    for key, part in properties.items():
        if key not in made and isinstance(part, Mapping) and part.get("default") is not None:
            made[key] = with_defaults(part, part["default"])
    return made


def _filled(schema: Any, value: Any) -> Any:
    if value is None and isinstance(schema, Mapping) and not schema.get("nullable"):
        return schema.get("default")
    return value
