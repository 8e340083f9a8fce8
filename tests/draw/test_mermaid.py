"""Graphs in the language of Mermaid."""

from __future__ import annotations

import re

from mistpm.draw.labels import edge_line, node_lines
from mistpm.draw.mermaid import mermaid
from mistpm.model.graph import Graph, GraphEdge, GraphNode

NODE = re.compile(r'  (n\d+)(?:\(|\[\[|{{|\[/|>)"([^"]*)"(?:\)|\]\]|}}|/\]|\])')
EDGE = re.compile(r'  (n\d+) (?:-->|-\.->)(?:\|"([^"]*)"\|)? (n\d+)')
CLASS = re.compile(r"  (classDef|class) [\w,]+ \S.*|  class [n\d,]+ \w+")


def unescaped(text: str) -> str:
    """Read a text as Mermaid does."""
    return re.sub(r"#(\d+);", lambda code: chr(int(code[1])), text)


def test_odd_names_are_only_text(odd: Graph) -> None:
    """Every line is a node, an edge or a style, and every text is read as what it was."""
    head, *lines = mermaid(odd).splitlines()
    nodes = [match for line in lines if (match := NODE.fullmatch(line))]
    edges = [match for line in lines if (match := EDGE.fullmatch(line))]
    rest = [line for line in lines if not NODE.fullmatch(line) and not EDGE.fullmatch(line)]

    assert "flowchart LR" == head
    assert ["<br/>".join(node_lines(node)) for node in odd.nodes] == [
        unescaped(match[2]) for match in nodes
    ]
    assert [edge_line(edge) for edge in odd.edges] == [unescaped(match[2] or "") for match in edges]
    assert [] == [line for line in rest if not CLASS.fullmatch(line)]


def test_nothing_is_left_that_means_something(odd: Graph) -> None:
    """Neither to Mermaid nor to Markdown or HTML."""
    text = mermaid(odd).replace("<br/>", "")
    inside = "".join(re.findall(r'"([^"]*)"', text))

    assert set() == set(inside) & set("<>&`*|{}[]()\\\n'")
    assert [] == re.findall(r"#(?!\d+;)|(?<!\d);", inside)


def test_a_graph_as_text() -> None:
    """Names of the language cannot come up: nodes are numbered."""
    graph = Graph(
        title="shop",
        nodes=(
            GraphNode(id="end", kind="pulled-in", package="r/a/end", version="1.0.0"),
            GraphNode(id="kubernetes", kind="kubernetes"),
            GraphNode(id="shop", kind="asked", package="r/a/shop", version="2.0.0"),
            GraphNode(id="v1/Pod", kind="api"),
        ),
        edges=(
            GraphEdge(source="shop", target="end", use="install", alias="end", range=">=1 <2"),
            GraphEdge(source="shop", target="v1/Pod", use="api", alias="pods"),
            GraphEdge(source="v1/Pod", target="kubernetes", use="provides"),
        ),
    )

    assert (
        "flowchart LR\n"
        '  n1("end<br/>r/a/end 1.0.0")\n'
        '  n2[/"Kubernetes"/]\n'
        '  n3("shop<br/>r/a/shop 2.0.0")\n'
        '  n4{{"v1/Pod<br/>API"}}\n'
        '  n3 -->|"end #62;#61;1 #60;2"| n1\n'
        '  n3 -->|"pods"| n4\n'
        "  n4 --> n2\n"
        "  classDef asked stroke-width:3px\n"
        "  class n3 asked\n"
    ) == mermaid(graph)
