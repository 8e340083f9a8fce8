"""Limits as users write them."""

from __future__ import annotations

from typing import Any

import pytest

from mistpm.wasm.abi.limit_settings import NAMES, allow_more, parse_limits
from mistpm.wasm.abi.limits import Limits, size_of

MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], Limits()),
        (["memory=512MiB"], Limits(memory_bytes=512 * MIB)),
        (["memory=1.5GiB", "log=2KiB"], Limits(memory_bytes=1536 * MIB, log_bytes=2048)),
        (["output=1000"], Limits(output_bytes=1000)),
        (["time=2m"], Limits(seconds=120)),
        (["time=0.5", "compile-time=90s"], Limits(seconds=0.5, compile_seconds=90)),
        (["calls=5", "calls=7"], Limits(calls=7)),
        (["fuel=1000000"], Limits(fuel=1_000_000)),
    ],
)
def test_limits_are_read(texts: list[str], expected: Limits) -> None:
    """A limit has a name and a value with a unit; the last one of a name counts."""
    assert expected == parse_limits(texts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "heap=1GiB",
            "`heap=1GiB` is not a limit: there is no such limit\nhint: there are "
            + ", ".join(NAMES),
        ),
        (
            "memry=1GiB",
            "`memry=1GiB` is not a limit: there is no such limit\nhint: did you mean `memory`?",
        ),
        (
            "memory",
            "`memory` is not a limit: it has no value: a number above 0, alone or with `KiB`, `MiB`, `GiB`\nhint: write `memory=64MiB`",
        ),
        (
            "memory=lots",
            "`memory=lots` is not a limit: `lots` is not a number above 0, alone or with `KiB`, `MiB`, `GiB`\nhint: write `memory=64MiB`",
        ),
        (
            "memory=5MB",
            "`memory=5MB` is not a limit: `5MB` is not a number above 0, alone or with `KiB`, `MiB`, `GiB`\nhint: write `memory=64MiB`",
        ),
        (
            "calls=0",
            "`calls=0` is not a limit: `0` is not a number above 0\nhint: write `calls=100`",
        ),
        (
            "calls=-1",
            "`calls=-1` is not a limit: `-1` is not a number above 0\nhint: write `calls=100`",
        ),
        (
            "time=1h",
            "`time=1h` is not a limit: it can be 10m at most\nhint: write `time=90s`",
        ),
        (
            "time=2s memory=1MiB",
            "`time=2s memory=1MiB` is not a limit: `2s memory=1MiB` is not a number above 0, alone or with "
            "`s`, `m`, `h`\nhint: give `--limit` once for each: `--limit time=90s`",
        ),
        (
            "",
            "`` is not a limit: it has no name\nhint: there are " + ", ".join(NAMES),
        ),
        (
            "memory=5GiB",
            "`memory=5GiB` is not a limit: it can be 4GiB at most\nhint: write `memory=64MiB`",
        ),
        (
            "time=11m",
            "`time=11m` is not a limit: it can be 10m at most\nhint: write `time=90s`",
        ),
        (
            "stack=3MiB",
            "`stack=3MiB` is not a limit: it can be 2MiB at most\nhint: write `stack=1MiB`",
        ),
    ],
)
def test_what_is_no_limit(problem: Any, text: str, expected: str) -> None:
    """A mistake is named with what can be written instead."""
    with problem() as found:
        parse_limits([text])

    assert ("invalid-limit", expected) == found.shown


@pytest.mark.parametrize(
    ("name", "limits", "expected"),
    [
        ("time", Limits(), "\n`--limit time=60s` allows more"),
        ("time", Limits(seconds=400), "\n`--limit time=600s` allows more"),
        ("time", Limits(seconds=600), ""),
        ("compile-time", Limits(compile_seconds=0.25), "\n`--limit compile-time=0.5s` allows more"),
        ("memory", Limits(), "\n`--limit memory=512MiB` allows more"),
        ("memory", Limits(memory_bytes=4096 * MIB), ""),
        ("compile-memory", Limits(), "\n`--limit compile-memory=4GiB` allows more"),
        ("output", Limits(output_bytes=1000), "\n`--limit output=2000` allows more"),
        ("log", Limits(log_bytes=1024), "\n`--limit log=2KiB` allows more"),
        ("calls", Limits(), "\n`--limit calls=2000` allows more"),
    ],
)
def test_how_to_allow_more(name: str, limits: Limits, expected: str) -> None:
    """The option is written out, twice the limit or the most there can be; beyond that is nothing to say."""
    assert expected == allow_more(name, limits)


def test_what_is_said_can_be_said() -> None:
    """What allows more is read as just that, for each limit that there is without asking."""
    for name, field in NAMES.items():
        now = getattr(Limits(), field)
        if now is not None:
            text = allow_more(name, Limits()).split("`")[1].removeprefix("--limit ")

            assert now < getattr(parse_limits([text]), field) <= 2 * now


def test_sizes_are_written_as_they_are_said() -> None:
    """One byte is singular."""
    assert ("1 byte", "1000 bytes", "256 MiB") == (size_of(1), size_of(1000), size_of(256 * MIB))
