"""`mistpm tree`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.completing import complete_locked
from mistpm.cli.options import EnvironmentOption, Output, OutputOption, TargetOption
from mistpm.cli.session import emit, locked_graph
from mistpm.cli.terminal import Terminal, bold, dim
from mistpm.ops.lock_graph import TreeNode
from mistpm.ops.lock_graph import tree as grow

app = command_app()


@app.command(epilog="Example: mistpm tree shop")
def tree(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAMES",
            help="Releases or packages to start at. Default: every release that was asked for.",
            autocompletion=complete_locked,
        ),
    ] = None,
    environment: EnvironmentOption = None,
    target: TargetOption = "",
    output: OutputOption = Output.TEXT,
) -> None:
    """Show releases and what they depend on, as the lock has it.

    An arrow `->` leads to another release, `=>` to a package that is called while rendering.
    """
    terminal = Terminal()
    roots = grow(locked_graph(environment, target), tuple(names or ()))

    def show() -> None:
        # one print for all: a large tree has thousands of lines
        lines = [line for root in roots for line in _lines(root)]
        if lines:
            terminal.show("\n".join(lines))

    emit(terminal, output, roots, show)


def _lines(root: TreeNode) -> Iterator[str]:
    yield f"{bold(root.node)}  {root.package} {root.version}"
    yield from _below(root, "")


def _below(node: TreeNode, indent: str) -> Iterator[str]:
    for position, inner in enumerate(node.dependencies):
        last = position == len(node.dependencies) - 1
        branch, follow = ("└─ ", "   ") if last else ("├─ ", "│  ")
        yield f"{indent}{branch}{_told(inner)}"
        yield from _below(inner, indent + follow)


def _told(node: TreeNode) -> str:
    if not node.node:
        return f"{node.alias}: {node.requires} {dim(f'({node.note})')}"
    arrow = "=>" if node.use == "call" else "->"
    name = f"{node.package} {node.version}"
    where = name if node.use == "call" else f"{bold(node.node)}  {name}"
    again = dim(" (shown above)") if node.repeated else ""
    return f"{node.alias} {arrow} {where}  {dim(node.requires)}{again}"
