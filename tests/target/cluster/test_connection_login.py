"""Logging in: programs that the kubeconfig names, tokens that run out, against the real server."""

from __future__ import annotations

import base64
import itertools
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from control_plane import ControlPlane

from mistpm.errors import TargetError
from mistpm.target.cluster.api.api_error import ApiError, describe
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.api.connection import connect

V1 = "client.authentication.k8s.io/v1"
Open = Callable[..., Client]
Plugin = Callable[..., Path]


@pytest.fixture
def plugin(tmp_path: Path, control_plane: ControlPlane) -> Plugin:
    """Write a login program (a shell script) and give a kubeconfig that names it."""
    numbers = itertools.count()

    def write(script: str, **more: Any) -> Path:
        number = next(numbers)
        folder = control_plane.folder
        program = tmp_path / f"login-{number}"
        program.write_text(f"#!/bin/sh\necho run >> {tmp_path}/runs\n{script}\n")
        program.chmod(0o755)
        user = {"exec": {"apiVersion": V1, "command": str(program), **more}}
        assert folder.is_dir()
        return control_plane.kubeconfig_with(f"{tmp_path.name}-{number}", user)

    return write


def runs(tmp_path: Path) -> int:
    """Tell how often the programs of a test were run."""
    path = tmp_path / "runs"
    return len(path.read_text().splitlines()) if path.exists() else 0


def credential(**status: object) -> str:
    """Give a script that prints an `ExecCredential`."""
    document = {"apiVersion": V1, "kind": "ExecCredential", "status": status}
    return f"echo '{json.dumps(document)}'"


def admin_token(control_plane: ControlPlane) -> str:
    """Give the administrator's token."""
    document = json.loads(control_plane.kubeconfig().read_text())
    token = document["users"][0]["user"]["token"]
    assert isinstance(token, str)
    return token


def refusal(kubeconfig: Path, tmp_path: Path) -> str:
    """Give the reference and text of the error that logging in ends with; the folder is `DIR`."""
    with pytest.raises(TargetError) as caught:
        Client(connect(environ={"KUBECONFIG": str(kubeconfig)})).get("/version")
    return f"{caught.value.reference}\n{caught.value}".replace(str(tmp_path), "DIR")


def test_a_program_that_gives_a_token(
    control_plane: ControlPlane, plugin: Plugin, open_client: Open, tmp_path: Path
) -> None:
    """The program gets its arguments and variables, is run once, and what it prints is sent."""
    path = plugin(
        'token="$1$REST"\n'
        'echo "{\\"apiVersion\\": \\"$2\\", \\"kind\\": \\"ExecCredential\\",'
        ' \\"status\\": {\\"token\\": \\"$token\\"}}"',
        args=[admin_token(control_plane)[:5], V1],
        env=[{"name": "REST", "value": admin_token(control_plane)[5:]}],
    )
    client = open_client(path)

    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(lambda _: client.get("/api/v1/namespaces/default"), range(20)))

    assert {"default"} == {each["metadata"]["name"] for each in names}
    assert 1 == runs(tmp_path)


def test_a_program_that_gives_a_certificate(
    control_plane: ControlPlane, plugin: Plugin, open_client: Open
) -> None:
    """Instead of a token there may be a client certificate."""
    document = json.loads(control_plane.kubeconfig("certified").read_text())
    user = document["users"][0]["user"]
    script = (
        f"certificate=$(echo {user['client-certificate-data']} | base64 -d | sed 's/$/\\\\n/' | tr -d '\\n')\n"
        f"key=$(echo {user['client-key-data']} | base64 -d | sed 's/$/\\\\n/' | tr -d '\\n')\n"
        f'printf \'%s\' \'{{"apiVersion": "{V1}", "kind": "ExecCredential", "status": {{\'\n'
        'printf \'"clientCertificateData": "%s", "clientKeyData": "%s"}}\' "$certificate" "$key"'
    )
    client = open_client(plugin(script))

    assert "default" == client.get("/api/v1/namespaces/default")["metadata"]["name"]


def test_nothing_is_as_good_as_absent(
    control_plane: ControlPlane, plugin: Plugin, open_client: Open
) -> None:
    """Tools write `null` for what they leave out, in kubeconfigs and in credentials."""
    status = {"token": admin_token(control_plane), "clientCertificateData": None}
    script = credential(**status, clientKeyData=None, expirationTimestamp=None)
    client = open_client(plugin(script, args=None, env=None, installHint=None))

    assert "default" == client.get("/api/v1/namespaces/default")["metadata"]["name"]


