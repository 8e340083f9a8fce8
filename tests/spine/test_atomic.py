"""Files that are whole or not there: what is left behind, who may read them, two writers at once."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mistpm.atomic import write_atomically


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the path of a file that is not there yet."""
    return tmp_path / "mistpm.lock"


@pytest.fixture
def _umask() -> Iterator[None]:
    """Let nobody else read what is made."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def contents(path: Path) -> dict[str, bytes]:
    """Give everything in the file's folder."""
    return {each.name: each.read_bytes() for each in path.parent.iterdir()}


def test_killed_run(path: Path) -> None:
    """What a killed run left under the temporary name is written over, however long it is."""
    (path.parent / ".mistpm.lock.tmp").write_bytes(b"half of something longer")
    write_atomically(path, b"whole")

    assert {"mistpm.lock": b"whole"} == contents(path)


def test_failure(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk is full the old content stays, and nothing beside it."""

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    write_atomically(path, b"old")
    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space left on device"):
        write_atomically(path, b"new")
    assert {"mistpm.lock": b"old"} == contents(path)


def test_permissions_are_kept(path: Path) -> None:
    """A file that its owner hid stays hidden, one for all stays for all."""
    for mode in (0o600, 0o444, 0o664):
        write_atomically(path, b"old")
        path.chmod(mode)
        write_atomically(path, b"new")

        assert mode == path.stat().st_mode & 0o777


@pytest.mark.usefixtures("_umask")
def test_umask(path: Path) -> None:
    """A new file takes the umask into account, like any other."""
    for mode, expected in ((0o666, 0o600), (0o444, 0o400)):
        path.unlink(missing_ok=True)
        write_atomically(path, b"new", mode=mode)

        assert expected == path.stat().st_mode & 0o777


def test_two_writers(path: Path) -> None:
    """Whoever comes last wins, and nobody ever reads a mixture."""

    def write(letter: bytes) -> set[bytes]:
        found = set()
        for length in range(1000, 1050):
            write_atomically(path, letter * length)
            found.add(bytes(set(path.read_bytes())))
        return found

    with ThreadPoolExecutor(4) as threads:
        found = set().union(*threads.map(write, (b"a", b"b", b"c", b"d")))

    assert found <= {b"a", b"b", b"c", b"d"}
    assert ["mistpm.lock"] == list(contents(path))


def test_link_under_the_temporary_name(path: Path) -> None:
    """Nothing is written through a link that somebody put there."""
    other = path.with_name("other")
    other.write_bytes(b"precious")
    path.with_name(".mistpm.lock.tmp").symlink_to(other)

    with pytest.raises(OSError, match="symbolic links"):
        write_atomically(path, b"new")
    assert b"precious" == other.read_bytes()
