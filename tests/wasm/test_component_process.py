"""The process in which a component runs: what it says is not trusted, and it never outlives its use."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from component_text import component_guest
from guest_modules import SUPPORT, digest

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


PROGRAM = """
import sys
from pathlib import Path
from component_text import component_guest
from guest_modules import digest
from mistpm.wasm import Answer, Limits, Runtime

folder, depth = Path(sys.argv[1]), int(sys.argv[2])
runtime = Runtime(cache=None, limits=Limits(seconds=600, memory_bytes=1024 * 2**20))

def load(name):
    path = folder / f"{name}.wasm"
    path.write_bytes(component_guest(name))
    return runtime.load(path, digest(path.read_bytes()))

relay, loop = load("relay"), load("loop")

def run(budget):
    last = budget.depth == depth
    if last:
        print("running", flush=True)
    def answer(document):
        return Answer(status=0, body=run(budget.deeper()))
    return runtime.generate(
        loop if last else relay, b"{}", budget=budget, answer=answer, log=lambda *_: None
    )

try:
    run(runtime.budget())
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.exit(130)
"""


@pytest.mark.slow
@pytest.mark.parametrize("depth", [0, 2])
def test_interrupted_from_the_keyboard(tmp_path: Path, depth: int) -> None:
    """A process whose component loops, however deep below, ends on Ctrl-C, ten minutes before the limit."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, tmp_path, str(depth)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SUPPORT)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "running\n"
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)  # ends only when nobody has its pipes any more

    assert (130, "interrupted\n", "") == (process.returncode, output, errors)


@pytest.mark.slow
@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for in /proc")
def test_nobody_outlives_a_killed_mistpm(tmp_path: Path) -> None:
    """If mistpm is killed, the process of its component is gone too: at once if it waits, else at its deadline."""
    program = PROGRAM.replace("seconds=600", "seconds=2").replace(
        '        print("running", flush=True)',
        "        print(*(p.identifier for p in runtime._components._idle), flush=True)",
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, tmp_path, "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SUPPORT)},
    )
    assert process.stdout is not None
    below = int(process.stdout.readline())
    process.kill()
    process.wait()
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