def test_a_client_certificate(control_plane: ControlPlane, open_client: Open) -> None:
    """A kubeconfig with a client certificate in it needs nothing of the `kubernetes` package."""
    client = open_client(control_plane.kubeconfig("certified"))

    assert "default" == client.get("/api/v1/namespaces/default")["metadata"]["name"]


def test_a_token_that_is_not_accepted_is_had_again_once(
    control_plane: ControlPlane, plugin: Plugin, open_client: Open, tmp_path: Path
) -> None:
    """401 runs the program again, once for all that are told so at the same time."""
    good = credential(token=admin_token(control_plane))
    path = plugin(f"if [ -e {tmp_path}/again ]; then {good}; else {credential(token='old')}; fi")
    heard: list[str] = []
    client = open_client(path, hear=heard.append)
    with pytest.raises(ApiError):
        client.get("/api")
    (tmp_path / "again").touch()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: client.get("/api/v1/namespaces/default"), range(8)))

    assert 3 == runs(tmp_path)
    assert {"GET /api/v1/namespaces/default: 401 Unauthorized; logged in again"} == set(heard)


def test_credentials_that_are_never_accepted(
    plugin: Plugin, open_client: Open, tmp_path: Path
) -> None:
    """After the second 401 the user is told."""
    client = open_client(plugin(credential(token="nobody")))

    with pytest.raises(ApiError) as caught:
        client.get("/api")

    assert 2 == runs(tmp_path)
    error = describe(caught.value, title=client.title)
    assert (
        "cluster-unauthorized\n"
        "the cluster test does not know who you are\n"
        "  it said: Unauthorized\n"
        "hint: log in again, or renew the credentials of the context in your kubeconfig"
        == f"{error.reference}\n{error}"
    )


def test_an_expired_token_is_had_again_before_it_is_sent(
    control_plane: ControlPlane, plugin: Plugin, open_client: Open, tmp_path: Path
) -> None:
    """A program that says until when its token holds is run again then, without a 401."""
    token = admin_token(control_plane)
    past = "2026-01-01T00:00:00.123456789Z"
    heard: list[str] = []
    path = plugin(credential(token=token, expirationTimestamp=past))
    client = open_client(path, hear=heard.append)

    client.get("/api")
    client.get("/api")

    assert (2, []) == (runs(tmp_path), heard)


@pytest.mark.slow
def test_a_token_that_runs_out_in_between(
    control_plane: ControlPlane,
    namespace: str,
    plugin: Plugin,
    open_client: Open,
    tmp_path: Path,
) -> None:
    """A token that ends while we work is had again, and the work goes on."""
    api = control_plane.api()
    name = f"/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/{namespace}"
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": namespace},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "cluster-admin",
        },
        "subjects": [{"kind": "ServiceAccount", "name": "default", "namespace": namespace}],
    }
    api.apply(name, binding)
    api.wait_until_allowed(f"system:serviceaccount:{namespace}:default", "list nodes")
    tokens = tmp_path / "tokens"
    tokens.write_text(control_plane.token(namespace, "default", seconds=10))
    path = plugin(
        f'echo "{{\\"apiVersion\\": \\"{V1}\\", \\"kind\\": \\"ExecCredential\\",'
        f' \\"status\\": {{\\"token\\": \\"$(cat {tokens})\\"}}}}"'
    )
    heard: list[str] = []
    client = open_client(path, hear=heard.append)
    client.get("/api/v1/nodes")
    tokens.write_text(control_plane.token(namespace, "default", seconds=600))

    deadline = time.monotonic() + 60  # the server remembers a token for some seconds longer
    while not heard and time.monotonic() < deadline:
        assert client.get("/api/v1/nodes")["items"]

    api.delete(name)
    assert ["GET /api/v1/nodes: 401 Unauthorized; logged in again"] == heard
    assert 2 == runs(tmp_path)


def test_the_file_of_a_token_is_read_again(
    control_plane: ControlPlane, open_client: Open, tmp_path: Path
) -> None:
    """A token's file is read again when the server does not take what it had."""
    token = tmp_path / "token"
    token.write_text("old")
    path = control_plane.kubeconfig_with(tmp_path.name, {"tokenFile": str(token)})
    client = open_client(path)
    with pytest.raises(ApiError, match="Unauthorized"):
        client.get("/api")

    token.write_text(admin_token(control_plane))

    assert "default" == client.get("/api/v1/namespaces/default")["metadata"]["name"]


