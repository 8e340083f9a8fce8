"""A kind's schema made ready for use, and what does not fit it, in words.

Places of errors are looked up in the schema by their keyword's path, which costs nothing until there is one.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from mistpm.check.field_path import show_end
from mistpm.check.limits import PATTERNS
from mistpm.check.misplaced import places
from mistpm.check.problem import Problem, one_of, shortened, show_value
from mistpm.model.data_path import DataPath

if TYPE_CHECKING:
    import jsonschema_rs

_TYPES: Final = {
    "string": "a text",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
}
_WANTED: Final = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} characters long",
    "maxLength": "at most {} characters long",
    "minItems": "a list of at least {} items",
    "maxItems": "a list of at most {} items",
    "minProperties": "a mapping of at least {} entries",
    "maxProperties": "a mapping of at most {} entries",
    "uniqueItems": "a list without duplicates",
}
_SOME: Final = {"minLength": "a text", "minItems": "a list", "minProperties": "a mapping"}
_NOT_EMPTY: Final = "that is not empty"
_CLOSE: Final = 0.7
_SURE: Final = 0.85
"""How much a name must look like a known one to be taken for it, where the same name is known elsewhere."""


class Shape:
    """What objects of one kind look like, by a JSON Schema (2020-12), which must be one.

    Making one costs up to 10 ms, a valid object 5 us, an invalid one 0.1 ms.
    """

    def __init__(self, document: dict[str, Any], *, kind: str) -> None:
        from jsonschema_rs import Draft202012Validator, RegexOptions

        self._document = document
        self._kind = kind
        self._validator = Draft202012Validator(
            document, offline=True, pattern_options=RegexOptions(), validate_formats=True
        )

    def problems(self, data: dict[str, Any]) -> tuple[Problem, ...]:
        """Give everything in which an object does not fit, in the order of paths; none when it fits."""
        try:
            if self._validator.is_valid(data):
                return ()
            errors = tuple(self._validator.iter_errors(data))
        except ValueError as error:  # a value that JSON has not, or too many levels
            message = f"the manifest cannot be read as JSON: {shortened(str(error), 120)}"
            return (Problem(code="invalid-value", path=(), message=message),)
        return tuple(dict.fromkeys(problem for error in errors for problem in self._told(error)))

    def _told(self, error: jsonschema_rs.ValidationError) -> Iterator[Problem]:
        """Say in our words what a validator's error says."""
        path: DataPath = tuple(error.instance_path)
        details = error.kind.as_dict()
        match error.kind.name:
            case "required":
                yield _missing((*path, details["property"]))
            case "additionalProperties":
                for key in details["unexpected"]:
                    yield self._unknown(path, key, error)
            case "type":
                yield self._wrong_type(path, error.instance, details["types"])
            case "enum":
                yield self._no_option(path, error.instance, details["options"])
            case "propertyNames":
                key = str(details["error"].instance)
                message = f"the key `{shortened(key)}` must be {_wanted(details['error'].kind)}"
                yield Problem(code="invalid-value", path=(*path, key), message=message)
            case "anyOf" | "oneOf" if details.get("context"):
                yield self._no_branch(path, error.instance, details["context"])
            case _:
                yield self._invalid(path, _wanted(error.kind), error.instance)

    def _wrong_type(self, path: DataPath, value: Any, types: list[str]) -> Problem:
        if value is None:
            return _missing(path)
        types = [name for name in _TYPES if name in types]
        wanted = one_of([_TYPES[name] for name in types] or ["null"])
        hint = ""
        if types == ["string"] and not isinstance(value, dict | list):
            hint = "put it in quotes"
        elif isinstance(value, str) and _reads_as(value, types):
            hint = "leave out the quotes"
        return self._problem("wrong-type", path, wanted, value, hint)

    def _no_option(self, path: DataPath, value: Any, options: list[Any]) -> Problem:
        close = _closest(value, _options(options)) if isinstance(value, str) else ""
        hint = f"did you mean `{close}`?" if close else ""
        return self._invalid(path, _one_of(options), value, hint)

    def _no_branch(
        self,
        path: DataPath,
        value: Any,
        branches: list[list[jsonschema_rs.ValidationError]],
    ) -> Problem:
        """Say why a value fits none, or more than one, of several schemas."""
        if not all(branches):
            return self._invalid(path, "what exactly one of its alternatives says", value)
        reasons = [next(self._told(errors[0])) for errors in branches]
        hint = "; or ".join(dict.fromkeys(reason.message for reason in reasons))
        return self._invalid(path, "what one of its alternatives says", value, hint)

    def _unknown(self, path: DataPath, key: str, error: jsonschema_rs.ValidationError) -> Problem:
        schema = _below(self._document, tuple(error.schema_path)[:-1])
        known = list(schema.get("properties", {}))
        close = _closest(key, known, cutoff=_SURE)
        place = None if close else self._places.get(key)
        if place is not None:
            hint = f"there is one in {f'`{place}`' if place else 'the object itself'}"
        else:
            close = close or _closest(key, known)
            hint = f"did you mean `{close}`?" if close else ""
        return Problem(
            code="invalid-field",
            path=(*path, key),
            message=f"`{show_end(path) if path else self._kind}` has no field `{shortened(key)}`",
            hint=hint,
        )

    @cached_property
    def _places(self) -> dict[str, str]:
        return places(self._document)

    def _invalid(self, path: DataPath, wanted: str, value: Any, hint: str = "") -> Problem:
        return self._problem("invalid-value", path, wanted, value, hint)

    def _problem(
        self, code: str, path: DataPath, wanted: str, value: Any, hint: str = ""
    ) -> Problem:
        field = f"`{show_end(path)}`" if path else f"a `{self._kind}`"
        is_told = wanted.endswith(_NOT_EMPTY) or self._is_secret(path)
        found = "" if is_told else f", not {show_value(value)}"
        return Problem(code=code, path=path, message=f"{field} must be {wanted}{found}", hint=hint)

    def _is_secret(self, path: DataPath) -> bool:
        """Tell whether a value is one that nobody should read in a message."""
        return self._kind == "Secret" and bool(path) and path[0] in {"data", "stringData"}


