"""Writing what is remembered: side by side with others, without an answer, in pieces, killed."""

from __future__ import annotations

import base64
import itertools
import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import get_args

import crash_points
import desired_states as states
import pytest
from control_plane import ControlPlane
from crash_points import Crash
from fault_proxy import FaultProxy, reset_after
from kubernetes_api import KubernetesApi
from made_states import (
    OWNED,
    RECORD,
    apply,
    large,
    names,
    record_of,
    state_of,
)
from msgspec.structs import replace

from mistpm.errors import TargetError
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.memory import record, record_store
from mistpm.target.cluster.memory.inventory import OwnedObject
from mistpm.target.cluster.memory.pieces import pack
from mistpm.target.cluster.memory.record_store import RecordStore
from mistpm.target.cluster.memory.state_store import StateStore
from mistpm.target.protocol import Desired


def test_two_writers_are_told_apart(client: Client, api: KubernetesApi, namespace: str) -> None:
    """Who read before somebody else wrote may not write; what it left behind is removed by the next run."""
    for before in ((), (OWNED,)):
        first, second = state_of(client, namespace), state_of(client, namespace)
        for state in (first, second):
            state.read()
        number = first.begin(states.INSTALLED, (OWNED, *before))
        with pytest.raises(TargetError) as caught:
            second.begin(states.UPGRADED, ())
        first.finish(number, (OWNED,))

        assert "target-moved" == caught.value.reference
        assert str(caught.value) == (
            "what is remembered of the environment `env` in the cluster test was changed meanwhile, "
            "by somebody else or another mistpm\n"
            "hint: run the command again"
        )

    assert [1, 2] == [each.number for each in first.revisions()]
    apply(first, states.UPGRADED, OWNED)
    assert 4 == len(names(api, namespace))


def test_who_removed_the_record_has_won(client: Client, api: KubernetesApi, namespace: str) -> None:
    """A record that somebody removed while we ran is not written again as if nothing had been."""
    state = state_of(client, namespace)
    number = state.begin(states.INSTALLED, (OWNED,))
    api.delete(f"/api/v1/namespaces/{namespace}/configmaps/{RECORD}")

    with pytest.raises(TargetError, match="was changed meanwhile"):
        state.finish(number, (OWNED,))


@pytest.mark.parametrize("desired", [states.INSTALLED, states.NOTHING])
def test_labels_of_others_are_no_conflict(
    client: Client, api: KubernetesApi, namespace: str, desired: Desired
) -> None:
    """Backup tools and consoles write labels and annotations on everything: they may."""
    path = f"/api/v1/namespaces/{namespace}/configmaps/{RECORD}"
    state = state_of(client, namespace)
    number = state.begin(desired, ())
    mark = {"metadata": {"labels": {"backup": "yes"}, "annotations": {"note": "seen"}}}
    api.request("PATCH", path, mark, content_type="application/merge-patch+json")

    state.finish(number, ())

    there = api.get(path)
    assert (
        ("applied", "yes", "seen")
        == (
            there.body["data"]["status"],
            there.body["metadata"]["labels"]["backup"],
            there.body["metadata"]["annotations"]["note"],
        )
        if desired.releases
        else 404 == there.status
    )


@pytest.mark.parametrize("pattern", ["POST .*secrets", "POST .*configmaps", "PUT .*configmaps"])
def test_an_answer_that_got_lost_is_no_conflict(
    control_plane: ControlPlane,
    namespace: str,
    open_client: Callable[..., Client],
    pattern: str,
) -> None:
    """A write that was done, though nobody heard of it, is found done by the second try."""
    with FaultProxy(control_plane) as proxy:
        fault = proxy.inject(reset_after, pattern)
        state = state_of(open_client(proxy.kubeconfig()), namespace)

        apply(state, states.INSTALLED, OWNED)

        assert (1, "applied") == (fault.hits, state.revisions()[0].status)


