"""A shop in a folder: a toy registry, an environment with a known id, a transcript."""

from __future__ import annotations

import getpass
import platform
import threading
import zlib
from pathlib import Path

import pytest
from control_plane import ControlPlane
from made_cluster_shop import publish_running
from toy_registry import ToyRegistry, config_map
from transcript import Transcript

from mistpm.cli import apply_lines
from mistpm.ops.settings import new_environment, targets

CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ name }}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: {{ inputs.storage }}}}
"""
SECRET = """\
apiVersion: v1
kind: Secret
metadata:
  name: {{ name }}
stringData:
  password: {{ inputs.password }}
"""
DATABASE_INPUTS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "storage": {"type": "string", "pattern": "^[0-9]+Gi$", "default": "1Gi"},
        "port": {"type": "integer", "minimum": 1, "default": 5432},
        "password": {"type": "string", "writeOnly": True, "default": {"generate": 24}},
    },
}
APP_INPUTS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "replicas": {"type": "integer", "minimum": 1, "default": 1},
        "tls": {
            "type": "object",
            "properties": {"host": {"type": "string"}, "on": {"type": "boolean"}},
        },
    },
}


def publish_all(registry: ToyRegistry) -> None:
    """Publish databases, an application that needs one, and providers of an API."""
    for version in ("1.0.0", "1.4.0", "2.0.0"):
        registry.publish(
            "data/database",
            version,
            {
                "config.yaml": config_map("port: '{{ inputs.port }}'"),
                "claim.yaml": CLAIM,
                "secret.yaml": SECRET,
                "outputs.json": '{{ {"host": name} | tojson }}',
            },
            description="A database",
            inputs=DATABASE_INPUTS,
        )
    for version, kubernetes in (("1.0.0", ">=1.28"), ("1.1.0", ">=1.28"), ("2.0.0", ">=1.34")):
        registry.publish(
            "watch/meter",
            version,
            {"config.yaml": config_map()},
            description="Measures",
            kubernetes=kubernetes,
            scope="cluster",
            provides={"apis": ["meter.example.org/v1/Reading"]},
        )
    for version in ("1.0.0", "1.1.0"):
        registry.publish(
            "apps/app",
            version,
            {
                "config.yaml": config_map(
                    "database: {{ dependencies.db.outputs.host }}",
                    "replicas: '{{ inputs.replicas }}'",
                )
            },
            description="An application",
            inputs=APP_INPUTS,
            dependencies={
                "db": {"package": "data/database", "version": "^1"},
                "meter": {"api": "meter.example.org/v1/Reading", "default": "watch/meter"},
            },
        )
    registry.index()


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a registry called `toy`."""
    registry = ToyRegistry(tmp_path_factory.mktemp("registries") / "toy")
    publish_all(registry)
    return registry.folder


@pytest.fixture
def session(folder: Path, toy: Path, monkeypatch: pytest.MonkeyPatch) -> Transcript:
    """Begin a session in an empty folder next to which the registry `toy` lies."""
    work = folder / "shop"
    work.mkdir()
    (folder / "toy").symlink_to(toy)
    monkeypatch.chdir(work)
    monkeypatch.setattr(new_environment, "new_id", lambda: "5f0c" * 8)
    monkeypatch.setenv("MISTPM_CONFIG_DIR", str(folder / "config"))
    monkeypatch.setenv("KUBECONFIG", str(folder / "kubeconfig"))
    transcript = Transcript(work)
    transcript.replace(str(folder), "/home/me")
    return transcript


@pytest.fixture
def shop(session: Transcript) -> Transcript:
    """Begin a session in the folder of an environment with one release."""
    session.run('mistpm init --kubernetes ">=1.31 <1.33"')
    session.run("mistpm registry add toy ../toy")
    session.run("mistpm add app -p toy/apps/app")
    session.text = ""
    return session


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a registry called `toy` whose packages run something."""
    return publish_running(tmp_path_factory.mktemp("running") / "toy").folder


@pytest.fixture
def cluster_session(
    folder: Path,
    running: Path,
    control_plane: ControlPlane,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Transcript:
    """Begin a session in an empty folder, with a cluster called `test` and a registry beside it.

    The cluster keeps what a session makes, so each has an id and a namespace for its state of its own.
    """
    number = f"{zlib.crc32(request.node.name.encode()):08x}"
    state = f"golden-state-{number}"
    work = folder / "shop"
    work.mkdir()
    (folder / "toy").symlink_to(running)
    monkeypatch.chdir(work)
    monkeypatch.setattr(new_environment, "new_id", lambda: number * 4)
    monkeypatch.setenv("MISTPM_CONFIG_DIR", str(folder / "config"))
    monkeypatch.setenv("KUBECONFIG", str(control_plane.kubeconfig()))
    monkeypatch.setattr(apply_lines, "HEARTBEAT", threading.TIMEOUT_MAX)  # however slow the machine
    transcript = Transcript(work)
    transcript.replace(str(folder), "/home/me")
    monkeypatch.setattr(targets, "STATE_NAMESPACE", state)
    transcript.replace(state, "mistpm-system")
    transcript.replace(str(control_plane.kubeconfig()), "/home/me/.kube/config")
    transcript.replace(control_plane.address, "127.0.0.1:6443")
    transcript.replace(f"{getpass.getuser()}@{platform.node()}", "me@here")
    transcript.replace_pattern(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "2026-01-31T12:00:00Z")
    transcript.replace_pattern(r"(?m) \(\d+ s\)$", "")
    transcript.replace_pattern(r"\b([a-z]+)-[0-9a-z]{6,10}-[0-9a-z]{5}\b", r"\1-POD")
    transcript.sort(r"^  \S .* (created|changed|adopted|deleted|ready)$")
    return transcript
