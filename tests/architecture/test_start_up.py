"""What start-up may cost: libraries that a command does not need are not imported by it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from control_plane import ControlPlane
from made_storage import publish_storage
from toy_registry import ToyRegistry, config_map

HEAVY = {
    "celpy",
    "jsonschema_rs",
    "kubernetes",
    "networkx",
    "pysat",
    "resolvelib",
    "rich",
    "urllib3",
    "wasmtime",
}

PROGRAM = """
import sys
from mistpm.cli.application import run
code = run({arguments!r})
print(",".join(sorted({{name.split(".")[0] for name in sys.modules}})), file=sys.stderr)
sys.exit(code)
"""


def loaded(arguments: list[str]) -> set[str]:
    """Run mistpm in a new process and give the top-level modules that it imported."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(arguments=arguments)],
        check=True,
        capture_output=True,
        text=True,
    )
    return set(done.stderr.splitlines()[-1].split(","))


def test_help_loads_nothing_heavy() -> None:
    """`mistpm --help` needs none of the big libraries."""
    assert loaded(["--help"]) & HEAVY == set()


def test_help_of_a_command_loads_nothing_heavy() -> None:
    """`mistpm install --help` needs none of the big libraries."""
    assert loaded(["install", "--help"]) & HEAVY == set()


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [["lock"], ["why", "a"], ["tree"], ["tree", "--invert", "a"], ["graph", "-o", "svg"], ["list"]],
    ids=" ".join,
)
def test_looking_at_a_lock_loads_nothing_heavy(folder: Path, arguments: list[str]) -> None:
    """With a valid lock nothing is solved, fetched or rendered, and nothing for that is loaded."""
    registry = ToyRegistry(folder / "toy")
    registry.publish("apps/a", "1.0.0", {"a.yaml": config_map()})
    registry.index()
    (folder / "mistpm.yaml").write_text(
        "{apiVersion: mistpm.dev/v1, kind: Environment, name: e, id: e, target: {directory: out},"
        " registries: {toy: {directory: toy}}, releases: {a: {package: toy/apps/a}}}"
    )
    loaded(["lock"])

    assert loaded(arguments) & HEAVY == set()


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["render"], ["install"]], ids=" ".join)
def test_rendering_again_loads_no_runtime(folder: Path, arguments: list[str]) -> None:
    """What packages answered before is remembered, and nothing that runs them is loaded."""
    registry = ToyRegistry(folder / "toy")
    registry.publish("apps/a", "1.0.0", {"a.yaml": config_map()})
    registry.index()
    (folder / "mistpm.yaml").write_text(
        f"{{apiVersion: mistpm.dev/v1, kind: Environment, name: e, id: {folder.name},"
        " target: {directory: out},"
        " registries: {toy: {directory: toy}}, releases: {a: {package: toy/apps/a}}}"
    )
    first = loaded(["install", "--yes"])

    assert "wasmtime" in first
    assert "wasmtime" not in loaded(arguments)


@pytest.mark.slow
def test_only_what_computes_requirements_is_run_to_be_solved(folder: Path) -> None:
    """Solving runs no module of other packages, and a valid lock needs none that was asked."""
    registry = publish_storage(folder / "toy")
    registry.publish("apps/a", "1.0.0", {"a.yaml": config_map()})
    registry.index()
    running = {"wasmtime", "jsonschema_rs"}
    seen = []
    for package in ("apps/a", "apps/web"):
        (folder / "mistpm.yaml").write_text(
            "{apiVersion: mistpm.dev/v1, kind: Environment, name: e, id: e, target: {directory: out},"
            f" registries: {{toy: {{directory: toy}}}}, releases: {{a: {{package: toy/{package}}}}}}}"
        )
        seen.append([loaded(["lock"]) & running, loaded(["lock"]) & HEAVY])

    assert [[set(), set()], [running, set()]] == seen


def test_applying_to_a_cluster_loads_what_it_needs(
    folder: Path, control_plane: ControlPlane, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a valid lock nothing is solved, and the library of Kubernetes is for special kubeconfigs."""
    registry = ToyRegistry(folder / "toy")
    registry.publish("apps/a", "1.0.0", {"a.yaml": config_map()})
    registry.index()
    monkeypatch.setenv("KUBECONFIG", str(control_plane.kubeconfig()))
    (folder / "mistpm.yaml").write_text(
        f"{{apiVersion: mistpm.dev/v1, kind: Environment, name: e, id: {namespace}, kubernetes: '1.37',"
        f" target: {{context: test}}, state: {{namespace: {namespace}}},"
        " registries: {toy: {directory: toy}},"
        f" releases: {{a: {{package: toy/apps/a, namespace: {namespace}}}}}}}"
    )
    loaded(["lock"])

    first, again = (loaded(["install", "--yes"]) & HEAVY for _ in range(2))
    assert {"jsonschema_rs", "urllib3", "wasmtime"} >= first
    assert {"urllib3", "wasmtime"} >= again
