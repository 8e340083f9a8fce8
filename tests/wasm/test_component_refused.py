"""Components that are no packages, and machine code that is none: refused, or made anew, before anything runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from component_text import component_guest, made
from guest_modules import assemble, digest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mistpm.errors import MistError
from mistpm.package.component_sections import component_exports, component_imports, inner
from mistpm.package.sections import ASSETS_SECTION, code_digest, find_section, with_section
from mistpm.wasm import Limits, Runtime
from mistpm.wasm.component.component import TYPES
from mistpm.wasm.machine_code.compiler import Compiler

MANY = "".join(f'(export "f{number}" (func))' for number in range(1_000))
WORLD = "build it for the world `mistpm:abi/guest` of `specs/mistpm.wit`"
ALLOWED = (
    "a component may import `mistpm:abi/host@1.0.0`, and of WASI 0.2 what `specs/host-abi.md` lists"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for machine code and components."""
    return tmp_path_factory.mktemp("refused")


def load(folder: Path, data: bytes, **limits: Any) -> Any:
    """Load a component in a runtime of its own."""
    path = folder / "made.wasm"
    path.write_bytes(data)
    return Runtime(cache=folder / "code", limits=Limits(**limits)).load(path, digest(data))


@pytest.mark.parametrize(
    ("text", "reference", "expected"),
    [
        (
            "(component)",
            "missing-export",
            f"`made.wasm` is not a package: it does not export `render`\nhint: {WORLD}",
        ),
        (
            '(component (component $empty) (instance $run (instantiate $empty)) (export "wasi:cli/run@0.2.0" (instance $run)))',
            "missing-export",
            f"""\
`made.wasm` is not a package: it does not export `render`
hint: a program is a package when it is built for WASI preview 1 (`wasm32-wasip1`); or {WORLD}""",
        ),
        (
            '(component (import "render" (func $given)) (export "render" (func $given)))',
            "unknown-import",
            f"""\
`made.wasm` imports what a component cannot have: `render`
note: {ALLOWED}
hint: {WORLD}""",
        ),
        (
            '(component (import "wasi:cli/environment@0.3.0" (instance $wasi))'
            ' (import "wasi:keyvalue/store@0.2.0" (instance)) (export "render" (instance $wasi)))',
            "unknown-import",
            f"""\
`made.wasm` imports what a component cannot have: `wasi:cli/environment@0.3.0`, `wasi:keyvalue/store@0.2.0`
note: {ALLOWED}
hint: {WORLD}""",
        ),
        (
            '(component (import "wasi:cli/environment@0.2.0" (func $wasi)) (core module $main (memory (export "memory") 1)'
            ' (func (export "render") (param i32 i32) (result i32) unreachable)'
            ' (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))'
            " (core instance $main (instantiate $main))"
            ' (func (export "render") (param "input" string) (result (result string (error string)))'
            ' (canon lift (core func $main "render") (memory (core memory $main "memory"))'
            ' (realloc (core func $main "realloc")))))',
            "invalid-import",
            """\
`made.wasm` imports what there is only with another type
  `wasi:cli/environment@0.2.0` is func(), which there is not
hint: `specs/mistpm.wit` has the world that packages are built for""",
        ),
        (
            f'(component (import "wasi:cli/environment@0.2.0" (instance $wasi {MANY})) (core module $main'
            ' (memory (export "memory") 1) (func (export "render") (param i32 i32) (result i32) unreachable)'
            ' (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))'
            " (core instance $main (instantiate $main))"
            ' (func (export "render") (param "input" string) (result (result string (error string)))'
            ' (canon lift (core func $main "render") (memory (core memory $main "memory"))'
            ' (realloc (core func $main "realloc")))))',
            "invalid-import",
            """\
`made.wasm` imports what there is only with another type
  `wasi:cli/environment@0.2.0` is an interface of 1000 names, which is too large
hint: `specs/mistpm.wit` has the world that packages are built for""",
        ),
        (
            '(component (component $nothing) (instance $nothing (instantiate $nothing)) (export "render" (instance $nothing))'
            + "".join(f'(export "f{number}" (instance $nothing))' for number in range(1_000))
            + ")",
            "module-too-large",
            """\
`made.wasm` has 1001 exports
note: the limit `exports` is 1000
hint: build it for size, without debug information""",
        ),
        (
            '(component (import "mistpm:abi/host@1.0.0" (instance $host (export "time" (func (result u64)))))'
            ' (component $nothing) (instance $nothing (instantiate $nothing)) (export "render" (instance $nothing)))',
            "missing-export",
            f"`made.wasm` is not a package: it does not export `render`\nhint: {WORLD}",
        ),
    ],
)
def test_it_is_refused(
    folder: Path, problem: Any, text: str, reference: str, expected: str
) -> None:
    """What it imports must be known, and it must be able to render."""
    with problem() as found:
        load(folder, made(text))

    assert (reference, expected) == found.shown


