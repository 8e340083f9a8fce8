"""What the schema of a custom resource allowed and a later one does not.

The schemas are structural ones, as CustomResourceDefinitions have them.  The comparison errs on one side only:
whatever was valid and is not any more is told, and a change that cannot be judged (a pattern, a rule) is told, too.
Source: "Specifying a structural schema" of Kubernetes' documentation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from mistpm.check.untyped import mapping, sequence

Schema = Mapping[str, Any]

ANYTHING: Final[Schema] = {"x-kubernetes-preserve-unknown-fields": True}
"""The schema that allows everything, and drops nothing."""

_EMBEDDED: Final = "x-kubernetes-embedded-resource"

NarrowingCode = Literal["required-field-added", "field-dropped", "schema-narrowed", "rule-added"]
"""`rule-added` is for what only an API server tries on objects: rules, formats, keys of lists."""


class Narrowing(Struct, frozen=True, order=True):
    """One place that allows less than it did: `path` is that in an object, `why` what is not allowed there."""

    path: str
    code: NarrowingCode
    why: str


def narrowings(before: Schema, after: Schema) -> tuple[Narrowing, ...]:
    """Find everything that the schema `before` allows and `after` does not, sorted.

    A field without which an object is not valid any more has none of its own where it has a default.
    """
    return tuple(sorted(set(_narrowings(as_object(before), as_object(after), ""))))


def as_object(schema: Schema) -> Schema:
    """Spell out what a schema of whole objects need not say: `apiVersion`, `kind` and `metadata` are always kept."""
    named = properties(schema)
    metadata = {**named.get("metadata", {"type": "object"}), **ANYTHING}
    return {**schema, "properties": {**_OF_EVERY_OBJECT, **named, "metadata": metadata}}


_OF_EVERY_OBJECT: Final = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}}


def properties(schema: Schema) -> Mapping[str, Schema]:
    """Give the schemas of the fields that a schema names; what is no schema allows anything."""
    found = mapping(schema.get("properties"))
    return {name: each if isinstance(each, Mapping) else ANYTHING for name, each in found.items()}


def others(schema: Schema) -> Schema | None:
    """Give the schema of the fields that a schema does not name, None where they are dropped."""
    additional = schema.get("additionalProperties")
    if isinstance(additional, Mapping):
        return additional
    return ANYTHING if additional is True or _is_open(schema) else None


def items(schema: Schema) -> Schema:
    """Give the schema of a list's items."""
    found = schema.get("items")
    return found if isinstance(found, Mapping) else ANYTHING


def texts(value: Any) -> list[str]:
    """Give the texts in a list; what is none has none."""
    return [each for each in sequence(value) if isinstance(each, str)]


def _narrowings(before: Schema, after: Schema, path: str) -> Iterator[Narrowing]:
    """Compare what two schemas say of one place, and of all that is in it."""
    if before == after:
        return
    before, after = _complete(before), _complete(after)
    if lost := _types(before) - _types(after):
        yield _narrowed(path, _lost_types(lost, after))
        if lost != {"null"}:  # all that is below is something else now
            return
    for why in _constraints(before, after):
        yield _narrowed(path, why)
    for why in _conditions(before, after):
        yield Narrowing(path=path or ".", code="rule-added", why=why)
    if "object" in _types(before):
        yield from _fields(before, after, path)
    if "array" in _types(before):
        yield from _narrowings(items(before), items(after), f"{path}[*]")


def _complete(schema: Schema) -> Schema:
    return as_object(schema) if schema.get(_EMBEDDED) else schema


def _narrowed(path: str, why: str) -> Narrowing:
    return Narrowing(path=path or ".", code="schema-narrowed", why=why)


_EVERY_TYPE: Final = frozenset(
    {"array", "boolean", "integer", "null", "number", "object", "string"}
)


def _types(schema: Schema) -> frozenset[str]:
    """Give the types that values may have; whole numbers are numbers, too."""
    if schema.get("x-kubernetes-int-or-string"):
        types = {"integer", "string"}
    elif schema.get("type") == "number":
        types = {"integer", "number"}
    elif schema.get("type"):
        types = {str(schema["type"])}
    else:
        return _EVERY_TYPE
    return frozenset(types | {"null"}) if schema.get("nullable") else frozenset(types)


