"""Every answer to a write gets lost once: the run finds out what was done, and does the rest."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from cluster_lives import Life, discard, seen
from control_plane import ControlPlane
from fault_proxy import Exchange, FaultProxy, Happening, half, hand_on, reset_after, reset_before

OPERATIONS = ("install", "upgrade", "rollback", "uninstall")


class FirstTime:
    """Does something to the first request of each method and path; the next one goes through."""

    def __init__(self, happen: Happening) -> None:
        self.seen: set[tuple[str, str]] = set()
        self._happen = happen
        self._lock = threading.Lock()

    def __call__(self, exchange: Exchange) -> None:
        """Deal with one request."""
        request = (exchange.command, exchange.path)
        with self._lock:
            is_first = request not in self.seen
            self.seen.add(request)
        (self._happen if is_first else hand_on)(exchange)


@pytest.fixture(scope="module")
def expected(control_plane: ControlPlane) -> dict[str, Any]:
    """Live a life in which no answer gets lost, and give what was there after each operation."""
    life = Life(control_plane.kubeconfig(), "no-answer-lost")
    found = {}
    for operation in OPERATIONS:
        getattr(life, operation)()
        found[operation] = seen(control_plane.api(), life)
    discard(control_plane.api(), life)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("happen", [reset_after, reset_before, half])
def test_every_answer_gets_lost_once(
    control_plane: ControlPlane, proxy: FaultProxy, expected: dict[str, Any], happen: Happening
) -> None:
    """Leases, records, revisions, objects, deletions: whatever is written, once without an answer."""
    life = Life(proxy.kubeconfig(), f"lost-{happen.__name__.replace('_', '-')}")
    found = {}
    hit: set[tuple[str, str]] = set()
    for operation in OPERATIONS:
        losing = FirstTime(happen)
        proxy.inject(losing, "^(POST|PUT|PATCH|DELETE) ", times=None)
        getattr(life, operation)()
        found[operation] = seen(control_plane.api(), life)
        hit |= losing.seen
        proxy.clear()
    discard(control_plane.api(), life)

    assert {"POST", "PUT", "PATCH", "DELETE"} == {method for method, _ in hit}
    for operation in OPERATIONS:
        assert expected[operation] == found[operation], operation
