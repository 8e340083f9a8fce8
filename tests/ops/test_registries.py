"""Registries: written down after a look at them, listed, taken out."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_shop import Shop

from mistpm.errors import MistError
from mistpm.ops.options import Options
from mistpm.ops.settings.registries import (
    ListedRegistry,
    NewRegistry,
    RegistryAdded,
    add_registry,
    list_registries,
    remove_registry,
)

NONE = "registries: {toy: {directory: ../toy}}\n"


def add(name: str, where: str, **rest: str) -> RegistryAdded:
    """Add a registry from the folder that the test is in."""
    return add_registry(Options(), NewRegistry(name=name, where=where, **rest))


def listed() -> list[str]:
    """List the registries that are used here."""
    return [f"{each.name} {each.kind} {each.where}" for each in list_registries(Options())]


def test_a_registry_is_written_into_the_file(shop: Shop) -> None:
    """Relative to the file, wherever the user is."""
    shop.write()
    shop.edit(NONE, "registries: {} # mine\n")

    assert RegistryAdded(name="mine", own_name="toy", file="mistpm.yaml", packages=6) == add(
        "mine", "../toy"
    )
    assert "registries: # mine\n  mine:\n    directory: ../toy\n" in shop.file.read_text(
        encoding="utf-8"
    )
    assert ["mine directory ../toy"] == listed()
    assert "mine" == add("mine", "../toy").name


def test_without_a_file_a_registry_is_the_users(
    shop: Shop, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It serves every folder, so its path is absolute."""
    added = add("mine", "../toy")

    assert str(folder / "config") == str(Path(added.file).parent)
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    [mine] = list_registries(Options())
    assert ("mine", "directory", True) == (mine.name, mine.kind, Path(mine.where).is_absolute())
    assert ["mine"] == [remove_registry(Options(), "mine").name]
    assert [] == listed()
    assert not shop.file.exists()


def test_a_registry_is_taken_out(shop: Shop) -> None:
    """The rest of the file stays."""
    shop.write()
    before = shop.file.read_text(encoding="utf-8")
    report = remove_registry(Options(), "toy")

    assert ("toy", "mistpm.yaml", []) == (report.name, report.file, listed())
    assert before.replace(NONE, "") == shop.file.read_text(encoding="utf-8")


def test_credentials_are_not_listed(shop: Shop) -> None:
    """Whoever looks over a shoulder sees the address only."""
    shop.write()
    shop.edit(NONE, 'registries: {corp: {http: "https://me:secret@packages.example.org/x"}}\n')

    assert (
        ListedRegistry(name="corp", kind="http", where="https://***@packages.example.org/x"),
    ) == list_registries(Options())


@pytest.mark.parametrize(
    ("name", "where", "rest", "expected"),
    [
        (
            "toy",
            "../other",
            {},
            "there is a registry `toy` already\n"
            "hint: choose another name, or `mistpm registry remove toy` first",
        ),
        (
            "mine",
            "../toy",
            {"kind": "htp"},
            "`--kind htp` is not a kind of registry\n"
            "  did you mean `http`?\n"
            "hint: write directory, git or http",
        ),
        (
            "mine",
            "../toy",
            {"ref": "main"},
            "`../toy` cannot be a registry of the kind directory\n"
            "  `ref` goes with `git`\n"
            "hint: name a folder, a Git repository (--kind git) or a web address",
        ),
        (
            "mine",
            "oci://ghcr.io/x/y",
            {},
            "`oci://ghcr.io/x/y` cannot be a registry: mistpm does not speak `oci://`\n"
            "  it speaks `https://`, `http://`, `ssh://`, `git://`, `file://`\n"
            "hint: name a folder, a Git repository (--kind git) or a web address",
        ),
        (
            "mine",
            "git+https://me:secret@example.org/x",
            {},
            "`git+https://***@example.org/x` cannot be a registry: mistpm does not speak `git+https://`\n"
            "  it speaks `https://`, `http://`, `ssh://`, `git://`, `file://`\n"
            "hint: write --kind git https://***@example.org/x",
        ),
        (
            "mine",
            "",
            {},
            "it is not said where the registry is\n"
            "  a registry has exactly one of `directory`, `git` and `http`\n"
            "hint: name a folder, a Git repository (--kind git) or a web address",
        ),
    ],
)
def test_what_cannot_be_added_is_told(
    shop: Shop, name: str, where: str, rest: dict[str, str], expected: str
) -> None:
    """And nothing is written."""
    shop.write()
    before = shop.file.read_text(encoding="utf-8")
    with pytest.raises(MistError) as caught:
        add(name, where, **rest)

    assert (expected, before) == (str(caught.value), shop.file.read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "where", ["../nowhere", "file:///nowhere/served.git", "http://127.0.0.1:1/"]
)
def test_a_registry_that_cannot_be_reached_is_not_added(shop: Shop, where: str) -> None:
    """Its kind is guessed from where it is."""
    shop.write()
    before = shop.file.read_text(encoding="utf-8")
    with pytest.raises(MistError) as caught:
        add("mine", where)

    assert caught.value.exit_code == 69
    assert before == shop.file.read_text(encoding="utf-8")


def test_one_that_is_not_there_cannot_be_taken_out(shop: Shop) -> None:
    """What was perhaps meant is told."""
    shop.write()
    with pytest.raises(MistError) as caught:
        remove_registry(Options(), "toyy")

    assert (
        "there is no registry `toyy`\n"
        "  did you mean `toy`?\n"
        "hint: `mistpm registry list` shows those that there are"
    ) == str(caught.value)
