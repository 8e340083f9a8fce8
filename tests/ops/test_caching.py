"""What mistpm keeps on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_shop import Shop

from mistpm.errors import UsageError
from mistpm.makeshift import MAKESHIFT
from mistpm.ops.caching import CachePart, CacheUsage, cache_usage, clear_cache


@pytest.fixture
def cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a cache of one's own; it does not exist yet."""
    monkeypatch.setenv("MISTPM_CACHE_DIR", str(folder / "cache"))
    return folder / "cache"


def fill(cache: Path) -> None:
    """Put something into each part, and something of somebody else's beside."""
    for path in (
        "modules/a.wasm",
        "http/x/y.json",
        "machine-code/k/b.code",
        "renders/0a/0a1",
        "precious/data",
    ):
        (cache / path).parent.mkdir(parents=True)
        (cache / path).write_bytes(b"12345")


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
    """`MISTPM_CACHE_DIR` may name a folder that holds other things."""
    fill(cache)

    assert 4 == len(clear_cache("").parts)
    assert () == cache_usage().parts
    assert [cache / "precious" / "data"] == [path for path in cache.rglob("*") if path.is_file()]


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
