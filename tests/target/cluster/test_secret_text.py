"""Values put in the place of placeholders, and found again in what is live."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistpm.model.secrets import make_placeholder
from mistpm.target.cluster.secrets.secret_text import SecretText

A, B, C = (make_placeholder("id", "shop", "", name) for name in "abc")
LITERAL = st.binary(max_size=6)
VALUE = st.binary(min_size=1, max_size=6)
PARTS = st.lists(st.one_of(LITERAL, st.sampled_from([A.encode(), B.encode(), C.encode()])))


def text(*parts: bytes | str) -> SecretText:
    """Give a text with placeholders."""
    return SecretText(
        b"".join(part if isinstance(part, bytes) else part.encode() for part in parts)
    )


def test_all_values_are_put_in() -> None:
    """A placeholder may stand several times, beside others, among any bytes."""
    template = text(b"\xff", A, ":", B, A, b"\x00")

    assert frozenset({A, B}) == template.placeholders
    assert b"\xffone:\xfeone\x00" == template.filled({A: b"one", B: b"\xfe", C: b"-"})


def test_a_value_that_looks_like_a_placeholder_stays() -> None:
    """What was put in is not looked at again."""
    assert f"{B}/two".encode() == text(A, "/", B).filled({A: B.encode(), B: b"two"})


@pytest.mark.parametrize(
    ("template", "live", "known", "found"),
    [
        (text(A), b"one", {}, {A: b"one"}),
        (text(A), b"", {}, {A: b""}),
        (text("postgres://", A, ":", B, "@db"), b"postgres://u:p@db", {}, {A: b"u", B: b"p"}),
        (text("postgres://", A, ":", B, "@db"), b"postgres://u:p:q@db", {A: b"u"}, {B: b"p:q"}),
        (text(A, "-", A), b"one-one", {}, {A: b"one"}),
        (text("x", A), b"y", {}, {}),
        (text(A, "ab", B), b"1ab2", {A: b"other"}, {A: b"1", B: b"2"}),
        # several readings
        (text(A, B), b"onetwo", {}, {}),
        (text(A, ":", B), b"u:p:q", {}, {}),
        (text(A, "-", A), b"one-two", {}, {}),
        # overlapping surroundings
        (text("aba", A, "aba"), b"ababa", {}, {}),
        (text(A, "::", B), b"u:::p", {}, {}),
    ],
)
def test_values_are_found_where_there_is_one_reading(
    template: SecretText, live: bytes, known: Mapping[str, bytes], found: Mapping[str, bytes]
) -> None:
    """Values that are not known are read between what surrounds them, or not at all."""
    assert found == template.found(live, known)


@pytest.mark.slow
@given(PARTS, VALUE, VALUE, VALUE, st.sets(st.sampled_from([A, B, C])))
def test_what_is_found_is_what_was_put_in(
    parts: list[bytes], one: bytes, two: bytes, three: bytes, known: set[str]
) -> None:
    """Filling and finding undo each other: nothing is ever found that was not there."""
    values = {A: one, B: two, C: three}
    template = text(*parts)

    found = template.found(template.filled(values), {name: values[name] for name in known})

    assert {name: values[name] for name in found} == found


@given(LITERAL, VALUE, LITERAL)
def test_a_single_value_is_always_found(before: bytes, value: bytes, after: bytes) -> None:
    """What stands alone among known bytes has one reading."""
    template = text(before, A, after)

    assert {A: value} == template.found(template.filled({A: value}), {})
