"""Machine code on disk: used when it is whole and ours, made again when not, never in the way."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from guest_modules import SUPPORT, answering, digest, guest, heavy

from mistpm.package.sections import with_section
from mistpm.wasm import Answer, Runtime
from mistpm.wasm.machine_code.cache import MachineCodeCache
from mistpm.wasm.machine_code.compiler import Compiler

ENTRY_MODE = 0o600
FOLDER_MODE = 0o700


@pytest.fixture
def code_folder(tmp_path: Path) -> Path:
    """Name a folder for machine code, which is not there yet."""
    return tmp_path / "cache" / "code"


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the names of the modules that are really compiled."""
    names: list[str] = []
    compile_really = Compiler.compile

    def compile_it(self: Compiler, module: bytes, *, name: str) -> bytes:
        names.append(name)
        return compile_really(self, module, name=name)

    monkeypatch.setattr(Compiler, "compile", compile_it)
    return names


def run(code_folder: Path | None, module: bytes, path: Path, name: str = "made.wasm") -> bytes:
    """Render a module in a new runtime, as a new process would."""
    path = path / name
    path.write_bytes(module)
    runtime = Runtime(cache=code_folder)
    return runtime.generate(
        runtime.load(path, digest(module)),
        b"{}",
        budget=runtime.budget(),
        answer=lambda _: Answer(status=-2, body=b"{}"),
        log=lambda _level, _text: None,
    )


def test_second_time_nothing_is_compiled(
    code_folder: Path, tmp_path: Path, compiled: list[str]
) -> None:
    """A module is compiled once; the next runtime loads its machine code."""
    assert [b"{}", b"{}"] == [
        run(code_folder, heavy(), tmp_path),
        run(code_folder, heavy(), tmp_path),
    ]
    assert ["made.wasm"] == compiled


@pytest.mark.slow
def test_without_a_cache_everything_works(tmp_path: Path, compiled: list[str]) -> None:
    """Without a folder each runtime compiles."""
    assert [b"{}", b"{}"] == [run(None, heavy(), tmp_path), run(None, heavy(), tmp_path)]
    assert ["made.wasm", "made.wasm"] == compiled


def test_packages_that_differ_in_custom_sections_share_code(
    code_folder: Path, tmp_path: Path, compiled: list[str]
) -> None:
    """Template packages are one module with different assets: they have one machine code."""
    for assets in (b"{}", b'{"a.yaml": "kind: ConfigMap"}'):
        run(code_folder, with_section(heavy(), "mistpm.assets", assets), tmp_path)

    assert ["made.wasm"] == compiled


def test_within_a_runtime_code_is_loaded_once(
    code_folder: Path, tmp_path: Path, compiled: list[str]
) -> None:
    """Loading again in the same runtime does not even look at the cache."""
    path = tmp_path / "echo.wasm"
    path.write_bytes(guest("echo"))
    runtime = Runtime(cache=code_folder)
    first = runtime.load(path, digest(guest("echo")))
    MachineCodeCache(code_folder).clear()

    assert first.code is runtime.load(path, digest(guest("echo"))).code
    assert ["echo.wasm"] == compiled


