"""Real modules with sections that were changed, moved, doubled or cut: refused or run, never a crash."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from guest_modules import FOLDER, SUPPORT, guest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mistpm.package.sections import encode_u32, parts

KNOWN = {
    "ok",
    "call-depth",
    "compile-failed",
    "guest-exit",
    "guest-memory",
    "guest-stack",
    "guest-table",
    "guest-timeout",
    "guest-trap",
    "invalid-export",
    "invalid-import",
    "invalid-module",
    "invalid-pointer",
    "invalid-utf8",
    "log-too-large",
    "missing-export",
    "module-too-large",
    "not-wasm",
    "output-too-large",
    "truncated-module",
    "unknown-import",
}
HEADER = 8
MODULES = [
    *(guest(name) for name in ("echo", "relay", "script", "computing", "log")),
    (FOLDER / "published" / "storefront-1.0.0.mist-pack.wasm").read_bytes(),
    (FOLDER / "commands" / "manifest-1.0.0.wasm").read_bytes(),
]

Sections = list[tuple[int, bytes]]


def sections_of(module: bytes) -> Sections:
    """Take a module apart: the identifier and the body of each section."""
    return [(part.identifier, module[part.body : part.end]) for part in parts(module)]


def put_together(sections: Sections) -> bytes:
    """Make a module of sections, each with its right size."""
    pieces = [b"\0asm\1\0\0\0"]
    for identifier, body in sections:
        pieces.append(bytes((identifier,)) + encode_u32(len(body)) + body)
    return b"".join(pieces)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Give a real module after up to four changes to its sections."""
    sections = sections_of(draw(st.sampled_from(MODULES)))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(sections) - 1))
        identifier, body = sections[place]
        change = draw(
            st.sampled_from(
                ("byte", "bytes", "cut", "double", "drop", "move", "number", "lengthen")
            )
        )
        at = draw(st.integers(0, max(0, len(body) - 1)))
        if change == "byte":
            body = body[:at] + bytes((draw(st.integers(0, 255)),)) + body[at + 1 :]
        elif change == "bytes":
            body = body[:at] + draw(st.binary(max_size=8)) + body[at:]
        elif change == "cut":
            body = body[:at]
        elif change == "lengthen":
            body += draw(st.binary(min_size=1, max_size=8))
        elif change == "number":
            identifier = draw(st.integers(0, 15))
        elif change == "double":
            sections.insert(place, sections[place])
        elif change == "move":
            sections.insert(draw(st.integers(0, len(sections) - 1)), sections.pop(place))
            continue
        elif change == "drop" and len(sections) > 1:
            del sections[place]
            continue
        sections[place] = (identifier, body)
    return put_together(sections)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[bytes], str]]:
    """Give what runs a module in another process and tells how it ended; empty when that crashed."""
    path: Path = tmp_path_factory.mktemp("mutated") / "mutated.wasm"
    with subprocess.Popen(
        [sys.executable, SUPPORT / "module_runner.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as runner:
        assert runner.stdin is not None
        assert runner.stdout is not None
        asking, answers = runner.stdin, runner.stdout

        def ask(module: bytes) -> str:
            path.write_bytes(module)
            asking.write(f"{path}\n")
            asking.flush()
            return answers.readline().rstrip("\n")

        yield ask
        asking.close()


def test_taken_apart_and_put_together_is_the_same() -> None:
    """The mutations begin from modules that are right."""
    for module in MODULES:
        assert put_together(sections_of(module)) == module


@pytest.mark.slow
@given(module=mutated())
@settings(
    max_examples=800,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_mutated_sections(run: Callable[[bytes], str], module: bytes) -> None:
    """Whatever a module's sections hold, it ends in an answer or in an error that has a name."""
    assert run(module) in KNOWN


@pytest.mark.slow
@given(module=st.sampled_from(MODULES[:-1]), data=st.data())
@settings(
    max_examples=500,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_mutated_bytes(run: Callable[[bytes], str], module: bytes, data: st.DataObject) -> None:
    """The same for bytes anywhere, the sizes of sections included, and for files that are cut off."""
    changed = bytearray(module)
    for _ in range(data.draw(st.integers(1, 5))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(changed)) | st.just(len(changed)))

    assert run(bytes(changed[:cut])) in KNOWN