def _lost_types(lost: frozenset[str], after: Schema) -> str:
    if lost == {"null"}:
        return "it may not be null any more"
    kept = " or ".join(f"`{each}`" for each in sorted(_types(after) - {"null"}))
    return f"its type is {kept} now"


def _fields(before: Schema, after: Schema, path: str) -> Iterator[Narrowing]:
    old, new = properties(before), properties(after)
    old_rest, new_rest = others(before), others(after)
    had = {name for name in texts(before.get("required")) if "default" not in old.get(name, {})}
    for name in sorted(set(texts(after.get("required"))) - had):
        if "default" not in new.get(name, ANYTHING):
            yield Narrowing(
                path=f"{path}.{name}", code="required-field-added", why="it is required now"
            )
    for name, schema in old.items():
        now = new.get(name, new_rest)
        if now is None:
            why = "the field is gone, and values in it get lost"
            yield Narrowing(path=f"{path}.{name}", code="field-dropped", why=why)
        else:
            yield from _narrowings(schema, now, f"{path}.{name}")
    if old_rest is None:
        return
    if new_rest is None:
        why = "fields that are not named get lost, which were kept"
        yield Narrowing(path=f"{path}.*", code="field-dropped", why=why)
    else:
        yield from _narrowings(old_rest, new_rest, f"{path}.*")
    for name, schema in new.items():
        if name not in old:
            yield from _narrowings(old_rest, schema, f"{path}.{name}")


def _constraints(before: Schema, after: Schema) -> Iterator[str]:
    """Say what is asked of a value itself that was not."""
    for judge in (_enum, _pattern, _bounds, _uniqueness, _embedding, _junctors):
        yield from judge(before, after)


def _conditions(before: Schema, after: Schema) -> Iterator[str]:
    """Say what else is asked, which takes an API server to be judged."""
    for judge in (_format, _keys, _rules):
        yield from judge(before, after)
    for keyword in sorted(set(after) - _JUDGED):
        if after[keyword] != before.get(keyword):
            yield f"`{keyword}` is {shown(after[keyword])} now"


def _enum(before: Schema, after: Schema) -> Iterator[str]:
    allowed = after.get("enum")
    if not isinstance(allowed, list):
        return
    had = before.get("enum")
    if not isinstance(had, list):
        yield f"only {_listed(allowed)} {'is' if len(allowed) == 1 else 'are'} allowed now"
    elif lost := [each for each in had if each not in allowed]:
        yield f"{_listed(lost)} {'is' if len(lost) == 1 else 'are'} not allowed any more"


def _pattern(before: Schema, after: Schema) -> Iterator[str]:
    pattern = after.get("pattern")
    if pattern is not None and pattern != before.get("pattern"):
        yield f"it has to match `{pattern}` now"


_LENIENT_FORMATS: Final = frozenset({"double", "float", "int32", "int64"})
"""Formats that an API server does not check."""


def _format(before: Schema, after: Schema) -> Iterator[str]:
    name = after.get("format")
    if name is not None and name != before.get("format") and name not in _LENIENT_FORMATS:
        yield f"its format is `{name}` now"


_LOWER: Final = {
    "minLength": "at least {} characters",
    "minItems": "at least {} items",
    "minProperties": "at least {} fields",
}
_UPPER: Final = {
    "maxLength": "at most {} characters",
    "maxItems": "at most {} items",
    "maxProperties": "at most {} fields",
}


_INFINITE: Final = float("inf")