def _wanted(kind: jsonschema_rs.ValidationErrorKind) -> str:
    """Say what a value must be, by what an error is about."""
    details = kind.as_dict()
    limit = details.get("limit", details.get("multiple_of"))
    if kind.name == "pattern":
        pattern = details["pattern"]
        return PATTERNS.get(pattern, f"a text that matches `{pattern}`")
    if kind.name == "enum":
        return _one_of(details["options"])
    if kind.name == "format":
        return f"of the format `{details['format']}`"
    if limit == 1 and kind.name in _SOME:
        return f"{_SOME[kind.name]} {_NOT_EMPTY}"
    return _WANTED.get(kind.name, "what its schema says").format(limit)


def _one_of(options: list[Any]) -> str:
    return one_of([f"`{text}`" for text in _options(options)] or ["left out"])


def _options(options: list[Any]) -> list[str]:
    """Give what may be chosen; nothing, and an empty text, are no choice."""
    return [str(option) for option in options if option is not None and option != ""]


def _missing(path: DataPath) -> Problem:
    return Problem(code="missing-field", path=path, message=f"`{show_end(path)}` is missing")


def _below(document: Any, place: tuple[str | int, ...]) -> Mapping[str, Any]:
    """Give what stands at a place of a schema."""
    for step in place:
        document = document[step]
    return document if isinstance(document, Mapping) else {}


def _closest(text: str, known: list[str], *, cutoff: float = _CLOSE) -> str:
    """Give the name that looks most like a text, upper and lower case being alike; none where none does."""
    by_lower = {name.lower(): name for name in sorted(known)}
    close = difflib.get_close_matches(text.lower(), list(by_lower), n=1, cutoff=cutoff)
    return by_lower[close[0]] if close else ""


def _reads_as(text: str, types: list[str]) -> bool:
    """Tell whether a text would be of one of the types without its quotes."""
    if "boolean" in types:
        return text in {"true", "false"}
    if "integer" in types:
        return text.lstrip("-").isdecimal()
    return False
