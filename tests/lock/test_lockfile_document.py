"""Reading and writing `mistpm.lock`, and everything that can be wrong with it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_locks import lock_of
from msgspec.structs import replace
from small_worlds import World, asking

from mistpm.errors import LockError
from mistpm.lock.lockfile_document import (
    format_lockfile,
    parse_lockfile,
    read_lockfile,
    write_lockfile,
)

WORLD = World().add("apps/shop", "1.0.0", {"db": "data/db"}).add("data/db", "1.0.0")
LOCK = lock_of(WORLD, asking({"shop": "apps/shop"}))
OTHER = lock_of(WORLD, asking({"store": "apps/shop"}))
TEXT = format_lockfile(LOCK)
CORRUPT = "`mistpm.lock` is not a lockfile that mistpm wrote"
RESTORE = "hint: restore it from Git, or delete it and run `mistpm lock`"


def refusal(data: bytes) -> LockError:
    """Give the error that a lock's bytes lead to."""
    with pytest.raises(LockError) as caught:
        parse_lockfile(data, title="mistpm.lock")
    return caught.value


def test_what_is_written_is_what_is_read() -> None:
    """To the byte, whatever the line ends of somebody's Git are."""
    assert LOCK == parse_lockfile(TEXT.encode(), title="mistpm.lock")
    assert LOCK == parse_lockfile(TEXT.replace("\n", "\r\n").encode(), title="mistpm.lock")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", "mistpm.lock: nothing is written here; expected a mapping"),
        ("[]", "mistpm.lock:1: expected a mapping, found a list"),
        (
            TEXT.replace("releases:", "<<<<<<< HEAD\nreleases:"),
            "mistpm.lock:8: this is the mark of a merge that is not finished:"
            " column 1 of `<<<<<<< HEAD` (decide which lines stay)",
        ),
        (
            TEXT.replace("size: 1", "sise: 1", 1),
            "mistpm.lock:9: releases.db: `size` is missing\n"
            "mistpm.lock:13: releases.db.sise: `sise` is not known here (did you mean `size`?)",
        ),
        (
            TEXT.replace("version: 1.0.0", "version: one", 1),
            "mistpm.lock:11: releases.db.version: `one` is not a version: `one` is not a number",
        ),
        (TEXT + "order: []\n", "mistpm.lock:28: the key `order` is written twice"),
        (
            TEXT.replace("lockVersion: 1", "lockVersion: x"),
            "mistpm.lock:2: lockVersion: expected a whole number, found a text",
        ),
    ],
    ids=["empty", "list", "conflict markers", "typo", "no version", "twice", "no number"],
)
def test_a_damaged_lock_is_told_with_its_line(text: str, lines: str) -> None:
    """The error says where, and how to go on."""
    error = refusal(text.encode())
    context = lines.replace("\n", "\n  ")

    assert f"{CORRUPT}\n  {context}\n{RESTORE}" == str(error)
    assert "lock-corrupt" == error.reference


def test_binary_data_is_no_lock() -> None:
    """Bytes that are no text are told as such."""
    assert f"{CORRUPT}\n  it is not UTF-8 text\n{RESTORE}" == str(refusal(b"\x80\x00"))


def test_a_lock_from_the_future_names_who_can_read_it() -> None:
    """Whatever else is in it: nobody here knows what it means."""
    text = 'lockVersion: 2\nmistpm: ">=3.0"\nnews: {are: unknown}\n'

    assert (
        "`mistpm.lock` has lock version 2; this mistpm reads up to 1\n"
        "  it needs mistpm >=3.0\n"
        "hint: use the mistpm that wrote it, or a newer one; to start over, delete the file and run `mistpm lock`"
    ) == str(refusal(text.encode()))
    assert "lock-too-new" == refusal(b"lockVersion: 17\n").reference


@given(st.data())
def test_no_damage_gets_through_unnoticed_as_a_crash(data: st.DataObject) -> None:
    """Cut, flipped or doubled anywhere: a lock, or a `LockError`."""
    raw = TEXT.encode()
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(len(raw), start + 40)))
    damaged = (
        raw[:start] + data.draw(st.binary(max_size=4) | st.just(raw[start:end] * 2)) + raw[end:]
    )
    with suppress(LockError):
        parse_lockfile(damaged, title="mistpm.lock")


