"""Conditions: what a dependency's `when` says about given inputs (`specs/resolve.md#conditions`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

if TYPE_CHECKING:
    from lark import Tree

EVERYTHING = "*"
"""The path that stands for all inputs, where an expression reads them as a whole."""


LONGEST: Final = 2000
"""Characters that an expression may have."""

_MOST_STEPS: Final = 1_000_000
_MACROS: Final = frozenset({"all", "exists", "exists_one", "filter", "map"})


class InvalidConditionError(ValueError):
    """An expression cannot be read, or does not give a boolean; the message says which and why."""


class Condition(Struct, frozen=True, kw_only=True):
    """What an expression gave: whether it holds, None where a missing input leaves that undecided."""

    holds: bool | None
    missing: tuple[str, ...] = ()


def evaluate(expression: str, inputs: dict[str, Any]) -> Condition:
    """Evaluate a CEL expression over the variable `inputs`.

    Raises `InvalidConditionError`.  The first expression costs about 0.4 s (celpy and its grammar),
    each further one about 1 ms.
    """
    from celpy.evaluation import CELEvalError

    program, paths, nesting = _program(expression)
    if nesting and (len(expression) + _size(inputs)) ** nesting > _MOST_STEPS:
        raise InvalidConditionError("it would go over its inputs too often to end soon")
    try:
        result = program.evaluate({"inputs": _to_cel(inputs)})
    except (CELEvalError, ValueError, TypeError, ArithmeticError, RecursionError) as error:
        missing = tuple(path for path in paths if not _is_there(path, inputs))
        if missing:
            return Condition(holds=None, missing=missing)
        raise InvalidConditionError(f"it cannot be evaluated: {_first_line(error)}") from error
    return Condition(holds=_boolean(result))


def paths_read(expression: str) -> tuple[str, ...]:
    """Give the paths of the inputs that an expression reads (`tls`, `backup.enabled`), sorted.

    A path ends where the expression computes what comes next.  Raises `InvalidConditionError`.
    """
    return _program(expression)[1]


@cache
def _program(expression: str) -> tuple[Any, tuple[str, ...], int]:
    """Give what evaluates an expression, the paths that it reads, how many walks over lists stand in each other."""
    if len(expression) > LONGEST:
        raise InvalidConditionError(f"it has more than {LONGEST} characters")
    from celpy import Environment
    from celpy.celparser import CELParseError

    environment = Environment()
    try:
        tree = environment.compile(expression)
        program, nesting = environment.program(tree), _nesting(tree)
    except (CELParseError, ValueError, RecursionError) as error:
        raise InvalidConditionError(f"it cannot be read: {_first_line(error)}") from error
    return program, _paths(tree), nesting


def _boolean(result: Any) -> bool:
    from celpy.celtypes import BoolType

    if not isinstance(result, BoolType):
        kind = type(result).__name__.removesuffix("Type").lower()
        raise InvalidConditionError(f"it gives a value of type {kind}, not true or false")
    return bool(result)


def _to_cel(value: Any) -> Any:
    """Turn JSON-like data into CEL's types; a whole number beyond 64 bits becomes a double."""
    from celpy import celtypes

    if isinstance(value, bool):
        return celtypes.BoolType(value)
    if isinstance(value, int):
        fits = -(2**63) <= value < 2**63
        return celtypes.IntType(value) if fits else celtypes.DoubleType(value)
    if isinstance(value, float):
        return celtypes.DoubleType(value)
    if isinstance(value, str):
        return celtypes.StringType(value)
    if isinstance(value, list):
        return celtypes.ListType([_to_cel(item) for item in value])
    if isinstance(value, dict):
        return celtypes.MapType(
            {celtypes.StringType(key): _to_cel(item) for key, item in value.items()}
        )
    return None


def _nesting(tree: Any) -> int:
    """Count the macros that stand in each other, in the syntax tree of an expression."""
    children: Sequence[Any] = getattr(tree, "children", ())
    depths = [_nesting(child) for child in children]
    if getattr(tree, "data", "") == "member_dot_arg" and str(children[1]) in _MACROS:
        depths[2:] = [depth + 1 for depth in depths[2:]] or [1]
    return max(depths, default=0)


def _size(value: Any) -> int:
    """Count the parts of a value, itself among them."""
    parts = value.values() if isinstance(value, dict) else value
    return 1 + sum(map(_size, parts)) if isinstance(value, dict | list) else 1


def _paths(tree: Tree[Any]) -> tuple[str, ...]:
    """Find the longest chains of selections that begin at `inputs`."""
    found: set[str] = set()
    waiting: list[Any] = [tree]
    while waiting:
        node = waiting.pop()
        names = _selected(node) if getattr(node, "data", "") == "member" else None
        if names is None:
            waiting.extend(getattr(node, "children", ()))
        else:
            found.add(".".join(names) or EVERYTHING)
    return tuple(sorted(found))


def _selected(node: Any) -> list[str] | None:
    """Read `inputs.a["b"]` as `["a", "b"]`; None for anything else."""
    names: list[str] = []
    while True:
        place = node.children[0]
        if place.data == "primary":
            ident = place.children[0]
            is_inputs = ident.data == "ident" and str(ident.children[0]) == "inputs"
            return names[::-1] if is_inputs else None
        name = str(place.children[1]) if place.data == "member_dot" else _literal_index(place)
        if name is None:
            return None
        names.append(name)
        node = place.children[0]


def _literal_index(place: Any) -> str | None:
    """Give the key of `["key"]`, where it is written out and cannot be mistaken for a path."""
    if place.data != "member_index":
        return None
    tokens = list(place.children[1].scan_values(lambda _: True))
    if len(tokens) != 1 or not (match := re.fullmatch(r"(['\"])([^'\"\\.]+)\1", tokens[0])):
        return None
    return match[2]


def _is_there(path: str, inputs: dict[str, Any]) -> bool:
    value: Any = inputs
    for part in () if path == EVERYTHING else path.split("."):
        if not isinstance(value, dict) or part not in value:
            return False
        value = value[part]
    return True


def _first_line(error: BaseException) -> str:
    """Give what an error says in one short line, without what is only of use to celpy's authors."""
    line = (str(error.args[0]) if error.args else "").strip().split("\n")[0]
    if line.startswith("found no matching overload"):
        return "an operator is applied to values of types that do not fit"
    return line.split(" (in activation")[0][:120]
