"""Writing YAML that every reader reads the same."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from mistpm import document

ODD_TEXTS = (
    "", " ", "~", "null", "True", "yes", "n", "on", "=", "<<", "-", "- a", "--- a", "...", "? a", "*a",
    "&a", "!a", "|", ">", "%a", "@a", "`a", "'", '"', "#", "a #b", "a: b", "a:", ":a", "[", "{", ",",
    "1", "1.30", "0o17", "010", "0x1F", "1e3", ".5", ".inf", "-.INF", "1_000", "._", "+_1", "12:30", "190:20:30",
    "2001-01-01", "2001-01-01t00:00:00Z", "+1", "16.4.0", "^16", ">=1.2 <2", "sha256:0123",
    "a\nb", "a\nb\n", "a\n\n", "\na", " a\nb", "a\n b\n", "a \nb", "a\n \nb", "\n", "\t", "a\tb", "\ta\nb",
    "a\r\nb", "a\x85b", "a\u2028b", "\ufeff", "\x00", "\x7f", "é", "日本語", "😀", "a\n# b\n", "a\n---\nb",
    "k" * 2000, '"' * 600, "a\n" * 3, "9" * 5000,
)  # fmt: skip

texts = (
    st.sampled_from(ODD_TEXTS)
    | st.text(st.characters(codec="utf-8"), max_size=20)
    | st.text("ab \n\t#:-'\"0123456789.eE_xo+", max_size=12)
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.slow
@given(documents)
def test_what_is_written_is_read_again(data: Any) -> None:
    """Our own reader gives back what was written, whatever it was."""
    text = document.dump(data)

    assert data == document.load(text, file="x")


@pytest.mark.slow
@given(documents)
def test_kubectl_reads_the_same(data: Any) -> None:
    """Read as part of a manifest, the same comes back."""
    manifest = {"kind": "Odd", "spec": data}

    assert (manifest,) == document.load_manifests(document.dump(manifest), origin="x")


@pytest.mark.slow
@given(documents)
def test_yaml_1_1_and_1_2_read_the_same(data: Any) -> None:
    """PyYAML (1.1) and ruamel (1.2) agree with each other and with what was written."""
    text = document.dump(data)

    assert data == yaml.load(text, yaml.CSafeLoader)
    assert data == YAML(typ="safe", pure=True).load(text)


@pytest.mark.parametrize("text", ODD_TEXTS, ids=range(len(ODD_TEXTS)))
def test_odd_texts_stay_what_they_are(text: str) -> None:
    """As value, as key, in a list and alone, a text stays itself."""
    data = {text: text, "in": [text, [text], {text: text}]}
    written = document.dump(data)

    assert data == document.load(written, file="x")
    assert (data,) == document.load_manifests(written, origin="x")
    assert text == document.load(document.dump(text), file="x")


def test_form() -> None:
    """Blocks are indented by two, lists stand under their key, texts of several lines as they are."""
    data = {
        "apiVersion": "v1",
        "data": {"a.conf": "one\n  two\n\nthree\n", "open": "x\ny", "more": "x\ny\n\n"},
        "version": "1.30",
        "plain": "16.4.0",
        "range": ">=1.2 <2",
        "nothing": None,
        "empty": {"map": {}, "list": [], "text": ""},
        "list": [1, 2.5, 1e30, True, ["a", ["b"]], {"k": "v", "l": [{"m": 1}]}, (), {}],
    }
    expected = """\
apiVersion: v1
data:
  a.conf: |
    one
      two

    three
  open: |-
    x
    y
  more: |+
    x
    y

version: "1.30"
plain: 16.4.0
range: ">=1.2 <2"
nothing: null
empty:
  map: {}
  list: []
  text: ""
list:
- 1
- 2.5
- 1.0e+30
- true
- - a
  - - b
- k: v
  l:
  - m: 1
- []
- {}
"""

    assert expected == document.dump(data)