def flip_a_byte(entry: Path) -> None:
    """Change one bit in the middle of the machine code."""
    data = bytearray(entry.read_bytes())
    data[len(data) // 2] ^= 1
    entry.write_bytes(data)


def cut_off(entry: Path) -> None:
    """Leave half of an entry."""
    entry.write_bytes(entry.read_bytes()[: entry.stat().st_size // 2])


def empty(entry: Path) -> None:
    """Leave nothing of an entry."""
    entry.write_bytes(b"")


def replace_by_another(entry: Path) -> None:
    """Put another module's whole and valid entry in its place."""
    run(entry.parents[1], heavy(101), entry.parents[2], "other.wasm")
    other = next(path for path in entry.parent.iterdir() if path != entry)
    entry.write_bytes(other.read_bytes())


def make_writable_for_others(entry: Path) -> None:
    """Let everybody write to an entry, so that nobody knows who did."""
    entry.chmod(0o666)


def store_nonsense(entry: Path) -> None:
    """Store something with a right digest that is not machine code."""
    cache = MachineCodeCache(entry.parents[1])
    cache.store(entry.parent.name, f"sha256:{entry.stem}", b"not machine code")


def make_a_folder(entry: Path) -> None:
    """Have a folder where the entry should be."""
    entry.unlink()
    entry.mkdir()


def put_a_pipe_there(entry: Path) -> None:
    """Have a pipe where the entry should be: who opens it waits for somebody who writes."""
    entry.unlink()
    os.mkfifo(entry)


def open_the_folder(entry: Path) -> None:
    """Let everybody put something else in an entry's place, after it was looked at."""
    entry.parent.chmod(0o777)


def open_the_whole(entry: Path) -> None:
    """Let them do so in the folder above."""
    entry.parents[1].chmod(0o777)


def lead_nowhere(entry: Path) -> None:
    """Have a link to what is not there."""
    entry.unlink()
    entry.symlink_to(entry.parent / "nothing")


def take_from_another_engine(entry: Path) -> None:
    """Put code there that another wasmtime, or another processor, has kept."""
    cache = MachineCodeCache(entry.parents[1])
    foreign = cache.store("another-engine", f"sha256:{entry.stem}", entry.read_bytes()[:-32])
    assert foreign is not None
    entry.write_bytes(foreign.read_bytes())


@pytest.mark.slow
@pytest.mark.parametrize(
    "damage",
    [
        flip_a_byte,
        cut_off,
        empty,
        replace_by_another,
        make_writable_for_others,
        store_nonsense,
        make_a_folder,
        put_a_pipe_there,
        open_the_folder,
        open_the_whole,
        lead_nowhere,
        take_from_another_engine,
    ],
)
def test_bad_entries_are_compiled_again(
    code_folder: Path, tmp_path: Path, compiled: list[str], damage: Callable[[Path], None]
) -> None:
    """An entry that is not what was written is as good as none, and nobody hears of it."""
    run(code_folder, heavy(), tmp_path)
    (entry,) = code_folder.glob("*/*.code")
    damage(entry)

    assert run(code_folder, heavy(), tmp_path) == b"{}"
    assert ["made.wasm", "made.wasm"] == [name for name in compiled if name == "made.wasm"]


@pytest.mark.slow
def test_unreadable_entry_is_compiled_again(
    code_folder: Path, tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry that cannot be opened, or breaks off while it is read, is as good as none."""
    run(code_folder, heavy(), tmp_path)

    def refuse(*_arguments: object, **_named: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("mistpm.wasm.machine_code.cache.mmap.mmap", refuse)
    run(code_folder, heavy(), tmp_path)

    assert ["made.wasm", "made.wasm"] == compiled


@pytest.mark.slow
def test_mended_entry_is_used(code_folder: Path, tmp_path: Path, compiled: list[str]) -> None:
    """After a bad entry was replaced, nothing is compiled any more."""
    for _ in range(3):
        run(code_folder, heavy(), tmp_path)
        if len(compiled) == 1:
            flip_a_byte(next(code_folder.glob("*/*.code")))
            compiled.append("damaged")

    assert ["made.wasm", "damaged", "made.wasm"] == compiled


def test_another_owners_entry_is_not_used(
    code_folder: Path, tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a stranger has put into the cache is not run."""
    run(code_folder, heavy(), tmp_path)
    (entry,) = code_folder.glob("*/*.code")
    if os.getuid() == 0:
        os.chown(entry, 12345, 12345)
    else:
        monkeypatch.setattr(os, "getuid", lambda: 12345)
    run(code_folder, heavy(), tmp_path)

    assert ["made.wasm", "made.wasm"] == compiled


@pytest.mark.slow
def test_cache_that_cannot_be_written(tmp_path: Path, compiled: list[str]) -> None:
    """Where the folder cannot be made, modules are compiled each time."""
    (tmp_path / "file").write_bytes(b"")
    for _ in range(2):
        assert run(tmp_path / "file" / "code", heavy(), tmp_path) == b"{}"

    assert ["made.wasm", "made.wasm"] == compiled


def test_cache_that_can_only_be_read(
    code_folder: Path, tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries of a read-only cache are used, although their use cannot be noted."""
    run(code_folder, heavy(), tmp_path)

    def refuse(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "utime", refuse)
    run(code_folder, heavy(), tmp_path)

    assert ["made.wasm"] == compiled


def test_nobody_else_can_read_it(code_folder: Path, tmp_path: Path) -> None:
    """Folders and entries are closed to others."""
    run(code_folder, heavy(), tmp_path)
    modes = {
        path.relative_to(code_folder).parts[0] == "locks": stat.S_IMODE(path.stat().st_mode)
        for path in code_folder.rglob("*")
        if path.is_dir()
    }
    (entry,) = code_folder.glob("*/*.code")

    assert {True: FOLDER_MODE, False: FOLDER_MODE} == modes
    assert stat.S_IMODE(code_folder.stat().st_mode) == FOLDER_MODE
    assert stat.S_IMODE(entry.stat().st_mode) == ENTRY_MODE


def test_size_is_bounded(code_folder: Path) -> None:
    """What was used longest ago goes first; what was just stored stays."""
    cache = MachineCodeCache(code_folder, limit_bytes=1000)
    for number in range(3):
        path = cache.store("engine", f"sha256:{number}", b"x" * 400)
        assert path is not None
        os.utime(path, ns=(number, number))
    cache.find("engine", "sha256:1")
    cache.store("engine", "sha256:3", b"x" * 400)
    cache.store("engine", "sha256:4", b"x" * 2000)

    assert ["4.code"] == [entry.path.name for entry in cache.entries()]


def test_least_recently_used_goes_first(code_folder: Path) -> None:
    """Using an entry keeps it."""
    cache = MachineCodeCache(code_folder, limit_bytes=1400)
    for number in range(3):
        path = cache.store("engine", f"sha256:{number}", b"x" * 400)
        assert path is not None
        os.utime(path, ns=(number, number))
    cache.find("engine", "sha256:0")
    cache.store("engine", "sha256:3", b"x" * 400)

    assert {"0.code", "2.code", "3.code"} == {entry.path.name for entry in cache.entries()}


def test_size_and_clear(code_folder: Path) -> None:
    """The cache tells how much it holds, and can be emptied, even twice."""
    cache = MachineCodeCache(code_folder)
    cache.store("engine", "sha256:0", b"x" * 68)
    before = cache.size()
    cache.clear()
    cache.clear()

    assert (100, 0, ()) == (before, cache.size(), cache.entries())


def test_small_modules_do_not_wait_for_locks(code_folder: Path, tmp_path: Path) -> None:
    """What is compiled within a moment takes no lock."""
    run(code_folder, answering("{}"), tmp_path)

    assert not (code_folder / "locks").exists()


def test_nobody_waits_for_ever(code_folder: Path) -> None:
    """Who has waited as long as compiling may take goes on without the lock."""
    cache = MachineCodeCache(code_folder)
    inside = []
    with cache.lock("sha256:ab", seconds=10), cache.lock("sha256:abc", seconds=0.01):
        inside.append("both")

    assert ["both"] == inside


LOADER = """
import sys
from pathlib import Path
from mistpm.wasm import Runtime
from mistpm.wasm.machine_code.compiler import Compiler
from guest_modules import digest

compiled = []
compile_really = Compiler.compile

def compile_it(self, module, *, name):
    compiled.append(name)
    return compile_really(self, module, name=name)

Compiler.compile = compile_it
code_folder, path = map(Path, sys.argv[1:])
runtime = Runtime(cache=code_folder)
promised = digest(path.read_bytes())
print("ready", flush=True)
sys.stdin.readline()
runtime.load(path, promised)
print(len(compiled), flush=True)
"""


@pytest.mark.slow
def test_two_processes_compile_once(code_folder: Path, tmp_path: Path) -> None:
    """Processes that want the same module at the same time: one compiles, the others wait."""
    path = tmp_path / "heavy.wasm"
    path.write_bytes(heavy(500))
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", LOADER, code_folder, path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(SUPPORT)},
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()

    assert 1 == sum(int(process.communicate(timeout=300)[0]) for process in processes)
