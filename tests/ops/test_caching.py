"""What mistpm keeps on this machine."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from made_shop import Shop

from mistpm.errors import RegistryError, UsageError
from mistpm.makeshift import MAKESHIFT
from mistpm.ops.caching import CachePart, CacheUsage, cache_usage, clear_cache, require_cleared


@pytest.fixture
def cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a cache of one's own; it does not exist yet."""
    monkeypatch.setenv("MISTPM_CACHE_DIR", str(folder / "cache"))
    return folder / "cache"


H16, H32, H64 = "0a" * 8, "0a" * 16, "0a" * 32
OURS = (
    f"modules/{H64}.wasm",
    f"http/{H32}/registry.yaml",
    f"machine-code/{H16}/{H64}.code",
    f"renders/{H32}.pack",
)
OTHERS = (
    "precious/data",
    "modules/a",
    "modules/deep/a.wasm",
    f"http/{H32}/other.html",
    "git/repository.git/HEAD",
    f"git/{H32}/HEAD",
    "machine-code/notes/a.code",
    "checks/folder/a.json",
)


def write(path: Path) -> None:
    """Put five bytes there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"12345")


def fill(cache: Path) -> None:
    """Put something into each part, and something of somebody else's beside."""
    for path in (*OURS, *OTHERS):
        write(cache / path)


def files(folder: Path) -> list[str]:
    """List what lies below, sorted."""
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file())


def test_a_cache_that_is_not_there_holds_nothing(cache: Path) -> None:
    """Nor is it made by asking or clearing."""
    assert CacheUsage(folder=str(cache), parts=()) == cache_usage()
    assert CacheUsage(folder=str(cache), parts=()) == clear_cache("")
    assert not cache.exists()


def test_parts_are_counted(cache: Path) -> None:
    """Those of the registries, machine code and renders; what else lies there is not mistpm's."""
    fill(cache)

    assert (
        CacheUsage(
            folder=str(cache),
            parts=tuple(
                CachePart(part=part, files=1, bytes=5)
                for part in ("http", "machine-code", "modules", "renders")
            ),
        )
        == cache_usage()
    )


def test_clearing_touches_nothing_else(cache: Path) -> None:
    """`MISTPM_CACHE_DIR` may name a folder that holds other things, also under the names of the parts."""
    fill(cache)

    assert 4 == len(clear_cache("").parts)
    assert CacheUsage(folder=str(cache), parts=()) == cache_usage()
    assert sorted(OTHERS) == files(cache)


def test_what_was_left_half_written_is_cleared(cache: Path) -> None:
    """By its temporary name; so is what an earlier mistpm kept of renders, and the locks for compiling."""
    ours = (
        f"modules/.{H64}.wasm.tmp",
        f"renders/0a/{H64}",
        "machine-code/locks/0a",
        f"machine-code/{H16}-component/{H64}.code",
        f"http/{H32}/index/data/redis.jsonl",
        f"http/{H32}/index/packages.jsonl",
        "checks/shop-1.json",
        f"git/{H32}.git/objects/0a/pack",
    )
    for path in ours:
        write(cache / path)

    assert len(ours) == sum(part.files for part in cache_usage().parts)
    assert len(ours) == sum(part.files for part in clear_cache("").parts)
    assert CacheUsage(folder=str(cache), parts=()) == cache_usage()
    assert [f"git/{H32}.lock"] == files(cache)  # others may be waiting for it


@pytest.mark.parametrize(
    "place",
    [
        *("modules", "git", "http", "machine-code", "renders"),
        *(f"machine-code/{H16}", f"http/{H32}", f"git/{H32}.git"),
    ],
)
def test_no_link_is_followed(place: str, cache: Path, folder: Path) -> None:
    """What a part, or a folder in it, leads to is somebody else's; it is told, and stays."""
    fill(folder / "victim")
    link, victim = cache / place, folder / "victim" / place
    link.parent.mkdir(parents=True)
    link.symlink_to(victim)
    before = files(folder / "victim")
    told = CacheUsage(
        folder=str(cache),
        parts=(),
        obstacles=(f"`{link}`: it is a link, and none is followed",),
    )

    assert (told, told) == (cache_usage(), clear_cache(""))
    assert (before, victim) == (files(folder / "victim"), link.readlink())


