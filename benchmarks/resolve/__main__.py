"""Solve cases of a file, or synthetic ones, and tell what that cost."""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.resolve.case import Case
from benchmarks.resolve.case_file import read_cases
from benchmarks.resolve.families import FAMILIES, read_family
from benchmarks.resolve.outcome import report
from benchmarks.resolve.peer_table import peer_table
from benchmarks.resolve.peers import ask_peers
from benchmarks.resolve.solving import Solving
from benchmarks.resolve.table import table
from mistpm.cli import GARBAGE
from mistpm.errors import MistError, UsageError
from mistpm.resolve import Limits

CLOCKS: Final[Mapping[str, Callable[[], int]]] = {
    "wall": time.perf_counter_ns,
    "cpu": time.process_time_ns,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; gives the exit code."""
    options = _options(arguments)
    try:
        cases = read_family(options.family) if options.family else read_cases(options.cases)
        cases = _chosen(cases, options.only)
    except MistError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    clock = CLOCKS[options.clock]
    solving = Solving(limits=Limits(seconds=options.seconds), runs=options.runs, clock=clock)
    solving.warm_up()
    done = report(solving.solve_all(cases))
    if options.peers:
        peers = ask_peers(
            cases, seconds=options.peer_seconds, runs=options.runs, clock=options.clock
        )
        print("\n".join(peer_table(done.cases, peers)))
    elif options.output == "json":
        print(msgspec.json.format(msgspec.json.encode(done), indent=1).decode())
    else:
        print("\n".join(table(done, details=options.only is not None)))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.resolve", description=__doc__)
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("--cases", type=Path, metavar="FILE", help="cases in JSON, gzipped or not")
    asked.add_argument(
        "--family", choices=(*FAMILIES, "all"), help="synthetic cases that are hard in one way"
    )
    parser.add_argument("--only", metavar="NAME", help="solve this case alone, and tell its answer")
    told = parser.add_mutually_exclusive_group()
    told.add_argument("--output", choices=("text", "json"), default="text")
    told.add_argument(
        "--peers", action="store_true", help="ask other resolvers too, and tell the ratios"
    )
    parser.add_argument(
        "--seconds", type=float, default=30.0, help="time for one case, default %(default)g"
    )
    parser.add_argument(
        "--peer-seconds", type=float, default=3.0, help="the same for peers, default %(default)g"
    )
    parser.add_argument(
        "--runs",
        type=int,
        default=1,
        help="solve each case so often and tell the median, default %(default)s",
    )
    parser.add_argument(
        "--clock",
        choices=tuple(CLOCKS),
        default="wall",
        help="`cpu` counts the processor's time, for machines that are busy; default %(default)s",
    )
    return parser.parse_args(arguments)


def _chosen(cases: list[Case], name: str | None) -> list[Case]:
    """Give the cases of a name, or those that the universe of that name is queried with."""
    if name is None:
        return cases
    chosen = [case for case in cases if case.name == name]
    chosen = chosen or [case for case in cases if case.name.startswith(f"{name}/")]
    if not chosen:
        near = get_close_matches(name, [case.name for case in cases], n=1)
        hint = f"did you mean `{near[0]}`?" if near else ""
        raise UsageError("no-case", f"no case is called `{name}`", hint=hint)
    return chosen


if __name__ == "__main__":
    gc.set_threshold(GARBAGE)  # as in mistpm's own process
    sys.exit(main())
