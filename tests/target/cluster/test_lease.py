"""One run at a time: who holds an environment's lease, who waits, who takes over."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from control_plane import ControlPlane
from fault_proxy import Exchange, FaultProxy, answer, hand_on, reset_after, status_document
from kubernetes_api import KubernetesApi

from mistpm.errors import TargetError
from mistpm.model.progress import Progress
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.memory import lease as module
from mistpm.target.cluster.memory.author import this_process
from mistpm.target.cluster.memory.lease import EnvironmentLease

ID = "5f0c2d"
Open = Callable[..., Client]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the signs of life in a folder of this test."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


class Clock:
    """A clock that stands still until it is set forward."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Give its time."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give the clock that leases are measured with."""
    own = Clock()
    monkeypatch.setattr(module, "clock", own)
    return own


def lease(
    client: Client, namespace: str, holder: str = "anna@laptop", **arguments: Any
) -> EnvironmentLease:
    """Give a lease that holds for a second."""
    return EnvironmentLease(client, namespace, ID, holder=holder, **{"seconds": 1, **arguments})


def path(namespace: str) -> str:
    """Give where the lease is."""
    return f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/mistpm-{ID}"


def write(api: KubernetesApi, namespace: str, **spec: Any) -> None:
    """Write the lease of somebody on another machine, who does nothing more."""
    spec = {
        "holderIdentity": "bob@desk (process 1)",
        "leaseDurationSeconds": 1,
        "renewTime": "2031-01-01T00:00:00.000000Z",
        **spec,
    }
    body = {"metadata": {"name": f"mistpm-{ID}"}, "spec": spec}
    assert 201 == api.create(path(namespace).rpartition("/")[0], body).status


def edit(api: KubernetesApi, namespace: str, change: dict[str, Any]) -> None:
    """Change the lease as somebody else."""
    kind = "application/merge-patch+json"
    assert 200 == api.request("PATCH", path(namespace), change, content_type=kind).status


def die(client: Client, namespace: str, **arguments: Any) -> None:
    """Have a child process get the lease, and die as with SIGKILL."""
    if (child := os.fork()) == 0:
        with lease(Client(client.connection), namespace, "anna@laptop (process 7)", **arguments):
            os._exit(0)
    assert 0 == os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_lease_is_held_and_given_back(client: Client, api: KubernetesApi, namespace: str) -> None:
    """While it is held everybody sees who does; afterwards nothing is left."""
    heard: list[Progress] = []
    with lease(client, namespace, hear=heard.append) as held:
        held.check()
        there = api.get(path(namespace)).body

    assert ("anna@laptop", 1, 0) == (
        there["spec"]["holderIdentity"],
        there["spec"]["leaseDurationSeconds"],
        there["spec"]["leaseTransitions"],
    )
    assert {"mistpm"} == {each["manager"] for each in there["metadata"]["managedFields"]}
    assert {
        "app.kubernetes.io/managed-by": "mistpm",
        "mistpm.dev/state": "lease",
        "mistpm.dev/state-of": ID,
    } == there["metadata"]["labels"]
    assert 404 == api.get(path(namespace)).status
    assert [Progress(phase="locked")] == heard


def test_the_holder_is_named_by_default(client: Client, api: KubernetesApi, namespace: str) -> None:
    """Who waits reads a user, a machine and a process."""
    with EnvironmentLease(client, namespace, ID):
        holder = api.get(path(namespace)).body["spec"]["holderIdentity"]

    assert holder == this_process()
    assert holder.endswith(f" (process {os.getpid()})")


def test_a_missing_namespace_is_made(client: Client, api: KubernetesApi, namespace: str) -> None:
    """The lease comes before everything else: it makes the state namespace."""
    with lease(client, f"{namespace}-state"):
        pass

    assert 200 == api.delete(f"/api/v1/namespaces/{namespace}-state").status


def test_who_holds_it_is_waited_for(client: Client, namespace: str) -> None:
    """A second run waits, says for whom, and goes on when the first one is done."""
    heard: list[Progress] = []
    done = threading.Event()
    first = lease(client, namespace, seconds=30)
    first.__enter__()

    def wait() -> None:
        with lease(client, namespace, "bob@desk", seconds=30, hear=hear):
            done.set()

    told = threading.Event()

    def hear(progress: Progress) -> None:
        heard.append(progress)
        told.set()

    thread = threading.Thread(target=wait)
    thread.start()
    assert told.wait(30)
    before = done.is_set()
    first.__exit__(None, None, None)
    thread.join(30)

    assert (False, True) == (before, done.is_set())
    assert heard == [
        Progress(phase="waiting", message="anna@laptop is changing this environment"),
        Progress(phase="locked"),
    ]


def test_patience_ends(client: Client, api: KubernetesApi, namespace: str) -> None:
    """Who does not wait any longer says who is in the way, and has changed nothing."""
    with lease(client, namespace) as held:
        before = api.get(path(namespace)).body["spec"]["holderIdentity"]
        with (
            pytest.raises(TargetError) as caught,
            lease(client, namespace, "bob@desk", patience=0),
        ):
            pass
        held.check()
        after = api.get(path(namespace)).body["spec"]["holderIdentity"]

    assert before == after
    assert "environment-busy" == caught.value.reference
    assert (
        "anna@laptop is changing this environment\n"
        "hint: run the command again when that is done, or wait longer: --lock-timeout 10m"
    ) == str(caught.value)


def test_a_silent_holder_is_told(
    client: Client, api: KubernetesApi, namespace: str, clock: Clock
) -> None:
    """Where a holder gives no sign of life, but patience ends before it counts as dead, that is said."""
    write(api, namespace, leaseDurationSeconds=30)

    def hear(_: Progress) -> None:
        clock.now += 19

    with (
        pytest.raises(TargetError) as caught,
        lease(client, namespace, patience=5, hear=hear),
    ):
        pass

    assert str(caught.value) == (
        "bob@desk (process 1) is changing this environment\n"
        "  it has given no sign of life for 19 s\n"
        "hint: run the command again in 11 s: then it counts as dead"
    )


def test_a_holder_that_renews_is_alive(
    control_plane: ControlPlane, open_client: Open, namespace: str, clock: Clock
) -> None:
    """Every renewal begins the time anew, however slowly the holder's own clock goes."""
    api = control_plane.api()
    write(api, namespace, leaseDurationSeconds=30, renewTime="2001-01-01T00:00:00.000000Z")
    renewals = iter(range(1, 5))

    def renewed(exchange: Exchange) -> None:
        clock.now += 20
        if (number := next(renewals, None)) is not None:
            edit(api, namespace, {"spec": {"renewTime": f"2001-01-01T00:00:00.{number:06}Z"}})
        hand_on(exchange)

    with FaultProxy(control_plane) as proxy:
        proxy.inject(renewed, f"GET {path(namespace)}", times=None)
        with lease(open_client(proxy.kubeconfig()), namespace, patience=3600) as held:
            took = proxy.count(f"GET {path(namespace)}")

    assert ("bob@desk (process 1)", 6) == (held.taken_over_from, took)


