"""Whole sessions on a cluster: what a user types and sees."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest
from control_plane_fixtures import make_namespace
from hourglass import Hourglass
from kubernetes_api import KubernetesApi
from transcript import Transcript

from mistpm.cli.apply_lines import LineView
from mistpm.model.progress import Progress

Show: TypeAlias = Callable[[LineView, Progress], None]

MERGE = "application/merge-patch+json"


def change(api: KubernetesApi, path: str, document: object) -> None:
    """Change an object, as somebody else would."""
    answer = api.request("PATCH", path, document, content_type=MERGE)

    assert 200 == answer.status, answer.body


def test_the_main_job_on_a_cluster(cluster_session: Transcript, api: KubernetesApi) -> None:
    """From nothing to a release that is upgraded, mended, rolled back and gone."""
    session = cluster_session
    session.run("mistpm init --context test")
    session.show("mistpm.yaml")
    session.prepare("mistpm registry add toy ../toy")
    session.prepare("mistpm add web -p toy/apps/web:1.0.0 -n golden")
    session.run("mistpm plan")
    session.run("mistpm install --yes")
    session.run("mistpm install --yes")
    session.run("mistpm status")
    session.say("another version, and more of it")
    session.prepare('mistpm add web -p toy/apps/web:1.1.0 -s "replicas: 2"')
    session.run("mistpm diff")
    session.run("mistpm install --yes")
    session.say("somebody changes something")
    change(api, "/api/v1/namespaces/golden/configmaps/web", {"data": {"text": "mine"}})
    session.run("mistpm status")
    session.run("mistpm status --drift")
    session.run("mistpm plan")
    session.run("mistpm install --yes --force-conflicts")
    session.run("mistpm status --drift")
    session.say("back to the first one")
    session.run("mistpm history")
    session.run("mistpm history 2")
    session.run("mistpm rollback 1 --yes")
    session.show("mistpm.yaml")
    session.run("mistpm uninstall web --yes --delete-namespace")
    session.run("mistpm status")
    session.run("mistpm history")
    session.expect("cluster-main-job")


def test_an_upgrade_that_fails(
    cluster_session: Transcript, api: KubernetesApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says why, the state says what was done, and there is a way back."""
    session = cluster_session
    told: set[str] = set()

    def show(self: LineView, progress: Progress, show: Show = LineView.show) -> None:
        told.add(progress.message)
        show(self, progress)

    def is_stuck() -> bool:
        """Tell that a Pod started, is not ready, and that this is known."""
        pods = api.get("/api/v1/namespaces/golden-failing/pods").body["items"]
        images = [
            each["image"] for pod in pods for each in pod["status"].get("containerStatuses", ())
        ]
        return "fake.test/stuck" in images and "1 replica is still of the old version" in told

    monkeypatch.setattr(LineView, "show", show)
    session.prepare("mistpm init --context test")
    session.prepare("mistpm registry add toy ../toy")
    session.prepare("mistpm install web -p toy/apps/web -n golden-failing --yes")
    session.run('mistpm install web -s "image: fake.test/missing" --yes')
    session.run("mistpm status")
    session.run("mistpm history")
    session.run("mistpm rollback --yes")
    session.run("mistpm status")
    session.say("no time to wait")
    with monkeypatch.context() as patched:
        told.clear()
        Hourglass(is_stuck).measures(patched)
        session.run('mistpm install web -s "image: fake.test/stuck" --yes --timeout 8s')
    session.run('mistpm install web -s "image: fake.test/stuck:2" --yes --no-wait')
    session.expect("cluster-failed-upgrade")


def test_without_a_file_on_a_cluster(cluster_session: Transcript) -> None:
    """The cluster remembers, as for Mistletoe."""
    session = cluster_session
    session.run("mistpm status")
    session.prepare("mistpm registry add toy ../toy")
    session.run("mistpm install front -p toy/apps/front -n golden-front --yes")
    session.run("mistpm list")
    session.run("mistpm why web")
    session.run("mistpm upgrade --plan")
    session.run("mistpm uninstall front --yes")
    session.run("mistpm uninstall front --yes --remove-unneeded")
    session.run("mistpm list")
    session.expect("cluster-without-a-file")


