"""The content store."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from made_registries import digest

from mistpm.errors import RegistryError
from mistpm.makeshift import MAKESHIFT, Makeshift
from mistpm.registry.store import Store
from mistpm.registry.usage import Usage

DATA = b"\0asm of some kind"


def test_what_is_stored_can_be_taken_out(tmp_path: Path) -> None:
    """A module comes back under its digest, as a file with the same bytes."""
    store = Store(tmp_path)
    path = store.put(DATA)

    assert path == Store(tmp_path).get(digest(DATA), len(DATA))
    assert path.read_bytes() == DATA


def test_what_was_never_stored_is_not_there(tmp_path: Path) -> None:
    """An unknown digest gives nothing, also one that is a path."""
    store = Store(tmp_path / "none")

    assert store.get(digest(b"x"), 1) is None
    assert store.get("sha256:../../etc/passwd", 1) is None


@pytest.mark.parametrize("damage", [b"", DATA[:-1], DATA + b"x", b"x" + DATA[1:]])
def test_a_damaged_entry_is_not_given_and_can_be_replaced(tmp_path: Path, damage: bytes) -> None:
    """Bytes that are not those of the digest are never used; storing them again mends the entry."""
    path = Store(tmp_path).put(DATA)
    path.chmod(0o644)
    path.write_bytes(damage)
    store = Store(tmp_path)

    assert store.get(digest(DATA), len(DATA)) is None

    store.put(DATA)

    assert path.read_bytes() == DATA


def test_a_pin_of_another_size_is_not_met(tmp_path: Path) -> None:
    """Size and digest both must be as pinned."""
    store = Store(tmp_path)
    store.put(DATA)

    assert store.get(digest(DATA), len(DATA) + 1) is None


def test_entries_are_read_only(tmp_path: Path) -> None:
    """Nobody changes a stored module by accident."""
    assert Store(tmp_path).put(DATA).stat().st_mode & 0o777 == 0o444


def test_usage_clear_and_prune(tmp_path: Path) -> None:
    """Usage counts all files; pruning keeps what is named and leaves temporary files to clearing."""
    store = Store(tmp_path)
    store.put(DATA)
    store.put(b"other")
    (tmp_path / f".{'0a' * 32}.wasm.tmp").write_bytes(b"half")

    assert store.usage() == Usage(files=3, size=len(DATA) + 9)
    assert store.prune([digest(DATA)]) == Usage(files=1, size=5)
    assert store.get(digest(DATA), len(DATA)) is not None
    assert store.clear() == Usage(files=2, size=len(DATA) + 4)
    assert store.get(digest(DATA), len(DATA)) is None
    assert store.usage() == Usage()


@pytest.fixture
def makeshift() -> Iterator[Makeshift]:
    """Give the process's makeshift, and clear it away."""
    yield MAKESHIFT
    MAKESHIFT.discard()


def test_a_cache_that_cannot_be_written_is_no_obstacle(
    tmp_path: Path, makeshift: Makeshift
) -> None:
    """What is stored is there for this run; why it is not kept can be told, once."""
    (tmp_path / "cache").write_text("a file, not a folder")
    store = Store(tmp_path / "cache" / "modules")
    path = store.put(DATA)

    assert DATA == path.read_bytes()
    assert path == store.get(digest(DATA), len(DATA)) == store.put(DATA)
    assert f"`{store.root}` cannot be written: Not a directory" == makeshift.trouble

    makeshift.discard()
    assert (False, "", None) == (path.exists(), makeshift.trouble, makeshift.folder)
    assert store.get(digest(DATA), len(DATA)) is None


def test_a_cache_that_was_filled_by_others_is_read(tmp_path: Path, makeshift: Makeshift) -> None:
    """As in CI, where it may be read-only: what is there is used, what is not goes elsewhere."""
    store = Store(tmp_path / "modules")
    there = store.put(DATA)
    other = b"other" + DATA
    (
        store.root / f".{digest(other).removeprefix('sha256:')}.wasm.tmp"
    ).mkdir()  # in the way of writing this one
    path = store.put(other)

    assert (there, makeshift.folder) == (store.get(digest(DATA), len(DATA)), path.parent)


def test_without_any_room_it_is_an_error(
    tmp_path: Path, makeshift: Makeshift, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the file in the cache and says what to do."""
    (tmp_path / "cache").write_text("a file, not a folder")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "cache"))
    store = Store(tmp_path / "cache" / "modules")
    with pytest.raises(RegistryError) as found:
        store.put(DATA)

    expected = f"""\
the cache cannot be written: Not a directory
  file: {store.root / digest(DATA).removeprefix("sha256:")}.wasm
hint: free some space or mend the permissions; `MISTPM_CACHE_DIR` names another folder"""

    assert expected == str(found.value)
    assert (found.value.reference, makeshift.folder) == ("cache-unwritable", None)


def _store_and_remove(root: Path, barrier: Barrier) -> None:
    barrier.wait()
    for at in range(200):
        data = DATA * (1 + at % 7)
        path = Store(root).put(data)
        with suppress(FileNotFoundError):
            assert path.read_bytes() == data
        if at % 3 == 0:
            path.unlink(missing_ok=True)


@pytest.mark.slow
def test_processes_may_share_a_store(tmp_path: Path) -> None:
    """Several processes that store and remove the same modules never see half of one."""
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(4)
    workers = [
        context.Process(target=_store_and_remove, args=(tmp_path, barrier)) for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert [0] * 4 == [worker.exitcode for worker in workers]
    assert Store(tmp_path).usage().files <= 7
