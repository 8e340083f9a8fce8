"""Inputs from the command line."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest

from mistpm.errors import UsageError
from mistpm.ops.settings.given_inputs import merge, parse_bindings, read_given_inputs


def given(*settings: str) -> dict[str, Any]:
    """Give inputs from settings alone."""
    return read_given_inputs(None, settings).upon({})


def test_settings_win_over_the_file(tmp_path: Path) -> None:
    """`-s` is laid upon `-f`; what it does not name stays."""
    file = tmp_path / "inputs.yaml"
    file.write_text("replicas: 1\ntls: {host: a.example.org, on: true}\n")

    assert {"replicas": 2, "tls": {"host": "b.example.org", "on": True}} == read_given_inputs(
        file, ["replicas: 2, tls: {host: b.example.org}"]
    ).upon({})


def test_a_later_setting_wins() -> None:
    """Several `-s` are read in order."""
    assert {"a": 2, "b": "no"} == given("a: 1, b: no", "a: 2")


@pytest.mark.parametrize("null", ["null", "~", "Null"])
def test_null_takes_an_input_away(null: str) -> None:
    """Its default holds again."""
    inputs = read_given_inputs(None, [f"replicas: {null}, text: new"]).upon({"replicas": 3, "a": 1})

    assert {"a": 1, "text": "new"} == inputs


def test_null_takes_away_what_is_inside_mappings() -> None:
    """And the mappings that it leaves empty: as if nothing had been set in them."""
    before = {"a": {"b": {"c": 1}, "d": 2}}

    assert [{"a": {"d": 2}}, {"a": {"b": {"c": 1}}}, {}] == [
        read_given_inputs(None, [setting]).upon(before)
        for setting in ("a: {b: {c: null}}", "a: {d: null}", "a: {b: null, d: null}")
    ]


def test_null_inside_a_list_is_a_value() -> None:
    """A list is one value, as in a JSON merge patch."""
    assert {"a": [1, None, {"b": None}]} == given("a: [1, null, {b: null}]")


def test_null_takes_away_what_the_file_has(tmp_path: Path) -> None:
    """Of inputs in a file, in which null itself is a value."""
    file = tmp_path / "inputs.yaml"
    file.write_text("a: 1\nb: null\n")

    assert {"b": None} == read_given_inputs(file, ["a: null"]).upon({})


def test_what_is_taken_away_can_be_set_by_the_next_setting() -> None:
    """So a mapping is replaced whole."""
    inputs = read_given_inputs(None, ["a: null", "a: {c: 2}"]).upon({"a": {"b": 1}})

    assert {"a": {"c": 2}} == inputs


def test_what_is_not_there_to_be_taken_away_is_told() -> None:
    """It may be a typing mistake."""
    told = read_given_inputs(None, ["tls: {hots: null, host: null}, b: null"]).idle(
        {"tls": {"host": "a"}, "b": 1}
    )

    assert ("inputs.tls.hots: it is not set, so there is nothing to take away",) == told


def test_another_source_of_a_secret_takes_the_place_of_the_first() -> None:
    """A secret has one source; what is said inside one is merged."""
    before = {"password": {"fromEnv": "A"}, "key": {"fromSecret": {"name": "a", "key": "b"}}}

    assert {
        "password": {"generate": 24},
        "key": {"fromSecret": {"name": "a", "key": "c"}},
    } == read_given_inputs(None, ["password: {generate: 24}, key: {fromSecret: {key: c}}"]).upon(
        before
    )


@pytest.mark.parametrize("setting", ["text: ", "text:", "text: , a: 1", "{text: }"])
def test_nothing_is_not_null(setting: str) -> None:
    """`-s "text: $UNSET"` would take an input away that nobody meant."""
    with pytest.raises(UsageError) as caught:
        given(setting)

    assert (
        f"`-s {shlex.quote(setting)}` is not a list of inputs\n"
        "  `text` has no value\n"
        'hint: write -s "key: value, other: value"; a space follows each colon, and null takes an'
        " input away"
    ) == str(caught.value)


def test_quoted_text_is_no_key_without_a_value() -> None:
    """Whatever it looks like."""
    assert {"a": "b: , c", "d": "e:"} == given("""a: "b: , c", d: 'e:'""")


@pytest.mark.parametrize(
    ("setting", "hint"),
    [
        ("replicas=3", "write -s 'replicas: 3'"),
        ("a=null,tls.host=b c", "write -s 'a: null, tls: {host: b c}'"),
        ("a.b.c=", "write -s 'a: {b: {c: \"\"}}'"),
    ],
)
def test_settings_as_helm_has_them_are_translated(setting: str, hint: str) -> None:
    """Where that is simple."""
    with pytest.raises(UsageError) as caught:
        given(setting)

    assert hint == caught.value.hint


def test_lists_are_replaced_not_merged() -> None:
    """Only mappings are merged: a list is one value."""
    assert {"a": [3]} == merge({"a": [1, 2]}, {"a": [3]})


def test_a_setting_that_is_no_mapping_is_told_how_to_be_written() -> None:
    """A forgotten colon gives a message, not a guess."""
    with pytest.raises(UsageError) as caught:
        read_given_inputs(None, ["key: {"])

    assert "invalid-set" == caught.value.reference


def test_bindings_are_pairs() -> None:
    """`--bind` takes ALIAS=RELEASE."""
    assert {"db": "shop-db"} == parse_bindings(["db=shop-db"])


def test_half_a_binding_is_an_error() -> None:
    """Nothing is bound to an empty name."""
    with pytest.raises(UsageError) as caught:
        parse_bindings(["db="])

    assert (
        "`--bind db=` is not a binding\nhint: write --bind ALIAS=RELEASE, such as --bind db=shop-db"
    ) == str(caught.value)