def test_a_link_in_an_entry_s_place_is_removed_alone(cache: Path, folder: Path) -> None:
    """What it leads to stays."""
    write(folder / "victim")
    (cache / "modules").mkdir(parents=True)
    (cache / OURS[0]).symlink_to(folder / "victim")

    assert ["modules"] == [part.part for part in clear_cache("").parts]
    assert ([], b"12345") == (list((cache / "modules").iterdir()), (folder / "victim").read_bytes())


def test_folders_in_the_place_of_entries_are_told_and_cleared(cache: Path) -> None:
    """An empty one goes; of one with something in it is told that it is in the way."""
    empty, full = cache / OURS[2], cache / OURS[3]
    empty.mkdir(parents=True)
    write(full / "precious")
    in_the_way = [f"`{path}`: a folder is in the way of a file" for path in (empty, full)]

    assert tuple(in_the_way) == cache_usage().obstacles

    left = clear_cache("")
    with pytest.raises(RegistryError) as caught:
        require_cleared(left)

    assert (
        "something in the cache could not be deleted\n"
        f"  `{full}`: a folder is in the way of a file\n"
        "hint: mend the permissions, or remove it yourself"
    ) == str(caught.value)
    assert (False, True) == (empty.exists(), (full / "precious").exists())


def test_a_part_that_is_a_file_is_told(cache: Path) -> None:
    """It cannot hold anything; it stays, for mistpm has not written it."""
    write(cache / "machine-code")
    told = (f"`{cache / 'machine-code'}`: it cannot be read: Not a directory",)

    assert (told, told) == (cache_usage().obstacles, clear_cache("").obstacles)


def test_what_cannot_be_read_is_told(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other parts are shown and cleared; the permissions of a folder say nothing to root."""
    fill(cache)
    closed = cache / "machine-code"
    listing = os.scandir

    def refuse(path: Path | str) -> object:
        if Path(path) == closed:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return listing(path)

    monkeypatch.setattr(os, "scandir", refuse)
    told = (f"`{closed}`: it cannot be read: Permission denied",)

    for report in (cache_usage(), clear_cache("")):
        assert (told, ["http", "modules", "renders"]) == (
            report.obstacles,
            [part.part for part in report.parts],
        )


@pytest.mark.parametrize("part", ["http", "machine-code", "modules", "renders"])
def test_one_part_can_be_cleared(part: str, cache: Path) -> None:
    """The others stay."""
    fill(cache)

    assert [part] == [each.part for each in clear_cache(part).parts]
    assert {"http", "machine-code", "modules", "renders"} - {part} == {
        each.part for each in cache_usage().parts
    }


@pytest.mark.usefixtures("cache")
def test_a_part_that_there_is_not_is_told() -> None:
    """With what was perhaps meant."""
    with pytest.raises(UsageError) as caught:
        clear_cache("module")

    assert (
        "the cache has no part `module`\n"
        "  did you mean `modules`?\n"
        "hint: `mistpm cache show` lists its parts"
    ) == str(caught.value)


def test_a_file_in_the_cache_s_place_holds_nothing(cache: Path) -> None:
    """Asking is harmless."""
    cache.write_bytes(b"")

    assert () == cache_usage().parts


@pytest.mark.slow
def test_everything_in_the_cache_can_be_made_again(shop: Shop, cache: Path) -> None:
    """The same bytes from a cleared one, and from one that cannot be written."""
    shop.write(releases={"one": {"package": "toy/apps/lonely"}})
    shop.install()
    before = shop.tree()
    made = {"checks", "machine-code", "modules", "renders"}
    assert made == {each.part for each in cache_usage().parts}
    clear_cache("")

    assert shop.propose().diff.is_empty
    assert before == shop.tree()
    clear_cache("modules")
    (cache / "modules").rmdir()
    (cache / "modules").write_bytes(b"")
    try:
        assert shop.propose().diff.is_empty
        assert f"`{cache / 'modules'}` cannot be written: File exists" == MAKESHIFT.trouble
    finally:
        MAKESHIFT.discard()
