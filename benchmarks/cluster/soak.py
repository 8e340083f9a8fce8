"""Crashes at random requests of random operations: `python -m benchmarks.cluster.soak --crashes 1000 --seed 1`.

Each is a life of its own: an operation dies before or after one of its requests and is run again; the
cluster must then be as if it had not died. The same seed gives the same crashes.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from benchmarks.cluster.machine import ControlPlane

from crash_points import Crash  # isort: skip - machine.py says where it is
from crashed_lives import BEFORE, differences, live_crashed, live_whole  # isort: skip

_PORTION = 20
_LIVES_OF_A_CONTROL_PLANE = 200
"""Namespaces and definitions that were deleted leave traces: a fresh one from time to time is faster."""


def main() -> None:
    """Crash as often as was asked for; ends with status 1 at the first difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crashes", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)  # noqa: S311 - the same crashes for the same seed
    done = 0
    while done < arguments.crashes:
        wanted = min(_LIVES_OF_A_CONTROL_PLANE, arguments.crashes - done)
        with tempfile.TemporaryDirectory() as temporary:
            control_plane = ControlPlane(Path(temporary) / "control-plane")
            control_plane.start()
            try:
                soak(control_plane, chance, wanted)
            finally:
                control_plane.close()
        done += wanted
        print(f"{done} crashes, all as if they had not been", flush=True)


def soak(control_plane: ControlPlane, chance: random.Random, crashes: int) -> None:
    """Crash in one control plane."""
    wholes = {operation: live_whole(control_plane, operation) for operation in BEFORE}
    while crashes > 0:
        operation = chance.choice(list(BEFORE))
        whole = wholes[operation]
        portion = [
            Crash(chance.randrange(len(whole.requests)), chance.choice(("before", "after")))
            for _ in range(min(_PORTION, crashes))
        ]
        outcomes = live_crashed(control_plane, operation, portion)
        for crash, outcome in zip(portion, outcomes, strict=True):
            if differing := differences(whole.objects, outcome.objects):
                request = whole.requests[crash.number]
                sys.exit(f"{operation}, {crash.moment} {request} ({crash.number}): {differing}")
        crashes -= len(portion)


if __name__ == "__main__":
    main()
