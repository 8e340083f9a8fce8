"""The process in which a component runs: what it says is not trusted, and it never outlives its use."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from component_text import component_guest
from guest_modules import digest
from looping_guests import LoopingGuest

from mistpm.wasm import Answer, Limits, Runtime
from mistpm.wasm.component import channel

LYING = """
import os, struct, sys, time

def frame(kind, payload, size=None):
    return struct.pack(">cIQ", kind, len(payload) if size is None else size, 0) + payload

def receive(size):
    whole = b""
    while len(whole) < size:
        whole += os.read(0, size - len(whole))
    return whole

def asked():
    for _ in range(3):
        kind, size, _ = struct.unpack(">cIQ", receive(13))
        receive(size)

os.write(0, frame(b"H", b""))
asked()
told = '{"imports": {}, "exports": {"render": "func(input: string) -> result<string, string>"}}'
os.write(0, frame(b"D", told.encode()))
asked()
LIE
time.sleep(600)
"""
LIES = {
    "a lying length": (
        'os.write(0, frame(b"O", b"short", 4_000_000_000))',
        "output-too-large",
        "answered with 4000000000 bytes",
    ),
    "a message that is too long": (
        'os.write(0, frame(b"L", b"", 4_000_000_000))',
        "log-too-large",
        "one render logged more than 1048576 bytes",
    ),
    "a request that is too long": (
        'os.write(0, frame(b"R", b"", 4_000_000_000))',
        "guest-process",
        "it makes a larger request than it may",
    ),
    "a frame of no kind": (
        'os.write(0, frame(b"?", b"what"))',
        "guest-process",
        "it says what nobody understands",
    ),
    "noise": (
        "os.write(0, bytes(range(200)))",
        "guest-process",
        "it says what nobody understands",
    ),
    "a trap without words": (
        'os.write(0, frame(b"T", b"{}"))',
        "guest-process",
        "it says what nobody understands",
    ),
    "an answer that is no text": (
        r'os.write(0, frame(b"O", b"\xff"))',
        "guest-process",
        "it says what nobody understands",
    ),
    "half a header": (
        'os.write(0, b"O"); sys.exit(0)',
        "guest-process",
        "it ended with status 0",
    ),
    "an end": ("sys.exit(7)", "guest-process", "it ended with status 7"),
    "an end in words": (
        'sys.exit("something is wrong")',
        "guest-process",
        "something is wrong",
    ),
    "no memory": (
        'sys.exit("memory allocation of 8 bytes failed")',
        "guest-memory",
        "memory allocation of 8 bytes failed",
    ),
    "nothing": ("", "guest-timeout", "did not finish in time"),
}


@pytest.mark.parametrize(
    "lie", [pytest.param(lie, marks=[pytest.mark.slow] * (lie == "nothing")) for lie in LIES]
)
def test_what_a_process_says_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: Any, lie: str
) -> None:
    """Whatever comes instead of frames ends that render, in words."""
    lying, reference, words = LIES[lie]
    program = tmp_path / "program.py"
    program.write_text(LYING.replace("LIE", lying), encoding="utf-8")
    monkeypatch.setattr(channel, "PROGRAM", program)
    seconds = 1 if lie == "nothing" else 60
    runtime = Runtime(cache=None, limits=Limits(seconds=seconds))
    path = tmp_path / "echo.wasm"
    path.write_bytes(component_guest("echo"))
    loaded = runtime.load(path, digest(path.read_bytes()))
    with problem() as found:
        runtime.generate(loaded, b"{}", budget=runtime.budget(), answer=never, log=ignore)

    assert reference == found.error.reference
    assert words in str(found.error)


def test_a_process_that_cannot_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: Any
) -> None:
    """If the process ends at once, the component cannot be loaded, and it is said why."""
    program = tmp_path / "program.py"
    program.write_text('import sys; sys.exit("no wasmtime here")', encoding="utf-8")
    path = tmp_path / "echo.wasm"
    path.write_bytes(component_guest("echo"))
    monkeypatch.setattr(channel, "PROGRAM", program)
    with problem() as found:
        Runtime(cache=None).load(path, digest(path.read_bytes()))
    expected = """\
`echo.wasm` cannot be loaded
  no wasmtime here
hint: try again; `mistpm cache clear` forgets what was compiled"""

    assert ("component-unloadable", expected) == found.shown


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for in /proc")
def test_nobody_outlives_a_killed_mistpm(tmp_path: Path) -> None:
    """If mistpm is killed, the process of its component is gone too: at once if it waits, else at its deadline."""
    running = LoopingGuest("component", tmp_path, depth=0, seconds=2)
    (below,) = running.below
    running.process.kill()
    running.process.wait()
    watched = os.pidfd_open(below) if Path(f"/proc/{below}").exists() else None
    if watched is not None:
        import select

        ready, _, _ = select.select([watched], [], [], 60)
        os.close(watched)

        assert ready


@pytest.mark.slow
def test_other_threads_are_interrupted(tmp_path: Path) -> None:
    """`interrupt` ends the components of all threads, which get `KeyboardInterrupt`; afterwards all works."""
    runtime = Runtime(cache=tmp_path / "code", limits=Limits(seconds=600))
    raised: list[type[BaseException]] = []
    loaded = {}
    for name in ("loop", "echo"):
        path = tmp_path / f"{name}.wasm"
        path.write_bytes(component_guest(name))
        loaded[name] = runtime.load(path, digest(path.read_bytes()))

    def render() -> None:
        budget = runtime.budget()
        try:
            runtime.generate(loaded["loop"], b"{}", budget=budget, answer=never, log=ignore)
        except BaseException as error:  # noqa: BLE001 - KeyboardInterrupt is what is expected
            raised.append(type(error))

    threads = [threading.Thread(target=render) for _ in range(2)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        runtime.interrupt()
        for thread in threads:
            thread.join(timeout=0.05)
    given = runtime.generate(
        loaded["echo"], b"{}", budget=runtime.budget(), answer=never, log=ignore
    )

    assert [KeyboardInterrupt, KeyboardInterrupt] == raised
    assert given == b"{}"


def never(_document: bytes) -> Answer:
    """Answer nothing: nobody is to ask."""
    raise AssertionError


def ignore(_level: int, _text: str) -> None:
    """Drop a log message."""
