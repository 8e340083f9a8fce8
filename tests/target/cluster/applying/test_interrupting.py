"""Runs that the user stops, and runs that lose their lease."""

from __future__ import annotations

import signal

import pytest
from applied_environment import AppliedEnvironment
from workloads import config_map, deployment

from mistpm.apply import InterruptedAgain
from mistpm.errors import TargetError
from mistpm.model.progress import Progress


def test_control_c_stops_cleanly(environment: AppliedEnvironment) -> None:
    """Nothing more is written, the state says so, and the next run does the rest."""
    one = environment.release("one", config_map("one"), deployment("one"))
    two = environment.release("two", config_map("two"))
    desired = environment.desired(one, two, needs={"two": ("one",)})

    def interrupt(told: Progress) -> None:
        if told.phase == "applied" and told.resource and told.resource.kind == "Deployment":
            signal.raise_signal(signal.SIGINT)

    environment.on_told = interrupt
    with pytest.raises(KeyboardInterrupt):
        environment.apply(desired)

    assert ("failed", "interrupted") == environment.status()
    assert ["one"] == environment.names("configmaps")

    environment.on_told = lambda _told: None
    environment.apply(desired)

    assert ["one", "two"] == environment.names("configmaps")


def test_control_c_twice(environment: AppliedEnvironment) -> None:
    """The second one waits for nothing: the state is that of a run that was killed."""
    desired = environment.desired(environment.release("app", deployment("app")))

    def interrupt(_told: Progress) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    environment.on_told = lambda told: interrupt(told) if told.phase == "applied" else None
    with pytest.raises(InterruptedAgain):
        environment.apply(desired)

    assert ("applying", "") == environment.status()


def test_a_lost_lease_ends_the_run(environment: AppliedEnvironment) -> None:
    """Whoever lost the right to write writes nothing any more."""
    one = environment.release("one", config_map("one"), deployment("one"))
    two = environment.release("two", config_map("two"))
    desired = environment.desired(one, two, needs={"two": ("one",)})
    path = f"/apis/coordination.k8s.io/v1/namespaces/{environment.state_namespace}/leases"
    target = environment.target()
    diff = target.diff(desired, environment.permissions)

    def take_away(told: Progress) -> None:
        if told.phase == "applied" and told.resource and told.resource.kind == "Deployment":
            (lease,) = environment.api.get(path).body["items"]
            assert environment.api.delete(f"{path}/{lease['metadata']['name']}").status == 200
            held = target._lease  # noqa: SLF001 - it would notice by itself ten seconds later
            assert held is not None
            held._renewed -= 1000  # noqa: SLF001

    environment.on_told = take_away
    with pytest.raises(TargetError) as raised:
        environment.carry_out(target, desired, diff)

    assert raised.value.reference == "lease-lost"
    assert ["one"] == environment.names("configmaps")
    assert ("applying", "") == environment.status()
