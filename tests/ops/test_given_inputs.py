"""Inputs from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from mistpm.errors import UsageError
from mistpm.ops.settings.given_inputs import merge, parse_bindings, read_given_inputs


def test_settings_win_over_the_file(tmp_path: Path) -> None:
    """`-s` is laid upon `-f`; what it does not name stays."""
    file = tmp_path / "inputs.yaml"
    file.write_text("replicas: 1\ntls: {host: a.example.org, on: true}\n")

    assert {"replicas": 2, "tls": {"host": "b.example.org", "on": True}} == read_given_inputs(
        file, ["replicas: 2, tls: {host: b.example.org}"]
    )


def test_a_later_setting_wins() -> None:
    """Several `-s` are read in order."""
    assert {"a": 2, "b": "no"} == read_given_inputs(None, ["a: 1, b: no", "a: 2"])


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
