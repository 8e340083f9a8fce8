"""Reading YAML and JSON, and refusing what is neither."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistpm import document
from mistpm.document.reader import DEEPEST
from mistpm.errors import DocumentError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("# nothing\n", None),
        ("---\n...\n", None),
        ("a: 1\n'b': \"1\"\n", {"a": 1, "b": "1"}),
        ("- [1, {a: b}]\n-\n", [[1, {"a": "b"}], None]),
        ("a: &x {b: [1]}\nc: *x\n", {"a": {"b": [1]}, "c": {"b": [1]}}),
        ("<<: 1\n", {"<<": 1}),
        ("a: !!str 1\nb: !!int '1'\nc: ! 1\nd: !!float 1\n", {"a": "1", "b": 1, "c": "1", "d": 1}),
        ("a: |\n  x\n  y\nb: >\n  x\n  y\n", {"a": "x\ny\n", "b": "x y\n"}),
        ('{"a": [1.5, "\\ud83d\\ude00", null]}', {"a": [1.5, "😀", None]}),
        ('{\t"a": 1}', {"a": 1}),
        ('{"a": NaN}', {"a": "NaN"}),
        ("{a: 1}", {"a": 1}),
        ("\ufeffa: 1", {"a": 1}),
    ],
)
def test_documents(text: str, expected: object) -> None:
    """One document of YAML 1.2's core schema, or of JSON, comes back as data."""
    assert expected == document.load(text, file="x")


def test_aliased_values_are_apart() -> None:
    """Changing one place does not change the other that was written as its alias."""
    data = document.load("a: &x {n: [1]}\nb: *x\n", file="x")
    data["a"]["n"].append(2)

    assert {"n": [1]} == data["b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1\nb: 2\n", "f.yaml:1: the `[` that begins here is not closed: column 4 of `a: [1`"
         " (write `]`, or a comma)"),
        ("a: b: c\n", "f.yaml:1: a second `: ` stands in one line: column 5 of `a: b: c`"
         " (is it part of a text? write the whole text in quotes)"),
        ("a: 1\nb:\n  c: 1\n  c: 2\na: 2\n", "f.yaml:4: the key `c` is written twice\n"
         "  f.yaml:5: the key `a` is written twice"),
        ('{"a": 1,\n "a": 2}', "f.yaml:2: the key `a` is written twice"),
        ("1.30: x\n", 'f.yaml:1: the key `1.30` is not a text (write it in quotes: "1.30")'),
        ("~: x\n", 'f.yaml:1: the key `~` is not a text (write it in quotes: "~")'),
        ("? [a]\n: 1\n", "f.yaml:1: a key must be a text"
         " (write what begins with `{` or `[` in quotes)"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2: a second document begins here; there may be only one"),
        ("a: *x\n", "f.yaml:1: nothing before this is called `&x`"),
        ("a: &x [*x]\n", "f.yaml:1: nothing before this is called `&x`"),
        ("a: !python/object x\n", "f.yaml:1: the tag `!python/object` is not known here"),
        ("a: !!binary aGk=\n", "f.yaml:1: the tag `!!binary` is not known here"),
        ("a: !!int x\nb: !!map []\n", "f.yaml:1: this is not what the tag `!!int` says\n"
         "  f.yaml:2: this is not what the tag `!!map` says"),
        ("a: .nan\n", "f.yaml:1: `.nan` is a number that JSON cannot write"),
        ("a: 1\nb: \x07\n", "f.yaml:2: the character U+0007 in column 4 is not allowed in YAML"),
        ("a: \ud800\n", "f.yaml:1: the character U+D800 in column 4 is not allowed in YAML"),
        ('{"a": "\\ud800"}', "f.yaml:1: while parsing a quoted scalar, found invalid Unicode character"
         ' escape code: column 10 of `{"a": "\\ud800"}`'),
        ("[" * 100_000, f"f.yaml:1: more than {DEEPEST} mappings and lists stand in each other here"),
    ],
)  # fmt: skip
def test_refusals(text: str, message: str, failure: Callable[..., str]) -> None:
    """What cannot be read is told with file and line; what can be collected is told at once."""
    assert f"invalid-yaml: `f.yaml` cannot be read\n  {message}" == failure(
        document.load, text, file="f.yaml"
    )


