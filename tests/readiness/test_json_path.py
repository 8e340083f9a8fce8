"""kubectl's JSONPath, as far as it leads to fields."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistpm.readiness.json_path import InvalidJsonPathError, read_json_path

DATA = {
    "kind": "Thing",
    "metadata": {"annotations": {"example.test/size": "big"}},
    "status": {
        "phase": "Running",
        "count": 3,
        "addresses": [{"ip": "192.0.2.1"}, {"ip": "192.0.2.2"}],
        "conditions": [
            {"type": "Ready", "status": "True", "seen": {"at": 7}},
            {"type": "Synced", "status": "False"},
        ],
        "empty": None,
    },
}

FOUND = [
    ("{.status.phase}", ["Running"]),
    (".status.phase", ["Running"]),
    ("status.phase", ["Running"]),
    ("{$.status.phase}", ["Running"]),
    ("{ .status.phase }", ["Running"]),
    ("{['status']['phase']}", ["Running"]),
    ('{["status"].phase}', ["Running"]),
    (r"{.metadata.annotations.example\.test/size}", ["big"]),
    (r"{.metadata.annotations['example\.test/size']}", ["big"]),
    ("{.status.addresses[0].ip}", ["192.0.2.1"]),
    ("{.status.addresses[-1].ip}", ["192.0.2.2"]),
    ("{.status.addresses[2].ip}", []),
    ("{.status.addresses[*].ip}", ["192.0.2.1", "192.0.2.2"]),
    ("{.status.conditions[0].*}", ["Ready", "True", {"at": 7}]),
    ('{.status.conditions[?(@.type=="Ready")].status}', ["True"]),
    ("{.status.conditions[?(@.type=='Synced')].status}", ["False"]),
    ('{.status.conditions[?( @.type != "Ready" )].status}', ["False"]),
    ('{.status.conditions[?(@["type"]=="Ready")].status}', ["True"]),
    ("{.status.conditions[?(@.seen)].type}", ["Ready"]),
    ("{.status.conditions[?(@.seen.at==7)].type}", ["Ready"]),
    ("{.status.conditions[?(@.seen.at=='7')].type}", []),
    ("{.status.phase.deeper}", []),
    ("{.status.count[0]}", []),
    ("{.status.nothing}", []),
    ("{.status.empty}", [None]),
]


@pytest.mark.parametrize(("path", "expected"), FOUND)
def test_what_a_path_leads_to(path: str, expected: list[Any]) -> None:
    """Fields, entries, all of them, those that a filter admits; nothing where nothing is."""
    assert expected == read_json_path(path).find(DATA)


REFUSED = [
    ("", "it leads nowhere"),
    ("{}", "it leads nowhere"),
    ("{.a", "`{.a` is not one expression in braces"),
    ("{.a}{.b}", "`{.a}{.b}` is not one expression in braces"),
    ("{.a..b}", "`..` is not supported: a condition says where to look"),
    ("{..b}", "`..` is not supported: a condition says where to look"),
    ("{.}", "a name is missing after `.`"),
    ("{.a b}", "` b` does not begin with `.` or `[`"),
    ("{.a[1:2]}", "`[1:2]` is none of `[0]`, `[*]`, `['name']`, `[?(@.name==\"value\")]`"),
    ("{.a['b','c']}", "`['b','c']` is none of `[0]`, `[*]`, `['name']`, `[?(@.name==\"value\")]`"),
    ("{.a['b.c']}", r"a dot in a name is written `\.`: `b.c`"),
    ("{.a[?(@.b>1)]}", "a filter is `[?(@.name)]`, or compares with `==` or `!=`"),
    ("{.a[?(@.b==c)]}", "a filter compares with a text in quotes, a number, `true` or `false`"),
    ("{.a[?(@.b=='c')}", "a filter is `[?(@.name)]`, or compares with `==` or `!=`"),
    ("{.a[?(@.b", "`{.a[?(@.b` is not one expression in braces"),
    (".a[?(@.b", "a filter is `[?(@.name)]`, or compares with `==` or `!=`"),
    ("{.a[?(@.b[*])]}", 'a filter looks at fields only: `?(@.name.other=="value")`'),
    ("{.a[?(@)]}", 'a filter names a field: `?(@.name=="value")`'),
]


@pytest.mark.parametrize(("path", "expected"), REFUSED)
def test_what_is_not_read_says_why(path: str, expected: str) -> None:
    """What kubectl knows besides, and what nobody knows."""
    with pytest.raises(InvalidJsonPathError) as caught:
        read_json_path(path)

    assert expected == str(caught.value)


@given(st.text(alphabet="{}[]().$@?*'\"\\=!<>ab01 /-,:", max_size=20))
def test_any_text_is_read_or_refused(path: str) -> None:
    """Without end or traceback."""
    with suppress(InvalidJsonPathError):
        read_json_path(path).find({"a": [{"b": 1}], "b": {"a": "0"}})
