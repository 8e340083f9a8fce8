"""Ctrl-C while a guest runs: it arrives at once, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
from guest_modules import digest, guest
from looping_guests import Kind, LoopingGuest

from mistpm.wasm import Answer, Module, Runtime


@pytest.mark.parametrize(
    ("kind", "depth"),
    [
        ("core", 0),
        ("core", 3),
        pytest.param("component", 0, marks=pytest.mark.slow),
        pytest.param("component", 2, marks=pytest.mark.slow),
    ],
)
def test_interrupted_from_the_keyboard(tmp_path: Path, kind: Kind, depth: int) -> None:
    """A process whose guest loops, however deep below, ends on Ctrl-C, ten minutes before the limit."""
    running = LoopingGuest(kind, tmp_path, depth=depth)
    running.process.send_signal(signal.SIGINT)

    assert (130, "interrupted\n", "") == running.end()


def test_other_threads_are_interrupted(runtime: Runtime, load: Any) -> None:
    """`interrupt` ends the guests of all threads; each thread gets `KeyboardInterrupt`."""
    loop, relay = load("loop"), load("relay")
    running = threading.Barrier(3)
    raised: list[type[BaseException]] = []

    def render() -> None:
        try:
            runtime.generate(
                relay,
                b"{}",
                budget=runtime.budget(),
                answer=lambda _: spin(runtime, loop, running),
                log=lambda _level, _text: None,
            )
        except BaseException as error:  # noqa: BLE001 - KeyboardInterrupt is what is expected
            raised.append(type(error))

    threads = [threading.Thread(target=render) for _ in range(2)]
    for thread in threads:
        thread.start()
    running.wait()
    while any(thread.is_alive() for thread in threads):
        runtime.interrupt()
        threads[0].join(timeout=0.01)
        threads[1].join(timeout=0.01)

    assert [KeyboardInterrupt, KeyboardInterrupt] == raised


def test_after_an_interrupt_the_runtime_still_works(render: Any, runtime: Runtime) -> None:
    """Guests that start after an interrupt have all their time."""
    runtime.interrupt()

    assert render("echo", b"{}") == b"{}"


def test_after_an_interrupt_a_render_calls_nobody_any_more(runtime: Runtime, load: Any) -> None:
    """A render that was interrupted between two guests does not start the next one."""
    relay, echo = load("relay"), load("echo")
    budget = runtime.budget()

    def answer(_document: bytes) -> Answer:
        runtime.interrupt()
        body = runtime.generate(
            echo,
            b"{}",
            budget=budget.deeper(),
            answer=answer,
            log=lambda _level, _text: None,
        )
        return Answer(status=0, body=body)

    with pytest.raises(KeyboardInterrupt):
        runtime.generate(relay, b"{}", budget=budget, answer=answer, log=lambda _level, _text: None)


def test_what_is_loaded_when_an_interrupt_comes_is_not_compiled(
    runtime: Runtime, tmp_path: Path
) -> None:
    """A thread that waited for another one's compiling does not begin it anew."""
    pipe = tmp_path / "echo.wasm"
    os.mkfifo(pipe)
    raised: list[type[BaseException]] = []

    def load() -> None:
        try:
            runtime.load(pipe, digest(guest("echo")))
        except BaseException as error:  # noqa: BLE001 - KeyboardInterrupt is what is expected
            raised.append(type(error))

    thread = threading.Thread(target=load)
    thread.start()
    with pipe.open("wb") as file:  # opens when the thread reads
        runtime.interrupt()
        file.write(guest("echo"))
    thread.join()

    assert [KeyboardInterrupt] == raised


def test_what_stops_an_answer_stops_the_guest(render: Any) -> None:
    """An exception that is not an error (here `SystemExit`) leaves through the render at once."""

    def answer(_document: bytes) -> Answer:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        render("relay", answer=answer)


def spin(runtime: Runtime, loop: Module, running: threading.Barrier) -> Answer:
    """Run a guest that never comes back, once everybody is ready."""
    running.wait()
    body = runtime.generate(
        loop,
        b"{}",
        budget=runtime.budget().deeper(),
        answer=lambda _: Answer(status=-2, body=b""),
        log=lambda _level, _text: None,
    )
    return Answer(status=0, body=body)
