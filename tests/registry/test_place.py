"""Addresses in messages, and paths in registries."""

from __future__ import annotations

import pytest

from mistpm.registry.layout import parse_index_file, parse_module_file
from mistpm.registry.place import Place, blotted, without_credentials


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://packages.example.org/x", "https://packages.example.org/x"),
        ("https://bob:hush@example.org/x", "https://***@example.org/x"),
        ("https://token@example.org/x", "https://***@example.org/x"),
        ("https://bob:hu@sh@example.org/x", "https://***@example.org/x"),
        ("https://example.org/x?sig=hush", "https://example.org/x?***"),
        ("ssh://git@example.org/x", "ssh://git@example.org/x"),
        ("ssh://git:hush@example.org/x", "ssh://git:***@example.org/x"),
        ("git@example.org:team/x.git", "git@example.org:team/x.git"),
        ("../a?b@c", "../a?b@c"),
    ],
)
def test_credentials_are_blotted_out(address: str, shown: str) -> None:
    """Everything else stays as the user wrote it."""
    assert without_credentials(address) == shown


def test_what_programs_say_is_blotted_out_too() -> None:
    """The address as it is, its password as written and as decoded."""
    said = "cannot access https://bob:hu%21sh@example.org/: wrong password hu!sh"

    assert blotted(said, "https://bob:hu%21sh@example.org/") == (
        "cannot access https://***@example.org/: wrong password ***"
    )
    assert blotted("no user git", "ssh://git@example.org/") == "no user git"


@pytest.mark.parametrize(
    "path",
    [
        "data/redis/redis-7.2.1.wasm",
        "data/redis/rebis-7.2.1.mist-pack.wasm",
        "data/redis/redis-.mist-pack.wasm",
        "data/redis/redis-latest.mist-pack.wasm",
        "redis/redis-7.2.1.mist-pack.wasm",
        "a/data/redis/redis-7.2.1.mist-pack.wasm",
        "index/redis/redis-7.2.1.mist-pack.wasm",
        "Data/redis/redis-7.2.1.mist-pack.wasm",
        "../redis/redis-7.2.1.mist-pack.wasm",
    ],
)
def test_what_is_no_module_file(path: str) -> None:
    """A module is looked for at one place only."""
    assert parse_module_file(path) is None


@pytest.mark.parametrize(
    "path",
    ["index/data/redis.json", "index/redis.jsonl", "data/data/redis.jsonl", "index/../x.jsonl"],
)
def test_what_is_no_index_file(path: str) -> None:
    """Neither is an index file anywhere else."""
    assert parse_index_file(path) is None


def test_names_may_have_dashes_that_look_like_versions() -> None:
    """The folder says where a file's name ends and its version begins."""
    found = parse_module_file("data/redis-7/redis-7-1.0.0-rc.1+2.mist-pack.wasm")

    assert found is not None
    assert (found.name, str(found.version)) == ("redis-7", "1.0.0-rc.1+2")
    assert found.path == "data/redis-7/redis-7-1.0.0-rc.1+2.mist-pack.wasm"


def test_of_many_problems_the_first_are_told() -> None:
    """Nobody reads ten thousand lines."""
    place = Place(alias="starter", address="../starter")
    error = place.invalid("index/x/y.jsonl", tuple(f"line {n}" for n in range(10_000)))

    assert ("address: ../starter", "line 0", "line 1") == error.context[:3]
    assert ("line 19", "and 9,980 more") == error.context[-2:]
