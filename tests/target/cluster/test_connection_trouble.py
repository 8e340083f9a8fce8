"""Servers that cannot be reached, or are not what they should be; TLS and proxies on the real one."""

from __future__ import annotations

import base64
import json
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest
from control_plane import ControlPlane
from scripted_api import Reply, scripted_api

from mistpm.errors import TargetError
from mistpm.model.minor import Minor
from mistpm.target.cluster.api import transport
from mistpm.target.cluster.api.api_error import ApiError, describe
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.api.connection import Connection
from mistpm.target.cluster.api.credentials import StoredCredentials
from mistpm.target.cluster.api.proxies import environment_proxy
from mistpm.target.cluster.api.resources import server_minor

Open = Callable[..., Client]
NAMESPACE = "/api/v1/namespaces/default"


def client_at(server: str, **more: Any) -> Client:
    """Open a client of a server by its address."""
    return Client(
        Connection(server=server, title="cluster test", credentials=StoredCredentials(), **more)
    )


def told(client: Client) -> str:
    """Give the reference and text of the error that a user sees who asks for the server's minor."""
    with pytest.raises((ApiError, TargetError)) as caught:
        server_minor(client)
    error = caught.value
    shown = describe(error, title=client.title) if isinstance(error, ApiError) else error
    assert isinstance(shown, TargetError)
    return f"{shown.reference}\n{shown}"


def changed(control_plane: ControlPlane, folder: Path, **cluster: object) -> Path:
    """Write the administrator's kubeconfig with another cluster; None takes a key away."""
    document = json.loads(control_plane.kubeconfig().read_text())
    merged = {**document["clusters"][0]["cluster"], **cluster}
    document["clusters"][0]["cluster"] = {
        key: value for key, value in merged.items() if value is not None
    }
    path = folder / "changed.kubeconfig"
    path.write_text(json.dumps(document))
    return path


def another_authority() -> str:
    """Give a certificate that did not sign any control plane's."""
    bundle = (Path(__file__).parents[2] / "registry" / "localhost.pem").read_text()
    certificate = bundle[bundle.index("-----BEGIN CERTIFICATE") :]
    return base64.b64encode(certificate.encode()).decode()


@pytest.fixture
def closed_port() -> Iterator[int]:
    """Give a port on which nobody listens; it is taken, so that nobody else can."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield int(taken.getsockname()[1])


def test_nobody_listens(closed_port: int) -> None:
    """A cluster that does not run."""
    assert (
        "cluster-unreachable\n"
        "the cluster test cannot be reached:"
        f" no connection to `127.0.0.1:{closed_port}`: connection refused\n"
        "hint: check that the cluster runs, and the `server` of the context in your kubeconfig"
        == told(client_at(f"https://127.0.0.1:{closed_port}"))
    )


def test_a_server_that_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its machine takes connections, and nobody speaks TLS on them: the limit is that of connecting."""
    monkeypatch.setattr(transport, "_CONNECT_SECONDS", 0.25)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"

        assert (
            "cluster-unreachable\n"
            f"the cluster test cannot be reached: `{address}` said nothing for 0.25 seconds\n"
            "hint: check that the cluster runs, and the `server` of the context in your kubeconfig"
            == told(client_at(f"https://{address}"))
        )


def test_a_host_that_nobody_knows() -> None:
    """A cluster that was deleted, or a name that was mistyped."""
    assert (
        "cluster-unreachable\n"
        "the cluster test cannot be reached: the host `nowhere.invalid` is not known\n"
        "hint: check that the cluster runs, and the `server` of the context in your kubeconfig"
        == told(client_at("https://nowhere.invalid"))
    )


@pytest.mark.parametrize("server", ["ftp://host", "https://", "https://host:99999999"])
def test_an_address_that_is_none(server: str) -> None:
    """A `server` that is no address ends in an error, not in a traceback."""
    said = told(client_at(server))

    assert said.startswith("cluster-unreachable\nthe cluster test cannot be reached: ")


def test_an_authority_that_did_not_sign(
    control_plane: ControlPlane, open_client: Open, tmp_path: Path
) -> None:
    """A server whose certificate another authority signed is not talked with."""
    path = changed(control_plane, tmp_path, **{"certificate-authority-data": another_authority()})

    assert (
        "cluster-unreachable\n"
        "the cluster test cannot be reached: no secure connection to"
        f" `{control_plane.address}`: unable to get local issuer certificate\n"
        "hint: check the `server` of the context in your kubeconfig;"
        " `certificate-authority` beside it names the authorities that it trusts"
        == told(open_client(path))
    )


def test_a_name_that_is_not_in_the_certificate(
    control_plane: ControlPlane, open_client: Open, tmp_path: Path
) -> None:
    """A certificate for another name is not taken, unless that name is said to be right."""
    right = changed(control_plane, tmp_path, **{"tls-server-name": "kubernetes.default"})
    assert Minor(37) == server_minor(open_client(right))

    wrong = changed(control_plane, tmp_path, **{"tls-server-name": "other.example.org"})
    said = told(open_client(wrong))

    assert "Hostname mismatch, certificate is not valid for 'other.example.org'" in said


