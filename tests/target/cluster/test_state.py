"""What a cluster remembers of environments."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable

import desired_states as states
import pytest
from control_plane import ControlPlane
from fault_proxy import FaultProxy
from kubernetes_api import KubernetesApi
from made_states import (
    DEPLOYMENT,
    ID,
    OWNED,
    RECORD,
    apply,
    names,
    record_of,
    state_of,
    summary,
)
from msgspec.structs import replace

from mistpm.errors import TargetError
from mistpm.model.resource import ResourceId
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.memory.inventory import OwnedObject
from mistpm.target.cluster.memory.state import (
    Remembered,
    RememberedEnvironment,
    environments,
)
from mistpm.target.protocol import Desired, Owned, TargetState


def test_nothing_is_remembered_at_first(client: Client, namespace: str) -> None:
    """Where nothing was applied, and where there is no such namespace, all is empty and nothing is made."""
    for place in (namespace, f"{namespace}-missing"):
        state = state_of(client, place)

        assert Remembered() == state.read()
        assert () == state.revisions()
        assert () == environments(client, place)


def test_what_was_applied_is_remembered(client: Client, api: KubernetesApi, namespace: str) -> None:
    """Another process finds environment, lock, owned objects and how the last run ended."""
    desired = replace(states.INSTALLED, reason="install shop")
    number = apply(state_of(client, namespace), desired, OWNED)

    remembered = state_of(client, namespace).read()

    assert 1 == number
    assert remembered == Remembered(
        state=TargetState(
            environment_id=ID,
            environment_name="env",
            environment=b"kind: Environment\n",
            lock=states.LOCK,
            owned=(
                Owned(
                    resource=DEPLOYMENT,
                    release="shop",
                    place="shop/Deployment.apps/shop",
                    digest="",
                ),
            ),
        ),
        inventory=(OWNED,),
        latest=summary(1, reason="install shop"),
        basis=remembered.basis,
    )
    assert 2 == remembered.next_number
    assert {
        "format": "1",
        "environment": "env",
        "revision": "1",
        "status": "applied",
        "pieces": "",
    } == (record_of(api, namespace)["data"])


def test_a_missing_namespace_is_made(client: Client, api: KubernetesApi, namespace: str) -> None:
    """The first write makes the namespace, marked as ours, and owned by no environment."""
    place = f"{namespace}-state"

    apply(state_of(client, place), states.INSTALLED, OWNED)

    made = api.get(f"/api/v1/namespaces/{place}").body["metadata"]
    api.delete(f"/api/v1/namespaces/{place}")
    assert "mistpm" == made["labels"]["app.kubernetes.io/managed-by"]
    assert not {name for name in made["labels"] if name.startswith("mistpm.dev/")}


def test_all_is_marked_and_nothing_is_listed_as_a_resource(
    client: Client, api: KubernetesApi, namespace: str
) -> None:
    """Our field manager wrote all, labels tell whose it is, and no LIST of owned objects sees it."""
    apply(state_of(client, namespace), states.INSTALLED, OWNED)

    found = [
        each["metadata"]
        for plural in ("configmaps", "secrets")
        for each in api.get(
            f"/api/v1/namespaces/{namespace}/{plural}", labelSelector=f"mistpm.dev/state-of={ID}"
        ).body["items"]
    ]
    secrets = f"/api/v1/namespaces/{namespace}/secrets"
    owned = api.get(secrets, labelSelector=f"mistpm.dev/environment={ID}").body["items"]
    assert ["record", "revision"] == [each["labels"]["mistpm.dev/state"] for each in found]
    assert [{"mistpm"}] * 2 == [
        {field["manager"] for field in each["managedFields"]} for each in found
    ]
    assert [] == owned


def test_a_revision_is_in_secrets_of_our_own_type(
    client: Client, api: KubernetesApi, namespace: str
) -> None:
    """A revision's Secret cannot be changed, tells its number, and holds gzip."""
    apply(state_of(client, namespace), states.INSTALLED, OWNED)

    [secret] = api.get(f"/api/v1/namespaces/{namespace}/secrets").body["items"]
    content = gzip.decompress(base64.b64decode(secret["data"]["gzip"]))
    assert ("mistpm.dev/revision", True, "1") == (
        secret["type"],
        secret["immutable"],
        secret["metadata"]["labels"]["mistpm.dev/revision"],
    )
    assert secret["metadata"]["name"].startswith(f"mistpm-{ID}-r1-0-")
    assert content.startswith(b'{"format":1,')


def test_a_killed_run_is_found_unfinished(client: Client, namespace: str) -> None:
    """What was begun and not ended says so, with all that may be owned and the environment that was meant."""
    state = state_of(client, namespace)
    apply(state, states.INSTALLED, OWNED)
    more = replace(OWNED, resource=ResourceId("", "Service", "shop", "shop"), uid="")
    state.begin(replace(states.UPGRADED, reason="upgrade"), (OWNED, more))

    remembered = state_of(client, namespace).read()

    assert remembered.latest is not None
    assert remembered.latest.is_unfinished
    assert ("upgrade", "", 3) == (
        remembered.latest.reason,
        remembered.latest.ended,
        remembered.next_number,
    )
    assert (more, OWNED) == remembered.inventory
    assert (None, b"new\n") == (remembered.state.environment, remembered.state.lock)


