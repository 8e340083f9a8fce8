"""A package's schema for its inputs or outputs, and what does not fit it, in the user's words."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from mistpm.errors import PackageError, Problem
from mistpm.model.data_path import DataPath, show_path
from mistpm.model.inputs import referred
from mistpm.render.schema_work import MOST_BACKTRACKING, TooMuchWorkError, count_steps

if TYPE_CHECKING:
    import jsonschema_rs

_BRANCHES = ("allOf", "anyOf", "oneOf")
_CONDITIONALS = ("if", "then", "else")
_ARTICLES = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "null": "null",
}
_SHOWN = 60
_MOST_PROBLEMS = 100
_MOST_KNOWN = 50
_SURELY_QUICK = 10_000_000
"""Characters of a schema times those of a value, up to which nothing needs counting."""
_MAY_REPEAT = ('"$ref"', '"unevaluated', '"$dynamicRef"')

MISSING = "is missing"
"""What is said of an input that is required and neither given nor has a default."""


class Schema:
    """A JSON Schema (2020-12) of a package.

    `owner` is how messages call the package, `what` is `inputs` or `outputs`.  An empty schema takes
    everything.  Raises `PackageError` (`invalid-schema`) if it is no schema, or refers to something
    outside of itself.
    """

    def __init__(self, root: dict[str, Any], *, owner: str, what: str = "inputs") -> None:
        self.root = root
        self.owner = owner
        self.what = what
        try:
            written = json.dumps(root)
            self._has_secrets = '"writeOnly"' in written
            self._validator = self._compiled() if root else None
        except RecursionError:
            raise self._invalid("it has too many levels") from None
        self._size = len(written)
        self._may_repeat = any(word in written for word in _MAY_REPEAT)

    def at(self, path: DataPath) -> tuple[Mapping[str, Any], ...]:
        """Give every part of the schema that may apply to the value at `path`."""
        found = self._together((self.root,))
        for step in path:
            found = self._below(found, step)
        return found

    def secrets(self, value: Any) -> tuple[tuple[DataPath, tuple[Mapping[str, Any], ...]], ...]:
        """Give the place of everything in `value` that is `writeOnly`, with the schemas for it."""
        if not self._has_secrets:
            return ()
        self._check_work(value)
        return tuple(self._secrets(self._together((self.root,)), value, ()))

    def problems(self, value: Any) -> tuple[Problem, ...]:
        """Give everything in which `value` does not fit, by path, of very much the first; empty when it fits.

        Raises `PackageError` (`invalid-schema`) where finding that out would take too long.
        """
        if self._validator is None:
            return ()
        self._check_work(value)
        try:
            errors = self._validator.iter_errors(value)
        except ValueError as error:  # a value that is not JSON, or has too many levels
            return (Problem(path=self.what, message=str(error)),)
        told = (problem for error in errors for problem in self._told(error))
        return tuple(sorted(set(islice(told, _MOST_PROBLEMS))))

    def _check_work(self, value: Any) -> None:
        """Refuse a schema that would keep its validator busy with `value`: nothing could interrupt that."""
        try:
            if self._may_repeat or self._size * len(json.dumps(value)) > _SURELY_QUICK:
                count_steps(self.root, value)
        except TooMuchWorkError as error:
            raise PackageError(
                "invalid-schema",
                f"the schema of `{self.owner}` for its {self.what} cannot be used",
                context=(str(error),),
                hint="this is a fault in the package: tell its author",
            ) from None
        except (RecursionError, TypeError, ValueError):
            return  # no JSON, or too deep: the validator refuses it

    def _compiled(self) -> jsonschema_rs.Validator:
        from jsonschema_rs import Draft202012Validator, FancyRegexOptions, ValidationError

        schema = _without_secret_rules(self.root) if self._has_secrets else self.root
        patterns = FancyRegexOptions(backtrack_limit=MOST_BACKTRACKING)
        try:
            return Draft202012Validator(
                dict(schema), validate_formats=True, offline=True, pattern_options=patterns
            )
        except (ValidationError, ValueError) as error:
            raise self._invalid(str(error).splitlines()[0]) from None

    def _invalid(self, what: str) -> PackageError:
        return PackageError(
            "invalid-schema",
            f"the schema of `{self.owner}` for its {self.what} is not a JSON Schema",
            context=(what,),
            hint="this is a fault in the package: tell its author",
        )

    def _together(self, schemas: Sequence[Any]) -> tuple[Mapping[str, Any], ...]:
        """Give schemas with all that they refer to, combine or depend on, each once."""
        found: dict[int, Mapping[str, Any]] = {}
        pending = list(schemas)
        while pending:
            schema = pending.pop(0)
            if not isinstance(schema, Mapping) or id(schema) in found:
                continue
            found[id(schema)] = schema
            if "$ref" in schema:
                target = referred(schema["$ref"], self.root)
                if target is None:
                    raise self._invalid(
                        f"`{schema['$ref']}` is not inside the schema; write references as `#/$defs/NAME`"
                    )
                pending.append(target)
            for key in _BRANCHES:
                pending.extend(schema.get(key, ()))
            pending.extend(schema[key] for key in _CONDITIONALS if key in schema)
            pending.extend(schema.get("dependentSchemas", {}).values())
        return tuple(found.values())

    def _below(
        self, schemas: tuple[Mapping[str, Any], ...], step: str | int
    ) -> tuple[Mapping[str, Any], ...]:
        """Give the schemas for one property or item of a value that `schemas` are for."""
        of_step = _of_item if isinstance(step, int) else _of_property
        return self._together([part for schema in schemas for part in of_step(schema, step)])

    def _secrets(
        self, schemas: tuple[Mapping[str, Any], ...], value: Any, path: DataPath
    ) -> Iterator[tuple[DataPath, tuple[Mapping[str, Any], ...]]]:
        if any(schema.get("writeOnly") is True for schema in schemas):
            yield path, schemas
        elif schemas and isinstance(value, dict | list):
            steps = sorted(value) if isinstance(value, dict) else range(len(value))
            for step in steps:
                yield from self._secrets(self._below(schemas, step), value[step], (*path, step))

    def _told(self, error: jsonschema_rs.ValidationError) -> Iterator[Problem]:
        """Say in our words what a validator's error says."""
        path: DataPath = tuple(error.instance_path)
        details = error.kind.as_dict()
        match error.kind.name:
            case "required":
                yield self._missing(path, details["property"])
            case "additionalProperties" | "unevaluatedProperties":
                for key in details["unexpected"]:
                    yield self._unknown(path, key)
            case "type":
                wanted = " or ".join(_ARTICLES.get(name, name) for name in details["types"])
                yield self._problem(path, f"{_shown(error.instance)} is not {wanted}")
            case "enum":
                options = ", ".join(_shown(option) for option in details["options"])
                yield self._problem(path, f"{_shown(error.instance)} is none of {options}")
            case "pattern":
                text = f"{_shown(error.instance)} does not match the pattern `{details['pattern']}`"
                yield self._problem(path, text)
            case "format":
                yield self._problem(
                    path, f"{_shown(error.instance)} is not in the format `{details['format']}`"
                )
            case "anyOf" | "oneOf" if details["context"]:
                yield self._no_branch(path, error.instance, details["context"])
            case _:
                yield self._problem(path, _short(error.message))

    def _no_branch(
        self,
        path: DataPath,
        value: Any,
        branches: Sequence[Sequence[jsonschema_rs.ValidationError]],
    ) -> Problem:
        """Say why a value fits none, or more than one, of several schemas."""
        if not all(branches):
            return self._problem(path, f"{_shown(value)} fits more than one of its alternatives")
        reasons = [next(self._told(errors[0])) for errors in branches]
        here = show_path((self.what, *path))
        told = [
            reason.message if reason.path == here else f"{reason.path} {reason.message}"
            for reason in reasons
        ]
        hint = "; ".join(dict.fromkeys(told))
        return self._problem(path, f"{_shown(value)} fits none of its alternatives", hint)

    def _missing(self, path: DataPath, key: str) -> Problem:
        secret = any(schema.get("writeOnly") is True for schema in self.at((*path, key)))
        hint = "a secret: give it as {fromEnv: NAME} or {generate: 24}" if secret else ""
        return self._problem((*path, key), MISSING, hint)

    def _unknown(self, path: DataPath, key: str) -> Problem:
        known = sorted({name for schema in self.at(path) for name in schema.get("properties", {})})
        if len(known) > _MOST_KNOWN or len(key) > _SHOWN:
            return self._problem((*path, key), "is not known")
        close = difflib.get_close_matches(key, known, n=1)
        hint = f"did you mean `{close[0]}`?" if close else ""
        if not close and known:
            hint = f"there are {', '.join(f'`{name}`' for name in known)}"
        return self._problem((*path, key), "is not known", hint)

    def _problem(self, path: DataPath, message: str, hint: str = "") -> Problem:
        return Problem(path=show_path((self.what, *path)), message=message, hint=hint)


