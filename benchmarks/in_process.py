"""Rendering within one process: one render, and a call within a call: `python -m benchmarks.in_process`."""

from __future__ import annotations

import hashlib
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from mistpm.wasm import Answer, Budget, Module, Runtime

ROOT = Path(__file__).parents[1]
GUESTS = ROOT / "tests" / "guests"
RUNS, LEVELS = 500, 20

RELAY = """(module
  (import "mistpm_v1" "request" (func $request (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "{}")
  (func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_alloc") (param i32) (result i32) (i32.const 4096))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func (export "__mistletoe_generate") (param i32 i32) (result i32)
    (drop (call $request (i32.const 16) (i32.const 2)))
    (i32.store (i32.const 0) (i32.const 16))
    (i32.store (i32.const 4) (i32.const 2))
    (i32.const 0)))"""
ENVELOPE = json.dumps(
    {
        "apiVersion": "mistletoe.dev/v1alpha1",
        "kind": "MistInput",
        "data": {"name": "shop", "namespace": "shop"},
    }
).encode()


def load(runtime: Runtime, path: Path) -> Module:
    """Load a module file."""
    return runtime.load(path, f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}")


def milliseconds(work: Callable[[], object]) -> tuple[float, float, float]:
    """Give the median and the least time of many runs, and the processor's time for one."""
    took = []
    before = time.process_time()
    for _ in range(RUNS):
        begin = time.perf_counter()
        work()
        took.append((time.perf_counter() - begin) * 1000)
    processor = (time.process_time() - before) * 1000 / RUNS
    return statistics.median(took), min(took), processor


def chain(runtime: Runtime, module: Module, levels: int) -> bytes:
    """Run a module that calls itself through the host, so many levels deep."""

    def run(budget: Budget) -> bytes:
        def answer(_document: bytes) -> Answer:
            deeper = budget.deeper()
            body = run(deeper) if deeper.depth < levels else b"{}"
            return Answer(status=0, body=body)

        return runtime.generate(module, b"{}", budget=budget, answer=answer, log=lambda *_: None)

    return run(runtime.budget())


def main() -> None:
    """Measure and print."""
    import wasmtime

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        runtime = Runtime(cache=folder / "code")
        namespace = load(runtime, GUESTS / "published" / "namespace-plain-0.1.0.mist-pack.wasm")
        command = load(runtime, GUESTS / "commands" / "manifest-1.0.0.wasm")
        (folder / "relay.wasm").write_bytes(wasmtime.wat2wasm(RELAY))
        relay = load(runtime, folder / "relay.wasm")

        def refuse(_document: bytes) -> Answer:
            return Answer(status=-2, body=b"{}")

        def generate() -> bytes:
            return runtime.generate(
                namespace, ENVELOPE, budget=runtime.budget(), answer=refuse, log=lambda *_: None
            )

        def run_command() -> bytes:
            return runtime.command(
                command,
                stdin=b"{}",
                arguments=("shop",),
                environment=(("YOKE_NAMESPACE", "shop"),),
                budget=runtime.budget(),
                answer=refuse,
                log=lambda *_: None,
            )

        figures = {
            "Mistletoe's namespace example": milliseconds(generate),
            "a command in C": milliseconds(run_command),
            "one module": milliseconds(lambda: chain(runtime, relay, 0)),
            f"{LEVELS} calls within each other": milliseconds(
                lambda: chain(runtime, relay, LEVELS)
            ),
        }
    one, many = figures["one module"], figures[f"{LEVELS} calls within each other"]
    each = tuple((deep - flat) / LEVELS for deep, flat in zip(many, one, strict=True))
    print(f"{'':32} {'median':>10} {'least':>10} {'processor':>10}")
    for name, row in {**figures, "each level": each}.items():
        print(f"{name:32} " + " ".join(f"{figure:7.3f} ms" for figure in row))


if __name__ == "__main__":
    main()
