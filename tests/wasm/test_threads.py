"""Several renders at once: the same answers, no confusion, no threads left over."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from guest_modules import calling, digest, heavy

from mistpm.errors import RenderError
from mistpm.package.sections import with_section
from mistpm.wasm import Answer, Budget, Module, Runtime
from mistpm.wasm.guest.threads import GUESTS, GuestThreads
from mistpm.wasm.guest.watchdog import TICK, Watchdog, ticks


def test_failures_stay_with_their_render(runtime: Runtime, load: Any) -> None:
    """With four threads, each render gets its own error or its own answer, 400 times."""
    relay, trap = load("relay"), load("trap")

    def once(number: int) -> str:
        def answer(document: bytes) -> Answer:
            if number % 4 == 0:
                raise LookupError(document.decode())
            return Answer(status=0, body=document)

        module = trap if number % 4 == 1 else relay
        try:
            return runtime.generate(
                module,
                str(number).encode(),
                budget=runtime.budget(),
                answer=answer,
                log=lambda _level, _text: None,
            ).decode()
        except LookupError as error:
            return f"lookup {error}"
        except RenderError as error:
            return error.reference

    def wanted(number: int) -> str:
        return {0: f"lookup {number}", 1: "guest-trap"}.get(number % 4, str(number))

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(once, range(400)))

    assert [wanted(number) for number in range(400)] == found


def test_modules_load_in_parallel(tmp_path: Path) -> None:
    """Loading from several threads gives each its module, and shared code once."""
    fresh = Runtime(cache=None)

    def load_variant(number: int) -> Module:
        data = with_section(heavy(), "mistpm.assets", bytes([number]))
        path = tmp_path / f"{number}.wasm"
        path.write_bytes(data)
        return fresh.load(path, digest(data))

    with ThreadPoolExecutor(4) as pool:
        modules = list(pool.map(load_variant, range(8)))

    assert 1 == len({id(module.code) for module in modules})
    assert 8 == len({module.digest for module in modules})


def test_same_input_same_answer(load: Any) -> None:
    """Twenty runs in two runtimes and four threads give the same bytes."""
    answers = set()
    for _ in range(2):
        runtime = Runtime(cache=None)
        module = load(calling({"op": "call"}), into=runtime)
        nan = load("nan", into=runtime)

        def once(_: int, runtime: Runtime = runtime, module: Any = module, nan: Any = nan) -> bytes:
            return runtime.generate(
                module,
                b"{}",
                budget=runtime.budget(),
                answer=lambda _: Answer(status=0, body=run_nan(runtime, nan)),
                log=lambda _level, _text: None,
            )

        with ThreadPoolExecutor(4) as pool:
            answers |= set(pool.map(once, range(10)))

    assert {b"7fc00000"} == answers


def test_nested_guests_share_a_thread_while_there_is_room(runtime: Runtime, load: Any) -> None:
    """So many levels deep run on the caller's thread; then the next thread takes as many."""
    relay = load("relay")
    seen: list[int] = []

    def run(budget: Budget) -> bytes:
        def answer(document: bytes) -> Answer:
            seen.append(threading.get_ident())
            deeper = budget.deeper()
            return Answer(status=0, body=run(deeper) if deeper.depth < 2 * GUESTS else document)

        return runtime.generate(
            relay, b"deep", budget=budget, answer=answer, log=lambda _level, _text: None
        )

    assert run(runtime.budget()) == b"deep"
    assert 2 == len(set(seen))
    assert seen == [seen[0]] * GUESTS + [seen[-1]] * GUESTS
    assert threading.get_ident() not in seen


def run_nan(runtime: Runtime, nan: Any) -> bytes:
    """Run the guest that divides zero by zero."""
    return runtime.generate(
        nan,
        b"{}",
        budget=runtime.budget().deeper(),
        answer=lambda _: Answer(status=-2, body=b""),
        log=lambda _level, _text: None,
    )


def test_threads_are_reused() -> None:
    """Work that comes when a thread is idle takes that thread."""
    pool = GuestThreads(1024 * 1024)
    names: list[str] = []
    done: queue.SimpleQueue[None] = queue.SimpleQueue()

    def work() -> None:
        names.append(threading.current_thread().name)
        done.put(None)

    for _ in range(20):
        pool.run(work)
        done.get()
        while not pool.idle:
            pass

    assert 20 == len(names)
    assert 1 == pool.idle


def test_idle_threads_end() -> None:
    """A thread that has nothing to do goes away, and the next work gets a new one."""
    pool = GuestThreads(1024 * 1024, idle_seconds=0.01)
    threads: queue.SimpleQueue[threading.Thread] = queue.SimpleQueue()
    for _ in range(2):
        pool.run(lambda: threads.put(threading.current_thread()))
        thread = threads.get()
        thread.join(timeout=30)

        assert not thread.is_alive()


def test_watchdog_starts_again() -> None:
    """The watchdog's thread ends when nothing runs and starts with the next guest."""
    advanced = threading.Semaphore(0)
    watchdog = Watchdog(advanced.release, idle_ticks=1)
    for _ in range(2):
        watchdog.enter()
        assert advanced.acquire(timeout=30)
        watchdog.leave()
        while watchdog.awake:
            pass

    assert not watchdog.awake


@pytest.mark.parametrize(("seconds", "expected"), [(-5, 1), (0, 1), (TICK, 2), (1.005, 102)])
def test_deadlines_in_ticks(seconds: float, expected: int) -> None:
    """A deadline is never earlier than asked for, and always in the future."""
    assert expected == ticks(seconds)
