"""Limits that a user sets for all packages."""

from __future__ import annotations

import pytest

from mistpm.errors import UsageError
from mistpm.ops.limits import open_runtime, said_limits
from mistpm.wasm import Limits


def test_limits_of_the_environment_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """`MISTPM_LIMITS` changes what it names; without it, or when it is empty, nothing differs."""
    monkeypatch.setenv("MISTPM_LIMITS", "memory=512MiB,  time=2m")
    changed = open_runtime().limits
    monkeypatch.setenv("MISTPM_LIMITS", "")
    unchanged = open_runtime().limits

    assert Limits(memory_bytes=512 * 1024 * 1024, seconds=120) == changed
    assert Limits() == unchanged


def test_a_bad_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake in it ends the command before anything runs."""
    monkeypatch.setenv("MISTPM_LIMITS", "memory=much")

    with pytest.raises(
        UsageError, match="`memory=much` is not a limit: `much` is not a number above 0"
    ):
        open_runtime()


def test_the_option_wins_over_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Name by name, and the last of several; what only the variable says holds too."""
    monkeypatch.setenv("MISTPM_LIMITS", "memory=512MiB time=2m")
    said = ("time=3m", "calls=7", "time=5m")

    assert ("calls=7", "memory=512MiB", "time=5m") == said_limits(said)
    assert Limits(memory_bytes=512 * 1024**2, seconds=300, calls=7) == open_runtime(said).limits


def test_order_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where and in which order something is said makes no difference to what is remembered."""
    monkeypatch.setenv("MISTPM_LIMITS", "memory=512MiB")
    here = said_limits(("calls=7",))
    monkeypatch.setenv("MISTPM_LIMITS", "calls=7 memory=512MiB")

    assert here == said_limits(())