def test_a_certificate_that_nobody_looks_at(
    control_plane: ControlPlane,
    open_client: Open,
    tmp_path: Path,
    recwarn: pytest.WarningsRecorder,
) -> None:
    """`insecure-skip-tls-verify` is done as it says, and nothing is printed about it."""
    cluster = {"certificate-authority-data": None, "insecure-skip-tls-verify": True}
    path = changed(control_plane, tmp_path, **cluster)

    assert Minor(37) == server_minor(open_client(path))
    assert [] == list(recwarn)


def test_an_authority_that_is_none(
    control_plane: ControlPlane, open_client: Open, tmp_path: Path
) -> None:
    """Something else where certificates should be."""
    path = changed(control_plane, tmp_path, **{"certificate-authority-data": "bm9uZQ=="})

    assert (
        "kubeconfig-invalid\n"
        "`certificate-authority` for the cluster test cannot be used: it holds no certificates\n"
        "hint: log in again, or mend the kubeconfig" == told(open_client(path))
    )


def test_a_client_certificate_that_is_none(control_plane: ControlPlane, open_client: Open) -> None:
    """Something else where a client certificate should be."""
    user = {"client-certificate-data": "bm9uZQ==", "client-key-data": "bm9uZQ=="}
    path = control_plane.kubeconfig_with("no-certificate", user)

    assert (
        "kubeconfig-invalid\n"
        "`client-certificate` for the cluster test cannot be used:"
        " it does not fit its `client-key`, or is no certificate\n"
        "hint: log in again, or mend the kubeconfig" == told(open_client(path))
    )


def test_http_where_https_is_spoken(control_plane: ControlPlane) -> None:
    """`http:` in front of a server that speaks TLS."""
    said = told(client_at(f"http://{control_plane.address}"))

    assert (
        "cluster-refused\n"
        "the cluster test refused GET /version: Client sent an HTTP request to an HTTPS server."
        == said
    )


def test_https_where_http_is_spoken() -> None:
    """`https:` in front of a server that does not speak TLS."""
    with scripted_api(Reply()) as api:
        said = told(client_at(api.url.replace("http:", "https:")))

    assert (
        "cluster-unreachable\n"
        f"the cluster test cannot be reached: what answers at `{api.url.partition('//')[2]}`"
        " does not speak TLS\n"
        "hint: check that the cluster runs, and the `server` of the context in your kubeconfig"
    ) == said


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (
            Reply(200, "<html>Welcome</html>", (("Content-Type", "text/html"),)),
            "it does not answer in JSON",
        ),
        (Reply(404, "no such page"), "it does not know this path"),
        (Reply(200, {"hello": "world"}), "it names no version"),
        (Reply(200, ["hello"]), "it answers no object"),
        (
            Reply(302, "", (("Location", "https://login.example.org/"),)),
            "it redirects to https://login.example.org/",
        ),
    ],
)
def test_a_server_that_is_something_else(reply: Reply, why: str) -> None:
    """What answers as no API server does is told apart."""
    with scripted_api(reply) as api:
        said = told(client_at(api.url))

    assert (
        "not-kubernetes\n"
        f"the cluster test is not a Kubernetes API server: {why}\n"
        "  asked: GET /version\n"
        "hint: check the `server` of the context in your kubeconfig" == said
    )


def test_nobody_is_logged_in(control_plane: ControlPlane, open_client: Open) -> None:
    """Without credentials the server answers 403 to `system:anonymous`: the user is not logged in."""
    client = open_client(control_plane.kubeconfig_with("nobody", {}))

    with pytest.raises(ApiError) as caught:
        client.get(NAMESPACE)

    error = describe(caught.value, title=client.title)
    assert (
        "cluster-unauthorized\n"
        "the cluster test does not know who you are\n"
        '  it said: namespaces "default" is forbidden: User "system:anonymous" cannot get resource'
        ' "namespaces" in API group "" in the namespace "default"\n'
        "hint: log in again, or renew the credentials of the context in your kubeconfig"
        == f"{error.reference}\n{error}"
    )


def minor_at(version: dict[str, str]) -> Minor:
    """Give the minor of a server that says this of itself."""
    with scripted_api(Reply(200, version)) as api:
        return server_minor(client_at(api.url))


def test_versions_as_providers_write_them() -> None:
    """What distributors add to a minor is left out; an emulated one counts."""
    assert Minor(33) == minor_at({"major": "1", "minor": "33+", "gitVersion": "v1.33.2-gke.7"})
    emulating = {"major": "1", "minor": "37", "emulationMajor": "1", "emulationMinor": "35"}
    assert Minor(35) == minor_at(emulating)


@pytest.mark.slow
def test_the_minor_that_a_server_behaves_as(
    start_control_plane: Callable[..., ControlPlane], open_client: Open
) -> None:
    """A server that emulates an older minor is one of that minor."""
    older = start_control_plane(minor="1.35")

    assert Minor(35) == server_minor(open_client(older.kubeconfig()))


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """Run a proxy that opens tunnels."""
    with Proxy() as running:
        yield running