def test_a_program_that_is_missing(control_plane: ControlPlane, tmp_path: Path) -> None:
    """The kubeconfig's own words on how to install it are the hint."""
    user = {"exec": {"apiVersion": V1, "command": "aws-login-of-nobody", "args": ["token"]}}
    without = control_plane.kubeconfig_with(f"{tmp_path.name}-a", user)
    user["exec"]["installHint"] = "install it with: pip install nobody\n"
    with_hint = control_plane.kubeconfig_with(f"{tmp_path.name}-b", user)

    said = (
        "login-program-missing\n"
        "the program `aws-login-of-nobody`, which logs in to the cluster test, was not found\n"
        "  named by: user `test` in the kubeconfig\n"
        "hint: "
    )
    assert f"{said}install it, or put its folder into PATH" == refusal(without, tmp_path)
    assert f"{said}install it with: pip install nobody" == refusal(with_hint, tmp_path)


def test_a_program_that_may_not_be_run(plugin: Plugin, tmp_path: Path) -> None:
    """A file without the right to be run."""
    path = plugin("true")
    (tmp_path / "login-0").chmod(0o644)

    assert (
        "login-program-missing\n"
        "the program `DIR/login-0`, which logs in to the cluster test,"
        " cannot be run: permission denied\n"
        "  named by: user `test` in the kubeconfig\n"
        "hint: install it, or put its folder into PATH" == refusal(path, tmp_path)
    )


def test_a_program_that_fails(plugin: Plugin, tmp_path: Path) -> None:
    """What it said on its standard error is shown."""
    path = plugin("echo 'session expired' >&2; echo 'run: sso login' >&2; exit 3", args=["a b"])

    assert (
        "login-failed\n"
        "the program `DIR/login-0` could not log in to the cluster test: exit code 3\n"
        "  session expired\n"
        "  run: sso login\n"
        "hint: run it to see more: DIR/login-0 'a b'" == refusal(path, tmp_path)
    )


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (
            "echo hello",
            "what it printed is no ExecCredential: JSON is malformed: invalid character (byte 0)",
        ),
        (
            "echo '{}'",
            "what it printed is no ExecCredential: Object missing required field `kind`",
        ),
        (
            credential(token="a", expirationTimestamp="soon"),
            "what it printed is no ExecCredential: Invalid RFC3339 encoded datetime"
            " - at `$.status.expirationTimestamp`",
        ),
        (credential(), "it gave neither a token nor a certificate with its key"),
        (
            credential(clientCertificateData="a"),
            "it gave neither a token nor a certificate with its key",
        ),
        (
            credential(token="a").replace("/v1", "/v1beta1"),
            f"it printed {V1}beta1 where {V1} was asked for",
        ),
    ],
)
def test_a_program_that_prints_something_else(
    plugin: Plugin, tmp_path: Path, script: str, why: str
) -> None:
    """What it printed cannot be used."""
    assert (
        "login-failed\n"
        f"the program `DIR/login-0` could not log in to the cluster test: {why}\n"
        "hint: run it to see more: DIR/login-0" == refusal(plugin(script), tmp_path)
    )


def test_a_program_that_needs_a_terminal(plugin: Plugin, tmp_path: Path) -> None:
    """A program that says that it always asks something is not run where nobody can answer."""
    path = plugin("true", interactiveMode="Always")

    assert (
        "login-failed\n"
        "the program `DIR/login-0` could not log in to the cluster test:"
        " it wants to talk with you, and there is no terminal\n"
        "hint: run it to see more: DIR/login-0" == refusal(path, tmp_path)
    )
    assert 0 == runs(tmp_path)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"command": "aws"}, "Object missing required field `apiVersion`"),
        ({"apiVersion": V1}, "Object missing required field `command`"),
        (
            {"command": "aws", "apiVersion": "client.authentication.k8s.io/v1alpha1"},
            "Invalid enum value 'client.authentication.k8s.io/v1alpha1' - at `$.apiVersion`",
        ),
        (
            {"command": "aws", "apiVersion": V1, "args": [1]},
            "Expected `str`, got `int` - at `$.args[0]`",
        ),
    ],
)
def test_a_program_that_is_not_described_as_it_should(
    control_plane: ControlPlane, tmp_path: Path, given: dict[str, Any], why: str
) -> None:
    """A kubeconfig that does not say how a program is run."""
    path = control_plane.kubeconfig_with(tmp_path.name, {"exec": given})

    assert (
        f"kubeconfig-invalid\n`exec` of `test` in the kubeconfig cannot be used: {why}\n"
        "hint: log in again, or mend the kubeconfig" == refusal(path, tmp_path)
    )


