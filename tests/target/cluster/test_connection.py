"""Which cluster a command means, read from kubeconfigs as kubectl reads them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from control_plane import ControlPlane
from made_kubeconfigs import encoded, kubeconfig

from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.api.connection import Connection, connect, in_cluster
from mistpm.target.cluster.api.credentials import Stored, StoredCredentials

Write = Callable[..., Path]


def test_the_current_context(write: Write) -> None:
    """A context names cluster, user and namespace; the rest has defaults."""
    write(kubeconfig(user={"token": "secret"}, context={"namespace": "shop"}))

    expected = Connection(
        server="https://prod.example.org:6443",
        title="cluster prod",
        context="prod",
        namespace="shop",
        credentials=StoredCredentials(token=Stored(data=b"secret")),
    )
    assert expected == connect()
    assert {"Authorization": "Bearer secret"} == connect().credentials.login().headers


def test_everything_that_a_cluster_can_say(write: Write) -> None:
    """TLS, its name and a proxy are the cluster's."""
    cluster = {
        "server": "https://10.0.0.1:6443/",
        "certificate-authority-data": encoded("CA"),
        "tls-server-name": "kubernetes",
        "proxy-url": "http://proxy.example.org:3128",
    }
    write(kubeconfig(cluster=cluster))

    connection = connect()

    assert "https://10.0.0.1:6443" == connection.server
    assert b"CA" == connection.authority
    assert "kubernetes" == connection.server_name
    assert "http://proxy.example.org:3128" == connection.proxy
    assert "default" == connection.namespace
    assert connection.is_verified


def test_skipping_verification(write: Write) -> None:
    """A cluster may say that its certificate is not to be looked at; then its authority does not count."""
    cluster = {
        "server": "https://a:1",
        "insecure-skip-tls-verify": True,
        "certificate-authority": "not-there.crt",
    }
    write(kubeconfig(cluster=cluster))

    connection = connect()

    assert (False, b"") == (connection.is_verified, connection.authority)


