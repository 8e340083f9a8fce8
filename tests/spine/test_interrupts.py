"""Ctrl-C at any time: the exit code and the message of an interruption, and nothing half-written."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

import pytest
from desired_states import tree
from eventually import eventually
from hard_worlds import Versions, clauses, pigeons, write_index
from made_registries import Request, serving
from scripted_modules import LOOP, scripted
from shop import INSTALL, publish_shop, write_shop
from toy_registry import ToyRegistry

PROGRAM = """
import sys

def hear(event, arguments):
    if event == "import" and arguments[0] == "mistpm.cli.application":
        sys.stderr.write("here\\n")
        sys.stderr.flush()

sys.addaudithook(hear)
from mistpm.cli import main
main()
"""
"""Tells when mistpm has begun: Ctrl-C before that meets Python alone."""

TELLING = """
import importlib
import operator
import sys

place, _, name = sys.argv.pop(1).rpartition(".")
module, _, path = place.partition(":")
owner = importlib.import_module(module)
if path:
    owner = operator.attrgetter(path)(owner)
method = getattr(owner, name)

def told(*arguments, **options):
    sys.stderr.write("now\\n")
    sys.stderr.flush()
    return method(*arguments, **options)

setattr(owner, name, told)
"""
"""Tells when a function is called that the first argument names."""

INTERRUPTED = "\ninterrupted: run the same command again to finish what was begun\n"
PATIENCE = 300
"""Seconds after which a test gives up; nothing should take a tenth of that."""


@pytest.fixture
def shop(folder: Path) -> Path:
    """Give the folder of an environment without releases, its registry beside it."""
    publish_shop(folder / "toy")
    write_shop(folder / "work")
    return folder / "work"


def start(work: Path, *arguments: str, telling: str = "") -> subprocess.Popen[str]:
    """Begin a command, and come back when it can be interrupted; it tells of calls of `telling`."""
    program = (TELLING + PROGRAM, telling) if telling else (PROGRAM,)
    process = subprocess.Popen(
        (sys.executable, "-c", *program, *arguments),
        cwd=work,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert "here\n" == process.stderr.readline()
    return process


def interrupt(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Press Ctrl-C; gives the exit code and what was said since `start`."""
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)
    return process.returncode, said


def wait_for(stream: IO[str] | None, line: str) -> None:
    """Read until a line begins so."""
    assert stream is not None
    seen: list[str] = []
    while not (seen and seen[-1].startswith(line)):
        seen.append(stream.readline())
        assert seen[-1], seen


@pytest.mark.slow
def test_at_any_time(shop: Path) -> None:
    """Ten times, spread over an installation: every file is the old one or the new one."""
    text = (shop / "mistpm.yaml").read_bytes()
    begin = time.monotonic()
    _, said = start(shop, *INSTALL).communicate(timeout=PATIENCE)
    seconds = time.monotonic() - begin
    expected = tree(shop)
    assert "deploy/app/31-configmap-shop-app.yaml" in expected, said
    for number in range(10):
        _undo(shop, text)
        before = tree(shop)
        process = start(shop, *INSTALL)
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds * number / 10)
        code, said = interrupt(process)
        assert (130, True) == (code, said.endswith(INTERRUPTED)) or code == 0, said
        for place, data in tree(shop).items():
            if not place.startswith("deploy/.mistpm/next"):
                assert data in {before.get(place), expected.get(place)}, place
        again = start(shop, *INSTALL)
        _, said = again.communicate(timeout=PATIENCE)
        assert (0, expected) == (again.returncode, tree(shop)), said


def test_while_a_module_runs(shop: Path) -> None:
    """A module that would go on for ever ends at once."""
    module = shop / "loop.wasm"
    module.write_bytes(scripted(LOOP))
    package = ToyRegistry(shop / "other").publish("lib/loop", "1.0.0", module=module)
    before = tree(shop)
    process = start(shop, "render", "x", "-p", str(package), "-v")
    wait_for(process.stderr, "rendering")

    assert (130, INTERRUPTED) == interrupt(process)
    assert before == tree(shop)


