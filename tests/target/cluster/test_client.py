"""Requests to the real API server, and its refusals as users read them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from control_plane import ControlPlane
from eventually import eventually
from kubernetes_api import KubernetesApi
from scripted_api import status

from mistpm.model.resource import ResourceId
from mistpm.target.cluster.api.api_error import ApiError, Cause, describe, from_answer
from mistpm.target.cluster.api.client import Client

Open = Callable[..., Client]
MENU = ResourceId("", "ConfigMap", "shop", "menu")


def config_map(name: str = "menu", **more: Any) -> dict[str, Any]:
    """Give a ConfigMap."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, **more}


def deployment(**spec: Any) -> dict[str, Any]:
    """Give a Deployment that is right but for `spec`."""
    pod = {
        "metadata": {"labels": {"app": "a"}},
        "spec": {"containers": [{"name": "a", "image": "a"}]},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "a"},
        "spec": {"selector": {"matchLabels": {"app": "a"}}, "template": pod, **spec},
    }


def told(error: ApiError, resource: object = None) -> str:
    """Give the reference and text of what a user sees."""
    shown = describe(error, title="cluster prod", resource=resource)
    return f"{shown.reference}\n{shown}"


def refusal(client: Client, path: str, body: dict[str, Any]) -> ApiError:
    """Apply what is refused."""
    with pytest.raises(ApiError) as caught:
        client.apply(path, body)
    return caught.value


def test_applying(client: Client, namespace: str) -> None:
    """The first time makes, the second changes; we are the manager of what we applied."""
    path = f"/api/v1/namespaces/{namespace}/configmaps/menu"

    made = client.apply(path, config_map(data={"a": "1"}))
    again = client.apply(path, config_map(data={"a": "2"}))

    assert (201, 200) == (made.status, again.status)
    entry = again.data["metadata"]["managedFields"][0]
    assert ("mistpm", "Apply") == (entry["manager"], entry["operation"])
    assert {"a": "2"} == client.get(path)["data"]


def test_trying_an_apply_out(client: Client, namespace: str) -> None:
    """A dry run answers as an apply does, and leaves nothing."""
    path = f"/api/v1/namespaces/{namespace}/configmaps/menu"

    answer = client.apply(path, config_map(), dry_run=True)

    assert 201 == answer.status
    with pytest.raises(ApiError) as caught:
        client.get(path)
    assert caught.value.is_not_found
    assert not caught.value.is_unserved


def test_every_character_arrives(client: Client, namespace: str) -> None:
    """The server reads what is applied as YAML, where some characters end lines or are forbidden."""
    path = f"/api/v1/namespaces/{namespace}/configmaps/menu"
    telling = [*range(0x20, 0xD800), *range(0xE000, 0x10000), 0x1F600, 0x10FFFF, 0, 1, 9, 10, 13]
    text = "".join(map(chr, telling))

    client.apply(path, config_map(data={"text": text}))

    assert text == client.get(path)["data"]["text"]


def test_warnings_are_given(client: Client, namespace: str) -> None:
    """What the server warns of comes with its answer."""
    path = f"/api/v1/namespaces/{namespace}/endpoints/old"
    answer = client.apply(
        path, {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "old"}}
    )

    expected = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"
    assert (expected,) == answer.warnings


def test_deleting(client: Client, namespace: str) -> None:
    """What is gone is no error; another object of that name is not deleted."""
    path = f"/api/v1/namespaces/{namespace}/configmaps/menu"
    client.apply(path, config_map())
    uid = client.get(path)["metadata"]["uid"]

    with pytest.raises(ApiError) as caught:
        client.delete(path, uid="another")
    first = client.delete(path, uid=uid)
    second = client.delete(path, uid=uid)

    assert (True, False) == (first, second)
    assert caught.value.is_conflict
    assert (
        "cluster-refused\n"
        "the cluster prod refused `ConfigMap shop/menu`: Operation cannot be fulfilled on ConfigMap"
        ' "menu": the UID in the precondition (another) does not match the UID in record'
        f" ({uid}). The object might have been deleted and then recreated"
        == told(caught.value, MENU)
    )


def test_lists_in_pages(client: Client, namespace: str) -> None:
    """A list comes in pages of the size that is asked for, all of one state."""
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    with ThreadPoolExecutor(8) as pool:
        names = [f"item-{number}" for number in range(7)]
        list(pool.map(lambda name: client.apply(f"{path}/{name}", _labelled(name)), names))

    pages = list(client.pages(path, limit=3, labelSelector="here=yes"))

    assert [3, 3, 1] == [len(page["items"]) for page in pages]
    assert 1 == len({page["metadata"]["resourceVersion"] for page in pages})
    assert names == [item["metadata"]["name"] for page in pages for item in page["items"]]


def _labelled(name: str) -> dict[str, Any]:
    return config_map(metadata={"name": name, "labels": {"here": "yes"}})


