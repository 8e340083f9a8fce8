"""Rules in CEL that definitions have for their objects: `x-kubernetes-validations`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from msgspec import Struct

from mistpm.check.cel_functions import functions
from mistpm.check.cel_values import to_cel
from mistpm.check.field_path import FieldPath
from mistpm.check.problem import Problem, shortened
from mistpm.check.structural import RULES

_KEPT: Final = 4096
_LONGEST: Final = 200
_NOT_EVALUATED: Final = "rule-not-evaluated"
_MACROS: Final = frozenset({"all", "exists", "exists_one", "filter", "map"})
_MOST_STEPS: Final = 100_000
"""What may be looked at for one rule, some seconds: packages are code from strangers, rules among it."""


class _Program(Struct, frozen=True, kw_only=True):
    """A rule that was read: celpy's program, and whether it compares with what was there before.

    `nesting` tells how many macros that walk a list stand in each other.
    """

    program: Any
    is_transition: bool
    nesting: int


def rule_problems(schema: Mapping[str, Any], data: dict[str, Any]) -> Iterator[Problem]:
    """Tell which rules do not hold for a valid object that has its defaults.

    Rules that read `oldSelf` say something of changes, and are passed over.  A rule that celpy cannot
    read or work out gives an info, `rule-not-evaluated`, whose path is empty: it is the definition's.
    The first rule of a process costs 0.4 s, each further one some 2 ms, once per text.
    """
    yield from _problems(schema, data, (), is_object=True)


def is_readable(text: str) -> bool:
    """Tell whether a rule can be read here."""
    return _read(text) is not None


def _problems(
    schema: Any, value: Any, path: FieldPath, *, is_object: bool = False
) -> Iterator[Problem]:
    if not isinstance(schema, Mapping) or value is None:
        return
    rules = schema.get(RULES)
    for rule in rules if isinstance(rules, list) else ():
        if isinstance(rule, Mapping) and isinstance(rule.get("rule"), str):
            yield from _judged(rule, schema, value, path, is_object=is_object)
    properties = schema.get("properties")
    if isinstance(value, dict):
        known = properties if isinstance(properties, Mapping) else {}
        for key, item in value.items():
            part = known.get(key, schema.get("additionalProperties"))
            yield from _problems(part, item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _problems(schema.get("items"), item, (*path, index))


def _judged(
    rule: Mapping[str, Any],
    schema: Mapping[str, Any],
    value: Any,
    path: FieldPath,
    *,
    is_object: bool,
) -> Iterator[Problem]:
    """Evaluate one rule; what is not clear is never an error."""
    text: str = rule["rule"]
    try:
        variables = {"self": to_cel(schema, value, is_object=is_object)}
        holds = _evaluated(text, variables, _size(value))
    except (ValueError, TypeError, ArithmeticError, LookupError, RecursionError):
        holds = None
    if holds is None:
        message = (
            f"the rule `{shortened(text, _LONGEST)}` cannot be worked out here; the API server will"
        )
        yield Problem(code=_NOT_EVALUATED, path=(), message=message, severity="info")
    elif not holds:
        message = (
            _message(rule, variables) or f"the rule `{shortened(text, _LONGEST)}` does not hold"
        )
        yield Problem(
            code="rule-violated",
            path=path,
            message=message,
            hint=f"the rule is `{shortened(text, _LONGEST)}`" if rule.get("message") else "",
        )


def _message(rule: Mapping[str, Any], variables: dict[str, Any]) -> str:
    expression = rule.get("messageExpression")
    if isinstance(expression, str):
        try:
            found = _run(expression, variables)
        except (ValueError, TypeError, ArithmeticError, LookupError, RecursionError):
            found = None
        if isinstance(found, str) and found.strip():
            return str(found).strip()
    return str(rule.get("message") or "").strip()


def _evaluated(text: str, variables: dict[str, Any], size: int) -> bool | None:
    """Tell whether a rule holds for a value of so many parts; None where it cannot be told, or not soon.

    A rule over changes always holds.
    """
    from celpy.celtypes import BoolType

    program = _read(text)
    if program is None:
        return None
    if program.is_transition:
        return True
    if size**program.nesting > _MOST_STEPS:
        return None
    result = _run(text, variables)
    return bool(result) if isinstance(result, BoolType) else None


def _run(text: str, variables: dict[str, Any]) -> Any:
    from celpy.evaluation import CELEvalError

    found = _read(text)
    if found is None:
        return None
    try:
        return found.program.evaluate(variables)
    except CELEvalError:
        return None


@lru_cache(_KEPT)
def _read(text: str) -> _Program | None:
    """Read an expression; None for what cannot be read."""
    from celpy import Environment
    from celpy.celparser import CELParseError

    environment = Environment()
    try:
        tree = environment.compile(text)
        program = environment.program(tree, functions=functions())
    except (CELParseError, ValueError, RecursionError):
        return None
    names = {str(ident.children[0]) for ident in tree.find_data("ident")}
    return _Program(program=program, is_transition="oldSelf" in names, nesting=_nesting(tree))


def _nesting(tree: Any) -> int:
    """Count the macros that stand in each other, in the syntax tree of an expression."""
    children: Sequence[Any] = getattr(tree, "children", ())
    depths = [_nesting(child) for child in children]
    if getattr(tree, "data", "") == "member_dot_arg" and str(children[1]) in _MACROS:
        depths[2:] = [depth + 1 for depth in depths[2:]] or [1]
    return max(depths, default=0)


def _size(value: Any) -> int:
    """Count the parts of a value, itself among them."""
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + sum(map(_size, value)) if isinstance(value, list) else 1
