"""A control plane starts, ends, is killed, hangs, and goes on with its data, as itself or as another minor."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
import urllib3
from control_plane import MINORS, ControlPlane
from eventually import eventually
from kubernetes_api import KubernetesApi, is_there
from workloads import config_map

CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"
StartControlPlane = Callable[..., ControlPlane]


def test_ready_when_started(api: KubernetesApi) -> None:
    """What has started answers, has a node, and gives accounts to namespaces."""
    statuses = [
        api.get(path).status
        for path in (
            "/readyz",
            "/api/v1/nodes/fake-0",
            "/api/v1/namespaces/default/serviceaccounts/default",
        )
    ]

    assert [200, 200, 200] == statuses


def test_killed_and_started_again(own_control_plane: ControlPlane) -> None:
    """What was acknowledged before SIGKILL is there afterwards, for the same clients."""
    api = own_control_plane.api()
    before = [api.create(CONFIG_MAPS, config_map(f"kept-{n}", n=str(n))).body for n in range(20)]

    own_control_plane.kill()
    with pytest.raises(urllib3.exceptions.NewConnectionError):
        api.get("/readyz")
    own_control_plane.start()

    after = [api.get(f"{CONFIG_MAPS}/kept-{n}").body for n in range(20)]
    assert before == after


def test_restarted_as_other_minors(start_control_plane: StartControlPlane) -> None:
    """The same data are served by one minor after the other, up and down, each with APIs of its own."""
    control_plane = start_control_plane(minor=MINORS[0])
    api = control_plane.api()
    api.create(CONFIG_MAPS, config_map("kept"))
    newer = "/apis/storagemigration.k8s.io/v1/storageversionmigrations"  # served from 1.37 on

    seen = []
    for minor in (*MINORS, MINORS[0]):
        if minor != control_plane.minor:
            control_plane.restart_as(minor)
        version = api.get("/version").body["emulationMinor"]
        seen.append((version, api.get(f"{CONFIG_MAPS}/kept").status, api.get(newer).status))

    expected = [("34", 200, 404), ("35", 200, 404), ("36", 200, 404), ("37", 200, 200)]
    assert [*expected, expected[0]] == seen


def test_two_at_once(own_control_plane: ControlPlane, api: KubernetesApi) -> None:
    """Two control planes of one process know nothing of each other."""
    own_control_plane.api().create(CONFIG_MAPS, config_map("only-in-one"))

    path = f"{CONFIG_MAPS}/only-in-one"
    assert (200, 404) == (own_control_plane.api().get(path).status, api.get(path).status)


def test_paused(own_control_plane: ControlPlane) -> None:
    """A paused server takes requests and does not answer; it goes on where it was."""
    api = own_control_plane.api()
    api.create(CONFIG_MAPS, config_map("kept"))

    own_control_plane.pause()
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        api.request("GET", f"{CONFIG_MAPS}/kept", timeout=0.3)
    own_control_plane.resume()

    api.wait_for(f"{CONFIG_MAPS}/kept", is_there)


def test_does_not_start(start_control_plane: StartControlPlane) -> None:
    """What cannot start ends, and the error has the reason."""
    with pytest.raises(RuntimeError, match=r"did not get ready:[\s\S]*unknown flag: --nonsense"):
        start_control_plane(arguments=["-apiserver-argument=--nonsense"])


@pytest.mark.cluster
@pytest.mark.parametrize("paused", [False, True])
def test_ends_with_its_parent(tmp_path: Path, paused: bool) -> None:
    """A process that is killed leaves no control plane behind, not even one that hangs."""
    script = f"""
        import pathlib, sys
        sys.path.insert(0, {str(Path(__file__).parents[1] / "support")!r})
        from control_plane import ControlPlane

        control_plane = ControlPlane(pathlib.Path({str(tmp_path / "data")!r}))
        control_plane.start()
        if {paused}:
            control_plane.pause()
        print(control_plane.pid, flush=True)
        sys.stdin.read()
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert _runs(pid)
        parent.kill()

    eventually(lambda: not _runs(pid))


def _runs(pid: int) -> bool:
    """Tell whether a process is there and not only waits to be forgotten."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