def test_text_that_is_asked_for(client: Client) -> None:
    """What is no JSON is given as text, where text is asked for."""
    answer = client.request("GET", "/healthz", accept="text/plain")

    assert "ok" == answer.data


def test_a_conflict_names_fields_and_managers(
    client: Client, api: KubernetesApi, namespace: str
) -> None:
    """Fields of others are not taken, unless forced."""
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/a"
    api.apply(path, deployment(replicas=2, paused=True), manager="kubectl")

    error = refusal(client, path, deployment(replicas=3, paused=False))
    forced = client.apply(path, deployment(replicas=3, paused=False), force=True)

    conflict = 'conflict with "kubectl"'
    reason = "FieldManagerConflict"
    assert error.is_field_conflict
    assert (
        Cause(field=".spec.paused", reason=reason, message=conflict),
        Cause(field=".spec.replicas", reason=reason, message=conflict),
    ) == error.causes
    assert (
        "cluster-refused\n"
        "the cluster prod refused `ConfigMap shop/menu`: others manage fields of it\n"
        '  .spec.paused: conflict with "kubectl"\n'
        '  .spec.replicas: conflict with "kubectl"' == told(error, MENU)
    )
    assert 3 == forced.data["spec"]["replicas"]


def test_what_does_not_fit_the_schema(client: Client, namespace: str) -> None:
    """Fields that a kind does not have: server-side apply answers 500, of which we make sense."""
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/a"

    one = refusal(client, path, deployment(bogus=1))
    body = deployment(replicas="many")
    body["spec"]["template"]["metadata"]["bogus"] = 1
    two = refusal(client, path, body)

    assert one.is_invalid
    assert (500, True) == (two.status, two.is_invalid)
    assert (
        "cluster-refused\n"
        "the cluster prod refused `ConfigMap shop/menu`: it does not fit its schema\n"
        "  .spec.bogus: field not declared in schema" == told(one, MENU)
    )
    assert (
        "cluster-refused\n"
        "the cluster prod refused `ConfigMap shop/menu`: it does not fit its schema\n"
        "  .spec.replicas: expected numeric (int or float), got string\n"
        "  .spec.template.metadata.bogus: field not declared in schema" == told(two, MENU)
    )


def test_what_is_not_valid(client: Client, namespace: str) -> None:
    """One cause is told in the line, several each on their own."""
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/a"

    one = refusal(client, path, deployment(replicas=-1))
    two = refusal(client, path, deployment(replicas=-1, minReadySeconds=-1))

    assert one.is_invalid
    assert (
        "cluster-refused\n"
        "the cluster prod refused `ConfigMap shop/menu`:"
        " spec.replicas: Invalid value: -1: must be greater than or equal to 0" == told(one, MENU)
    )
    assert (
        "cluster-refused\n"
        "the cluster prod refused `ConfigMap shop/menu`: it is not valid\n"
        "  spec.replicas: Invalid value: -1: must be greater than or equal to 0\n"
        "  spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0"
        == told(two, MENU)
    )


def test_what_is_not_there(client: Client) -> None:
    """A namespace that is missing, and an API that nobody serves."""
    without = refusal(client, "/api/v1/namespaces/nowhere/configmaps/a", config_map("a"))
    unserved = refusal(client, "/apis/example.org/v1/things/a", {"kind": "Thing"})

    assert (True, False) == (without.is_not_found, without.is_unserved)
    assert ("namespaces", "nowhere") == (without.kind, without.name)
    assert (True, True) == (unserved.is_not_found, unserved.is_unserved)
    assert (
        "cluster-refused\n"
        'the cluster prod refused `ConfigMap shop/menu`: namespaces "nowhere" not found'
        == told(without, MENU)
    )


def test_what_is_too_large(client: Client, namespace: str) -> None:
    """A ConfigMap of three megabytes is refused, not half sent."""
    path = f"/api/v1/namespaces/{namespace}/configmaps/menu"

    error = refusal(client, path, config_map(data={"a": "x" * 3_000_000}))

    assert told(error, MENU).startswith(
        "cluster-refused\nthe cluster prod refused `ConfigMap shop/menu`: "
    )
    assert error.status in {413, 422}


def test_rights_that_are_missing(
    control_plane: ControlPlane, open_client: Open, namespace: str
) -> None:
    """Who may not is told what: verb, resource and namespace."""
    developer = open_client(control_plane.kubeconfig("developer"))

    inside = refusal(developer, f"/apis/apps/v1/namespaces/{namespace}/deployments/a", deployment())
    with pytest.raises(ApiError) as outside:
        developer.get("/api/v1/nodes")
    with pytest.raises(ApiError) as path:
        developer.get("/metrics")

    hint = "hint: ask for a role that allows it"
    assert inside.is_right_missing
    assert (
        "cluster-forbidden\n"
        "the cluster prod does not let `developer` patch `deployments.apps`"
        f" in the namespace `{namespace}`\n"
        "  ConfigMap shop/menu\n"
        f"{hint}" == told(inside, MENU)
    )
    assert (
        "cluster-forbidden\n"
        "the cluster prod does not let `developer` list `nodes` in the whole cluster\n"
        f"{hint}" == told(outside.value)
    )
    assert (
        "cluster-forbidden\n"
        f"the cluster prod does not let `developer` get `/metrics`\n{hint}" == told(path.value)
    )


