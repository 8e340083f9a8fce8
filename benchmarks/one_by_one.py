"""Packages rendered at once, beside peers that render one chart or flight at a time.

`make peers; python -m benchmarks.one_by_one [SIZE ...]`; Yoke takes part where `yoke` is on the PATH.
Processor time is what is compared: it says the same on a machine that does something else as well.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.large_environment import MISTPM, TEMPLATE, LargeEnvironment

SIZES, RUNS = (10, 30, 100), 5
ROOT = Path(__file__).parents[1]
HELM = ROOT / "benchmarks" / "peers" / "clients" / "target" / "helm"
FLIGHT = ROOT / "tests" / "guests" / "commands" / "flight"
FORGET = f"rm -rf $MISTPM_CACHE_DIR/renders; exec {MISTPM} render"


def make_charts(folder: Path, size: int) -> None:
    """Make a chart for each package, with the template that it has."""
    for number in range(size):
        chart = folder / f"app-{number}"
        (chart / "templates").mkdir(parents=True)
        (chart / "Chart.yaml").write_text(
            f"apiVersion: v2\nname: app-{number}\nversion: 1.0.0\n", encoding="utf-8"
        )
        text = TEMPLATE.replace("{{ name }}", "{{ .Release.Name }}")
        (chart / "templates" / "config.yaml").write_text(text, encoding="utf-8")


def peers(folder: Path, size: int) -> dict[str, list[str]]:
    """Give what renders so many packages, one after the other, by the peer's name."""
    numbers = " ".join(map(str, range(size)))
    found = {}
    if HELM.exists():
        make_charts(folder / "charts", size)
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


def processor(command: Sequence[str], environment: LargeEnvironment) -> float:
    """Give the milliseconds of the processor's time that a command and all that it starts takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command,
        cwd=environment.folder,
        env=environment.variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr.decode()}")
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def compare(size: int) -> None:
    """Measure so many packages, all ways in turn, and print a line for each peer and way."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        environment = LargeEnvironment(folder, size)
        environment.run("install", "--yes")
        found = peers(folder, size)
        if not found:
            sys.exit("there is neither Helm nor Yoke: make peers")
        ways = {"remembered": [MISTPM, "render"], "rendered anew": ["sh", "-c", FORGET]}
        commands = {**ways, **found}
        rounds = [
            {name: processor(command, environment) for name, command in commands.items()}
            for _ in range(RUNS + 1)
        ][1:]  # the first one fills caches
    for way in ways:
        for peer in found:
            mine, other = (statistics.median(each[name] for each in rounds) for name in (way, peer))
            ratio = statistics.median(each[peer] / each[way] for each in rounds)
            print(
                f"{size:8} {way:15} {peer:6} {mine:8.0f} ms {other:8.0f} ms {ratio:8.1f}",
                flush=True,
            )


def main() -> None:
    """Measure and print a table."""
    print(f"{'packages':8} {'mistpm':15} {'peer':6} {'mistpm':>11} {'peer':>11} {'ahead by':>8}")
    for size in map(int, sys.argv[1:] or SIZES):
        compare(size)


if __name__ == "__main__":
    main()