def test_a_program_is_told_what_it_is_for(plugin: Plugin, tmp_path: Path) -> None:
    """As the `kubernetes` package tells it, also about the cluster where that is wanted."""
    from kubernetes.config.exec_provider import ExecProvider
    from kubernetes.config.kube_config import ConfigNode

    told = tmp_path / "told"
    script = f"echo $KUBERNETES_EXEC_INFO > {told}; {credential(token='a')}"
    document = json.loads(plugin(script, provideClusterInfo=True).read_text())
    cluster = document["clusters"][0]["cluster"]
    cluster["extensions"] = [
        {"name": "client.authentication.k8s.io/exec", "extension": {"audience": "x"}},
        {"name": "other", "extension": {}},
    ]
    path = tmp_path / "config"
    path.write_text(json.dumps(document))

    connect(environ={"KUBECONFIG": str(path)}).credentials.login()
    ours = json.loads(told.read_text())
    user = ConfigNode("exec", document["users"][0]["user"]["exec"])
    ExecProvider(user, None, ConfigNode("cluster", cluster)).run()
    theirs = json.loads(told.read_text())

    theirs["spec"]["cluster"].pop("extensions")
    assert theirs == ours


def test_a_program_beside_the_kubeconfig(
    control_plane: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative path starts at the kubeconfig; the authority's file is told by what is in it."""
    monkeypatch.chdir("/")
    document = json.loads(control_plane.kubeconfig().read_text())
    cluster = document["clusters"][0]["cluster"]
    authority = cluster.pop("certificate-authority-data")
    cluster["certificate-authority"] = "ca.crt"
    program = {"apiVersion": V1, "command": "bin/login", "provideClusterInfo": True}
    document["users"][0]["user"] = {"exec": program}
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "login").write_text(
        f"#!/bin/sh\necho $KUBERNETES_EXEC_INFO > {tmp_path}/told; {credential(token='a')}\n"
    )
    (tmp_path / "bin" / "login").chmod(0o755)
    (tmp_path / "ca.crt").write_bytes(base64.b64decode(authority))
    (tmp_path / "config").write_text(json.dumps(document))

    login = connect(environ={"KUBECONFIG": str(tmp_path / "config")}).credentials.login()

    told = json.loads((tmp_path / "told").read_text())
    assert {"Authorization": "Bearer a"} == login.headers
    assert {
        "interactive": False,
        "cluster": {"server": cluster["server"], "certificate-authority-data": authority},
    } == told["spec"]


@pytest.mark.parametrize(
    ("provider", "why"),
    [
        ({"name": "azure"}, "mistpm does not know the auth provider `azure`"),
        ({"name": "oidc"}, "the auth provider `oidc` gave no token"),
        ({"name": "oidc", "config": {"id-token": "a.b"}}, "the auth provider `oidc` gave no token"),
    ],
)
def test_auth_providers_of_older_kubeconfigs(
    control_plane: ControlPlane, tmp_path: Path, provider: dict[str, Any], why: str
) -> None:
    """What the `kubernetes` package can log in with is used; the rest is refused."""
    path = control_plane.kubeconfig_with(tmp_path.name, {"auth-provider": provider})

    assert (
        "login-failed\n"
        f"no login to the cluster test: {why}\n"
        "  named by: user `test` in the kubeconfig\n"
        "hint: log in again; newer kubeconfigs name a program instead (`exec`)"
        == refusal(path, tmp_path)
    )


def test_a_token_of_an_auth_provider(control_plane: ControlPlane, tmp_path: Path) -> None:
    """A token that an OpenID provider gave earlier, and that still holds, is sent."""
    parts = (b'{"alg": "none"}', b'{"exp": 4102444800}', b"signature")
    token = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    provider = {"name": "oidc", "config": {"id-token": token}}
    path = control_plane.kubeconfig_with(tmp_path.name, {"auth-provider": provider})

    login = connect(environ={"KUBECONFIG": str(path)}).credentials.login()

    assert {"Authorization": f"Bearer {token}"} == login.headers
