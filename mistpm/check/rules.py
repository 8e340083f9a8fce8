"""Rules in CEL that definitions have for their objects: `x-kubernetes-validations`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from msgspec import Struct

from mistpm.check.cel_functions import functions
from mistpm.check.cel_values import escaped, to_cel
from mistpm.check.problem import Problem, shortened
from mistpm.check.structural import EMBEDDED, INT_OR_STRING, PRESERVE, RULES
from mistpm.model.data_path import DataPath

_KEPT: Final = 4096
_LONGEST: Final = 200
_NOT_EVALUATED: Final = "rule-not-evaluated"
_MACROS: Final = frozenset({"all", "exists", "exists_one", "filter", "map"})
_MOST_STEPS: Final = 100_000
"""What may be looked at for one rule, some seconds: packages are code from strangers, rules among it."""


class _Program(Struct, frozen=True, kw_only=True):
    """A rule that was read: celpy's program, and whether it compares with what was there before.

    `nesting` tells how many macros that walk a list stand in each other, `reads` which fields of `self`
    it reads, name by name.
    """

    program: Any
    is_transition: bool
    nesting: int
    reads: tuple[tuple[str, ...], ...]


def rule_problems(schema: Mapping[str, Any], data: dict[str, Any]) -> Iterator[Problem]:
    """Tell which rules do not hold for a valid object that has its defaults.

    Rules that read `oldSelf` say something of changes, and are passed over.  A rule that celpy cannot
    read or work out gives an info, `rule-not-evaluated`, whose path is the rule's in the schema: it is the
    definition's.
    The first rule of a process costs 0.4 s, each further one some 2 ms, once per text.
    """
    yield from _problems(schema, data, (), (), is_object=True)


def unreadable_rule(text: str, place: DataPath) -> Problem | None:
    """Tell that a rule at a place of a schema cannot be read here; None for one that can."""
    if _read(text) is not None:
        return None
    return Problem(
        code=_NOT_EVALUATED,
        path=place,
        message=f"the rule `{shortened(text, _LONGEST)}` cannot be read here, and is not checked",
        severity="info",
    )


def undeclared_fields(schema: Mapping[str, Any], text: str, *, is_object: bool) -> tuple[str, ...]:
    """Give the fields that a rule reads although its schema does not declare them: `self.spec.nothere`.

    An API server refuses such a rule.  What is not certain is passed over, and so is a rule that cannot be read.
    """
    found = _read(text)
    if found is None:
        return ()
    undeclared = []
    for names in found.reads:
        node: Any = schema
        for depth, name in enumerate(names):
            fields = _declared(node, is_object=is_object and depth == 0)
            if fields is None:
                break
            if name not in fields:
                undeclared.append(".".join(("self", *names[: depth + 1])))
                break
            node = fields[name]
    return tuple(dict.fromkeys(undeclared))


def _declared(schema: Any, *, is_object: bool) -> dict[str, Any] | None:
    """Give the fields that rules may read of an object, as they write them; None where that is not certain."""
    if not isinstance(schema, Mapping) or schema.get("type") != "object":
        return None
    properties = schema.get("properties")
    is_open = any(schema.get(key) for key in (PRESERVE, INT_OR_STRING, "additionalProperties"))
    if is_open or not isinstance(properties, Mapping) or not properties:
        return None
    fields: dict[str, Any] = {escaped(str(name)): part for name, part in properties.items()}
    if is_object or schema.get(EMBEDDED):
        fields |= dict.fromkeys(("apiVersion", "kind", "metadata"))
    return fields


def _problems(
    schema: Any, value: Any, path: DataPath, place: DataPath, *, is_object: bool = False
) -> Iterator[Problem]:
    if not isinstance(schema, Mapping) or value is None:
        return
    rules = schema.get(RULES)
    for index, rule in enumerate(rules if isinstance(rules, list) else ()):
        if isinstance(rule, Mapping) and isinstance(rule.get("rule"), str):
            here = (*place, RULES, index, "rule")
            yield from _judged(rule, schema, value, path, here, is_object=is_object)
    properties = schema.get("properties")
    if isinstance(value, dict):
        known = properties if isinstance(properties, Mapping) else {}
        for key, item in value.items():
            below = ("properties", key) if key in known else ("additionalProperties",)
            part = known.get(key, schema.get("additionalProperties"))
            yield from _problems(part, item, (*path, key), (*place, *below))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _problems(schema.get("items"), item, (*path, index), (*place, "items"))


def _judged(
    rule: Mapping[str, Any],
    schema: Mapping[str, Any],
    value: Any,
    path: DataPath,
    place: DataPath,
    *,
    is_object: bool,
) -> Iterator[Problem]:
    """Evaluate one rule; what is not clear is never an error."""
    text: str = rule["rule"]
    if (unreadable := unreadable_rule(text, place)) is not None:
        yield unreadable
        return
    try:
        variables = {"self": to_cel(schema, value, is_object=is_object)}
        holds = _evaluated(text, variables, _size(value))
    except (ValueError, TypeError, ArithmeticError, LookupError, RecursionError):
        holds = None
    if holds is None:
        if undeclared_fields(schema, text, is_object=is_object):
            return  # the definition is refused, which is told where it is checked
        message = (
            f"the rule `{shortened(text, _LONGEST)}` cannot be worked out here; the API server will"
        )
        yield Problem(code=_NOT_EVALUATED, path=place, message=message, severity="info")
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
    return _Program(
        program=program,
        is_transition="oldSelf" in names,
        nesting=_nesting(tree),
        reads=_reads(tree),
    )


def _nesting(tree: Any) -> int:
    """Count the macros that stand in each other, in the syntax tree of an expression."""
    children: Sequence[Any] = getattr(tree, "children", ())
    depths = [_nesting(child) for child in children]
    if getattr(tree, "data", "") == "member_dot_arg" and str(children[1]) in _MACROS:
        depths[2:] = [depth + 1 for depth in depths[2:]] or [1]
    return max(depths, default=0)


def _reads(tree: Any) -> tuple[tuple[str, ...], ...]:
    """Give the fields of `self` that an expression reads, in the syntax tree: `self.a.b` is `a`, `b`."""
    chains = (_chain(node) for node in tree.find_data("member_dot"))
    return tuple(sorted({chain[1:] for chain in chains if chain and chain[0] == "self"}))


def _chain(node: Any) -> tuple[str, ...]:
    """Give `self`, `a`, `b` for the tree of `self.a.b`; nothing for what is not only names and dots."""
    names: list[str] = []
    while getattr(node, "data", "") != "ident":
        kind = getattr(node, "data", "")
        if kind == "member_dot":
            names.append(str(node.children[1]))
        elif kind not in {"member", "primary"}:
            return ()
        node = node.children[0]
    return (str(node.children[0]), *reversed(names))


def _size(value: Any) -> int:
    """Count the parts of a value, itself among them."""
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + sum(map(_size, value)) if isinstance(value, list) else 1
