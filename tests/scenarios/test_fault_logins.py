"""Credentials that run out in the middle of a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from applied_environment import AppliedEnvironment
from control_plane import ControlPlane
from kubernetes_api import Answer, KubernetesApi
from workloads import config_map, deployment

from mistpm.errors import TargetError
from mistpm.model.progress import Progress
from mistpm.target.protocol import Desired

BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"
PROGRAM = """\
#!/bin/sh
number=$(($(cat "{folder}/runs") + 1))
echo $number > "{folder}/runs"
token=$(cat "{folder}/token-$number" || exit 1)
echo '{{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",'
echo '"status": {{"token": "'$token'"}}}}'
"""


@pytest.fixture
def account(api: KubernetesApi, namespace: str) -> Iterator[str]:
    """Have a service account that may do everything; its name."""
    metadata = {"name": "deployer", "namespace": namespace}
    api.create(f"/api/v1/namespaces/{namespace}/serviceaccounts", {"metadata": metadata})
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
    api.create(
        BINDINGS,
        {
            "metadata": {"name": f"deployer-{namespace}"},
            "roleRef": role,
            "subjects": [{"kind": "ServiceAccount", **metadata}],
        },
    )
    account = f"system:serviceaccount:{namespace}:deployer"
    api.wait_until_allowed(account, "create namespaces")
    yield "deployer"
    api.delete(f"{BINDINGS}/deployer-{namespace}")


def two_releases(environment: AppliedEnvironment) -> Desired:
    """Give a release that others wait for, which takes a while."""
    first = environment.release("first", deployment("web"))
    rest = environment.release("rest", *(config_map(f"number-{number}") for number in range(5)))
    return environment.desired(first, rest, needs={"rest": ("first",)})


def is_refused(answer: Answer) -> bool:
    """Tell that a token is not accepted any more."""
    return answer.status == 401


def until_over(control_plane: ControlPlane, environment: AppliedEnvironment, token: str) -> None:
    """Wait, when the first object was written, until a token has run out."""

    def hear(told: Progress) -> None:
        if told.phase == "applied" and told.resource and told.resource.name == "web":
            control_plane.api(token=token).wait_for("/api", is_refused)

    environment.on_told = hear


def test_a_token_that_runs_out_is_had_again(
    control_plane: ControlPlane, environment: AppliedEnvironment, account: str, tmp_path: Path
) -> None:
    """The program that logs in is run once more, and nobody notices but who looks."""
    first = control_plane.token(environment.namespace, account, seconds=5)
    second = control_plane.token(environment.namespace, account, seconds=600)
    (tmp_path / "runs").write_text("0", "utf-8")
    (tmp_path / "token-1").write_text(first, "utf-8")
    (tmp_path / "token-2").write_text(second, "utf-8")
    program = tmp_path / "login"
    program.write_text(PROGRAM.format(folder=tmp_path), "utf-8")
    program.chmod(0o700)
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": str(program),
        "interactiveMode": "Never",
    }
    environment.kubeconfig = control_plane.kubeconfig_with("plugin", {"exec": plugin})
    until_over(control_plane, environment, first)

    environment.apply(two_releases(environment))

    assert [f"number-{number}" for number in range(5)] == environment.names("configmaps")
    assert "2" == (tmp_path / "runs").read_text("utf-8").strip()
    assert any(note.endswith("401 Unauthorized; logged in again") for note in environment.notes)


def test_a_token_that_runs_out_for_good(
    control_plane: ControlPlane, environment: AppliedEnvironment, account: str
) -> None:
    """The run stops and says what is to be done; with another token the next run does the rest."""
    token = control_plane.token(environment.namespace, account, seconds=5)
    admin = environment.kubeconfig
    environment.kubeconfig = control_plane.kubeconfig_with("short", {"token": token})
    until_over(control_plane, environment, token)
    desired = two_releases(environment)

    with pytest.raises(TargetError) as raised:
        environment.apply(desired)

    assert "cluster-unauthorized" == raised.value.reference
    assert str(raised.value).startswith(
        "the cluster test does not know who you are\n  it said: Unauthorized\n"
    )
    assert raised.value.hint == (
        "log in again, or renew the credentials of the context in your kubeconfig"
    )
    assert [] == environment.names("configmaps")

    environment.kubeconfig = admin
    environment.on_told = lambda _told: None
    environment.apply(desired)

    assert [f"number-{number}" for number in range(5)] == environment.names("configmaps")
    assert ("applied", "") == environment.status()