def test_unknown_functions_of_the_host(folder: Path, problem: Any) -> None:
    """An interface of mistpm's with more functions than it has is refused with their types."""
    text = """(component
      (import "mistpm:abi/host@1.0.0" (instance (export "time" (func (param "zone" (list string)) (result u64)))))
      (core module $m (memory (export "m") 1) (func (export "f") (param i32 i32) (result i32) (i32.const 0))
        (func (export "r") (param i32 i32 i32 i32) (result i32) (i32.const 0)))
      (core instance $m (instantiate $m))
      (func (export "render") (param "input" string) (result (result string (error string)))
        (canon lift (core func $m "f") (memory (core memory $m "m")) (realloc (core func $m "r")))))"""
    with problem() as found:
        load(folder, made(text))
    expected = """\
`made.wasm` imports what there is only with another type
  `mistpm:abi/host@1.0.0#time` is func(zone: list<string>) -> u64, which there is not
hint: `specs/mistpm.wit` has the world that packages are built for"""

    assert ("invalid-import", expected) == found.shown


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (Limits(functions=2), "`made.wasm` has 3 functions"),
        (Limits(imports=2), "`made.wasm` has 3 imports"),
        (Limits(exports=2), "`made.wasm` has 3 exports"),
        (Limits(custom_sections=0), "`made.wasm` has 3 custom sections"),
        (Limits(module_bytes=100), "`made.wasm` has more than 100 bytes"),
    ],
)
def test_limits_hold_for_everything_inside(
    tmp_path: Path, problem: Any, limits: Limits, expected: str
) -> None:
    """What modules inside have is added up, before anything is compiled."""
    path = tmp_path / "made.wasm"
    path.write_bytes(component_guest("trap"))
    with problem() as found:
        Runtime(cache=None, limits=limits).load(path, digest(component_guest("trap")))

    assert ("module-too-large", expected) == (found.error.reference, found.error.message)


def test_what_is_not_valid(folder: Path, problem: Any) -> None:
    """What wasmtime does not accept is refused in its words."""
    data = component_guest("echo").replace(b"render", b"rander", 1)
    with problem() as found:
        load(folder, data)

    assert found.shown[0] == "invalid-module"


@pytest.mark.slow
@given(st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_changed_bytes_are_read_or_refused(data: st.DataObject) -> None:
    """Whatever is done to a component's bytes, reading it says what is wrong, or what it finds."""
    whole = bytearray(component_guest("relay"))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(8, len(whole) - 1))
        whole[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
    try:
        for each in inner(bytes(whole)):
            if each.is_component:
                component_imports(each.data)
                component_exports(each.data)
    except MistError as error:
        assert error.reference in {  # noqa: PT017 - what else it raises is not caught
            "invalid-module",
            "module-too-large",
            "not-wasm",
            "truncated-module",
            "unknown-import",
        }


def test_names_of_what_is_in_it() -> None:
    """Names of imports and exports are read, whatever their sorts and types are."""
    data = assemble("""(component
      (import "one" (func))
      (import "two:a/b@1.0.0" (instance (export "f" (func (param "a" u32)))))
      (import "three" (core module))
      (import "four" (type (sub resource)))
      (import "five" (component))
      (type $t u32)
      (import "six" (type (eq $t)))
      (export "seven" (func 0))
      (export "eight" (instance 0) (instance))
      (export "nine" (core module 0))
      (export "ten" (type $t)))""")

    assert ("one", "two:a/b@1.0.0", "three", "four", "five", "six") == component_imports(data)
    assert ("seven", "eight", "nine", "ten") == component_exports(data)


def test_sections_of_a_package(folder: Path) -> None:
    """A descriptor and assets are put into a component as into a module, and change nothing of its code."""
    data = component_guest("echo")
    packed = with_section(data, ASSETS_SECTION, b"{}")

    assert find_section(packed, ASSETS_SECTION) == b"{}"
    assert code_digest(data) == code_digest(packed)
    assert str(load(folder, packed)) == "made.wasm"


def test_the_world_is_the_page() -> None:
    """The types that are demanded are those of `specs/mistpm.wit`."""
    page = (Path(__file__).parents[2] / "specs" / "mistpm.wit").read_text(encoding="utf-8")
    for name, kind in TYPES.items():
        item = name.rpartition("#")[2]
        if kind.startswith("func"):
            start = kind.partition("result<")[0]
            start = start.replace("enum {debug, info, warning, error}", "level")

            assert f"{item}: {start}" in page


@pytest.mark.slow
def test_machine_code_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A component is compiled once, for all that have the same code."""
    load(folder, component_guest("log"))

    def never(*_arguments: Any, **_named: Any) -> bytes:
        raise AssertionError

    monkeypatch.setattr(Compiler, "compile", never)
    load(folder, with_section(component_guest("log"), ASSETS_SECTION, b"{}"))


@pytest.mark.slow
def test_a_folder_that_is_no_text(tmp_path: Path) -> None:
    """Where the cache's path is not UTF-8, components are compiled, and run, all the same."""
    folder = tmp_path / os.fsdecode(b"\xff")
    folder.mkdir()

    assert str(load(folder, component_guest("echo"))) == "made.wasm"


@pytest.mark.slow
@pytest.mark.parametrize("poison", ["cut", "flip", "module"])
def test_bad_machine_code_is_made_anew(tmp_path: Path, poison: str) -> None:
    """Machine code that was tampered with, or is that of a module, is not used."""
    data = component_guest("echo")
    load(tmp_path, data)
    [entry] = tmp_path.glob("code/*/*.code")
    before = entry.read_bytes()
    if poison == "cut":
        entry.write_bytes(before[:-40])
    elif poison == "flip":
        entry.write_bytes(before[:100] + bytes((before[100] ^ 1,)) + before[101:])
    else:
        from mistpm.wasm.machine_code.cache import MachineCodeCache
        from mistpm.wasm.machine_code.engine import machine_code, make_engine

        code = machine_code(make_engine(), b"\0asm\1\0\0\0")
        cache = MachineCodeCache(tmp_path / "code")
        cache.store(entry.parent.name, entry.stem, code)
    load(tmp_path, data)

    assert before == entry.read_bytes()
