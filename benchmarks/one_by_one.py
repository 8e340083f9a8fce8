"""Ten packages rendered at once, beside peers that render one chart or flight at a time.

`make peers; python -m benchmarks.one_by_one`; Yoke takes part where `yoke` is on the PATH.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.large_environment import MISTPM, TEMPLATE, LargeEnvironment
from benchmarks.side_by_side import compare

SIZE = 10
ROOT = Path(__file__).parents[1]
HELM = ROOT / "benchmarks" / "peers" / "clients" / "target" / "helm"
FLIGHT = ROOT / "tests" / "guests" / "commands" / "flight"
FORGET = f"rm -rf $MISTPM_CACHE_DIR/renders; exec {MISTPM} render"


def make_charts(folder: Path) -> None:
    """Make a chart for each package, with the template that it has."""
    for number in range(SIZE):
        chart = folder / f"app-{number}"
        (chart / "templates").mkdir(parents=True)
        (chart / "Chart.yaml").write_text(
            f"apiVersion: v2\nname: app-{number}\nversion: 1.0.0\n", encoding="utf-8"
        )
        text = TEMPLATE.replace("{{ name }}", "{{ .Release.Name }}")
        (chart / "templates" / "config.yaml").write_text(text, encoding="utf-8")


def peers(folder: Path) -> dict[str, list[str]]:
    """Give what renders ten packages, one after the other, by the peer's name."""
    numbers = " ".join(map(str, range(SIZE)))
    found = {}
    if HELM.exists():
        make_charts(folder / "charts")
        found["Helm"] = f"{HELM} template app-$n {folder}/charts/app-$n"
    if yoke := shutil.which("yoke"):
        flight = folder / "flight.wasm"
        subprocess.run(
            ["go", "build", "-trimpath", "-ldflags=-s -w", "-o", flight, "."],
            cwd=FLIGHT,
            env={**os.environ, "GOOS": "wasip1", "GOARCH": "wasm"},
            check=True,
        )
        cached = f"-compilation-cache {folder}/yoke-cache"
        found["Yoke"] = f"{yoke} takeoff -stdout {cached} app-$n {flight}"
    return {
        name: ["sh", "-ec", f"for n in {numbers}; do {command}; done"]
        for name, command in found.items()
    }


def main() -> None:
    """Measure and print a table."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        environment = LargeEnvironment(folder, SIZE)
        environment.run("install", "--yes")
        found = peers(folder)
        if not found:
            sys.exit("there is neither Helm nor Yoke: make peers")
        print(f"{'ten packages':34} {'mistpm':>9} {'peer':>9} {'ratio':>6}")
        ways = {"remembered": [MISTPM, "render"], "rendered anew": ["sh", "-c", FORGET]}
        for way, command in ways.items():
            for name, yardstick in found.items():
                figure = compare(
                    name,
                    command,
                    yardstick,
                    folder=environment.folder,
                    environment=environment.variables,
                    runs=7,
                )
                print(
                    f"{f'{way}, beside {name}':34} {figure.milliseconds:6.0f} ms"
                    f" {figure.yardstick:6.0f} ms {figure.ratio:6.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