def test_where_there_is_no_lock_there_is_none(tmp_path: Path) -> None:
    """A missing file is no error."""
    assert read_lockfile(tmp_path / "mistpm.lock") is None


def make_folder(path: Path) -> None:
    """Put a folder in the lock's place."""
    path.mkdir()


def make_loop(path: Path) -> None:
    """Put a link to itself in the lock's place."""
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("make", "number"), [(make_folder, errno.EISDIR), (make_loop, errno.ELOOP)]
)
def test_what_cannot_be_read_is_told(
    make: Callable[[Path], None], number: int, folder: Path
) -> None:
    """A folder, or a link to itself."""
    make(folder / "mistpm.lock")
    with pytest.raises(LockError) as caught:
        read_lockfile(Path("mistpm.lock"))

    assert (
        f"`mistpm.lock` cannot be read: {os.strerror(number)}\n"
        "hint: a lock is an ordinary file; check what is there, and the permissions"
    ) == str(caught.value)


def test_a_lock_is_written_when_it_changes(folder: Path) -> None:
    """Nothing is written for nothing."""
    path = folder / "mistpm.lock"

    assert write_lockfile(path, LOCK, replacing=None)
    assert TEXT == path.read_text(encoding="utf-8")
    assert not write_lockfile(path, LOCK, replacing=LOCK)
    assert write_lockfile(path, OTHER, replacing=LOCK)
    assert read_lockfile(path) == OTHER


def test_a_run_that_was_killed_after_writing_can_be_repeated(folder: Path) -> None:
    """What it wanted to write is there already."""
    path = folder / "mistpm.lock"
    write_lockfile(path, LOCK, replacing=None)

    assert not write_lockfile(path, LOCK, replacing=None)


def test_the_lock_of_another_run_is_not_written_over(folder: Path) -> None:
    """Two runs that both began with no lock: the second one is told."""
    path = folder / "mistpm.lock"
    write_lockfile(path, OTHER, replacing=None)
    with pytest.raises(LockError) as caught:
        write_lockfile(Path("mistpm.lock"), LOCK, replacing=None)

    assert (
        "`mistpm.lock` was changed meanwhile, by somebody else or another mistpm\n"
        "hint: run the command again"
    ) == str(caught.value)
    assert read_lockfile(path) == OTHER


def test_a_run_that_changes_nothing_does_not_undo_what_another_one_did(folder: Path) -> None:
    """`install` with a fresh lock, while `upgrade` writes a new one."""
    path = folder / "mistpm.lock"
    write_lockfile(path, OTHER, replacing=None)

    assert not write_lockfile(path, LOCK, replacing=LOCK)
    assert read_lockfile(path) == OTHER


def test_a_folder_that_is_gone_is_told(folder: Path) -> None:
    """Nothing can be written where there is no folder."""
    with pytest.raises(LockError) as caught:
        write_lockfile(Path("gone/mistpm.lock"), LOCK, replacing=None)

    assert (
        "`gone/mistpm.lock` cannot be written: No such file or directory\n"
        "hint: the lock and the target are as they were; check the folder's permissions and free space"
    ) == str(caught.value)
    assert not (folder / "gone").exists()


def test_a_link_stays_a_link(folder: Path) -> None:
    """What it leads to is written."""
    (folder / "shared").mkdir()
    (folder / "mistpm.lock").symlink_to("shared/mistpm.lock")
    write_lockfile(folder / "mistpm.lock", LOCK, replacing=None)

    assert TEXT == (folder / "shared" / "mistpm.lock").read_text(encoding="utf-8")
    assert (folder / "mistpm.lock").is_symlink()


def test_the_text_does_not_depend_on_the_order_of_mappings() -> None:
    """Sorted by the time that it is written."""
    pin = LOCK.releases["shop"]
    turned = replace(pin, dependencies=dict(reversed(pin.dependencies.items())))

    assert TEXT == format_lockfile(replace(LOCK, releases={**LOCK.releases, "shop": turned}))
