"""Ctrl-C ends whatever runs within 200 ms: measured in a process of its own, the best of some attempts.

A busy machine may keep a process waiting for longer than that: how long its threads were ready to run and
had no processor does not count (Linux tells it in `/proc/PID/task/*/schedstat`).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from guest_modules import SUPPORT
from processor import waited

SECONDS = 0.2
ATTEMPTS = 10

PROGRAM = """
import os, sys, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event
from attack_table import module
from component_text import component_guest
from processor import waited
from guest_modules import digest, guest
from mistpm.wasm import Answer, Limits, Runtime

folder, what = Path(sys.argv[1]), sys.argv[2]
runtime = Runtime(cache=None, limits=Limits(seconds=600, requests=10**9, log_bytes=10**12))

def load(name, data):
    path = folder / f"{name}.wasm"
    path.write_bytes(data)
    return runtime.load(path, digest(data))

def ready():
    print("running", flush=True)

def run(module, budget, answer):
    return runtime.generate(module, b"{}", budget=budget, answer=answer, log=lambda *_: None)

def nested(relay, loop, budget):
    if budget.depth == 10:
        ready()
        return run(loop, budget, None)
    return run(
        relay, budget, lambda _: Answer(status=0, body=nested(relay, loop, budget.deeper()))
    )

def in_threads(relay, loop):
    started = Barrier(3)
    def one():
        budget = runtime.budget()
        def answer(document):
            started.wait()
            return Answer(status=0, body=run(loop, budget.deeper(), None))
        return run(relay, budget, answer)
    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(one) for _ in range(2)]
        started.wait()
        ready()
        try:
            [future.result() for future in futures]
        except BaseException:
            runtime.interrupt()
            raise

bomb = module("bomb_loops")
loop, relay = load("loop", guest("loop")), load("relay", guest("relay"))
asking, logging = load("ask", module("ask_for_ever")), load("log", module("log_flood"))
filling = load("fill", module("spin_unrolled"))
turned_down = lambda _: Answer(status=-2, body=b"")
try:
    if what == "loop":
        ready()
        run(loop, runtime.budget(), None)
    elif what == "component":
        spinning = load("component", component_guest("loop"))
        ready()
        run(spinning, runtime.budget(), None)
    elif what == "nested":
        nested(relay, loop, runtime.budget())
    elif what == "threads":
        in_threads(relay, loop)
    elif what == "compiling":
        ready()
        load("bomb", bomb)
    elif what == "requests":
        ready()
        run(asking, runtime.budget(), turned_down)
    elif what == "answering":
        def answer(document):
            ready()
            Event().wait()
        run(relay, runtime.budget(), answer)
    elif what == "bulk":
        ready()
        run(filling, runtime.budget(), None)
except KeyboardInterrupt:
    print(time.monotonic(), waited("self"), flush=True)
    os._exit(0)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "what", ["loop", "component", "nested", "threads", "compiling", "requests", "answering", "bulk"]
)
def test_ctrl_c_takes_200_ms_at_most(tmp_path: Path, what: str) -> None:
    """From the signal to the place where the command would end."""
    best = min(attempts(tmp_path, what))

    assert best < SECONDS


def attempts(folder: Path, what: str) -> list[float]:
    """Interrupt a process again and again, until one attempt was fast enough."""
    found: list[float] = []
    while len(found) < ATTEMPTS and min(found, default=SECONDS) >= SECONDS:
        found.append(attempt(folder, what))
    return found


def attempt(folder: Path, what: str) -> float:
    """Start a process, interrupt it when it runs, and give the seconds that it took to notice."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, folder, what],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SUPPORT)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"

        before, waited_before = time.monotonic(), waited(process.pid)
        process.send_signal(signal.SIGINT)
        after, waited_after = map(float, process.stdout.readline().split())
        return (after - before) - (waited_after - waited_before)
