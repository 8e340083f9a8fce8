"""Large environments with nothing to do: `python -m benchmarks.cluster.large`.

Requests of 100 releases with 100 objects each time, and time and memory of a plan of 5,000 objects.
"""

from __future__ import annotations

import collections
import resource
import tempfile
from pathlib import Path

from benchmarks.cluster.machine import ControlPlane, FaultProxy
from benchmarks.cluster.work import Mistpm
from benchmarks.large_environment import LargeEnvironment


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        control_plane = ControlPlane(folder / "control-plane")
        control_plane.start()
        try:
            with FaultProxy(control_plane) as proxy:
                count_requests(folder / "releases", proxy)
            plan_many(folder / "objects", control_plane.kubeconfig())
        finally:
            control_plane.close()


def count_requests(folder: Path, proxy: FaultProxy) -> None:
    """Install 100 releases of one ConfigMap each, and count what installing them again asks."""
    folder.mkdir()
    large = LargeEnvironment(folder, 100)
    file = large.folder / "mistpm.yaml"
    file.write_text(file.read_text("utf-8").replace("<1.36", "<1.38"), "utf-8")
    large.variables["KUBECONFIG"] = str(proxy.kubeconfig())
    large.run("install", "--yes", "--context", "test")
    proxy.requests.clear()
    large.run("install", "--yes", "--context", "test")
    print(f"100 releases, nothing to do: {len(proxy.requests)} requests")
    asked = collections.Counter(str(each).partition("?")[0] for each in proxy.requests)
    for request, times in sorted(asked.items()):
        print(f"  {times} {request}")


def plan_many(folder: Path, kubeconfig: Path, objects: int = 5000) -> None:
    """Install many ConfigMaps, and plan them again in a process whose memory is looked at."""
    folder.mkdir()
    mistpm = Mistpm(folder, kubeconfig, objects)
    took = mistpm.install("many", 0)
    print(f"{objects} objects, first install: {took:.1f} s")
    planned = mistpm.run("many", "plan")
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"{objects} objects, plan: {planned:.1f} s, at most {before // 1024} MB in any process")


if __name__ == "__main__":
    main()