@pytest.mark.parametrize("renewed", ["1999-01-01T00:00:00.000000Z", "2077-01-01T00:00:00.000000Z"])
def test_a_dead_holder_is_taken_over(
    client: Client, api: KubernetesApi, namespace: str, renewed: str
) -> None:
    """Who does not renew for as long as the lease holds is dead, whatever its clock shows."""
    write(api, namespace, renewTime=renewed, leaseTransitions=4)
    heard: list[Progress] = []

    with lease(client, namespace, hear=heard.append) as held:
        spec = api.get(path(namespace)).body["spec"]

    assert "bob@desk (process 1)" == held.taken_over_from
    assert ("anna@laptop", 5) == (spec["holderIdentity"], spec["leaseTransitions"])
    assert heard == [
        Progress(phase="waiting", message="bob@desk (process 1) is changing this environment"),
        Progress(phase="locked", message="taken over from bob@desk (process 1)"),
    ]


def test_a_dead_process_of_this_machine_is_taken_over_at_once(
    client: Client, namespace: str, tmp_path: Path
) -> None:
    """A run that was killed here keeps nobody waiting, however long its lease holds."""
    die(client, namespace, seconds=3600)

    with lease(client, namespace, patience=0) as held:
        signs = list(tmp_path.glob("mistpm-*/*"))

    assert "anna@laptop (process 7)" == held.taken_over_from
    assert 1 == len(signs)  # our own
    assert [] == list(tmp_path.glob("mistpm-*/*"))