def test_every_write_is_checked_before(client: Client, api: KubernetesApi, namespace: str) -> None:
    """Who lost the lease writes nothing any more, wherever that happens."""
    seen = []
    for allowed in range(3):
        checks = iter(range(allowed))

        def check(checks: Iterator[int] = checks) -> None:
            if next(checks, None) is None:
                raise TargetError("lease-lost", "somebody else took over")

        with pytest.raises(TargetError, match="somebody else took over"):
            apply(state_of(client, namespace, check=check), states.UPGRADED, OWNED)
        seen.append((names(api, namespace), state_of(client, namespace).revisions()))
        apply(state_of(client, namespace), states.NOTHING)

    assert [(0, 0), (1, 0), (2, 1)] == [(len(there), len(done)) for there, done in seen]


def test_much_is_split(client: Client, api: KubernetesApi, namespace: str) -> None:
    """What does not fit into one object is in several; all of it comes back, and goes again."""
    desired, owned = large(250)
    lines = replace(desired, lock=random.Random(1).randbytes(600_000).hex().encode())  # noqa: S311
    state = state_of(client, namespace)
    apply(state, lines, *owned)

    other = state_of(client, namespace)
    remembered = other.read()
    sizes = [
        len(base64.b64decode(value))
        for plural, field in (("configmaps", "binaryData"), ("secrets", "data"))
        for each in api.get(f"/api/v1/namespaces/{namespace}/{plural}").body["items"]
        for value in each.get(field, {}).values()
    ]

    assert set(owned) == set(remembered.inventory)
    assert lines.lock == remembered.state.lock
    assert lines == other.load(1)
    assert 512 * 1024 == max(sizes)
    assert [3, 1] == [
        sum(role in each for each in names(api, namespace)) for role in ("-r1-", "-s-")
    ]
    apply(state, desired, *owned[:1])
    assert "" == record_of(api, namespace)["data"]["pieces"]
    assert owned[:1] == other.read().inventory
    apply(state, states.NOTHING)
    assert set() == names(api, namespace)


@pytest.mark.slow
def test_five_thousand_objects_fit(client: Client, api: KubernetesApi, namespace: str) -> None:
    """An environment of that size takes a few objects, each of them far from the limit."""
    desired, owned = large(5000, length=100)
    state = state_of(client, namespace)

    apply(state, desired, *owned)

    assert 5000 == len(state.read().inventory)
    assert desired == state.load(1)
    assert len(names(api, namespace)) <= 4


RANDOM = random.Random(1).randbytes(20_000).hex()  # noqa: S311 - does not compress
WORK: dict[str, tuple[Desired, tuple[OwnedObject, ...]]] = {
    "install": (states.INSTALLED, (OWNED,)),
    "much": (replace(large(20, length=1000)[0], lock=RANDOM.encode()), (OWNED,)),
    "uninstall": (states.NOTHING, ()),
}


@pytest.mark.slow
@pytest.mark.parametrize("work", WORK)
def test_a_run_may_be_killed_anywhere(
    client: Client,
    api: KubernetesApi,
    namespace: str,
    work: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Killed at any request, what is remembered can be read; run again, nothing is there that it does not name."""
    monkeypatch.setattr(record, "MOST_REVISIONS", 2)
    monkeypatch.setattr(record_store, "pack", partial(pack, largest=20_000))
    desired, inventory = WORK[work]

    def prepared(environment_id: str) -> Callable[[], None]:
        state = state_of(client, namespace, environment_id=environment_id)
        for _ in range(2):
            apply(state, states.UPGRADED, OWNED)

        def run() -> None:
            own = Client(client.connection)
            apply(state_of(own, namespace, environment_id=environment_id), desired, *inventory)

        return run

    requests = crash_points.trace(prepared("traced"))
    for number, moment in itertools.product(range(len(requests)), get_args(crash_points.Moment)):
        if moment == "after" and requests[number].startswith("GET"):
            continue  # as before the next one
        environment_id = f"{number}-{moment}"
        run = prepared(environment_id)
        assert crash_points.run_until(run, Crash(number, moment))
        state = state_of(client, namespace, environment_id=environment_id)
        for each in state.revisions():
            if desired.releases:  # otherwise they are on their way out
                state.load(each.number)

        run()

        kept = RecordStore(StateStore(client, namespace), environment_id).read()
        named = {*kept.pieces, kept.found["metadata"]["name"]} if kept else set()
        named |= {name for each in kept.record.revisions for name in each.pieces} if kept else set()
        there = {name for name in names(api, namespace) if f"-{environment_id}" in name}
        assert named == there, requests[number]
        assert bool(desired.releases) == bool(kept)
