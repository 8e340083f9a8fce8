"""Commands on a cluster, as processes and as a shell completes them."""

from __future__ import annotations

import base64
import json
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from control_plane import ControlPlane
from made_cluster_shop import ClusterShop

from mistpm.cli.application import run
from mistpm.cli.completion import completing
from mistpm.ops.history import history
from mistpm.ops.status import status

MISTPM = (sys.executable, "-c", "from mistpm.cli import main; main()")


def offered(line: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Give what is offered at the end of a line."""
    capsys.readouterr()
    run(["__complete", line])
    return [each.partition("\t")[0] for each in capsys.readouterr().out.splitlines()]


def test_ctrl_c_says_what_state_things_are_in(cluster_shop: ClusterShop) -> None:
    """The revision is a failed one, and the next run goes on from there."""
    stuck = cluster_shop.release(inputs={"image": "fake.test/stuck"})
    cluster_shop.write(releases={"web": stuck})
    process = subprocess.Popen(
        (*MISTPM, "install", "--yes", "-v"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cluster_shop.folder,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "0 of 1 replicas are ready" in line:
            break
    process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=300)

    name = cluster_shop.namespace
    assert 130 == process.returncode
    assert [
        f"  + Deployment.apps {name}/web created, not ready: 0 of 1 replicas are ready",
        "1 of 2 changes done, 1 begun, 0 not begun",
        f"  Deployment.apps {name}/web waiting: 0 of 1 replicas are ready",
        "",
        "interrupted: run the same command again to finish what was begun",
    ] == err.splitlines()[-5:]
    [revision] = history(cluster_shop.open())
    assert ("failed", "interrupted") == (revision.status, revision.why)
    cluster_shop.write(releases={"web": cluster_shop.release()})
    cluster_shop.install()
    assert "ready" == status(cluster_shop.open()).releases[0].health


def test_status_tells_what_is_not_ready_and_why(cluster_shop: ClusterShop) -> None:
    """Object by object, also when somebody deleted one."""
    cluster_shop.write(releases={"web": cluster_shop.release()})
    cluster_shop.install()
    path = f"/api/v1/namespaces/{cluster_shop.namespace}/configmaps/web"
    assert 200 == cluster_shop.api.delete(path).status
    [release] = status(cluster_shop.open()).releases

    assert ("differs", "failed") == (release.state, release.health)
    assert [("ConfigMap", "missing"), ("Deployment.apps", "ready")] == [
        (each.resource.partition(" ")[0], each.state) for each in release.objects
    ]
    resource = f"ConfigMap {cluster_shop.namespace}/web"
    assert (f"create {resource}: drifted: it was deleted",) == release.differences


def test_contexts_and_revisions_are_offered(
    cluster_shop: ClusterShop, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the kubeconfig, and from the cluster."""
    cluster_shop.write(releases={"web": cluster_shop.release()})
    cluster_shop.install()

    assert ["test"] == offered("mistpm install --context ", capsys)
    assert ["context:test"] == offered("mistpm status --target c", capsys)
    assert ["1"] == offered("mistpm rollback ", capsys)
    assert ["1"] == offered("mistpm rollback --context test ", capsys)
    assert [] == offered("mistpm rollback --target directory:out ", capsys)


class Silent(BaseHTTPRequestHandler):
    """A server that never answers."""

    over = threading.Event()

    def do_GET(self) -> None:
        """Wait until the test is over."""
        self.over.wait()


def test_who_types_does_not_wait_for_a_cluster(
    cluster_shop: ClusterShop,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that does not answer has no offers."""
    monkeypatch.setattr(completing, "PATIENCE", 0.05)
    cluster_shop.write(releases={"web": cluster_shop.release()})
    with ThreadingHTTPServer(("127.0.0.1", 0), Silent) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        kubeconfig = {
            "clusters": [
                {
                    "name": "silent",
                    "cluster": {"server": f"http://127.0.0.1:{server.server_port}"},
                }
            ],
            "contexts": [{"name": "test", "context": {"cluster": "silent"}}],
            "current-context": "test",
        }
        path = cluster_shop.folder / "kubeconfig"
        path.write_text(json.dumps(kubeconfig), "utf-8")
        monkeypatch.setenv("KUBECONFIG", str(path))
        try:
            assert [] == offered("mistpm rollback ", capsys)
        finally:
            Silent.over.set()
            server.shutdown()


def test_a_viewer_sees_what_is_there(
    cluster_shop: ClusterShop,
    control_plane: ControlPlane,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With the rights of the role `view`: no Secrets, no dry run."""
    cluster_shop.write(releases={"web": cluster_shop.release()})
    cluster_shop.install()
    for namespace in (cluster_shop.namespace, cluster_shop.state_namespace):
        binding = {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": {"name": "viewer"},
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": "view",
            },
            "subjects": [
                {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "viewer"}
            ],
        }
        place = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/rolebindings/viewer"
        cluster_shop.api.apply(place, binding)
        cluster_shop.api.wait_until_allowed("viewer", "list configmaps", namespace=namespace)
    viewer = control_plane.kubeconfig("viewer")
    monkeypatch.setenv("KUBECONFIG", str(viewer))
    capsys.readouterr()
    codes = [run([command]) for command in ("plan", "status", "history", "list", "diff")]
    seen = capsys.readouterr()

    assert [0, 0, 0, 0, 0] == codes, seen.err

    cluster_shop.file.unlink()
    context = cluster_shop.context
    there = ["-e", "shop", "--context", context, "--state-namespace", cluster_shop.state_namespace]
    codes = [run([*line.split(), *there]) for line in ("status", "history latest")]
    seen = capsys.readouterr()
    right = (
        f"the cluster {context} does not let `viewer` get `secrets`"
        f" in the namespace `{cluster_shop.state_namespace}`"
    )

    assert [0, 74] == codes, seen.err
    assert (
        f"warning: it is not known what is wanted: the environment `shop` that the cluster {context}"
        " remembers has its file elsewhere\n"
        f"nor is it known what was changed since: {right}\n"
        f"error: {right} [cluster-forbidden]\n"
        "hint: ask for a role that allows it\n"
    ) == seen.err
    assert ["web", "toy/apps/web", "1.1.0", "unknown", "ready"] == seen.out.splitlines()[2].split()


def test_what_is_secret_is_never_printed(
    cluster_shop: ClusterShop,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Neither the value nor its base64, in whatever form."""
    capsys.readouterr()
    seen = ""
    for value in ("correct-horse", "battery-staple"):
        monkeypatch.setenv("VAULT_PASSWORD", value)
        inputs = {"password": {"fromEnv": "VAULT_PASSWORD"}, "text": value[:7]}
        vault = cluster_shop.release("toy/apps/vault", inputs=inputs)
        cluster_shop.write(releases={"vault": vault})
        for line in (
            "plan --diff",
            "plan --diff --output json",
            "diff",
            "diff --output yaml",
            "install --yes -v",
            "status -v",
            "status --output json",
            "history --output json -v",
            "history latest",
            "history latest --manifests",
            "history latest --manifests --output json",
        ):
            assert run(line.split()) in {0, 1}
        seen += "".join(capsys.readouterr())
    assert 0 == run(["rollback", "--diff", "--yes", "--output", "json"])
    seen += "".join(capsys.readouterr())
    held = cluster_shop.get("api/v1/secrets", "vault").body["data"]["password"]

    assert b"battery-staple" == base64.b64decode(held)
    for value in ("correct-horse", "battery-staple"):
        assert value not in seen
        assert base64.b64encode(value.encode()).decode() not in seen


def test_what_is_refused_is_shown_all_the_same(
    cluster_shop: ClusterShop, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plan and a diff have every change, and end with the refusal; nothing is saved that cannot be applied."""
    cluster_shop.write(releases={"web": cluster_shop.release()})
    cluster_shop.install()
    path = f"/api/v1/namespaces/{cluster_shop.namespace}/configmaps/web"
    theirs = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"text": "mine"}}
    assert 200 == cluster_shop.api.apply(path, theirs, manager="kubectl", force="true").status
    resource = f"ConfigMap {cluster_shop.namespace}/web"
    told = (
        f"error: web: {resource}: `.data.text` is owned by `kubectl` (take the fields with"
        " `--force-conflicts`, or leave them out with `patches:`)\n"
        "error: cluster test: other field managers own fields that would be set [field-conflicts]\n"
        "hint: take the fields with `--force-conflicts`, or leave them out with `patches:`\n"
    )
    capsys.readouterr()

    assert 74 == run(["diff"])
    out, err = capsys.readouterr()
    assert out.startswith(f"# update {resource}: drifted: `.data.text` was changed by `kubectl`\n")
    assert "\n-  text: mine\n+  text: hello\n" in out
    assert told == err

    assert 74 == run(["plan", "--out", "saved"])
    out, err = capsys.readouterr()
    assert f"~ {resource}" in out
    assert told == err
    assert not (cluster_shop.folder / "saved").exists()

    assert 74 == run(["plan", "--output", "json"])
    plan = json.loads(capsys.readouterr().out)
    assert ["field-conflicts"] == [each["code"] for each in plan["findings"]]
