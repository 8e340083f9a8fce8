"""What is said where a cluster is away, or is none that is known."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from made_shop import HEAD, Shop

from mistpm.errors import MistError
from mistpm.model.minors import newest_minor
from mistpm.ops.locking import solve
from mistpm.ops.settings.configuring import NewEnvironment, init

NOWHERE = "http://127.0.0.1:1"
Point = Callable[[str], None]


@pytest.fixture
def kubeconfig(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Point:
    """Give a function that lets the current context be a server."""
    path = shop.folder.parent / "kubeconfig"
    monkeypatch.setenv("KUBECONFIG", str(path))

    def point(server: str) -> None:
        document = {
            "clusters": [{"name": "far", "cluster": {"server": server}}],
            "contexts": [{"name": "far", "context": {"cluster": "far"}}],
            "current-context": "far",
        }
        path.write_text(json.dumps(document), "utf-8")

    return point


@pytest.fixture
def serving() -> Iterator[Callable[[str], str]]:
    """Give a function that starts a server which calls itself a version, and tells its address."""
    servers = []

    def serve(version: str) -> str:
        class Version(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                major, minor, _ = version.split(".")
                found = {"major": major, "minor": minor, "gitVersion": f"v{version}"}
                body = json.dumps(found).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Version)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def without_a_range(shop: Shop) -> None:
    """Write a file that says neither which Kubernetes nor where."""
    lines = [line for line in HEAD.splitlines() if not line.startswith(("kubernetes", "target"))]
    releases = "releases: {one: {package: toy/apps/lonely}}"
    shop.file.write_text("\n".join([*lines, releases]) + "\n", "utf-8")


def refusal(shop: Shop) -> MistError:
    """Give the error that solving ends with."""
    with pytest.raises(MistError) as caught:
        solve(shop.open())
    return caught.value


def test_a_cluster_that_is_away_cannot_say_which_kubernetes(shop: Shop, kubeconfig: Point) -> None:
    """The lock is not made of a guess."""
    kubeconfig(NOWHERE)
    without_a_range(shop)
    error = refusal(shop)

    assert "cluster-unreachable" == error.reference
    assert "the cluster far cannot be reached" in error.message
    assert "`mistpm.yaml` has no `kubernetes`, so it means the cluster's own version" == error.note
    assert error.hint.endswith('or write what you mean, such as `kubernetes: ">=1.33 <1.36"`')


def test_without_any_kubeconfig_the_newest_kubernetes_counts(shop: Shop) -> None:
    """There is no cluster that could be meant."""
    without_a_range(shop)

    assert (str(newest_minor()),) == solve(shop.open()).lockfile.kubernetes


@pytest.mark.parametrize(
    ("version", "hint"), [("1.99.0", "use a newer mistpm"), ("1.9.0", "upgrade the cluster")]
)
def test_a_kubernetes_that_is_not_known_is_not_guessed(
    version: str,
    hint: str,
    shop: Shop,
    kubeconfig: Point,
    serving: Callable[[str], str],
) -> None:
    """Newer or older than the table."""
    kubeconfig(serving(version))
    without_a_range(shop)
    error = refusal(shop)
    minor = version.rpartition(".")[0]

    assert (
        f"the cluster far runs Kubernetes {minor}, which this mistpm does not know" == error.message
    )
    assert hint == error.hint.split("\n")[0]


def test_init_makes_nothing_where_the_cluster_does_not_answer(
    shop: Shop, kubeconfig: Point
) -> None:
    """With the version on the command line it is not asked."""
    kubeconfig(NOWHERE)
    new = NewEnvironment(name="shop", context="far")
    with pytest.raises(MistError) as caught:
        init(shop.file, new)

    assert "cluster-unreachable" == caught.value.reference
    assert not shop.file.exists()
    init(shop.file, NewEnvironment(name="shop", context="far", kubernetes="1.36"))
    assert "context: far" in shop.file.read_text("utf-8")


def test_a_range_needs_no_cluster_to_be_solved(shop: Shop, kubeconfig: Point) -> None:
    """Only planning does."""
    kubeconfig(NOWHERE)
    shop.write(releases={"one": {"package": "toy/apps/lonely"}})
    shop.edit("target: {directory: ./deploy}", "target: {context: far}")
    assert ("1.31", "1.32") == solve(shop.open()).lockfile.kubernetes
    with pytest.raises(MistError) as caught:
        shop.propose()

    assert "cluster-unreachable" == caught.value.reference
