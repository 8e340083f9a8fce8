"""People who may do little: one namespace, not quite everything in it, or only look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from command_line import CommandLine
from control_plane import ControlPlane
from kubernetes_api import KubernetesApi, is_gone, is_there
from made_cluster_shop import ClusterShop

RBAC = "rbac.authorization.k8s.io"


@pytest.fixture
def shop(open_shop: Callable[[str], ClusterShop], namespace: str) -> ClusterShop:
    """Give an environment whose state is in the namespace that it is in itself."""
    made = open_shop("work")
    made.state_namespace = namespace
    made.write(
        releases={
            "web": made.release(),
            "front": made.release("toy/apps/front", bind={"web": "web"}),
            "vault": made.release("toy/apps/vault"),
        }
    )
    return made


@pytest.fixture
def account(
    control_plane: ControlPlane, api: KubernetesApi, shop: ClusterShop, namespace: str
) -> Callable[..., CommandLine]:
    """Give a function that makes a service account with a role in the namespace, and works as it."""

    def make(role: str, *rules: dict[str, Any]) -> CommandLine:
        root = f"/apis/{RBAC}/v1/namespaces/{namespace}"
        metadata = {"name": role, "namespace": namespace}
        kind = "ClusterRole"
        if rules:
            kind = "Role"
            api.create(f"{root}/roles", {"metadata": metadata, "rules": rules})
        api.create(f"/api/v1/namespaces/{namespace}/serviceaccounts", {"metadata": metadata})
        api.create(
            f"{root}/rolebindings",
            {
                "metadata": metadata,
                "roleRef": {"apiGroup": RBAC, "kind": kind, "name": role},
                "subjects": [{"kind": "ServiceAccount", **metadata}],
            },
        )
        account = f"system:serviceaccount:{namespace}:{role}"
        api.wait_until_allowed(account, "list configmaps", namespace=namespace)
        token = control_plane.token(namespace, role, seconds=3000)
        kubeconfig = control_plane.kubeconfig_with(f"{role}-{namespace}", {"token": token})
        return CommandLine(shop.folder, kubeconfig)

    return make


def rule(groups: str, kinds: str, *verbs: str) -> dict[str, Any]:
    """Give what a role allows; groups and kinds with commas."""
    return {"apiGroups": groups.split(","), "resources": kinds.split(","), "verbs": verbs}


def objects(shop: ClusterShop) -> dict[str, Any]:
    """Give the versions of everything that somebody made in the namespace."""
    found = {}
    for path in ("api/v1", "apis/apps/v1", "apis/coordination.k8s.io/v1"):
        kinds = {"api/v1": ("configmaps", "secrets"), "apis/apps/v1": ("deployments",)}
        for kind in kinds.get(path, ("leases",)):
            answer = shop.api.get(f"/{path}/namespaces/{shop.namespace}/{kind}")
            for item in answer.body["items"]:
                metadata = item["metadata"]
                found[f"{kind} {metadata['name']}"] = metadata["resourceVersion"]
    return found


def test_one_namespace_is_enough(shop: ClusterShop, account: Callable[..., CommandLine]) -> None:
    """Whoever may do everything in one namespace installs, upgrades, looks, goes back, and takes away."""
    line = account("everything", rule("*", "*", "*"))
    line.do("install", "--yes")
    before = shop.data("web")
    shop.write(releases={"web": shop.release(inputs={"text": "new"})})
    line.do("install", "--yes", "--remove-unneeded")

    assert "new" == shop.data("web")["text"]
    assert is_gone(shop.get("api/v1/configmaps", "front"))

    line.do("rollback", "1", "--yes")

    assert before == shop.data("web")
    assert is_there(shop.get("api/v1/secrets", "vault"))
    assert line.do("status").startswith("Environment shop in cluster test\n")
    assert 3 == line.do("history").count(" applied ")

    line.do("uninstall", "web", "front", "vault", "--yes")

    assert ["configmaps kube-root-ca.crt"] == list(objects(shop))


def test_the_role_that_admins_of_a_namespace_have(
    shop: ClusterShop, account: Callable[..., CommandLine]
) -> None:
    """What Kubernetes calls `admin` of a namespace is enough, too."""
    line = account("admin")

    line.do("install", "--yes")

    assert {"at": "web"} == shop.data("front")


def test_a_right_that_is_missing(shop: ClusterShop, account: Callable[..., CommandLine]) -> None:
    """Every one is named, with verb, kind and namespace, before anything is changed."""
    line = account(
        "not-quite",
        rule("", "configmaps,secrets", "*"),
        rule("coordination.k8s.io", "leases", "*"),
        rule("apps", "deployments", "get", "list", "watch", "patch"),
    )
    before = objects(shop)
    ended = line.run("install", "--yes")

    assert 74 == ended.code, ended.text
    assert ended.text[ended.text.index("error:") :] == (
        "error: you lack rights in the cluster test; nothing was changed [cluster-forbidden]\n"
        f"  not allowed: create deployments.apps in the namespace {shop.namespace}\n"
        "hint: ask for a role that allows it\n"
    )
    assert before == objects(shop)


def test_who_may_only_look(
    shop: ClusterShop, account: Callable[..., CommandLine], control_plane: ControlPlane
) -> None:
    """The role `view` sees no Secrets and may not try anything out: what differs is shown as far as that goes."""
    CommandLine(shop.folder, control_plane.kubeconfig()).do("install", "--yes")
    before = objects(shop)
    line = account("view")

    status = line.do("status")

    assert "front    toy/apps/front" in status
    assert f"Secret {shop.namespace}/vault unknown: you may not list its kind" in status
    assert "toy/apps/front" in line.do("why", "web")
    assert "Nothing to do" in line.do("plan")

    shop.write(
        releases={
            "web": shop.release(inputs={"text": "new"}),
            "front": shop.release("toy/apps/front", bind={"web": "web"}),
            "vault": shop.release("toy/apps/vault"),
        }
    )
    shown, plan = line.run("diff"), line.do("plan")

    assert 1 == shown.code, shown.text
    assert "-  text: hello\n+  text: new\n" in shown.text
    assert "compared without the server" in plan
    assert f"~ ConfigMap {shop.namespace}/web" in plan
    assert 74 == line.run("status", "--drift").code

    ended = line.run("install", "--yes")

    assert 74 == ended.code, ended.text
    assert "[cluster-forbidden]" in ended.text
    assert before == objects(shop)
