"""Graphs in the language of Graphviz."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from mistpm.draw.dot import dot
from mistpm.model.graph import Graph, GraphEdge, GraphNode

STRING = r'"(?:[^"\\]|\\.)*"'
ATTRIBUTES = rf"\[[a-z]+={STRING}(?:, [a-z]+={STRING})*\]"
STATEMENT = re.compile(
    rf"  (?:rankdir={STRING}|(?:node|edge) {ATTRIBUTES}|({STRING})(?: -> ({STRING}))? {ATTRIBUTES});"
)


def unescaped(text: str | None) -> str | None:
    """Read a string as Graphviz does that of a name."""
    return text and re.sub(r"\\(.)", lambda e: "\n" if e[1] == "n" else e[1], text[1:-1])


def statements(text: str) -> list[tuple[str | None, str | None]]:
    """Read a graph: the ends of its edges, and its nodes without an end."""
    head, *lines, tail = text.splitlines()
    assert re.fullmatch(rf"digraph {STRING} {{", head)
    assert "}" == tail
    found = []
    for line in lines:
        match = STATEMENT.fullmatch(line)
        assert match, line
        if match[1]:
            found.append((unescaped(match[1]), unescaped(match[2])))
    return found


def test_odd_names_are_only_text(odd: Graph) -> None:
    """The grammar holds, and every name is read as what it was."""
    assert [
        *((node.id, None) for node in odd.nodes),
        *((edge.source, edge.target) for edge in odd.edges),
    ] == statements(dot(odd))


def test_a_graph_as_text() -> None:
    """Asked for, called, an API and who meets it; ranges, and what is optional."""
    graph = Graph(
        title="shop",
        nodes=(
            GraphNode(id="a.b/v1/K", kind="api"),
            GraphNode(id="r/e/x@1", kind="called", package="r/e/x", version="1.0.0"),
            GraphNode(id="shop", kind="asked", package="r/a/shop", version="2.0.0"),
        ),
        edges=(
            GraphEdge(source="shop", target="r/e/x@1", use="call", alias="engine", range="^1"),
            GraphEdge(source="shop", target="a.b/v1/K", use="api", alias="k", optional=True),
        ),
    )

    assert (
        'digraph "shop" {\n'
        '  rankdir="LR";\n'
        '  node [shape="box", fontname="sans-serif", fontsize="11"];\n'
        '  edge [fontname="sans-serif", fontsize="9"];\n'
        '  "a.b/v1/K" [label="a.b/v1/K\\nAPI", tooltip="a.b/v1/K (API)", shape="hexagon"];\n'
        '  "r/e/x@1" [label="r/e/x\\n1.0.0", tooltip="r/e/x@1: r/e/x 1.0.0 (called while rendering)", style="dashed"];\n'
        '  "shop" [label="shop\\nr/a/shop 2.0.0", tooltip="shop: r/a/shop 2.0.0 (asked for)", style="rounded,bold"];\n'
        '  "shop" -> "r/e/x@1" [label="engine ^1", tooltip="shop calls r/e/x@1 ^1 as engine", style="dashed"];\n'
        '  "shop" -> "a.b/v1/K" [label="k ?", tooltip="shop needs the API a.b/v1/K as k, if it is there", style="dotted"];\n'
        "}\n"
    ) == dot(graph)


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_reads_it(odd: Graph, small: Graph) -> None:
    """Where it is installed it is asked."""
    for graph in (odd, small):
        done = subprocess.run(
            ["dot", "-Tplain"], input=dot(graph), capture_output=True, text=True, check=False
        )

        assert (0, "") == (done.returncode, done.stderr)
        assert len(graph.nodes) == sum(
            line.startswith("node ") for line in done.stdout.splitlines()
        )