def test_alias_bombs_are_refused(failure: Callable[..., str]) -> None:
    """Aliases of aliases end in an error before they fill the memory."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]

    assert (
        "invalid-yaml: `f.yaml` cannot be read\n"
        "  f.yaml:6: the aliases stand for more than 100,000 values"
    ) == failure(document.load, "\n".join(lines), file="f.yaml")


def test_aliases_of_long_texts_are_refused(failure: Callable[..., str]) -> None:
    """A few aliases of one long text, or of what holds it, stand for more than memory can hold."""
    text = f"a: &a {'x' * 500_000}\nb: &b [*a, *a]\nc: [{', '.join(['*b'] * 10)}]"

    assert (
        "invalid-yaml: `f.yaml` cannot be read\n"
        "  f.yaml:3: the aliases stand for more than 10,000,000 characters"
    ) == failure(document.load, text, file="f.yaml")


@pytest.mark.slow
@given(st.text(st.sampled_from("ab:-#&*!|>'\"[]{},? \n\t01.~\ud800\x00é"), max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing but a `DocumentError` comes out of a text, and what comes out of it is JSON."""
    for read in (
        lambda: document.load(text, file="x"),
        lambda: document.load_manifests(text, origin="x"),
    ):
        try:
            data = read()
        except DocumentError:
            continue
        json.dumps(data, allow_nan=False).encode()


def test_manifests() -> None:
    """Documents and lists come apart, empty ones vanish, scalars and keys are kubectl's."""
    text = """\
---
# only a comment
---
kind: ConfigMap
data: {mode: 0644, on: yes, 010: x, 1.0: z}
---
kind: List
items:
- kind: A
- kind: BList
  items: [{kind: B}]
---
- kind: C
-
--- {kind: D, list: &l {a: 1, b: 1}, <<: [{u: 1, v: 1}, {u: 2, w: 2}], m: {b: 2, <<: *l}}
"""
    expected = (
        {"kind": "ConfigMap", "data": {"mode": 420, "true": True, "8": "x", "1": "z"}},
        {"kind": "A"},
        {"kind": "B"},
        {"kind": "C"},
        {"kind": "D", "list": {"a": 1, "b": 1}, "u": 1, "w": 2, "v": 1, "m": {"b": 1, "a": 1}},
    )

    assert expected == document.load_manifests(text, origin="x")


def test_manifests_in_json() -> None:
    """JSON is read as JSON, where only floats without a fraction change."""
    found = document.load_manifests('[{"kind": "A", "n": [1.0, 1.5, "yes"]}]', origin="x")

    assert ({"kind": "A", "n": [1, 1.5, "yes"]},) == found
    assert [int, float, str] == [type(value) for value in found[0]["n"]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("just text", '`"just text"` is not a Kubernetes manifest'),
        ("[[1]]", "`1` is not a Kubernetes manifest"),
        ("kind: A\n--- 5\n", "`5` is not a Kubernetes manifest"),
    ],
)
def test_what_is_no_manifest(text: str, message: str, failure: Callable[..., str]) -> None:
    """Only mappings are manifests."""
    assert f"invalid-yaml: `a/b.yaml` cannot be read\n  a/b.yaml: {message}" == failure(
        document.load_manifests, text, origin="a/b.yaml"
    )


def test_merging_what_is_no_mapping(failure: Callable[..., str]) -> None:
    """`<<` takes mappings only."""
    assert (
        "invalid-yaml: `x` cannot be read\n  x:1: `<<` merges mappings, and this is none"
    ) == failure(document.load_manifests, "<<: [1]", origin="x")


def test_ctrl_c_is_noticed_within_one_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text reaches libyaml in pieces; Ctrl-C between two of them ends reading, and is no mistake in the text."""

    def interrupted(_pieces: object, _size: int) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("mistpm.document.reader._Pieces.read", interrupted)

    with pytest.raises(KeyboardInterrupt):
        document.load("a: b", file="x.yaml")


@pytest.mark.parametrize("text", ["é" * 40_000, "😀" * 20_000 + "\r\n  é", "a" * 16_384 + "é"])
def test_pieces_are_put_together(text: str) -> None:
    """A value that comes in pieces is the same as one that comes at once."""
    assert {"k": text} == document.load(f"k: {json.dumps(text, ensure_ascii=False)}", file="x.yaml")


def test_values_are_counted_with_all_texts() -> None:
    """Texts that are read with one amount share its limits; brackets and commas in texts are no values."""
    amount = document.Amount(values=999_990)

    document.load_manifests('{"kind": "A", "b": "[[[[[[[,,,,,,,,,{{{"}', origin="a", amount=amount)
    with pytest.raises(DocumentError) as caught:
        document.load_manifests(
            '{"kind": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}', origin="b", amount=amount
        )

    assert "b: there are more than 1,000,000 values" == str(caught.value.problems[0])


def test_reading_ends_with_the_hundredth_mistake() -> None:
    """A text that is wrong all over is not told all over."""
    with pytest.raises(DocumentError) as caught:
        document.load("a: 1\n" * 1000, file="x.yaml")

    assert 100 == len(caught.value.problems)
