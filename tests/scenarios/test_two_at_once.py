"""Two runs change one environment at the same time: one does, the other waits or says for whom."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest
from command_line import CommandLine, Running
from control_plane import ControlPlane
from kubernetes_api import KubernetesApi, has_condition, is_gone, is_there
from made_cluster_shop import ClusterShop

from mistpm.target.cluster.memory.author import this_user

WORKS = "example.test/web:2"
LEASE = 8
"""Seconds that a short lease holds: longer than a busy machine keeps its holder from renewing it."""
STUCK = "fake.test/stuck"


class Gate:
    """Keeps Pods from being made in a namespace until it is opened, so that what needs them is waited for."""

    def __init__(self, api: KubernetesApi, namespace: str) -> None:
        self._api = api
        self._path = f"/api/v1/namespaces/{namespace}/resourcequotas/gate"

    def close(self) -> None:
        """Let nothing through from now on."""
        quota = {"metadata": {"name": "gate"}, "spec": {"hard": {"pods": "0"}}}
        self._api.apply(self._path, {"apiVersion": "v1", "kind": "ResourceQuota", **quota})
        self._api.wait_for(self._path, lambda answer: "hard" in answer.body.get("status", {}))

    def open(self) -> None:
        """Let everything through."""
        self._api.delete(self._path)


class Person:
    """Somebody who works on the environment, in a folder of their own, on a machine of their own if they like."""

    def __init__(
        self, shop: ClusterShop, kubeconfig: Path, *, lease: int | None, is_elsewhere: bool
    ) -> None:
        self.shop = shop
        elsewhere = {"TMPDIR": str(shop.folder)} if is_elsewhere else {}
        self._line = CommandLine(shop.folder, kubeconfig, lease=lease, **elsewhere)

    def wants(self, **inputs: object) -> None:
        """Write what is to be there: `web`, and `front` after it."""
        self.shop.write(
            releases={
                "web": self.shop.release(inputs=inputs),
                "front": self.shop.release("toy/apps/front", bind={"web": "web"}),
            }
        )

    def installs(self, *arguments: str) -> Running:
        """Begin to install it."""
        return self._line.start("install", "--yes", "--timeout", "3m", *arguments)

    def begins_to_install(self, **inputs: object) -> Running:
        """Install it, and come back when `web` is waited for."""
        self.wants(**inputs)
        running = self.installs()
        self.shop.api.wait_for(self.web, is_there)
        return running

    @property
    def web(self) -> str:
        """Where the Deployment is."""
        return f"/apis/apps/v1/namespaces/{self.shop.namespace}/deployments/web"

    def has_written(self, text: str) -> None:
        """Wait until `web` has this text."""
        path = f"/api/v1/namespaces/{self.shop.namespace}/configmaps/web"
        self.shop.api.wait_for(path, lambda answer: bool(text == answer.body["data"]["text"]))


class People(Protocol):
    """Gives somebody of this name."""

    def __call__(
        self, name: str, *, lease: int | None = None, is_elsewhere: bool = False
    ) -> Person:
        """Leases hold as long as usual, or so many seconds."""


@pytest.fixture
def gate(api: KubernetesApi, namespace: str) -> Gate:
    """Give a gate that is open."""
    return Gate(api, namespace)


@pytest.fixture
def people(open_shop: Callable[[str], ClusterShop], control_plane: ControlPlane) -> People:
    """Give a function that gives people who work on one environment."""

    def person(name: str, *, lease: int | None = None, is_elsewhere: bool = False) -> Person:
        kubeconfig = control_plane.kubeconfig()
        return Person(open_shop(name), kubeconfig, lease=lease, is_elsewhere=is_elsewhere)

    return person


def named(running: Running) -> str:
    """Give how others read of a process."""
    return f"{this_user()} (process {running.pid})"


def test_the_second_one_waits(people: People, gate: Gate) -> None:
    """It says for whom, and goes on when the first one is done, with what it had shown."""
    anna, bob = people("anna"), people("bob")
    gate.close()
    first = anna.begins_to_install(image=WORKS)
    bob.wants(image=WORKS, text="bob")
    second = bob.installs()
    second.says(f"{named(first)} is changing this environment")
    gate.open()
    ended = first.end(), second.end()

    assert (0, 0) == (ended[0].code, ended[1].code), ended
    assert "  ~ ConfigMap" in ended[1].text
    assert "bob" == bob.shop.data("web")["text"]
    assert {"at": "web"} == bob.shop.data("front")


def test_both_begin_at_once(people: People) -> None:
    """Whoever comes second finds done what it wanted to do."""
    anna, bob = people("anna"), people("bob")
    for each in (anna, bob):
        each.wants()
    running = [each.installs() for each in (anna, bob)]
    ended = [each.end() for each in running]

    assert [0, 0] == [each.code for each in ended], ended
    assert {"at": "web"} == bob.shop.data("front")
    assert bob.installs().end().text.startswith("Nothing to do"), ended


def test_the_second_one_does_not_wait(people: People) -> None:
    """Who is in a hurry is told who is at it, and has changed nothing."""
    anna, bob = people("anna"), people("bob")
    first = anna.begins_to_install(image=STUCK)
    bob.wants(text="bob")
    second = bob.installs("--lock-timeout", "0s").end()
    first.signal(signal.SIGINT)
    ended = first.end()

    assert (74, 130) == (second.code, ended.code), (second, ended)
    assert f"error: {named(first)} is changing this environment [environment-busy]" in second.text
    assert (
        "hint: run the command again when that is done, or wait longer: --lock-timeout 10m"
        in second.text
    )
    assert "hello" == bob.shop.data("web")["text"]

    ended = bob.installs().end()

    assert 0 == ended.code, ended.text
    assert "bob" == bob.shop.data("web")["text"]


def test_the_first_one_is_killed(people: People) -> None:
    """On the same machine its place is taken at once, and it is said whose that was; all is finished."""
    anna, bob = people("anna"), people("bob")
    first = anna.begins_to_install(image=STUCK)
    first.kill()
    bob.wants()
    ended = bob.installs("--lock-timeout", "0s").end()

    assert 0 == ended.code, ended.text
    assert f"  taken over from {named(first)}\n" in ended.text
    assert {"at": "web"} == bob.shop.data("front")


def test_the_first_one_is_killed_elsewhere(people: People) -> None:
    """Nobody sees that on another machine: its place is taken when its lease is over."""
    anna, bob = people("anna", lease=LEASE), people("bob", is_elsewhere=True)
    first = anna.begins_to_install(image=STUCK)
    first.kill()
    bob.wants()
    ended = bob.installs().end()

    assert 0 == ended.code, ended.text
    assert f"  {named(first)} is changing this environment\n" in ended.text
    assert f"  taken over from {named(first)}\n" in ended.text
    assert {"at": "web"} == bob.shop.data("front")


@pytest.mark.parametrize("is_ready", [True, False])
def test_the_first_one_sleeps(people: People, gate: Gate, is_ready: bool) -> None:
    """Whoever slept until somebody else took over neither writes nor waits any more when they wake up."""
    anna, bob = people("anna", lease=LEASE), people("bob")
    gate.close()
    first = anna.begins_to_install(image=WORKS if is_ready else STUCK, text="anna")
    first.signal(signal.SIGSTOP)
    gate.open()
    if is_ready:
        bob.shop.api.wait_for(bob.web, has_condition("Available"))
    bob.wants(image=STUCK, text="bob")
    second = bob.installs()
    second.says(f"taken over from {named(first)}")
    first.signal(signal.SIGCONT)
    ended = first.end()

    assert 74 == ended.code, ended.text
    assert "[lease-lost]" in ended.text
    assert f"this run may not go on: {named(second)} took over its lease" in ended.text
    assert is_gone(
        bob.shop.get("api/v1/configmaps", "front")
    )  # web is stuck by now, and front waits for it

    bob.has_written("bob")
    second.signal(signal.SIGINT)
    second.end()

    assert "bob" == bob.shop.data("web")["text"]
