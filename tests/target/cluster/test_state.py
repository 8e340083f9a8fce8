"""What a cluster remembers of environments."""

from __future__ import annotations

import base64
import gzip
import itertools
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any, get_args

import crash_points
import desired_states as states
import pytest
from control_plane import ControlPlane
from crash_points import Crash
from fault_proxy import FaultProxy, reset_after
from kubernetes_api import KubernetesApi
from msgspec.structs import replace

from mistpm import __version__
from mistpm.errors import TargetError
from mistpm.model.resource import ResourceId
from mistpm.model.revision import RevisionSummary
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.memory import record, record_store
from mistpm.target.cluster.memory.inventory import OwnedObject, digest
from mistpm.target.cluster.memory.pieces import pack
from mistpm.target.cluster.memory.record import FORMAT
from mistpm.target.cluster.memory.record_store import RecordStore
from mistpm.target.cluster.memory.state import (
    ClusterState,
    Remembered,
    RememberedEnvironment,
    environments,
)
from mistpm.target.cluster.memory.state_store import StateStore
from mistpm.target.protocol import Desired, Owned, TargetState

ID = states.ID
RECORD = f"mistpm-{ID}"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DEPLOYMENT = ResourceId("apps", "Deployment", "shop", "shop")
OWNED = OwnedObject(
    resource=DEPLOYMENT, api_version="apps/v1", release="shop", uid="1a", revision=1
)


def state_of(client: Client, namespace: str, **arguments: Any) -> ClusterState:
    """Give the state of the environment that most tests are about, at noon."""
    arguments = {
        "environment_id": ID,
        "by": "anna@laptop",
        "now": lambda: NOON,
        **arguments,
    }
    return ClusterState(client, namespace=namespace, **arguments)


def apply(state: ClusterState, desired: Desired, *inventory: OwnedObject) -> int:
    """Begin and finish a revision."""
    state.read()
    number = state.begin(desired, inventory)
    state.finish(number, inventory)
    return number


def names(api: KubernetesApi, namespace: str) -> set[str]:
    """Give the names of all that the state namespace holds, but what every namespace has."""
    found = {
        each["metadata"]["name"]
        for plural in ("configmaps", "secrets")
        for each in api.get(f"/api/v1/namespaces/{namespace}/{plural}").body["items"]
    }
    return found - {"kube-root-ca.crt"}


def record_of(api: KubernetesApi, namespace: str, name: str = RECORD) -> dict[str, Any]:
    """Give the ConfigMap with the record."""
    body: dict[str, Any] = api.get(f"/api/v1/namespaces/{namespace}/configmaps/{name}").body
    return body


def summary(number: int, **fields: Any) -> RevisionSummary:
    """Give what is known of a revision of `INSTALLED`."""
    fields = {
        "status": "applied",
        "started": "2026-11-21T12:00:00Z",
        "ended": "2026-11-21T12:00:00Z",
        "by": "anna@laptop",
        "mistpm": __version__,
        "releases": {"db": "1.0.0", "shop": "1.0.0", "metrics": "1.0.0"},
        **fields,
    }
    return RevisionSummary(number=number, **fields)


def large(count: int, length: int = 3000) -> tuple[Desired, tuple[OwnedObject, ...]]:
    """Give many objects that do not compress, and what is owned then."""
    generator = random.Random(4711)  # noqa: S311 - not for secrets
    manifests = [
        states.manifest(
            "ConfigMap", f"app-{index}", data={"key": generator.randbytes(length).hex()}
        )
        for index in range(count)
    ]
    owned = tuple(
        OwnedObject(
            resource=each.id,
            api_version="v1",
            release="shop",
            uid=f"{generator.getrandbits(128):032x}",
            intent=digest(each.id.name.encode()),
            fields=digest(each.id.name.encode() * 2),
            revision=1,
        )
        for each in manifests
    )
    return states.desired(states.release("shop", *manifests), environment=b"{}"), owned


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