def chain(length: int, last: str) -> dict[str, Versions]:
    """Make packages each of which requires the next, the last one `x/top` in this range."""
    names = ["x/top", *(f"x/p{number}" for number in range(length)), "x/top"]
    return {
        name: {"1.0.0": {names[at + 1]: last if at == length else "*"}}
        for at, name in enumerate(names[:-1])
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("world", "call"),
    [
        (pigeons(12), "mistpm.resolve.search.solver:Solver._slice"),
        (pigeons(12), "mistpm.resolve.search.solver:Solver._aside"),
        (clauses(250, seed=1), "mistpm.resolve.search.solver:Solver._slice"),
        (clauses(250, seed=1), "mistpm.resolve.search.solver:Solver._aside"),
        (chain(3000, "^1"), "mistpm.resolve.graph:.build"),
        (chain(3000, "^2"), "mistpm.resolve.resolving:.walk"),
        (chain(3000, "^2"), "mistpm.resolve.unresolved:.find_unresolved"),
    ],
    ids=["pigeons", "pigeons-long", "clauses", "clauses-long", "build", "walk", "explain"],
)
def test_while_something_hard_is_solved(
    folder: Path, world: dict[str, Versions], call: str
) -> None:
    """Whatever is going on, and however long, Ctrl-C does not wait for it."""
    write_index(folder / "toy", world)
    environment = write_shop(folder / "work")
    with environment.open("a", encoding="utf-8") as file:
        file.write("releases: {top: {package: toy/x/top}}\n")
    work = environment.parent
    before = tree(work)
    process = start(work, "lock", telling=call)
    wait_for(process.stderr, "now")
    code, said = interrupt(process)

    assert (130, True) == (code, said.endswith(INTERRUPTED)), said
    assert before == tree(work)


def test_while_the_network_is_silent(folder: Path) -> None:
    """A server that never answers is not waited for."""
    publish_shop(folder / "toy")
    with serving(folder / "toy") as web:
        work = write_shop(folder / "work", where=f'http: "{web.url}"').parent
        before = tree(work)

        asked = threading.Event()

        def never(_request: Request) -> None:
            asked.set()
            web.stopped.wait(PATIENCE)

        web.odd["/index/apps/app.jsonl"] = never
        process = start(work, *INSTALL)
        eventually(lambda: asked.is_set() or process.poll() is not None)
        code, said = interrupt(process)
        web.stopped.set()

        assert (130, INTERRUPTED, True) == (code, said, asked.is_set())
        assert before == tree(work)


def test_at_the_question(shop: Path) -> None:
    """Nothing was begun yet, and that is what is said."""
    before = tree(shop)
    terminal, end = pty.openpty()
    process = subprocess.Popen(
        (sys.executable, "-c", PROGRAM, *INSTALL[:-1]),
        cwd=shop,
        stdin=end,
        stdout=end,
        stderr=end,
        start_new_session=True,
    )
    os.close(end)
    seen = b""
    while b"Apply to" not in seen:
        more = heard(terminal, PATIENCE)
        assert more, seen
        seen += more
    # it mostly comes between the question and the wait for an answer
    process.send_signal(signal.SIGINT)
    while b"aborted: nothing was changed" not in seen and (more := heard(terminal, PATIENCE)):
        seen += more

    assert b"aborted: nothing was changed" in seen
    assert 130 == process.wait(PATIENCE)
    assert before == tree(shop)
    os.close(terminal)


def heard(terminal: int, seconds: float) -> bytes:
    """Read what is there within some seconds; nothing once the other end is closed."""
    ready, _, _ = select.select([terminal], [], [], seconds)
    try:
        return os.read(terminal, 1024) if ready else b""
    except OSError:
        return b""


def _undo(work: Path, text: bytes) -> None:
    """Make the environment's folder what it was before anything was installed."""
    for path in sorted(work.rglob("*"), reverse=True):
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()
    (work / "mistpm.yaml").write_bytes(text)