def test_a_proxy(
    control_plane: ControlPlane, open_client: Open, proxy: Proxy, tmp_path: Path
) -> None:
    """The cluster's own proxy is asked for a tunnel, with its user and password."""
    url = proxy.url.replace("http://", "http://ann:s%40fe@")
    path = changed(control_plane, tmp_path, **{"proxy-url": url})

    assert Minor(37) == server_minor(open_client(path))
    assert [f"CONNECT {control_plane.address}"] == proxy.asked
    assert base64.b64encode(b"ann:s@fe") in proxy.heads[0]


def test_a_proxy_that_does_not_run(
    control_plane: ControlPlane, open_client: Open, closed_port: int, tmp_path: Path
) -> None:
    """A proxy that cannot be reached is not the cluster's fault."""
    path = changed(control_plane, tmp_path, **{"proxy-url": f"http://127.0.0.1:{closed_port}"})

    assert (
        "cluster-unreachable\n"
        "the cluster test cannot be reached: the proxy failed: connection refused\n"
        "hint: check the proxy: `proxy-url` in your kubeconfig, or `HTTPS_PROXY` and `NO_PROXY`"
        == told(open_client(path))
    )


@pytest.fixture
def no_socks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be where `PySocks` is not installed."""
    monkeypatch.setitem(sys.modules, "socks", None)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (
            "gopher://ann:secret@proxy:1",
            "the proxy `gopher://proxy:1` cannot be used: Proxy URL had unsupported scheme gopher,"
            " should use http:// or https://",
        ),
        (
            "socks5://ann:secret@proxy:1",
            "the proxy `socks5://proxy:1` cannot be used:"
            " the Python package `PySocks` is not installed",
        ),
    ],
)
@pytest.mark.usefixtures("no_socks")
def test_a_proxy_that_cannot_be_used(
    control_plane: ControlPlane, open_client: Open, tmp_path: Path, url: str, message: str
) -> None:
    """What mistpm has not learned to go through; passwords are not shown."""
    path = changed(control_plane, tmp_path, **{"proxy-url": url})

    hint = "hint: check `proxy-url` in your kubeconfig, or `HTTPS_PROXY`"
    assert f"cluster-proxy\n{message}\n{hint}" == told(open_client(path))


@pytest.mark.parametrize(
    ("server", "listed", "expected"),
    [
        ("https://api.example.org:6443", "", "http://proxy:3128"),
        ("https://api.example.org:6443", "example.org", ""),
        ("https://10.1.2.3:6443", "192.168.0.0/16, 10.0.0.0/8", ""),
        ("https://10.1.2.3:6443", "192.168.0.0/16,nonsense/99", "http://proxy:3128"),
        ("https://127.0.0.1:6443", "", ""),
        ("https://[::1]:6443", "", ""),
        ("https://localhost:6443", "", ""),
        ("http://api.example.org", "", ""),
    ],
)
def test_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, server: str, listed: str, expected: str
) -> None:
    """As for kubectl, `NO_PROXY` may have networks, and this machine itself needs no proxy."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    monkeypatch.setenv("NO_PROXY", listed)

    assert expected == environment_proxy(server)


def test_what_is_imported(control_plane: ControlPlane, tmp_path: Path) -> None:
    """Neither tokens nor login programs need anything of the `kubernetes` package."""
    code = (
        "import sys\n"
        "from mistpm.target.cluster.api.client import Client\n"
        "from mistpm.target.cluster.api.connection import connect\n"
        "assert 'urllib3' not in sys.modules\n"
        "Client(connect()).get('/version')\n"
        "assert not {'kubernetes', 'requests'} & set(sys.modules)\n"
    )
    user = json.loads(control_plane.kubeconfig().read_text())["users"][0]["user"]
    version = "client.authentication.k8s.io/v1"
    answer = {"apiVersion": version, "kind": "ExecCredential", "status": user}
    program = {"apiVersion": version, "command": "/bin/echo", "args": [json.dumps(answer)]}

    for who in (user, {"exec": program}):
        path = control_plane.kubeconfig_with(tmp_path.name, who)
        environ = {"KUBECONFIG": str(path)}
        subprocess.run([sys.executable, "-c", code], check=True, env=environ)


class Proxy:
    """An HTTP proxy on this machine that opens tunnels; `asked` are the requests that it got."""

    def __init__(self) -> None:
        self.heads: list[bytes] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    @property
    def asked(self) -> list[str]:
        """Give what each request asked for."""
        return [head.decode().partition(" HTTP/")[0] for head in self.heads]

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._tunnel, args=(near,), daemon=True).start()

    def _tunnel(self, near: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += near.recv(4096)
        self.heads.append(head)
        host, _, port = head.split()[1].decode().rpartition(":")
        with near, socket.create_connection((host, int(port))) as far:
            near.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            others = {near: far, far: near}
            while True:
                for one in select.select([near, far], [], [])[0]:
                    data = one.recv(65536)
                    if not data:
                        return
                    others[one].sendall(data)