def test_what_a_program_reads(cluster_session: Transcript) -> None:
    """Events, one a line; data for everything else."""
    session = cluster_session
    session.prepare("mistpm init --context test")
    session.prepare("mistpm registry add toy ../toy")
    session.prepare("mistpm add vault -p toy/apps/vault -n golden-data")
    session.run("mistpm install --yes --output json")
    session.prepare('mistpm add vault -p toy/apps/vault -s "password: {generate: 32}, text: more"')
    session.run("mistpm diff --output yaml")
    session.run("mistpm status --output yaml")
    session.run("mistpm install --output json")
    session.run("mistpm install --yes --output yaml")
    session.run("mistpm history latest --output yaml")
    session.run("mistpm history 1 --manifests")
    session.run("mistpm history latest --manifests --output json")
    session.expect("cluster-data")


def test_bad_input_about_clusters(cluster_session: Transcript, api: KubernetesApi) -> None:
    """What is wrong is told before anything is changed."""
    session = cluster_session
    session.run("mistpm init --context tset")
    session.run("mistpm init --context test --directory ./deploy")
    session.prepare("mistpm init --context test")
    session.prepare("mistpm registry add toy ../toy")
    session.prepare("mistpm add web -p toy/apps/web -n golden-bad")
    session.run("mistpm history --target directory:out")
    session.run("mistpm rollback")
    session.run("mistpm rollback seven")
    session.run("mistpm history latest")
    session.run("mistpm history seven")
    session.run("mistpm history --manifests")
    session.run("mistpm history --revision 7")
    session.run("mistpm get values web")
    session.run("mistpm get manifest web")
    session.run("mistpm plan --target staging --context test")
    session.run("mistpm plan --as nobody")
    session.run("mistpm install --timeout soon")
    session.say("somebody else's")
    make_namespace(api, "golden-bad")
    body = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "web"},
        "data": {"a": "b"},
    }
    api.create("/api/v1/namespaces/golden-bad/configmaps", body)
    session.run("mistpm install --yes")
    session.run("mistpm install --yes --adopt")
    session.say("a cluster that is not meant")
    session.prepare("mistpm uninstall web --yes")
    text = (session.folder / "mistpm.yaml").read_text("utf-8")
    (session.folder / "mistpm.yaml").write_text(
        text.replace('kubernetes: "1.37"', 'kubernetes: ">=1.31 <1.33"'), "utf-8"
    )
    session.prepare("mistpm add web -p toy/apps/web -n golden-bad")
    session.run("mistpm plan")
    session.expect("cluster-bad-input")


def test_who_has_only_a_kubeconfig(cluster_session: Transcript) -> None:
    """Sees what there is, and how it is, without any file; and changes nothing."""
    session = cluster_session
    session.run("mistpm list --all")
    session.prepare("mistpm init --context test --name shop")
    session.prepare("mistpm registry add toy ../toy")
    session.prepare("mistpm install web -p toy/apps/web -n golden-looking --yes")
    session.run("mistpm status --exit-code")
    session.say("a typing mistake")
    file = session.folder / "mistpm.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("toy/apps/web", "toy/apps/wep"), encoding="utf-8")
    session.run("mistpm status --exit-code")
    session.say("somebody else's folder")
    file.rename(session.folder.parent / "elsewhere.yaml")
    session.run("mistpm list")
    session.run("mistpm list --all --context test")
    session.run("mistpm list -e shop")
    session.run("mistpm tree -e shop")
    session.run("mistpm history -e shop")
    session.run("mistpm history latest -e shop")
    session.run("mistpm history 3 -e shop")
    session.run("mistpm status -e shop")
    session.run("mistpm status --drift -e shop")
    session.run("mistpm install web -s 'replicas: 2' -e shop --yes")
    session.run("mistpm uninstall web -e ../elsewhere.yaml --yes --delete-namespace")
    session.expect("only-a-kubeconfig")
