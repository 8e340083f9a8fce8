"""What a user sees who looks at a cluster that several tools wrote to, before it is upgraded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from control_plane import ControlPlane
from old_cluster import ARGUMENTS, define, populate, until_discovered, widget, widgets
from transcript import Transcript

GROUP = "shop.example.org"


@pytest.fixture
def session(
    folder: Path,
    start_control_plane: Callable[..., ControlPlane],
    monkeypatch: pytest.MonkeyPatch,
) -> Transcript:
    """Begin in an empty folder, with a cluster of 1.36 that mistpm never touched."""
    old = start_control_plane(minor="1.36", arguments=ARGUMENTS)
    api = old.api()
    populate(api)
    define(api, widgets(GROUP, {"name": "v1alpha1", "deprecated": True}, {"name": "v1"}))
    for number in range(12):
        path = f"/apis/{GROUP}/v1alpha1/namespaces/default/widgets/w{number:02}"
        assert api.apply(path, widget(GROUP, f"w{number:02}"), manager="operator").status == 201
    until_discovered(old, f"{GROUP}/v1alpha1/Widget")
    monkeypatch.setenv("MISTPM_CONFIG_DIR", str(folder / "config"))
    monkeypatch.setenv("KUBECONFIG", str(old.kubeconfig()))
    transcript = Transcript(folder)
    transcript.replace(str(old.kubeconfig()), "/home/me/.kube/config")
    transcript.replace_pattern(r"\(20(?:2[6-9]|[3-9]\d)-\d\d-\d\d\)", "(2026-01-31)")
    transcript.replace_pattern(r"Checked \d+ resources", "Checked 195 resources")
    return transcript


@pytest.mark.slow
def test_a_cluster_of_others(session: Transcript) -> None:
    """What breaks with the next minor, and what is deprecated at the one before; then without any rights."""
    session.run("mistpm check --cluster")
    session.run("mistpm check --cluster --kubernetes 1.35")
    session.run("mistpm check --cluster --context nowhere")
    session.say("as a user without rights")
    session.run("mistpm check --cluster --as nobody")
    session.expect("check-cluster")
