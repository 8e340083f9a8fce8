"""Whole processes side by side on one control plane: `python -m benchmarks.cluster [--objects N] [--runs N]`.

`make peers` builds kubectl and Helm; without them mistpm is measured alone. `--kubectl PATH` measures
another kubectl beside them, such as an older one, which sends five requests a second at most.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from benchmarks.cluster.machine import ControlPlane
from benchmarks.cluster.work import PEERS, Helm, Kubectl, Mistpm, Tool

STEPS = {"first install": 0, "the same again": 0, "ten change": 10}


def main() -> None:
    """Measure in turn, so that a drifting machine hits all alike, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=100)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--kubectl", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        control_plane = ControlPlane(folder / "control-plane")
        control_plane.start()
        try:
            tools = _tools(folder, control_plane.kubeconfig(), arguments.objects)
            if arguments.kubectl:
                home = folder / "other"
                home.mkdir()
                other = Kubectl(
                    home,
                    control_plane.kubeconfig(),
                    arguments.objects,
                    name="other kubectl",
                    program=arguments.kubectl,
                )
                tools.append(other)
            _print(_measure(control_plane, tools, arguments.runs), arguments.runs)
        finally:
            control_plane.close()


def _tools(folder: Path, kubeconfig: Path, objects: int) -> list[Tool]:
    kinds: list[type[Mistpm | Helm | Kubectl]] = [Mistpm]
    kinds += [Helm, Kubectl] if (PEERS / "helm").exists() else []
    tools: list[Tool] = []
    for kind in kinds:
        home = folder / kind.__name__.lower()
        home.mkdir()
        tools.append(kind(home, kubeconfig, objects))
    return tools


def _measure(
    control_plane: ControlPlane, tools: list[Tool], runs: int
) -> dict[str, dict[str, list[float]]]:
    """Give seconds by step and tool; the first round warms everything up and is not counted."""
    api = control_plane.api()
    figures: dict[str, dict[str, list[float]]] = {
        step: {tool.name: [] for tool in tools} for step in STEPS
    }
    for run in range(runs + 1):
        for tool in tools:
            namespace = f"run-{run}-{tools.index(tool)}"
            metadata = {"name": namespace}
            manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
            api.apply(f"/api/v1/namespaces/{namespace}", manifest)
            for step, changed in STEPS.items():
                took = tool.install(namespace, changed)
                if run:
                    figures[step][tool.name].append(took)
    return figures


def _print(figures: dict[str, dict[str, list[float]]], runs: int) -> None:
    print(f"medians of {runs} whole processes; the ratio is mistpm's to the tool's, run by run")
    print(f"{'work':16} {'tool':28} {'median':>9} {'ratio':>6}")
    for step, by_tool in figures.items():
        mine = by_tool["mistpm"]
        for tool, took in by_tool.items():
            ratio = statistics.median(own / other for own, other in zip(mine, took, strict=True))
            print(f"{step:16} {tool:28} {statistics.median(took) * 1000:6.0f} ms {ratio:6.2f}")


if __name__ == "__main__":
    main()
