"""Documents in a text that somebody wrote, with the lines of what is in them."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mistpm.document import dump
from mistpm.document.stream import read_stream
from mistpm.errors import Problem

MANIFEST = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "1"}}


def read(text: str) -> tuple[list[Any], tuple[Problem, ...]]:
    """Read a text; gives the documents and the problems."""
    documents, problems = read_stream(text, file="x.yaml")
    return [document.data for document in documents], problems


def test_lines_are_counted_in_the_whole_text() -> None:
    """A place in the second document, one in a list, and one that is not there."""
    text = "# first\na: 1\n---\n\nb:\n  - c: 1\n  - d: 2\n"
    first, second = read_stream(text, file="x.yaml")[0]

    assert (2, 2) == (first.line_of(()), first.line_of(("a",)))
    assert (5, 5, 7) == (second.line_of(()), second.line_of(("b",)), second.line_of(("b", 1, "d")))
    assert 7 == second.line_of(("b", 1, "nowhere"))


def test_lines_of_what_anchors_and_merges_give() -> None:
    """A value that an alias repeats has the line where it is written."""
    text = "base: &base\n  x: 1\nmerged:\n  <<: *base\n  z: 2\nsame: *base\n"
    [document], problems = read_stream(text, file="x.yaml")

    assert () == problems
    assert {"x": 1, "z": 2} == document.data["merged"]
    assert (2, 5) == (document.line_of(("merged", "x")), document.line_of(("merged", "z")))
    assert (6, 2) == (document.line_of(("same",)), document.line_of(("same", "x")))


def test_a_document_that_is_no_yaml_does_not_hide_the_others() -> None:
    """Each of them is told of, and what stands before, between and behind is read, at its line."""
    text = "%YAML 1.1\n---\na: 1\n--- # broken\nb: [\n---\nc: 3\n---\nd: 1\nd: 2\n"
    documents, problems = read_stream(text, file="x.yaml")

    assert [{"a": 1}, {"c": 3}] == [document.data for document in documents]
    assert [3, 7] == [document.line_of(()) for document in documents]
    assert [5, 10] == [problem.line for problem in problems]


def test_empty_documents_are_left_out() -> None:
    """Comments, nothing between two separators, nothing at all."""
    assert ([{"a": 1}], ()) == read("# only\n---\n---\na: 1\n---\n# end\n---\n")
    assert ([], ()) == read("")
    assert ([], ()) == read("# a comment")


def test_json_values_that_follow_each_other() -> None:
    """As `jq` prints them; lines are those of the whole text."""
    text = '{"a":\n 1}\n\n{"b":\n 2}\n'
    documents, problems = read_stream(text, file="x.json")

    assert () == problems
    assert [{"a": 1}, {"b": 2}] == [document.data for document in documents]
    assert [1, 4] == [documents[0].line_of(()), documents[1].line_of(("b",))]
    assert ([], 1) == (read('{"a": 1}\n{"b": ')[0], len(read('{"a": 1}\n{"b": ')[1]))


def test_manifests_are_read_as_kubectl_reads_them() -> None:
    """Octals, words for booleans, keys that are no texts."""
    assert ([{"mode": 420, "on": "x", "true": True, "1": 2}], ()) == read(
        'mode: 0644\n"on": x\nyes: on\n1: 2\n'
    )


@given(st.lists(st.sampled_from([MANIFEST, {"a": [1, {"b": None}]}, [1, 2], "text"]), max_size=5))
def test_many_documents_are_those_that_were_written(documents: list[Any]) -> None:
    """YAML and JSON say the same."""
    text = "".join(f"---\n{dump(each)}" for each in documents)
    lines = "".join(f"---\n{json.dumps(each)}\n" for each in documents)

    assert (documents, ()) == read(text) == read(lines)
