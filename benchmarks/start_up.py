"""Start-up, nothing to do, and warm renders, as whole processes: `python -m benchmarks.start_up`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.large_environment import MISTPM, LargeEnvironment
from benchmarks.side_by_side import compare

IMPORTS = [sys.executable, "-c", "import typer, yaml"]
IMPORTS_WASM = [sys.executable, "-c", "import typer, yaml, wasmtime"]

CASES: list[tuple[str, list[str], list[str], float]] = [
    ("mistpm --help", ["--help"], IMPORTS, 1.5),
    ("why, 100 releases", ["why", "app-3"], IMPORTS, 1.5),
    ("tree, 100 releases", ["tree"], IMPORTS, 1.5),
    ("lock, nothing to change, 100 releases", ["lock"], IMPORTS, 2.0),
    ("render 1 package, warm", ["render", "app-0"], IMPORTS_WASM, 1.5),
    ("render 100 packages, warm", ["render"], IMPORTS_WASM, 0.0),
    ("install, nothing to do, 100 releases", ["install"], IMPORTS_WASM, 0.0),
]


def main() -> None:
    """Measure and print a table."""
    with tempfile.TemporaryDirectory() as temporary:
        large = LargeEnvironment(Path(temporary) / "large", 100)
        one = LargeEnvironment(Path(temporary) / "one", 1)
        for environment in (large, one):
            environment.run("install", "--yes")
        print(f"{'whole process':42} {'median':>9} {'yardstick':>10} {'ratio':>6} {'target':>7}")
        for name, arguments, yardstick, target in CASES:
            environment = one if "1 package" in name else large
            figure = compare(
                name,
                [MISTPM, *arguments],
                yardstick,
                folder=environment.folder,
                environment=environment.variables,
            )
            wanted = f"{target:.1f}" if target else "-"
            print(
                f"{name:42} {figure.milliseconds:6.0f} ms {figure.yardstick:7.0f} ms"
                f" {figure.ratio:6.2f} {wanted:>7}",
                flush=True,
            )


if __name__ == "__main__":
    main()
