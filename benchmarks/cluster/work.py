"""The same work for every tool: small ConfigMaps in a namespace, some of which change."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from benchmarks.large_environment import MISTPM, MODULES, UNUSUAL
from mistpm.package import pack
from mistpm.registry.keeper import make_index

PEERS = Path(__file__).parents[1] / "peers" / "clients" / "target"
"""Where `make peers` puts kubectl and Helm."""

_DESCRIPTOR = """\
apiVersion: mistpm.dev/v1
kind: Package
group: apps
name: settings
version: 1.0.0
dependencies: {engine: {package: engines/jinja, version: ^1, use: call}}
build: {module: template, assets: templates}
inputs:
  type: object
  properties: {objects: {type: integer}, changed: {type: integer, default: 0}}
"""
_ENGINE = """\
apiVersion: mistpm.dev/v1
kind: Package
group: engines
name: jinja
version: 1.0.0
build: {module: jinja.wasm}
"""
_TEMPLATE = """\
{% for number in range(inputs.objects) %}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: "settings-{{ number }}"}
data: {number: "{{ number }}", changed: "{{ number < inputs.changed }}"}
{% endfor %}
"""
_CHART = """\
{{- range $number := until (int .Values.objects) }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: "settings-{{ $number }}"}
data: {number: "{{ $number }}", changed: "{{ lt $number (int $.Values.changed) }}"}
{{- end }}
"""


class Tool(Protocol):
    """Something that makes a namespace hold the objects."""

    name: str

    def install(self, namespace: str, changed: int) -> float:
        """Do it, the first `changed` objects otherwise than at first; gives seconds of the whole process."""


class Kubectl:
    """`kubectl apply --server-side` of one file."""

    def __init__(
        self,
        folder: Path,
        kubeconfig: Path,
        objects: int,
        *,
        name: str = "kubectl apply --server-side",
        program: Path = PEERS / "kubectl",
    ) -> None:
        self.name = name
        self._program = program
        self._folder = folder
        self._objects = objects
        self._environment = {**os.environ, "KUBECONFIG": str(kubeconfig), "HOME": str(folder)}

    def install(self, namespace: str, changed: int) -> float:
        """See `Tool`."""
        file = self._folder / "manifests.json"
        items = [_configuration(number, changed) for number in range(self._objects)]
        document = {"apiVersion": "v1", "kind": "List", "items": items}
        file.write_text(json.dumps(document), "utf-8")
        command: list[str | Path] = [
            self._program,
            "apply",
            "--server-side",
            "-n",
            namespace,
            "-f",
            file,
        ]
        return timed(command, self._environment, self._folder)


class Helm:
    """`helm install`, and `helm upgrade` after it; both wait for nothing, as ConfigMaps need no waiting."""

    name = "helm"

    def __init__(self, folder: Path, kubeconfig: Path, objects: int) -> None:
        self._folder = folder
        self._objects = objects
        self._installed: set[str] = set()
        self._environment = {**os.environ, "KUBECONFIG": str(kubeconfig), "HOME": str(folder)}
        (folder / "chart" / "templates").mkdir(parents=True)
        (folder / "chart" / "Chart.yaml").write_text(
            "apiVersion: v2\nname: settings\nversion: 1.0.0\n", "utf-8"
        )
        (folder / "chart" / "templates" / "settings.yaml").write_text(_CHART, "utf-8")

    def install(self, namespace: str, changed: int) -> float:
        """See `Tool`."""
        verb = "upgrade" if namespace in self._installed else "install"
        self._installed.add(namespace)
        values = f"objects={self._objects},changed={changed}"
        command: list[str | Path] = [
            PEERS / "helm",
            verb,
            "settings",
            "chart",
            "-n",
            namespace,
            "--set",
            values,
        ]
        return timed(command, self._environment, self._folder)


class Mistpm:
    """`mistpm install`, with its solving, diff, inventory and waiting; module and machine code are in the cache."""

    name = "mistpm"

    def __init__(self, folder: Path, kubeconfig: Path, objects: int) -> None:
        self._folder = folder
        self._objects = objects
        self._environment = {
            **{name: value for name, value in os.environ.items() if name not in UNUSUAL},
            "KUBECONFIG": str(kubeconfig),
            "MISTPM_CACHE_DIR": str(folder / "cache"),
            "MISTPM_CONFIG_DIR": str(folder / "config"),
        }
        registry = folder / "registry"
        _publish(
            registry, folder / "engine", _ENGINE.replace("jinja.wasm", str(MODULES / "jinja.wasm"))
        )
        (folder / "source" / "templates").mkdir(parents=True)
        (folder / "source" / "templates" / "settings.yaml").write_text(_TEMPLATE, "utf-8")
        _publish(registry, folder / "source", _DESCRIPTOR)
        (registry / "registry.yaml").write_text("name: bench\n", "utf-8")
        make_index(registry, published="2026-01-31")

    def install(self, namespace: str, changed: int) -> float:
        """See `Tool`."""
        folder = self.environment(namespace, changed)
        return timed([MISTPM, "install", "--yes"], self._environment, folder)

    def environment(self, namespace: str, changed: int) -> Path:
        """Write the environment of a namespace, and give its folder."""
        folder = self._folder / namespace
        folder.mkdir(exist_ok=True)
        release: dict[str, Any] = {"package": "bench/apps/settings", "namespace": namespace}
        release["inputs"] = {"objects": self._objects, "changed": changed}
        document = {
            "apiVersion": "mistpm.dev/v1",
            "kind": "Environment",
            "name": namespace,
            "id": namespace,
            "kubernetes": "1.37",
            "target": {"context": "test"},
            "registries": {"bench": {"directory": "../registry"}},
            "releases": {"settings": release},
        }
        (folder / "mistpm.yaml").write_text(json.dumps(document), "utf-8")
        return folder

    def run(self, namespace: str, *arguments: str) -> float:
        """Run another command in a namespace's environment."""
        return timed([MISTPM, *arguments], self._environment, self._folder / namespace)


def timed(command: Sequence[str | Path], environment: Mapping[str, str], folder: Path) -> float:
    """Run a command and give its seconds; one that fails ends the benchmark."""
    began = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    took = time.perf_counter() - began
    if done.returncode:
        words = " ".join(map(str, command))
        sys.exit(f"{words} failed:\n{done.stdout.decode()}{done.stderr.decode()}")
    return took


def _configuration(number: int, changed: int) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": f"settings-{number}"},
        "data": {"number": str(number), "changed": str(number < changed).lower()},
    }


def _publish(registry: Path, source: Path, descriptor: str) -> None:
    source.mkdir(exist_ok=True)
    (source / "package.yaml").write_text(descriptor, "utf-8")
    packed = pack(source, template=MODULES / "template.wasm")
    group = next(line.split()[1] for line in descriptor.splitlines() if line.startswith("group:"))
    place = registry / group / packed.name.removesuffix(".mist-pack.wasm").rpartition("-")[0]
    place.mkdir(parents=True)
    (place / packed.name).write_bytes(packed.data)
