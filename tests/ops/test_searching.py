"""Looking around in registries."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_shop import Shop
from small_worlds import World, package_id

from mistpm.errors import MistError, RegistryError
from mistpm.ops.options import Options
from mistpm.ops.packages.searching import (
    info,
    known_packages,
    known_versions,
    newest_of,
    search,
    versions_of,
)


def found(text: str) -> list[str]:
    """Search; gives the packages with their newest versions."""
    return [f"{each.package} {each.newest}" for each in search(Options(), text).found]


def test_the_end_of_a_name_will_do(shop: Shop) -> None:
    """As for `mistpm why`; a version may follow, and a whole name is what it is."""
    shop.write()

    assert ["toy/data/db"] * 3 == [
        info(Options(), text).package for text in ("db", "data/db:^1", "toy/data/db")
    ]
    with pytest.raises(MistError) as caught:
        info(Options(), "dbb")

    assert (
        "`dbb` is neither a package nor a path\n"
        "hint: write REGISTRY/GROUP/NAME[:VERSION] (`mistpm search` lists them),"
        " or a path that starts with ./ or ends in .wasm"
    ) == str(caught.value)


def test_packages_are_found_by_name_and_description(shop: Shop) -> None:
    """Whatever the case of the letters, in the order of the registry."""
    shop.write()

    assert ["toy/data/db 2.0.0"] == found("A DATABASE")
    assert ["toy/data/backup 1.1.0", "toy/data/db 2.0.0"] == found("data/")
    assert [] == found("nothing like this")


def test_a_registry_that_does_not_answer_is_told(shop: Shop) -> None:
    """The others are searched; where none answers it is an error."""
    shop.write()
    shop.edit(
        "registries: {toy: {directory: ../toy}}",
        "registries: {toy: {directory: ../toy}, gone: {directory: ../gone}}",
    )
    result = search(Options(), "db")

    assert (["toy/data/db"], 2, 1) == (
        [each.package for each in result.found],
        result.asked,
        len(result.unreachable),
    )

    shop.edit("toy: {directory: ../toy}, ", "")
    with pytest.raises(RegistryError):
        search(Options(), "db")


def test_without_a_file_the_users_registries_are_searched(shop: Shop) -> None:
    """There are none yet."""
    assert not shop.file.exists()
    assert (0, ()) == (search(Options(), "").asked, search(Options(), "").found)


def test_what_is_known_of_a_package(shop: Shop) -> None:
    """Its versions from the newest, and the newest one's descriptor as the module has it."""
    shop.write()
    report = info(Options(), "toy/watch/meter")

    assert [("2.0.0", ">=1.34"), ("1.1.0", ">=1.28"), ("1.0.0", ">=1.28")] == [
        (each.version, each.kubernetes) for each in report.versions
    ]
    assert (True, "2.0.0", "cluster") == (
        report.is_whole,
        str(report.descriptor.version),
        report.descriptor.scope,
    )


def test_a_range_limits_what_is_told(shop: Shop) -> None:
    """The newest version is that of the range."""
    shop.write()
    report = info(Options(), "toy/data/db:^1")

    assert ["1.1.0", "1.0.0"] == [each.version for each in report.versions]
    assert "1.1.0" == str(report.descriptor.version)


def test_what_the_index_says_is_told_where_the_module_cannot_be_had(
    shop: Shop, packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its inputs, which only the module has."""
    copy = shop.folder / "copy"
    (copy / "index" / "apps").mkdir(parents=True)
    for path in ("registry.yaml", "index/apps/lonely.jsonl"):
        (copy / path).write_bytes((packages / path).read_bytes())
    shop.write()
    shop.edit("../toy", "copy")
    monkeypatch.setenv("MISTPM_CACHE_DIR", str(shop.folder / "cache"))
    report = info(Options(), "toy/apps/lonely")

    assert (False, {}, 1) == (report.is_whole, report.descriptor.inputs, len(report.versions))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "toy/data/db:^7",
            "`toy/data/db` has no version `^7`\nhint: `mistpm info toy/data/db` lists its versions",
        ),
        (
            "./db.wasm",
            "`./db.wasm` is a file\nhint: `mistpm inspect ./db.wasm` shows what is inside it",
        ),
    ],
)
def test_what_is_not_known_is_told(shop: Shop, text: str, expected: str) -> None:
    """With what to do instead."""
    shop.write()
    with pytest.raises(MistError) as caught:
        info(Options(), text)

    assert expected == str(caught.value)


@pytest.mark.parametrize(
    ("versions", "yanked", "prereleases", "expected"),
    [
        ("1.0.0 1.1.0", "", False, "1.1.0"),
        ("1.0.0 1.1.0-rc.1", "", False, "1.0.0"),
        ("1.0.0 1.1.0-rc.1", "", True, "1.1.0-rc.1"),
        ("1.0.0-rc.1 1.0.0-rc.2", "", False, "1.0.0-rc.2"),
        ("1.0.0", "2.0.0", False, "1.0.0"),
        ("", "1.0.0 2.0.0", False, "2.0.0"),
        ("1.0.0-rc.1", "2.0.0", False, "1.0.0-rc.1"),
    ],
)
def test_the_newest_version(versions: str, yanked: str, prereleases: bool, expected: str) -> None:
    """Neither yanked nor a pre-release, as long as there is such a version."""
    world = World().add("a/a", versions).add("a/a", yanked, yanked=True)
    newest = newest_of(world.candidates(package_id("a/a")), prereleases=prereleases)

    assert newest is not None
    assert expected == str(newest.version)


def test_nothing_has_no_newest_version() -> None:
    """A package without a version."""
    assert newest_of(()) is None


def test_what_a_shell_offers(shop: Shop) -> None:
    """Packages and versions; a registry that does not answer offers nothing."""
    shop.write()
    shop.edit(
        "registries: {toy: {directory: ../toy}}",
        "registries: {toy: {directory: ../toy}, gone: {directory: ../gone}}",
    )

    assert ["toy/apps/app", "toy/apps/lonely", "toy/data/backup"] == list(
        known_packages(Options())
    )[:3]
    assert ("2.0.0", "1.1.0", "1.0.0") == known_versions(Options(), "toy/data/db")
    assert ("1.1.0", "1.0.0") == versions_of(shop.open(), package_id("toy/data/backup"))
