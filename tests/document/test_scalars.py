"""What unquoted scalars mean."""

from __future__ import annotations

import pytest

from mistpm.document.scalars import NotInJsonError, core, kubectl


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None), ("~", None), ("null", None), ("Null", None), ("nULL", "nULL"),
        ("true", True), ("False", False), ("yes", "yes"), ("off", "off"), ("y", "y"),
        ("0", 0), ("-0", 0), ("+12", 12), ("010", 10), ("0o17", 15), ("0x1F", 31), ("0b11", "0b11"),
        ("1_000", "1_000"), ("0X1F", "0X1F"), ("-0x1F", "-0x1F"),
        ("1.30", 1.3), ("1.", 1.0), (".5", 0.5), ("-1e3", -1000.0), ("1e", "1e"), (".", "."),
        ("12:30", "12:30"), ("2001-01-01", "2001-01-01"), ("1.2.3", "1.2.3"), ("<<", "<<"),
        ("é", "é"), ("٣", "٣"),
    ],
)  # fmt: skip
def test_core(text: str, expected: object) -> None:
    """Scalars have the values of YAML 1.2's core schema."""
    value = core(text)

    assert (type(expected), expected) == (type(value), value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None), ("NULL", None), ("y", True), ("Yes", True), ("oN", "oN"), ("n", False),
        ("OFF", False), ("TRUE", True),
        ("0644", 420), ("-0644", -420), ("0_644", 420), ("08", 8), ("0999", 999), ("007e2", 700),
        ("0o17", 15), ("0O17", 15), ("0b11", 3), ("-0B1", -1), ("0x1F", 31), ("0Xf", 15), ("0_x1", 1),
        ("1_000", 1000), ("1__0_", 10), ("_1", "_1"), ("+1", 1), ("-", "-"), ("0x", "0x"),
        ("1.0", 1), ("1.5", 1.5), ("1e3", 1000), ("1_0.5_0", 10.5), (".5_0", 0.5), (".5__0", ".5__0"),
        ("._5", "._5"), ("+.5", 0.5), (".5e1", 5), ("1e20", 100000000000000000000), ("1e21", 1e21),
        ("1e400", "1e400"), ("18446744073709551615", 18446744073709551615),
        ("100000000000000000000000", 1e23),
        ("12:30", "12:30"), ("190:20:30", "190:20:30"), ("2001-01-01", "2001-01-01"),
        ("2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"), ("1.2.3", "1.2.3"),
    ],
)  # fmt: skip
def test_kubectl(text: str, expected: object) -> None:
    """Scalars have the values that `kubectl label --local -o json` (1.32) prints for them."""
    value = kubectl(text)

    assert (type(expected), expected) == (type(value), value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (".inf", "`.inf` is a number that JSON cannot write"),
        ("-.INF", "`-.INF` is a number that JSON cannot write"),
        (".NaN", "`.NaN` is a number that JSON cannot write"),
        ("1e400", "the number `1e400` is too large"),
        ("9" * 5000, "a number of 5000 digits is too long"),
    ],
)
def test_numbers_that_json_cannot_write(text: str, message: str) -> None:
    """What has no place in JSON is refused, not turned into something near."""
    with pytest.raises(NotInJsonError) as caught:
        core(text)

    assert message == str(caught.value)
