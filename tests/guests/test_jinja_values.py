"""Values that `engines/jinja` writes are read back unchanged, by YAML 1.1, YAML 1.2 and JSON alike."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from template_modules import Engine

TEXTS = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="\n\t -:#'\"{}[]&*!|>%@`,?\\=<~ay1é火\x7f\x85\u2028\ufeff", max_size=20),
    st.from_regex(r"[-+]?[0-9_.:xoeE]{1,10}", fullmatch=True),
    st.sampled_from(
        [
            "y",
            "n",
            "yes",
            "no",
            "on",
            "off",
            "true",
            "false",
            "null",
            "None",
            "~",
            "=",
            "<<",
            "-",
            "---",
            "...",
            ".inf",
            ".nan",
            "0x1f",
            "0o17",
            "017",
            "1_000",
            "1e3",
            "12:30:45",
            "2001-12-14",
            "2001-12-14t21:59:43.10-05:00",
            "Yes",
            "NO",
            "True",
            "1.",
            ".5",
            "+1",
            "!!str",
            "&a",
            "*a",
        ]
    ),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(2**63), max_value=2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXTS,
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=12,
)
BATCHES = st.lists(VALUES, min_size=1, max_size=8)
MANY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read_yaml_1_2(text: str) -> Any:
    """Read as YAML 1.2 readers do."""
    return YAML(typ="safe", pure=True).load(StringIO(text))


def same(left: Any, right: Any) -> bool:
    """Tell whether two values are equal in value and type: 1 is neither 1.0 nor true."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float):
        return math.isclose(left, right, rel_tol=0, abs_tol=0)
    return bool(left == right)


def each(engine: Engine, source: str, values: list[Any]) -> list[str]:
    """Render a template once for each value `v`."""
    templates = {
        f"{number:02}": source.replace("v", f"values[{number}]") for number in range(len(values))
    }
    return list(engine.files(templates, {"values": values}).values())


@pytest.mark.slow
@MANY
@given(BATCHES)
@example([{"a": "x\ny\n"}, ["|\n a"], {"-": {"": []}}, "a: b\n# c", [[], [[1], {}]]])
def test_toyaml(engine: Engine, values: list[Any]) -> None:
    """What `toyaml` writes is the value, whether on its own, below a key, or in a list."""
    places: dict[str, Callable[[Any], Any]] = {
        "{{ v|toyaml }}\n": lambda value: value,
        "a:\n  b:{{ v|toyaml|nindent(4) }}\n": lambda value: {"a": {"b": value}},
        "- {{ v|toyaml|indent(2) }}\n": lambda value: [value],
    }
    for source, wrapped in places.items():
        for value, text in zip(values, each(engine, source, values), strict=True):
            assert same(wrapped(value), yaml.safe_load(text)), text
            assert same(wrapped(value), read_yaml_1_2(text)), text


@pytest.mark.slow
@MANY
@given(BATCHES)
def test_tojson(engine: Engine, values: list[Any]) -> None:
    """What `tojson` writes is the value, to readers of JSON and of YAML, and `fromjson` reads it."""
    for source in ("{{ v|tojson }}", "{{ v|tojson(indent=2) }}", "{{ v|tojson|fromjson|tojson }}"):
        for value, text in zip(values, each(engine, source, values), strict=True):
            assert same(value, json.loads(text))
            assert same(value, yaml.safe_load(text))
            assert same(value, read_yaml_1_2(text))


@MANY
@given(st.lists(TEXTS, min_size=1, max_size=8))
def test_quote(engine: Engine, texts: list[str]) -> None:
    """A quoted text is that text."""
    for text, quoted in zip(texts, each(engine, "{{ v|quote }}", texts), strict=True):
        assert text == json.loads(quoted)
        assert text == yaml.safe_load(quoted)


@MANY
@given(st.lists(TEXTS, min_size=1, max_size=8))
def test_texts_are_printed_as_they_are(engine: Engine, texts: list[str]) -> None:
    """A printed text is that text, letter for letter, and survives base64."""
    expected = [f"<{text}{text}>" for text in texts]

    assert expected == each(engine, "<{{ v }}{{ v|b64encode|b64decode }}>", texts)


@pytest.mark.slow
@MANY
@given(VALUES)
def test_outputs(engine: Engine, value: Any) -> None:
    """Outputs reach the host unchanged."""
    found = engine.result({"outputs.json": '{"a": {{ x|tojson(indent=1) }}}'}, {"x": value})

    assert same({"a": value}, found["mistpm"]["outputs"])
