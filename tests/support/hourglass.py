"""Time that is over when something has happened: no test depends on how far a machine gets in some seconds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from functools import partialmethod

import pytest

from mistpm.target.cluster.cluster import ClusterTarget


class Hourglass:
    """A clock that stands still, and is past every deadline once it has run out.

    It runs out when `is_over` says so, which is asked whenever the clock is looked at, and after some minutes
    in any case, so that a test fails on what it expects and does not hang.
    """

    def __init__(self, is_over: Callable[[], object], *, seconds: float = 180) -> None:
        self._is_over = is_over
        self._end = time.monotonic() + seconds
        self._has_run_out = False

    def __call__(self) -> float:
        """Give the time."""
        if not self._has_run_out and (time.monotonic() > self._end or self._is_over()):
            self._has_run_out = True
        return math.inf if self._has_run_out else 0.0

    def measures(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Have all clusters that are opened from now on measure with this how long they wait."""
        opening = partialmethod(ClusterTarget.__init__, clock=self)
        monkeypatch.setattr(ClusterTarget, "__init__", opening)
