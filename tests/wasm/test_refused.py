"""Files that are no packages: each is refused before anything of it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from guest_modules import FOLDER, assemble, digest, guest, heavy

from mistpm.errors import DigestError
from mistpm.package.sections import parts, with_section
from mistpm.wasm import Limits, Runtime

ABI = "see `specs/host-abi.md` for what each must"


@pytest.mark.parametrize(
    ("name", "reference", "expected"),
    [
        (
            "bare",
            "missing-export",
            f"""\
`bare.wasm` is not a package: it does not export `__mistletoe_info`, `__mistletoe_alloc`, \
`__mistletoe_dealloc`, `__mistletoe_generate`
hint: {ABI} do""",
        ),
        (
            "renamed",
            "missing-export",
            """\
`renamed.wasm` is not a package: it does not export `__mistletoe_info`, `__mistletoe_alloc`, \
`__mistletoe_dealloc`, `__mistletoe_generate`
hint: wasm-bindgen has renamed the exports: run its command line tool, or use version 0.2.92""",
        ),
        (
            "clock",
            "unknown-import",
            """\
`clock.wasm` imports what a package cannot have: `mistpm_v1.now`
note: a package may import `log`, `request`, `response` from `mistpm_v1`, and the functions of \
`wasi_snapshot_preview1`
hint: build it for WASI preview 1 (`wasm32-wasip1`), or without an operating system""",
        ),
        (
            "undefined",
            "unknown-import",
            """\
`undefined.wasm` imports what a package cannot have: `env.mistpm_request`
note: a package may import `log`, `request`, `response` from `mistpm_v1`, and the functions of \
`wasi_snapshot_preview1`
hint: from `env` comes what is declared and nowhere defined: define it, or declare it as imported from `mistpm_v1`""",
        ),
        (
            "wrong_exports",
            "invalid-export",
            f"""\
`wrong_exports.wasm` is not a package: its exports are not those of the ABI
  `__mistletoe_info` is a global, must be () -> i32
  `__mistletoe_generate` is (i64) -> i64, must be (i32, i32) -> i32
hint: {ABI} be""",
        ),
        (
            "wrong_import",
            "invalid-import",
            """\
`wrong_import.wasm` imports what there is only with another type
  `mistpm_v1.log` is (i32, i32, i32, i32), must be (i32, i32, i32)
hint: `specs/host-abi.md` lists the host functions""",
        ),
        (
            "threads",
            "invalid-module",
            """\
`threads.wasm` is not a valid WebAssembly module for packages
  failed to parse WebAssembly module
  Caused by:
  threads must be enabled for shared memories (at offset 0x29)
hint: `specs/host-abi.md` lists which parts of WebAssembly a package may use""",
        ),
    ],
)
def test_modules_of_another_form(
    load: Any, problem: Any, name: str, reference: str, expected: str
) -> None:
    """A module that is no package says what it is or lacks."""
    with problem() as found:
        load(name)

    assert (reference, expected) == found.shown


@pytest.mark.parametrize("kind", ["table 1 externref", "global (mut i32)"])
def test_bindgen_provides_functions_only(load: Any, problem: Any, kind: str) -> None:
    """Only functions can be replaced by ones that trap; tables and globals cannot."""
    package = (FOLDER / "reactor.wat").read_text(encoding="utf-8")
    package = package.replace("(module", f'(module (import "./shop_bg.js" "it" ({kind}))', 1)
    with problem() as found:
        load(assemble(package))

    assert "invalid-import" == found.error.reference
    what = "a table" if "table" in kind else "a global"
    assert (f"`./shop_bg.js.it` is {what}, must be a function",) == found.error.context


def test_text_file(load: Any, problem: Any) -> None:
    """A file that is no module at all shows how it starts."""
    with problem() as found:
        load(b"<!DOCTYPE html>")
    expected = """\
`made.wasm` is not a WebAssembly module
  it starts with b'<!DOCTYP'
hint: check what was downloaded, or build the package again"""

    assert ("not-wasm", expected) == found.shown


@pytest.mark.parametrize("cut", [1, 7, 9, 30, 100, 300])
def test_truncated_anywhere(load: Any, problem: Any, cut: int) -> None:
    """A file that was cut off is never run, wherever the cut is."""
    with problem() as found:
        load(guest("echo")[:cut])

    assert found.error.reference in {"truncated-module", "missing-export"}


def test_truncated_message(load: Any, problem: Any) -> None:
    """The error says where the file ends and where it should."""
    with problem() as found:
        load(guest("echo")[:-10])
    end = len(guest("echo"))
    start = [part.start for part in parts(guest("echo"))][-1]
    expected = f"""\
`made.wasm` is cut off: the section at byte {start} ends at byte {end}, the file at {end - 10}
hint: fetch or build the file again"""

    assert ("truncated-module", expected) == found.shown


def test_damaged_code(load: Any, problem: Any) -> None:
    """A module whose code does not hold together is refused by the compiler, here or apart."""
    with problem() as found:
        load(guest("echo").replace(b"\x41\x80\x08\x0b", b"\x41\x80\x08\x1a"))

    assert found.shown[0] == "invalid-module"
    with problem() as apart:
        load(heavy().replace(b"\x41\x80\x08\x0b", b"\x41\x80\x08\x1a"))

    assert apart.shown[0] == "invalid-module"


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (Limits(module_bytes=100), "`echo.wasm` has more than 100 bytes"),
        (Limits(functions=3), "`echo.wasm` has 5 functions"),
        (Limits(custom_sections=0), "`echo.wasm` has 1 custom sections"),
    ],
)
def test_too_large(load: Any, problem: Any, limits: Limits, expected: str) -> None:
    """What would keep a compiler or a reader busy is refused by counting."""
    with problem() as found:
        load("echo", into=Runtime(cache=None, limits=limits))

    assert ("module-too-large", expected) == (found.error.reference, found.error.message)


def test_other_bytes_than_promised(runtime: Runtime, tmp_path: Path, problem: Any) -> None:
    """Bytes that are not those of the lock are not used."""
    path = tmp_path / "echo.wasm"
    path.write_bytes(guest("echo"))
    promised = digest(guest("trap"))
    with problem() as found:
        runtime.load(path, promised, name="starter/apps/echo@1.0.0")
    expected = f"""\
`starter/apps/echo@1.0.0` is not the file that was promised
  promised {promised}
  found    {digest(guest("echo"))}
hint: remove it from the cache and fetch it again"""

    assert isinstance(found.error, DigestError)
    assert ("digest-mismatch", expected) == found.shown


def test_no_file(runtime: Runtime, tmp_path: Path, problem: Any) -> None:
    """A file that is not there is an error like any other."""
    with problem() as found:
        runtime.load(tmp_path / "gone.wasm", digest(b""))
    expected = f"""\
`gone.wasm` cannot be read: No such file or directory
  {tmp_path / "gone.wasm"}
hint: fetch it again"""

    assert ("module-unreadable", expected) == found.shown


def test_limits_hold_for_files_that_share_code(load: Any, problem: Any) -> None:
    """Code that is loaded already does not spare the file around it from being looked at."""
    strict = Runtime(cache=None, limits=Limits(custom_sections=1))
    load("echo", into=strict)
    with problem() as found:
        load(with_section(guest("echo"), "mistpm.assets", b"{}"), into=strict)

    assert found.shown[0] == "module-too-large"