def test_a_lease_that_could_not_be_given_back_is_taken_over_at_once(
    control_plane: ControlPlane, client: Client, open_client: Open, namespace: str
) -> None:
    """A run that ended while the server was away keeps the next one on this machine waiting no longer."""
    with FaultProxy(control_plane) as proxy:
        proxy.inject(answer(500, "the disk is full"), "^DELETE")
        with lease(open_client(proxy.kubeconfig()), namespace, seconds=3600):
            pass

    with lease(client, namespace, patience=0) as held:
        assert "anna@laptop" == held.taken_over_from


def test_a_lease_that_nobody_holds_is_taken(
    client: Client, api: KubernetesApi, namespace: str
) -> None:
    """A Lease without a holder is free, as other tools give theirs back."""
    write(api, namespace, holderIdentity="", leaseDurationSeconds=3600)

    with lease(client, namespace, patience=0) as held:
        held.check()

    assert "" == held.taken_over_from


@pytest.mark.parametrize("spec", [None, {"holderIdentity": "bob"}])
def test_a_lease_that_somebody_emptied_is_taken(
    client: Client, api: KubernetesApi, namespace: str, spec: dict[str, Any] | None
) -> None:
    """Missing fields are no traceback: without a time of its own a lease holds as long as ours."""
    body = {"metadata": {"name": f"mistpm-{ID}"}, "spec": spec}
    api.create(path(namespace).rpartition("/")[0], body)

    with lease(client, namespace) as held:
        held.check()


def test_a_lease_is_renewed(client: Client, api: KubernetesApi, namespace: str) -> None:
    """A long run holds it for as long as it takes."""
    with lease(client, namespace) as held:
        first = api.get(path(namespace)).body["spec"]["renewTime"]
        api.wait_for(path(namespace), lambda answer: bool(answer.body["spec"]["renewTime"] > first))
        held.check()


