"""The document that a module gets: one that readers of JSON and of YAML take alike."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mistpm import document
from mistpm.errors import RenderError
from mistpm.render.envelope import DEEPEST, LONGEST_KEY, encode

texts = st.text(st.characters(codec="utf-8"), max_size=30)
numbers = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)
documents = st.dictionaries(texts, values, max_size=5)


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(documents)
def test_json_readers_get_back_what_was_written(data: dict[str, Any]) -> None:
    """Encoding and reading as JSON changes nothing."""
    found = json.loads(encode(data))

    assert data == found


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(documents)
def test_yaml_readers_get_back_what_was_written(data: dict[str, Any]) -> None:
    """Encoding and reading as YAML 1.2 changes nothing, control characters and all."""
    text = encode(data).decode()

    assert json.dumps(data, sort_keys=True) == json.dumps(_read_yaml(text), sort_keys=True)


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(documents)
def test_texts_survive_libyaml(data: dict[str, Any]) -> None:
    """libyaml, on which the packages' own parsers are built, accepts every envelope."""
    text = encode({"data": list(_texts_of(data))}).decode()

    assert {"data": list(_texts_of(data))} == yaml.load(text, yaml.CSafeLoader)


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(documents)
def test_equal_documents_have_equal_bytes(data: dict[str, Any]) -> None:
    """The order of keys does not matter."""
    turned = dict(reversed(data.items()))

    assert encode(data) == encode(turned)


@pytest.mark.parametrize(
    "character", ["\x7f", "\x85", "\x9f", "\u2028", "\u2029", "\ufeff", "\ufffe", "\uffff"]
)
def test_what_yaml_misreads_is_escaped(character: str) -> None:
    """Controls, line separators and byte-order marks never stand in an envelope as they are."""
    expected = f'{{"a":"\\u{ord(character):04x}"}}'

    assert expected == encode({"a": character}).decode()


def test_emoji_stand_as_they_are() -> None:
    """YAML parsers refuse pairs of surrogates, so nothing beyond U+FFFF is escaped."""
    assert '{"a":"😀"}'.encode() == encode({"a": "😀"})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            {"port": 2**64},
            "`inputs.port`: the number does not fit in 64 bits\nhint: write it in quotes",
        ),
        ({"a": [{"b": float("nan")}]}, "`inputs.a[0].b`: `nan` is not a value that JSON knows"),
        ({"a": "\ud800"}, "`inputs.a`: the text holds U+D800, half of a surrogate pair"),
        ({"\udfff": 1}, "`inputs`: the text holds U+DFFF, half of a surrogate pair"),
        ({"a": {1: 2}}, "`inputs.a`: the key `1` is not a text\nhint: write it in quotes"),
        ({"a": {2}}, "`inputs.a`: `{2}` is not a value that JSON knows"),
        (
            {"x" * 1200: 1},
            f'`inputs["{"x" * 77}..."]`: a key may have {LONGEST_KEY} bytes at most',
        ),
    ],
)
def test_what_cannot_be_written_is_named(data: dict[Any, Any], message: str) -> None:
    """A value that YAML readers refuse is an error that says where it stands."""
    with pytest.raises(RenderError) as caught:
        encode({"data": data})

    assert ("invalid-input", message) == (caught.value.reference, str(caught.value))


def test_levels_are_bounded() -> None:
    """One level more than YAML readers take is an error, a hundred levels are not."""
    nested: dict[str, Any] = {}
    for _ in range(DEEPEST - 1):
        nested = {"a": nested}
    encode(nested)
    with pytest.raises(RenderError) as caught:
        encode({"data": nested})

    assert "`inputs.a.a`: more than 100 mappings and lists stand in each other here" == str(
        caught.value
    )


def test_a_key_of_a_thousand_bytes_is_read() -> None:
    """The longest key that is accepted is one that libyaml still takes for a key."""
    key = "x" * (LONGEST_KEY - 2)

    assert {key: 1} == yaml.load(encode({key: 1}), yaml.CSafeLoader)


def _read_yaml(text: str) -> Any:
    """Read flow YAML with the document room, kept from taking it for JSON."""
    return document.load("# not JSON\n" + text, file="envelope")


def _texts_of(value: Any) -> Any:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _texts_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts_of(item)
