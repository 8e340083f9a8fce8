"""Limits that a user sets for all packages."""

from __future__ import annotations

import pytest

from mistpm.errors import UsageError
from mistpm.ops.workspace import open_runtime
from mistpm.wasm import Limits


def test_limits_of_the_environment_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """`MISTPM_LIMITS` changes what it names; without it, or when it is empty, nothing differs."""
    monkeypatch.setenv("MISTPM_LIMITS", "memory=512MiB  time=2m")
    changed = open_runtime().limits
    monkeypatch.setenv("MISTPM_LIMITS", "")
    unchanged = open_runtime().limits

    assert Limits(memory_bytes=512 * 1024 * 1024, seconds=120) == changed
    assert Limits() == unchanged


def test_a_bad_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake in it ends the command before anything runs."""
    monkeypatch.setenv("MISTPM_LIMITS", "memory=much")

    with pytest.raises(UsageError, match="`memory=much` is not a limit: the value is none"):
        open_runtime()