def test_many_race_for_it_and_one_holds_it(client: Client, namespace: str) -> None:
    """However many want it at the same moment, never do two hold it."""
    holding, most, lock = 0, 0, threading.Lock()

    def run(name: str) -> None:
        nonlocal holding, most
        with lease(client, namespace, name, seconds=30):
            with lock:
                holding += 1
                most = max(most, holding)
            with lock:
                holding -= 1

    threads = [threading.Thread(target=run, args=(f"run {number}",)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert (0, 1) == (holding, most)


def test_who_lost_it_stops(
    client: Client, api: KubernetesApi, namespace: str, clock: Clock
) -> None:
    """A holder that slept too long may not write any more, says who took over, and leaves theirs alone."""
    with lease(client, namespace, seconds=30) as held:
        taken = {"annotations": {"mistpm.dev/holding": "another"}}
        edit(api, namespace, {"metadata": taken, "spec": {"holderIdentity": "bob@desk"}})
        clock.now += 19
        held.check()  # nobody may take over so soon
        clock.now += 2
        for _ in range(2):
            with pytest.raises(TargetError) as caught:
                held.check()

    assert "lease-lost" == caught.value.reference
    assert str(caught.value) == (
        "this run may not go on: bob@desk took over its lease on the environment\n"
        "hint: run the command again: it goes on where this one stopped"
    )
    assert "bob@desk" == api.get(path(namespace)).body["spec"]["holderIdentity"]


def test_who_slept_and_was_not_missed_goes_on(
    client: Client, api: KubernetesApi, namespace: str, clock: Clock
) -> None:
    """A machine that slept, or a server that was away, does no harm where nobody took over meanwhile."""
    with lease(client, namespace, seconds=30) as held:
        clock.now += 3600
        edit(api, namespace, {"metadata": {"labels": {"edited": "by-hand"}}})
        held.check()

        assert "anna@laptop" == api.get(path(namespace)).body["spec"]["holderIdentity"]


def test_a_lease_that_was_removed_is_lost(
    client: Client, api: KubernetesApi, namespace: str, clock: Clock
) -> None:
    """Somebody else may have had it since: who finds it gone stops."""
    with lease(client, namespace, seconds=30) as held:
        api.delete(path(namespace))
        clock.now += 3600
        with pytest.raises(TargetError) as caught:
            held.check()

    assert str(caught.value) == (
        "this run may not go on: its lease on the environment was removed\n"
        "hint: run the command again: it goes on where this one stopped"
    )


def test_who_cannot_renew_stops(
    control_plane: ControlPlane, open_client: Open, namespace: str, clock: Clock
) -> None:
    """Whoever does not know that the lease is theirs still writes nothing."""
    refusal = status_document(500, "InternalError", "the disk is full")
    with FaultProxy(control_plane) as proxy:
        client = open_client(proxy.kubeconfig())
        with lease(client, namespace, seconds=30) as held:
            proxy.inject(answer(500, refusal), "PUT ")
            clock.now += 21
            with pytest.raises(TargetError) as caught:
                held.check()
            clock.now += 1
            held.check()  # it works again

    assert "lease-lost" == caught.value.reference
    assert str(caught.value) == (
        "this run may not go on: its lease on the environment could not be renewed\n"
        f"  the cluster test refused PUT {path(namespace)}: the disk is full\n"
        "hint: run the command again: it goes on where this one stopped"
    )


def test_one_writer_renews_for_all(
    control_plane: ControlPlane,
    open_client: Open,
    namespace: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Writers that wait for a renewal that fails do not all try it again, one after the other."""
    asked: Counter[int] = Counter()
    told: list[str] = []

    def counting_clock() -> float:
        asked[threading.get_ident()] += 1
        return 3000.0 if was_got else 0.0

    def write_something(held: EnvironmentLease) -> None:
        with pytest.raises(TargetError) as caught:
            held.check()
        told.append(caught.value.message)

    def fail_when_all_wait(exchange: Exchange) -> None:
        while sum(asked[thread.ident or 0] >= 2 for thread in threads) < len(threads):
            exchange.server.proxy.released.wait(0.01)
        answer(500, status_document(500, "InternalError", "no"))(exchange)

    was_got = False
    monkeypatch.setattr(module, "clock", counting_clock)
    with FaultProxy(control_plane) as proxy:
        proxy.inject(fail_when_all_wait, "PUT ", times=None)
        with lease(open_client(proxy.kubeconfig()), namespace, seconds=3600) as held:
            was_got = True
            threads = [threading.Thread(target=write_something, args=(held,)) for _ in range(5)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)

        assert 1 == proxy.count("PUT ")
    assert ["this run may not go on: its lease on the environment could not be renewed"] * 5 == told


@pytest.mark.parametrize("pattern", ["POST ", "PUT ", "DELETE "])
def test_an_answer_that_got_lost_does_no_harm(
    control_plane: ControlPlane, open_client: Open, namespace: str, clock: Clock, pattern: str
) -> None:
    """What was done, though nobody heard of it, is found done: the lease is ours, or gone."""
    with FaultProxy(control_plane) as proxy:
        fault = proxy.inject(reset_after, pattern)
        with lease(open_client(proxy.kubeconfig()), namespace, seconds=30, patience=0) as held:
            clock.now += 21
            held.check()

        assert ("", 1) == (held.taken_over_from, fault.hits)
        assert 404 == control_plane.api().get(path(namespace)).status


def test_rights_that_are_missing_are_named(
    control_plane: ControlPlane, open_client: Open, namespace: str
) -> None:
    """Before anything is changed: which right, where, and what else can be done."""
    client = open_client(control_plane.kubeconfig("developer"))

    with pytest.raises(TargetError) as caught, lease(client, namespace):
        pass

    assert str(caught.value) == (
        "the cluster test does not let `developer` create `leases.coordination.k8s.io` in the "
        f"namespace `{namespace}`\n"
        "hint: ask for a role that allows it\n"
        "hint: or keep the state where you may write: `--state-namespace NAME`,"
        " or `state: {namespace: NAME}` in mistpm.yaml"
    )


def test_an_error_inside_gives_it_back(client: Client, api: KubernetesApi, namespace: str) -> None:
    """However a run ends, the next one need not wait."""
    with pytest.raises(KeyboardInterrupt), lease(client, namespace):
        raise KeyboardInterrupt

    assert 404 == api.get(path(namespace)).status


def test_the_clock_goes_on_while_the_machine_sleeps() -> None:
    """Time is measured so that a laptop that was closed knows that its lease is over."""
    before = time.monotonic()

    assert before <= module.clock()
