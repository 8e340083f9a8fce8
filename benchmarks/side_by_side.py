"""Timing whole processes against a yardstick, in turn, so that a drifting machine hits both alike."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct


class Figure(Struct, frozen=True, kw_only=True):
    """Medians in milliseconds of a command and its yardstick, and the median of the ratios pair by pair."""

    name: str
    milliseconds: float
    yardstick: float
    ratio: float


def compare(
    name: str,
    command: Sequence[str],
    yardstick: Sequence[str],
    *,
    folder: Path,
    environment: dict[str, str],
    runs: int = 15,
) -> Figure:
    """Run both in turn, once unmeasured and then `runs` times; a command that fails ends the benchmark."""

    def once(arguments: Sequence[str]) -> float:
        begin = time.perf_counter()
        done = subprocess.run(
            arguments, cwd=folder, env=environment, capture_output=True, check=False
        )
        took = time.perf_counter() - begin
        if done.returncode:
            sys.exit(f"{' '.join(arguments)} failed:\n{done.stderr.decode()}")
        return took * 1000

    once(command)
    once(yardstick)
    pairs = [(once(command), once(yardstick)) for _ in range(runs)]
    return Figure(
        name=name,
        milliseconds=statistics.median(mine for mine, _ in pairs),
        yardstick=statistics.median(other for _, other in pairs),
        ratio=statistics.median(mine / other for mine, other in pairs),
    )