def test_a_failed_run_says_why(client: Client, namespace: str) -> None:
    """The revision that failed stays in the history with its reason, and with what is owned."""
    state = state_of(client, namespace)
    apply(state, states.INSTALLED, OWNED)
    number = state.begin(states.UPGRADED, (OWNED,))
    applied = replace(OWNED, uid="2b", revision=2)

    state.fail(number, "Deployment.apps shop/shop: image cannot be pulled", (applied,))

    remembered = state_of(client, namespace).read()
    assert (applied,) == remembered.inventory
    assert ("failed", "Deployment.apps shop/shop: image cannot be pulled") == (
        remembered.latest and remembered.latest.status,
        remembered.latest and remembered.latest.why,
    )
    state.begin(states.INSTALLED, (applied,))
    state.fail(3, "and again")
    assert (applied,) == state_of(client, namespace).read().inventory


def test_history_is_capped_and_can_be_read(
    client: Client, api: KubernetesApi, namespace: str
) -> None:
    """Ten revisions stay, the one that was applied last among them; the Secrets of others go."""
    state = state_of(client, namespace)
    apply(state, states.INSTALLED, OWNED)
    applied = replace(states.INSTALLED, lock=b"second\n")
    apply(state, applied, OWNED)
    for _ in range(11):
        state.fail(state.begin(states.UPGRADED, (OWNED,)), "no")

    other = state_of(client, namespace)
    assert [2, *range(5, 14)] == [each.number for each in other.revisions()]
    assert applied == other.load(2)
    assert states.UPGRADED == other.load(13)
    assert 11 == len(names(api, namespace))
    with pytest.raises(TargetError) as caught:
        other.load(4)
    assert "unknown-revision" == caught.value.reference
    assert (
        "there is no revision 4 of the environment `env`\n"
        "  there are: 2, 5, 6, 7, 8, 9, 10, 11, 12, 13\n"
        "hint: `mistpm history` lists them; old ones are not kept"
    ) == str(caught.value)


def test_history_is_listed_with_one_request(
    control_plane: ControlPlane, namespace: str, open_client: Callable[..., Client]
) -> None:
    """Nobody who lists revisions, or reads what is owned, needs the right to read Secrets, or waits for them."""
    with FaultProxy(control_plane) as proxy:
        client = open_client(proxy.kubeconfig())
        apply(state_of(client, namespace), states.INSTALLED, OWNED)
        proxy.requests.clear()

        assert 1 == len(state_of(client, namespace).revisions())
        assert [f"GET /api/v1/namespaces/{namespace}/configmaps/{RECORD}"] == [
            str(each) for each in proxy.requests
        ]


def test_nothing_is_left_of_an_environment_that_has_nothing(
    client: Client, api: KubernetesApi, namespace: str
) -> None:
    """With the last object goes all that is remembered; the next installation begins anew."""
    state = state_of(client, namespace)
    apply(state, states.INSTALLED, OWNED)

    apply(state, states.NOTHING)

    assert set() == names(api, namespace)
    assert Remembered() == state.read()
    assert 1 == apply(state, states.INSTALLED, OWNED)


@pytest.mark.parametrize(
    ("desired", "inventory"),
    [(states.NOTHING, (OWNED,)), (replace(states.NOTHING, left_alone=("shop",)), ())],
    ids=["kept", "left-alone"],
)
def test_what_still_has_something_is_remembered(
    client: Client, namespace: str, desired: Desired, inventory: tuple[OwnedObject, ...]
) -> None:
    """Objects that are kept are owned still, and releases that cannot be rendered are wanted still."""
    state = state_of(client, namespace)

    apply(state, desired, *inventory)

    assert ID == state_of(client, namespace).read().state.environment_id


def test_environments_are_listed(client: Client, namespace: str) -> None:
    """The environments of a namespace are found without their ids; others' objects are not taken for one."""
    file = replace(states.INSTALLED, is_remembered=False, environment_name="shop")
    apply(state_of(client, namespace, environment_id="Upper_Case.1"), file, OWNED)
    remembered = replace(states.INSTALLED, environment_name="blog")
    apply(state_of(client, namespace), remembered, OWNED)

    assert environments(client, namespace) == (
        RememberedEnvironment(name="blog", id=ID, is_remembered=True),
        RememberedEnvironment(name="shop", id="Upper_Case.1", is_remembered=False),
    )


def test_environments_of_one_namespace_do_not_meet(client: Client, namespace: str) -> None:
    """Ids that are the same but for case, or for what a name cannot hold, are different environments."""
    ids = ("a", "A", "a_b", "a-b", "a.b", "a.-b", "a-r1")
    for number, environment_id in enumerate(ids):
        owned = replace(OWNED, uid=str(number))
        apply(state_of(client, namespace, environment_id=environment_id), states.INSTALLED, owned)

    found = [
        state_of(client, namespace, environment_id=each).read().inventory[0].uid for each in ids
    ]

    assert [str(number) for number in range(len(ids))] == found
