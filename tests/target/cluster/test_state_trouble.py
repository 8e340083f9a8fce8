"""What is remembered and cannot be read or written: damaged, newer, missing, forbidden."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable
from typing import Any

import desired_states as states
import pytest
from control_plane import ControlPlane
from kubernetes_api import KubernetesApi
from made_states import (
    ID,
    OWNED,
    RECORD,
    apply,
    names,
    state_of,
)

from mistpm.errors import TargetError
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.memory.record import FORMAT
from mistpm.target.cluster.memory.state import (
    environments,
)


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
    api.wait_until_allowed("developer", "get configmaps", namespace=namespace)


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
        "hint: ask for a role that allows it"
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
    api.wait_until_allowed("developer", "get configmaps")
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
