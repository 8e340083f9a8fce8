"""Planning an upgrade of many releases over four Kubernetes versions, as a whole process: `python -m benchmarks.upgrades`."""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.large_environment import MISTPM, LargeEnvironment

KINDS = (
    (("1.0.0", ">=1.28"), ("1.1.0", ">=1.28")),
    (("1.0.0", "<1.36"), ("2.0.0", ">=1.33")),
    (("1.0.0", "<1.35"), ("2.0.0", ">=1.34 <1.37"), ("3.0.0", ">=1.35")),
)
"""Packages that need not move, that move once, and that move once or twice: their versions and what they support."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, default=100)
    parser.add_argument("--times", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        environment = LargeEnvironment(Path(temporary), given.releases, KINDS)
        file = environment.folder / "mistpm.yaml"
        text = file.read_text("utf-8").replace(">=1.33 <1.36", "1.33")
        first_versions = re.sub(r"(package: large/apps/app-\d+)", r"\1, version: =1.0.0", text)
        file.write_text(first_versions, "utf-8")
        environment.run("install", "--yes")
        file.write_text(text, "utf-8")
        environment.run("install", "--yes")
        seconds = [_plan(environment) for _ in range(given.times + 1)]
    first, *warm = seconds
    print(
        f"{given.releases} releases, 1.33 to 1.37: first {first:.2f} s, then {statistics.median(warm):.2f} s"
    )


def _plan(environment: LargeEnvironment) -> float:
    began = time.perf_counter()
    subprocess.run(
        [MISTPM, "upgrade", "--kubernetes", "1.37", "--plan"],
        cwd=environment.folder,
        env=environment.variables,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