def _of_property(schema: Mapping[str, Any], key: str | int) -> Iterator[Any]:
    """Give what a schema says of one property of an object."""
    matched = False
    if key in schema.get("properties", {}):
        matched = True
        yield schema["properties"][key]
    for pattern, part in schema.get("patternProperties", {}).items():
        if _matches(pattern, str(key)):
            matched = True
            yield part
    if not matched:
        yield schema.get("additionalProperties")
    yield schema.get("unevaluatedProperties")


def _matches(pattern: str, key: str) -> bool:
    """Tell whether a pattern matches; asked is the validator, whose patterns take no exponential time."""
    return _pattern(pattern).is_valid(key)


@cache
def _pattern(pattern: str) -> jsonschema_rs.Validator:
    from jsonschema_rs import Draft202012Validator, FancyRegexOptions

    return Draft202012Validator(
        {"pattern": pattern}, pattern_options=FancyRegexOptions(backtrack_limit=MOST_BACKTRACKING)
    )


def _of_item(schema: Mapping[str, Any], index: str | int) -> Iterator[Any]:
    """Give what a schema says of one item of a list."""
    first = schema.get("prefixItems", ())
    yield first[int(index)] if int(index) < len(first) else schema.get("items")
    yield schema.get("contains")
    yield schema.get("unevaluatedItems")


def _without_secret_rules(schema: Any) -> Any:
    """Copy a schema, leaving of what is `writeOnly` nothing but its type.

    A placeholder stands for the value there, so the value's format and length are not to be seen.
    """
    if isinstance(schema, Mapping):
        if schema.get("writeOnly") is True:
            return {"type": schema.get("type", "string")}
        return {key: _without_secret_rules(part) for key, part in schema.items()}
    if isinstance(schema, list):
        return [_without_secret_rules(part) for part in schema]
    return schema


def _shown(value: Any) -> str:
    return _short(json.dumps(value, ensure_ascii=False), _SHOWN)


def _short(text: str, size: int = 3 * _SHOWN) -> str:
    return text if len(text) <= size else text[: size - 3] + "..."
