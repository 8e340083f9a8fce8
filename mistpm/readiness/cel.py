"""Conditions in CEL over a live object, which is the variable `self`."""

from __future__ import annotations

from functools import cache
from typing import Any

from msgspec import Struct

from mistpm.readiness.assessment import Assessment, failed, ready, waiting
from mistpm.readiness.live_object import shortened

_SELF = "self"


class InvalidCelError(ValueError):
    """An expression cannot be read; the message says why."""


class Expression(Struct, frozen=True, kw_only=True):
    """An expression that was read; `program` is celpy's."""

    text: str
    program: Any
    reads_self: bool


@cache
def read_cel(text: str) -> Expression:
    """Read an expression; raises `InvalidCelError`.

    The first one costs 0.4 s (celpy and its grammar), each further one about a millisecond.
    """
    from celpy import Environment
    from celpy.celparser import CELParseError

    environment = Environment()
    try:
        tree = environment.compile(text)
        program = environment.program(tree)
    except (CELParseError, ValueError, RecursionError) as error:
        raise InvalidCelError(_first_line(error)) from error
    reads_self = any(str(ident.children[0]) == _SELF for ident in tree.find_data("ident"))
    return Expression(text=text, program=program, reads_self=reads_self)


def meets(text: str, data: dict[str, Any]) -> Assessment:
    """Tell whether an expression is true of an object; raises `InvalidCelError`.

    A field that is not there may still come, so an expression that cannot be evaluated yet is
    waited for; one that gives no truth value never holds.
    """
    from celpy.adapter import json_to_cel
    from celpy.celtypes import BoolType
    from celpy.evaluation import CELEvalError

    expression = read_cel(text)
    shown = shortened(text)
    try:
        result = expression.program.evaluate({_SELF: json_to_cel(data)})
    except (CELEvalError, ValueError, TypeError, ArithmeticError, RecursionError):
        return waiting(f"`{shown}` has no value yet")
    if not isinstance(result, BoolType):
        kind = type(result).__name__.removesuffix("Type").lower()
        return failed(f"`{shown}` gives a value of type {kind}, not true or false")
    return ready(f"`{shown}` is true") if result else waiting(f"`{shown}` is not true yet")


def _first_line(error: BaseException) -> str:
    line = (str(error.args[0]) if error.args else "").strip().split("\n")[0]
    return line[:120]
