"""Applying in process, against the floor: `python -m benchmarks.cluster.in_process [--objects N] [--runs N]`.

The floor is one connection that sends one server-side apply after another and reads the answers, with
nothing around it. Ours is `ClusterTarget.apply`: lease, state, watches and all, one object at a time and
eight at a time; the diff was made before.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import ssl
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import urllib3

from benchmarks.cluster.machine import ControlPlane
from mistpm.model.resource import Manifest, RenderedRelease, ResourceId
from mistpm.target.cluster.api.connection import connect
from mistpm.target.cluster.cluster import ClusterTarget
from mistpm.target.protocol import Desired, Permissions

_numbers = itertools.count()


def main() -> None:
    """Measure in turn and print medians and their ratios to the floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=100)
    parser.add_argument("--runs", type=int, default=9)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        control_plane = ControlPlane(Path(temporary) / "control-plane")
        control_plane.start()
        try:
            os.environ["KUBECONFIG"] = str(control_plane.kubeconfig())
            measure(control_plane, arguments.objects, arguments.runs)
        finally:
            control_plane.close()


def measure(control_plane: ControlPlane, objects: int, runs: int) -> None:
    """Print a row for each way; the first run of each warms up and is not counted."""
    ways: dict[str, Callable[[str], float]] = {
        "floor: one connection": Floor(control_plane.kubeconfig(), objects).apply,
        "mistpm, one at a time": lambda namespace: applied(namespace, objects, at_once=1),
        "mistpm, eight at a time": lambda namespace: applied(namespace, objects, at_once=8),
    }
    took: dict[str, list[float]] = {way: [] for way in ways}
    for run in range(runs + 1):
        for way, apply in ways.items():
            namespace = f"run-{next(_numbers)}"
            manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
            control_plane.api().apply(f"/api/v1/namespaces/{namespace}", manifest)
            seconds = apply(namespace)
            if run:
                took[way].append(seconds)
    floor = took["floor: one connection"]
    for way, seconds_of in took.items():
        ratio = statistics.median(own / low for own, low in zip(seconds_of, floor, strict=True))
        print(f"{way:26} {statistics.median(seconds_of) * 1000:6.0f} ms {ratio:6.2f}")


class Floor:
    """One connection and nothing else."""

    def __init__(self, kubeconfig: Path, objects: int) -> None:
        document = json.loads(kubeconfig.read_text("utf-8"))
        context = ssl.create_default_context(cafile=str(kubeconfig.parent / "ca.crt"))
        self._pool = urllib3.PoolManager(maxsize=1, ssl_context=context, retries=False)
        self._server = document["clusters"][0]["cluster"]["server"]
        self._headers = {
            "Authorization": f"Bearer {document['users'][0]['user']['token']}",
            "Content-Type": "application/apply-patch+yaml",
        }
        self._objects = objects

    def apply(self, namespace: str) -> float:
        """Apply all objects, and give the seconds that it took."""
        manifests = [configuration(namespace, number) for number in range(self._objects)]
        began = time.perf_counter()
        for manifest in manifests:
            name = manifest.id.name
            path = f"/api/v1/namespaces/{namespace}/configmaps/{name}?fieldManager=floor"
            answer = self._pool.request(
                "PATCH", self._server + path, body=json.dumps(manifest.data), headers=self._headers
            )
            assert answer.status == 201, answer.data
        return time.perf_counter() - began


def applied(namespace: str, objects: int, *, at_once: int) -> float:
    """Apply all objects as an environment of their own, and give the seconds that applying took."""
    target = ClusterTarget(connect(), environment_id=namespace, at_once=at_once)
    release = RenderedRelease(
        name="settings",
        namespace=namespace,
        package="bench/apps/settings",
        version="1.0.0",
        manifests=tuple(configuration(namespace, number) for number in range(objects)),
    )
    desired = Desired(
        environment_id=namespace, environment_name=namespace, releases=(release,), lock=b"{}"
    )
    diff = target.diff(desired, Permissions())
    began = time.perf_counter()
    target.apply(desired, diff, Permissions())
    return time.perf_counter() - began


def configuration(namespace: str, number: int) -> Manifest:
    """Give one of the objects."""
    name = f"settings-{number}"
    return Manifest(
        id=ResourceId("", "ConfigMap", namespace, name),
        api_version="v1",
        data={
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name, "namespace": namespace},
            "data": {"number": str(number)},
        },
        origin="benchmark",
    )


if __name__ == "__main__":
    main()