def _bounds(before: Schema, after: Schema) -> Iterator[str]:
    least, had_least = (_number(each.get("minimum"), -_INFINITE) for each in (after, before))
    excludes, excluded = (bool(each.get("exclusiveMinimum")) for each in (after, before))
    if least > -_INFINITE and (least, excludes) > (had_least, excluded):
        yield f"it has to be {'more than' if excludes else 'at least'} {least} now"
    most, had_most = (_number(each.get("maximum"), _INFINITE) for each in (after, before))
    excludes, excluded = (bool(each.get("exclusiveMaximum")) for each in (after, before))
    if most < _INFINITE and (-most, excludes) > (-had_most, excluded):
        yield f"it has to be {'less than' if excludes else 'at most'} {most} now"
    for keyword, words in _LOWER.items():
        least = _number(after.get(keyword), 0)
        if least > _number(before.get(keyword), 0):
            yield f"it has to have {words.format(f'{least}')} now"
    for keyword, words in _UPPER.items():
        most = _number(after.get(keyword), _INFINITE)
        if most < _number(before.get(keyword), _INFINITE):
            yield f"it may have {words.format(f'{most}')} now"
    step = after.get("multipleOf")
    if step is not None and step != before.get("multipleOf"):
        yield f"it has to be a multiple of {step} now"


def _uniqueness(before: Schema, after: Schema) -> Iterator[str]:
    if after.get("uniqueItems") and not before.get("uniqueItems"):
        yield "its items have to differ now"


def _keys(before: Schema, after: Schema) -> Iterator[str]:
    sort, was = after.get("x-kubernetes-list-type"), before.get("x-kubernetes-list-type")
    keys = texts(after.get("x-kubernetes-list-map-keys"))
    if sort == "set" and was != "set":
        yield "its items have to differ now"
    if sort == "map" and (was != "map" or keys != texts(before.get("x-kubernetes-list-map-keys"))):
        named = " and ".join(f"`{key}`" for key in keys)
        yield f"its items have to differ in {named} now"


def _embedding(before: Schema, after: Schema) -> Iterator[str]:
    if after.get(_EMBEDDED) and not before.get(_EMBEDDED):
        yield "it has to be a whole Kubernetes object now"


def _rules(before: Schema, after: Schema) -> Iterator[str]:
    had = {_rule(each) for each in sequence(before.get("x-kubernetes-validations"))}
    for each in sequence(after.get("x-kubernetes-validations")):
        if _rule(each) not in had:
            message = mapping(each).get("message")
            yield f"a rule is new: `{_rule(each)}`" + (f" ({message})" if message else "")


def _rule(validation: Any) -> str:
    return " ".join(str(mapping(validation).get("rule")).split())


def _junctors(before: Schema, after: Schema) -> Iterator[str]:
    """Judge `allOf` and its like; those that only spell out `x-kubernetes-int-or-string` say nothing new."""
    for keyword in ("allOf", "anyOf", "oneOf", "not"):
        new, old = after.get(keyword), before.get(keyword)
        if new is None or new == old or new in _INT_OR_STRING:
            continue
        if keyword == "allOf" and all(each in sequence(old) for each in sequence(new)):
            continue
        if keyword == "anyOf" and old and all(each in sequence(new) for each in sequence(old)):
            continue
        yield f"what `{keyword}` asks of it is another thing now"


_INT_OR_STRING: Final = (
    [{"type": "integer"}, {"type": "string"}],
    [{"anyOf": [{"type": "integer"}, {"type": "string"}]}],
)
_JUDGED: Final = frozenset(
    {
        *_LOWER,
        *_UPPER,
        *("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf"),
        *("type", "nullable", "enum", "pattern", "format", "uniqueItems", "required"),
        *("properties", "additionalProperties", "items", "allOf", "anyOf", "oneOf", "not"),
        *("title", "description", "example", "externalDocs", "default"),
        _EMBEDDED,
        "x-kubernetes-int-or-string",
        "x-kubernetes-list-map-keys",
        "x-kubernetes-list-type",
        "x-kubernetes-map-type",
        "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-validations",
    }
)
"""Keywords that are compared by their meaning, or that forbid nothing."""


def _is_open(schema: Schema) -> bool:
    return bool(schema.get("x-kubernetes-preserve-unknown-fields"))


def shown(value: Any) -> str:
    """Give a value as it stands in messages."""
    return (
        f"`{msgspec.json.encode(value).decode()}`" if not isinstance(value, str) else f"`{value}`"
    )


def _listed(values: Iterable[Any]) -> str:
    named = [shown(each) for each in values]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"


def _number(value: Any, otherwise: float) -> float:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else otherwise