def damaged(**change: Any) -> Callable[[KubernetesApi, str], None]:
    """Give something that replaces fields of the record's ConfigMap."""

    def damage(api: KubernetesApi, namespace: str) -> None:
        path = f"/api/v1/namespaces/{namespace}/configmaps/{RECORD}"
        answer = api.request("PATCH", path, change, content_type="application/merge-patch+json")
        assert 200 == answer.status

    return damage


def packed(text: str) -> str:
    """Give a text as a record holds it."""
    return base64.b64encode(gzip.compress(text.encode())).decode()


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (damaged(binaryData=None), f"the ConfigMap `{RECORD}` has no `gzip`"),
        (
            damaged(binaryData={"gzip": "AAAA"}),
            "it cannot be decompressed: Error -3 while decompressing data: incorrect header check",
        ),
        (damaged(binaryData={"gzip": packed("[]")}), "Expected `object`, got `array`"),
        (
            damaged(binaryData={"gzip": packed('{"format": 1}')}),
            "Object missing required field `id`",
        ),
        (
            damaged(data={"pieces": "gone"}),
            "the ConfigMap `NAMESPACE/gone` is missing",
        ),
        (
            damaged(data={"pieces": "kube-root-ca.crt"}),
            "the ConfigMap `NAMESPACE/kube-root-ca.crt` has no `gzip`",
        ),
        (
            damaged(data={"pieces": RECORD}),
            f"the ConfigMap `NAMESPACE/{RECORD}` was changed",
        ),
    ],
)
def test_a_damaged_record_is_told(
    client: Client,
    api: KubernetesApi,
    namespace: str,
    damage: Callable[[KubernetesApi, str], None],
    why: str,
) -> None:
    """Whatever somebody made of the record: an error says what is wrong and what can be done."""
    apply(state_of(client, namespace), states.INSTALLED, OWNED)
    damage(api, namespace)

    with pytest.raises(TargetError) as caught:
        state_of(client, namespace).read()

    assert "state-damaged" == caught.value.reference
    assert str(caught.value) == (
        f"what the cluster test remembers of the environment `{ID}` cannot be read\n"
        f"  ConfigMap `{namespace}/{RECORD}`: {why.replace('NAMESPACE', namespace)}\n"
        "note: objects that are desired still are known by their labels all the same\n"
        "hint: restore it from a backup of the cluster\n"
        f"hint: or do without its history: `kubectl -n {namespace} delete configmap {RECORD}`"
    )


def test_a_record_of_a_newer_mistpm_is_refused(
    client: Client, api: KubernetesApi, namespace: str
) -> None:
    """Nothing that this mistpm does not know is read, and so nothing of it is written over."""
    apply(state_of(client, namespace), states.INSTALLED, OWNED)
    newer = packed(f'{{"format": {FORMAT + 1}, "secrets": "elsewhere"}}')
    damaged(binaryData={"gzip": newer})(api, namespace)

    with pytest.raises(TargetError) as caught:
        state_of(client, namespace).read()

    assert "state-too-new" == caught.value.reference
    assert str(caught.value) == (
        f"what the cluster test remembers of the environment `{ID}` was written by a newer mistpm\n"
        f"  it has the format {FORMAT + 1}; this mistpm reads {FORMAT}\n"
        "hint: update mistpm"
    )


def test_a_missing_piece_of_a_revision_is_told(
    client: Client, api: KubernetesApi, namespace: str
) -> None:
    """Who removed a Secret of ours loses one revision, not the environment."""
    state = state_of(client, namespace)
    apply(state, states.INSTALLED, OWNED)
    apply(state, states.UPGRADED, OWNED)
    [name] = [name for name in names(api, namespace) if "-r1-" in name]
    api.delete(f"/api/v1/namespaces/{namespace}/secrets/{name}")

    other = state_of(client, namespace)
    assert 2 == len(other.revisions())
    assert states.UPGRADED == other.load(2)
    with pytest.raises(TargetError) as caught:
        other.load(1)

    assert "revision-damaged" == caught.value.reference
    assert str(caught.value) == (
        "revision 1 of the environment `env` cannot be read\n"
        f"  the Secret `{namespace}/{name}` is missing\n"
        "hint: `mistpm history` lists the others"
    )