def test_a_quota(client: Client, namespace: str) -> None:
    """A 403 that is no missing right is told in the server's words."""
    root = f"/api/v1/namespaces/{namespace}"
    hard = {"hard": {"count/configmaps": "0"}}
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "few"}, "spec": hard}
    client.apply(f"{root}/resourcequotas/few", quota)
    eventually(lambda: "hard" in client.get(f"{root}/resourcequotas/few").get("status", {}))

    error = refusal(client, f"{root}/configmaps/menu", config_map())

    assert (True, False) == (error.is_forbidden, error.is_right_missing)
    assert (
        "cluster-refused\n"
        "the cluster prod refused `ConfigMap shop/menu`: exceeded quota: few, requested:"
        " count/configmaps=1, used: count/configmaps=N, limited: count/configmaps=0"
        == re.sub(r"used: count/configmaps=\d", "used: count/configmaps=N", told(error, MENU))
    )


def test_a_namespace_that_was_just_made(client: Client, api: KubernetesApi) -> None:
    """Pods can be made in it at once, though its service account is not there yet."""
    root = "/api/v1/namespaces/just-made"
    client.apply(root, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "just-made"}})
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "a"},
        "spec": {
            "containers": [{"name": "a", "image": "a"}],
            "terminationGracePeriodSeconds": 0,
        },
    }

    answer = client.apply(f"{root}/pods/a", pod)

    api.delete(root)
    assert 201 == answer.status


def test_threads_share_a_client(client: Client, namespace: str) -> None:
    """A client is asked by many threads at once."""
    path = f"/api/v1/namespaces/{namespace}/configmaps"

    with ThreadPoolExecutor(16) as pool:
        answers = pool.map(
            lambda number: client.apply(f"{path}/c{number}", config_map(f"c{number}")), range(60)
        )
        statuses = {answer.status for answer in answers}

    assert {201} == statuses


@pytest.mark.slow
def test_a_server_that_is_killed_and_started_again(
    own_control_plane: ControlPlane, open_client: Open
) -> None:
    """A request that comes while the server is away is answered when it is back."""
    heard: list[str] = []
    client = open_client(own_control_plane.kubeconfig(), hear=heard.append)
    path = "/api/v1/namespaces/default/configmaps/menu"
    client.apply(path, config_map(data={"a": "1"}))

    own_control_plane.kill()
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(client.apply, path, config_map(data={"a": "2"}))
        own_control_plane.start()
        answer = asked.result()

    assert {"a": "2"} == answer.data["data"]
    assert heard[0].startswith(f"PATCH {path}: ")
    assert heard[0].endswith(" s")


@pytest.mark.slow
def test_a_server_that_hangs(own_control_plane: ControlPlane, open_client: Open) -> None:
    """A server that does not answer is asked again after the time that was allowed."""
    heard: list[str] = []
    client = open_client(own_control_plane.kubeconfig(), hear=heard.append)
    client.get("/version")

    own_control_plane.pause()
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(client.request, "GET", "/version", seconds=0.2)
        eventually(lambda: heard)
        own_control_plane.resume()
        answer = asked.result()

    assert 200 == answer.status
    assert heard[0].startswith(
        f"GET /version: `{own_control_plane.address}` said nothing for 0.2 seconds; trying again in"
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "Bad Gateway"),
        (b"upstream  is\n away", "upstream is away"),
        (b"x" * 1000 + b"why", "x" * 279 + "…" + "x" * 117 + "why"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"[1, 2]", "[1, 2]"),
    ],
)
def test_bodies_that_are_no_status(body: bytes, expected: str) -> None:
    """Whatever stands in front of an API server may answer: the first words of it are shown."""
    error = from_answer("GET", "/api", 502, {}, body)

    assert ("Bad Gateway", expected) == (error.reason, error.message)


def test_pages_for_people_are_not_shown() -> None:
    """HTML is no message."""
    page = b"<html><body>502 Bad Gateway</body></html>"
    error = from_answer("GET", "/api", 502, {"Content-Type": "text/html; charset=utf-8"}, page)

    assert "GET /api: 502 Bad Gateway: Bad Gateway" == str(error)


def test_a_status_that_has_no_name() -> None:
    """Statuses that only a load balancer gives."""
    assert "HTTP 599" == from_answer("GET", "/api", 599, {}, b"").reason


def test_how_long_to_wait_may_stand_in_the_body() -> None:
    """Kubernetes says it in `details` too."""
    body = json.dumps(status(504, "Timeout", "slow", retryAfterSeconds=7).body).encode()

    assert 7 == from_answer("GET", "/api", 504, {}, body).retry_after
