"""Watches that end badly while something is waited for: its end is seen all the same."""

from __future__ import annotations

import json

import pytest
from applied_environment import AppliedEnvironment
from fault_proxy import (
    Exchange,
    FaultProxy,
    Happening,
    answer,
    hang,
    late,
    reset_before,
    status_document,
)
from workloads import config_map, deployment

from mistpm.target.cluster.watch.expectation import Graces

EXPIRED = status_document(410, "Expired", "too old resource version: 1 (2)")
PATIENT = Graces(image=0, configuration=0, scheduling=0, first_look=20)
"""Looks for what it cannot see only after twenty seconds."""


def expired_later(exchange: Exchange) -> None:
    """Begin a watch, and end it with an event that says that its version is too old."""
    event = json.dumps({"type": "ERROR", "object": EXPIRED}).encode() + b"\n"
    exchange.answer(200, {"Content-Type": "application/json"}, event)


def half_an_event(exchange: Exchange) -> None:
    """Begin a watch, and break off in the middle of an event."""
    exchange.begin(200, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"})
    piece = b'{"type":"MODIFIED","object":{"kind":"Deployment","metadata":{"na'
    exchange.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    exchange.reset()


def nothing(exchange: Exchange) -> None:
    """Begin a watch, and end it without a word."""
    exchange.answer(200, {"Content-Type": "application/json"}, b"")


@pytest.mark.parametrize(
    "fault",
    [
        answer(410, EXPIRED),
        expired_later,
        reset_before,
        half_an_event,
        nothing,
        answer(500, status_document(500, "InternalError", "etcdserver: leader changed")),
        answer(429, "Too many requests", Retry_After="1"),
        late(1),
    ],
    ids=["410", "410 event", "reset", "half", "nothing", "500", "429", "late"],
)
def test_a_watch_that_ends_badly(
    behind_proxy: AppliedEnvironment, proxy: FaultProxy, fault: Happening
) -> None:
    """Twice in a row: the next watch, or list, sees what happened meanwhile."""
    broken = proxy.inject(fault, "^GET .*/deployments.*watch=", times=2)
    web = behind_proxy.release("web", deployment("web", image="fake.test/slow:1s"))
    after = behind_proxy.release("after", config_map("after"))
    desired = behind_proxy.desired(web, after, needs={"after": ("web",)})
    target = behind_proxy.target(graces=PATIENT)

    behind_proxy.carry_out(target, desired, target.diff(desired, behind_proxy.permissions))

    assert ["after"] == behind_proxy.names("configmaps")
    assert broken.hits
    assert behind_proxy.events("ready").index("ready Deployment web") < behind_proxy.events(
        "ready"
    ).index("ready ConfigMap after")


def test_watches_that_hang(behind_proxy: AppliedEnvironment, proxy: FaultProxy) -> None:
    """Where no watch ever says anything, looking from time to time is enough."""
    silent = proxy.inject(hang, "^GET .*watch=", times=None)
    web = behind_proxy.release("web", deployment("web", image="fake.test/slow:1s"))
    after = behind_proxy.release("after", config_map("after"))
    both = behind_proxy.desired(web, after, needs={"after": ("web",)})

    behind_proxy.apply(both)
    behind_proxy.uninstall()

    assert silent.hits
    assert ([], []) == (
        behind_proxy.names("deployments.apps"),
        behind_proxy.names("configmaps"),
    )


def test_watching_is_not_served(behind_proxy: AppliedEnvironment, proxy: FaultProxy) -> None:
    """Where nobody may watch, lists do."""
    refusal = status_document(
        403,
        "Forbidden",
        'deployments.apps is forbidden: User "anna" cannot watch resource "deployments" in API group "apps"',
    )
    proxy.inject(answer(403, refusal), "^GET .*watch=", times=None)
    web = behind_proxy.release("web", deployment("web", image="fake.test/slow:1s"))
    desired = behind_proxy.desired(web)
    target = behind_proxy.target(graces=PATIENT)

    behind_proxy.carry_out(target, desired, target.diff(desired, behind_proxy.permissions))

    assert "ready Deployment web" in behind_proxy.events("ready")