def grant(api: KubernetesApi, namespace: str, *rules: dict[str, Any]) -> None:
    """Let `developer` do something in a namespace."""
    group = "rbac.authorization.k8s.io"
    path = f"/apis/{group}/v1/namespaces/{namespace}"
    api.create(f"{path}/roles", {"metadata": {"name": "own"}, "rules": list(rules)})
    binding = {
        "metadata": {"name": "own"},
        "roleRef": {"apiGroup": group, "kind": "Role", "name": "own"},
        "subjects": [{"apiGroup": group, "kind": "User", "name": "developer"}],
    }
    assert 201 == api.create(f"{path}/rolebindings", binding).status


STATE_RIGHTS = {
    "apiGroups": [""],
    "resources": ["configmaps", "secrets"],
    "verbs": ["get", "list", "create", "update", "delete"],
}


def test_rights_on_one_namespace_are_enough(
    control_plane: ControlPlane,
    api: KubernetesApi,
    namespace: str,
    open_client: Callable[..., Client],
) -> None:
    """Who may write ConfigMaps and Secrets of a namespace may keep state there, and nothing else is needed."""
    grant(api, namespace, STATE_RIGHTS)
    client = open_client(control_plane.kubeconfig("developer"))
    state = state_of(client, namespace)

    apply(state, states.INSTALLED, OWNED)
    listed = environments(client, namespace)
    apply(state, states.NOTHING)

    assert [ID] == [each.id for each in listed]
    assert set() == names(api, namespace)


def test_a_viewer_reads_all_but_revisions(
    control_plane: ControlPlane,
    api: KubernetesApi,
    client: Client,
    namespace: str,
    open_client: Callable[..., Client],
) -> None:
    """State and history need only ConfigMaps; what a revision desired names the right that is missing."""
    apply(state_of(client, namespace), states.INSTALLED, OWNED)
    grant(
        api, namespace, {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]}
    )
    state = state_of(open_client(control_plane.kubeconfig("developer")), namespace)

    assert ((OWNED,), 1) == (state.read().inventory, len(state.revisions()))
    with pytest.raises(TargetError) as caught:
        state.load(1)
    assert str(caught.value) == (
        "the cluster test does not let `developer` get `secrets` in the namespace "
        f"`{namespace}`\n"
        "hint: ask for a role that allows it\n"
        "hint: or keep the state where you may write: `--state-namespace NAME`,"
        " or `state: {namespace: NAME}` in mistpm.yaml"
    )


def test_a_namespace_that_may_not_be_made_is_told(
    control_plane: ControlPlane,
    api: KubernetesApi,
    namespace: str,
    open_client: Callable[..., Client],
) -> None:
    """Where the namespace is missing and the user may not make it, that is said, and what else can be done."""
    group = "rbac.authorization.k8s.io"
    name = f"state-everywhere-{namespace}"
    api.create(
        f"/apis/{group}/v1/clusterroles", {"metadata": {"name": name}, "rules": [STATE_RIGHTS]}
    )
    api.create(
        f"/apis/{group}/v1/clusterrolebindings",
        {
            "metadata": {"name": name},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": name},
            "subjects": [{"apiGroup": group, "kind": "User", "name": "developer"}],
        },
    )
    state = state_of(open_client(control_plane.kubeconfig("developer")), "mistpm-system-missing")
    try:
        with pytest.raises(TargetError) as caught:
            apply(state, states.INSTALLED, OWNED)
    finally:
        api.delete(f"/apis/{group}/v1/clusterrolebindings/{name}")
        api.delete(f"/apis/{group}/v1/clusterroles/{name}")

    assert "state-namespace-missing" == caught.value.reference
    assert str(caught.value) == (
        "the cluster test has no namespace `mistpm-system-missing` to remember the environment "
        "in, and you may not make it\n"
        "hint: have it made by somebody who may, or keep the state in a namespace that there is: "
        "`state: {namespace: NAME}` in mistpm.yaml"
    )


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