def test_files_are_beside_the_kubeconfig_that_names_them(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Relative paths start at the kubeconfig, not at the current folder."""
    monkeypatch.chdir("/")
    user = {"client-certificate": "me.crt", "client-key": "me.key", "tokenFile": "token"}
    cluster = {"server": "https://a:1", "certificate-authority": "keys/ca.crt"}
    write(kubeconfig(user=user, cluster=cluster), "home/config")
    for name, text in {"me.crt": "C", "me.key": "K", "keys/ca.crt": "CA", "token": "T\n"}.items():
        (tmp_path / "home" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "home" / name).write_text(text)

    connection = connect()
    login = connection.credentials.login()

    assert b"CA" == connection.authority
    assert (b"C", b"K") == (login.certificate, login.key)
    assert {"Authorization": "Bearer T"} == login.headers


def test_data_counts_more_than_files(write: Write, tmp_path: Path) -> None:
    """Certificates that stand in the kubeconfig win over files; a token's file wins while it is there."""
    user = {
        "client-certificate-data": encoded("C"),
        "client-certificate": "other.crt",
        "client-key-data": encoded("K"),
        "token": "old",
        "tokenFile": "token",
    }
    write(kubeconfig(user=user))

    without = connect().credentials.login()
    (tmp_path / "token").write_text("new")
    with_file = connect().credentials.login()

    assert (b"C", b"K") == (without.certificate, without.key)
    assert {"Authorization": "Bearer old"} == without.headers
    assert {"Authorization": "Bearer new"} == with_file.headers


def test_user_and_password(write: Write) -> None:
    """Some proxies in front of API servers still ask for them."""
    write(kubeconfig(user={"username": "ann", "password": "s:ecret"}))

    expected = {"Authorization": f"Basic {encoded('ann:s:ecret')}"}
    assert expected == connect().credentials.login().headers


def test_files_are_merged(write: Write) -> None:
    """The first file that says something wins; a missing file is as if it were not listed."""
    write(kubeconfig(name="prod", current="", cluster={"server": "https://first:1"}), "a")
    write(kubeconfig(name="prod", current="test", cluster={"server": "https://second:1"}), "b")
    missing = write({}, "c")
    missing.unlink()
    write(kubeconfig(name="test", current="prod", cluster={"server": "https://third:1"}), "d")

    assert ("test", "https://third:1") == (connect().context, connect().server)
    assert "https://first:1" == connect("prod").server


def test_the_file_in_the_home_folder(write: Write, tmp_path: Path) -> None:
    """Without `KUBECONFIG` it is the file that kubectl writes."""
    write(kubeconfig(), "home/.kube/config")

    connection = connect(environ={"HOME": str(tmp_path / "home")})

    assert "cluster prod" == connection.title


def test_yaml_as_people_write_it(write: Write) -> None:
    """A kubeconfig is YAML, as other tools write it too."""
    write(
        """
        apiVersion: v1
        kind: Config
        current-context: minikube
        clusters:
        - {name: minikube, cluster: {server: "https://192.168.49.2:8443", insecure-skip-tls-verify: true}}
        contexts:
        - name: minikube
          context: {cluster: minikube, user: ""}
        users: null
        preferences: {}
        """
    )

    assert "https://192.168.49.2:8443" == connect().server


def test_acting_as_somebody_else(write: Write) -> None:
    """A kubeconfig may say as whom to act; the command line says it instead."""
    user = {
        "as": "ann",
        "as-uid": "7",
        "as-groups": ["shop", "ops"],
        "as-user-extra": {"team/name": ["a"]},
    }
    write(kubeconfig(user=user))

    groups = (("Impersonate-Group", "shop"), ("Impersonate-Group", "ops"))
    rest = (("Impersonate-Uid", "7"), *groups, ("Impersonate-Extra-team/name", "a"))
    assert (("Impersonate-User", "ann"), *rest) == connect().headers
    assert (("Impersonate-User", "bob"), *rest) == connect(impersonate="bob").headers


def test_somebody_else_is_somebody_else(control_plane: ControlPlane) -> None:
    """The server sees who is acted as, with every group."""
    environ = {"KUBECONFIG": str(control_plane.kubeconfig())}
    connection = connect(environ=environ, impersonate="jürgen")
    groups = (*connection.headers, ("Impersonate-Group", "one"), ("Impersonate-Group", "two"))
    client = Client(Connection(**{**_fields(connection), "headers": groups}))

    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    seen = client.request("POST", path, body=review).data["status"]["userInfo"]

    assert ("jürgen", ["one", "two", "system:authenticated"]) == (seen["username"], seen["groups"])


def _fields(connection: Connection) -> dict[str, Any]:
    return {name: getattr(connection, name) for name in connection.__struct_fields__}


def test_in_a_pod(tmp_path: Path) -> None:
    """Without a kubeconfig a Pod talks with its own cluster, as its service account."""
    for name, text in {"token": "abc\n", "ca.crt": "CA", "namespace": "shop\n"}.items():
        (tmp_path / name).write_text(text)
    environ = {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"}

    connection = in_cluster(environ, folder=tmp_path)

    assert connection is not None
    assert ("https://[fd00::1]:443", "shop") == (connection.server, connection.namespace)
    assert "cluster that this Pod runs in" == connection.title
    assert {"Authorization": "Bearer abc"} == connection.credentials.login().headers


def test_not_in_a_pod(tmp_path: Path) -> None:
    """Neither the variables alone nor the files alone make a Pod."""
    environ = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"}

    assert in_cluster(environ, folder=tmp_path) is None
    assert in_cluster({}, folder=tmp_path) is None


@pytest.mark.slow  # importing that package takes two seconds
@pytest.mark.parametrize("user", ["token", "tokenFile", "certificate", "basic"])
@pytest.mark.parametrize("cluster", ["authority", "authority-data", "insecure", "name and proxy"])
def test_as_the_kubernetes_package_reads_it(
    write: Write, tmp_path: Path, user: str, cluster: str
) -> None:
    """Our own reader and Kubernetes' own package find the same in a kubeconfig."""
    from kubernetes.client.configuration import Configuration
    from kubernetes.config.kube_config import load_kube_config

    (tmp_path / "file").write_text("from-a-file")
    users: dict[str, dict[str, Any]] = {
        "token": {"token": "abc"},
        "tokenFile": {"tokenFile": "file"},
        "certificate": {"client-certificate-data": encoded("C"), "client-key": "file"},
        "basic": {"username": "ann", "password": "secret"},
    }
    clusters: dict[str, dict[str, Any]] = {
        "authority": {"certificate-authority": "file"},
        "authority-data": {"certificate-authority-data": encoded("CA")},
        "insecure": {"insecure-skip-tls-verify": True},
        "name and proxy": {"tls-server-name": "kubernetes", "proxy-url": "http://p:1"},
    }
    server = {"server": "https://a.example.org:6443/"}
    path = write(kubeconfig(cluster={**server, **clusters[cluster]}, user=users[user]))

    theirs = Configuration()
    load_kube_config(str(path), client_configuration=theirs)
    ours = connect()
    login = ours.credentials.login()

    header = theirs.api_key.get("BearerToken")
    assert {
        "server": theirs.host,
        "authority": _content(theirs.ssl_ca_cert),
        "is_verified": theirs.verify_ssl,
        "server_name": theirs.tls_server_name or "",
        "proxy": theirs.proxy or "",
        "headers": {"Authorization": header} if header else {},
        "certificate": _content(theirs.cert_file),
        "key": _content(theirs.key_file),
    } == {
        "server": ours.server,
        "authority": ours.authority,
        "is_verified": ours.is_verified,
        "server_name": ours.server_name,
        "proxy": ours.proxy,
        "headers": login.headers,
        "certificate": login.certificate,
        "key": login.key,
    }


def _content(path: str | None) -> bytes:
    return Path(path).read_bytes() if path else b""
