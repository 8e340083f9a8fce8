"""Functions with one statement left out, to see whether anybody notices."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

Function = ast.FunctionDef


class Mutant(NamedTuple):
    """A function of a module without one of its statements; `label` is the same as long as that is."""

    label: str
    function: FunctionType
    code: CodeType


def mutants(module: ModuleType) -> Iterator[Mutant]:
    """Leave out each statement that does nothing but call, yield or raise; assertions stay."""
    source = inspect.getsource(module)
    count = sum(1 for _ in _places(ast.parse(source)))
    for number in range(count):
        tree = ast.parse(source)
        name, body, at = list(_places(tree))[number]
        statement = body[at]
        what = " ".join(ast.unparse(statement).split())
        body[at] = _instead(statement)
        ast.fix_missing_locations(tree)
        namespace = dict(vars(module))
        exec(compile(tree, f"<{module.__name__} without: {what}>", "exec"), namespace)  # noqa: S102
        here, there = _found(vars(module), name), _found(namespace, name)
        yield Mutant(f"{module.__name__.split('.')[-1]}.{name}: {what}", here, there.__code__)


@contextmanager
def living(mutant: Mutant) -> Iterator[None]:
    """Let a mutant stand in for its function."""
    function: Any = mutant.function
    before = function.__code__
    function.__code__ = mutant.code
    try:
        yield
    finally:
        function.__code__ = before


def _places(tree: ast.Module) -> Iterator[tuple[str, list[ast.stmt], int]]:
    """Give where a statement can be left out: the function's name, its block, its place there."""
    for outer in tree.body:
        inner = outer.body if isinstance(outer, ast.ClassDef) else [outer]
        for function in inner:
            if isinstance(function, Function):
                path = f"{outer.name}." if isinstance(outer, ast.ClassDef) else ""
                for body, at in _statements(function):
                    yield path + function.name, body, at


def _statements(function: Function) -> Iterator[tuple[list[ast.stmt], int]]:
    for node in ast.walk(function):
        for _, body in ast.iter_fields(node):
            if isinstance(body, list):
                for at, statement in enumerate(body):
                    if _can_go(statement):
                        yield body, at


def _can_go(statement: Any) -> bool:
    if isinstance(statement, ast.Expr):
        return not isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Raise) and "AssertionError" not in ast.unparse(statement)


def _instead(statement: ast.stmt) -> ast.stmt:
    """Do nothing; what was a generator stays one."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Yield | ast.YieldFrom):
        return ast.Expr(ast.YieldFrom(ast.Tuple([], ast.Load())))
    return ast.Pass()


def _found(namespace: dict[str, Any], name: str) -> FunctionType:
    owner, _, method = name.rpartition(".")
    found = vars(namespace[owner])[method] if owner else namespace[method]
    for wrapped in ("fget", "func", "__func__", "__wrapped__"):
        found = getattr(found, wrapped, found)
    assert isinstance(found, FunctionType), name
    return found
