"""Equal modules and inputs give equal bytes: on threads, in other runtimes, cold and warm."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from guest_modules import FOLDER, assemble, calling, digest, guest
from wasi_modules import module as command_module

from mistpm.errors import RenderError
from mistpm.wasm import Answer, Limits, Module, Runtime

RUNS = 1000
LARGE = assemble(
    (FOLDER / "reactor.wat").read_text(encoding="utf-8").replace('"memory") 1', '"memory") 160')
)
REAL = (FOLDER / "published" / "storefront-1.0.0.mist-pack.wasm").read_bytes()
ENVELOPE = json.dumps(
    {
        "apiVersion": "mistletoe.dev/v1alpha1",
        "kind": "MistInput",
        "data": {"name": "shop", "replicas": 2, "host": "shop.example.org"},
    }
).encode()


def render(runtime: Runtime, module: Module, answer: Any = None) -> bytes:
    """Run a module on the same input."""
    return runtime.generate(
        module,
        ENVELOPE,
        budget=runtime.budget(),
        answer=answer or (lambda _: Answer(status=-2, body=b"{}")),
        log=lambda _level, _text: None,
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nan", "storefront", "nested"])
def test_a_thousand_runs_give_the_same_bytes(name: str, tmp_path: Path) -> None:
    """Ten runtimes, the first with an empty cache, each with a hundred runs on four threads."""
    nan = tmp_path / "nan.wasm"
    nan.write_bytes(guest("nan"))
    data = {"nan": guest("nan"), "storefront": REAL, "nested": calling({"op": "call"})}[name]
    path = tmp_path / f"{name}.wasm"
    path.write_bytes(data)
    found: set[bytes] = set()
    count = 0
    for _ in range(10):
        runtime = Runtime(cache=tmp_path / "code")
        module = runtime.load(path, digest(data))
        inner = runtime.load(nan, digest(guest("nan")))

        def once(
            _: int, runtime: Runtime = runtime, module: Module = module, inner: Module = inner
        ) -> bytes:
            return render(
                runtime, module, lambda _document: Answer(status=0, body=render(runtime, inner))
            )

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(once, range(RUNS // 10)))
        found |= set(answers)
        count += len(answers)

    assert RUNS == count
    assert 1 == len(found)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["manifest", "listing", "flight"])
def test_a_thousand_runs_of_a_command_give_the_same_bytes(name: str, tmp_path: Path) -> None:
    """Commands of C, Rust and Go, which look at the clock, sleep and draw random bytes."""
    data = command_module(name)
    path = tmp_path / f"{name}.wasm"
    path.write_bytes(data)
    found: list[bytes] = []
    for _ in range(10):
        runtime = Runtime(cache=tmp_path / "code")
        module = runtime.load(path, digest(data))

        def once(_: int, runtime: Runtime = runtime, module: Module = module) -> bytes:
            return runtime.command(
                module,
                stdin=b'{"replicas":2}',
                arguments=("shop",),
                environment=(("NAMESPACE", "web"), ("YOKE_NAMESPACE", "web")),
                budget=runtime.budget(),
                answer=lambda _document: Answer(status=-2, body=b"{}"),
                log=lambda _level, _text: None,
            )

        with ThreadPoolExecutor(4) as pool:
            found += pool.map(once, range(RUNS // 10))

    assert RUNS == len(found)
    assert 1 == len(set(found))


def test_fuel_ends_at_the_same_instruction(load: Any) -> None:
    """With exactly the fuel that a render takes it succeeds, with one less it does not, every time."""

    def ends(fuel: int) -> str:
        runtime = Runtime(cache=None, limits=Limits(fuel=fuel))
        try:
            return render(runtime, load("nan", into=runtime)).decode()
        except RenderError as error:
            return error.reference

    enough = 1
    while ends(enough) == "guest-fuel":
        enough *= 2
    low, high = enough // 2, enough
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if ends(middle) == "guest-fuel" else (low, middle)

    assert {"7fc00000"} == {ends(high) for _ in range(5)}
    assert {"guest-fuel"} == {ends(high - 1) for _ in range(5)}


def test_fuel_is_shared_with_the_callees(load: Any, problem: Any) -> None:
    """What a callee uses up is no longer there for its caller, and the other way round."""
    runtime = Runtime(cache=None, limits=Limits(fuel=3000))
    caller = load(calling(*[{"n": number} for number in range(10)]), into=runtime)
    nan = load("nan", into=runtime)
    budget = runtime.budget()
    left = [budget.left.fuel]

    def answer(_document: bytes) -> Answer:
        body = runtime.generate(
            nan, b"{}", budget=budget.deeper(), answer=answer, log=lambda *_: None
        )
        left.append(budget.left.fuel)
        return Answer(status=0, body=body)

    with problem() as found:
        for _ in range(100):
            runtime.generate(caller, b"{}", budget=budget, answer=answer, log=lambda *_: None)

    assert "guest-fuel" == found.error.reference
    assert left == sorted(set(left), reverse=True)


def test_memory_is_shared_with_the_callers(load: Any, problem: Any) -> None:
    """What callers that wait hold is not there for a callee; when they go on it is theirs again."""
    limits = Limits(memory_bytes=12 * 1024 * 1024)
    runtime = Runtime(cache=None, limits=limits)
    large, relay = load(LARGE, into=runtime), load("relay", into=runtime)
    budget = runtime.budget()

    def answer(_document: bytes) -> Answer:
        return Answer(
            status=0,
            body=runtime.generate(
                large, b"{}", budget=budget.deeper(), answer=answer, log=lambda *_: None
            ),
        )

    runtime.generate(relay, b"{}", budget=budget, answer=answer, log=lambda *_: None)

    assert limits.memory_bytes == budget.left.memory_bytes
    smaller = Runtime(cache=None, limits=Limits(memory_bytes=10 * 1024 * 1024 + 100_000))
    large, relay = load(LARGE, into=smaller), load("relay", into=smaller)
    runtime, budget = smaller, smaller.budget()
    with problem() as found:
        runtime.generate(relay, b"{}", budget=budget, answer=answer, log=lambda *_: None)

    assert "guest-memory" == found.error.reference
