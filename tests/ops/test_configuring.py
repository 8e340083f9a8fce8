"""Making an environment's file, and taking releases out of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from made_shop import HEAD, Shop

from mistpm.errors import DocumentError, MistError, UsageError
from mistpm.ops.options import Options
from mistpm.ops.proposing import Wishes
from mistpm.ops.settings.configuring import (
    FileChange,
    NewEnvironment,
    draft_without,
    init,
    remove_releases,
    rename_release,
)
from mistpm.ops.settings.environment_name import name_from_folder


def make(path: str = "mistpm.yaml", **rest: str) -> str:
    """Do what `mistpm init` does, and give the text."""
    given = {"name": "shop", "kubernetes": ">=1.31 <1.33", "directory": "./deploy", **rest}
    init(Path(path), NewEnvironment(**given))
    return Path(path).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["shop", "2024", "1e5", "null", "on", "0x1f"])
def test_init_makes_a_valid_file(name: str, shop: Shop) -> None:
    """Whatever the name, also one that YAML takes for a number."""
    make(name=name, directory="./a: b #c")
    environment = shop.open().environment

    assert (name, 32, ">=1.31 <1.33") == (
        environment.name,
        len(environment.id),
        str(environment.kubernetes),
    )
    assert environment.target is not None
    assert "./a: b #c" == environment.target.directory


def test_init_gives_an_id_to_a_file_that_has_none(shop: Shop) -> None:
    """And changes nothing else."""
    text = HEAD.replace('id: "000102030405060708090a0b0c0d0e0f"\n', "")
    shop.file.write_text(text)
    mended = make()

    assert text == "".join(line for line in mended.splitlines(keepends=True) if "id:" not in line)
    assert 32 == len(shop.open().environment.id)


def test_init_changes_no_environment(shop: Shop) -> None:
    """An id is for life."""
    shop.write()
    with pytest.raises(UsageError) as caught:
        make()

    assert "environment-exists" == caught.value.reference
    assert HEAD == shop.file.read_text()


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("path", "reference"),
    [
        ("nowhere/mistpm.yaml", "no-folder"),
        ("a" * 300 + "/mistpm.yaml", "environment-unreadable"),
        ("folder", "environment-unreadable"),
    ],
)
def test_init_says_where_it_cannot_be(path: str, reference: str) -> None:
    """No folder, too long a name, a folder in the file's place."""
    Path("folder").mkdir()
    with pytest.raises(MistError) as caught:
        make(path)

    assert reference == caught.value.reference


@pytest.mark.usefixtures("shop")
def test_init_refuses_what_would_not_be_valid() -> None:
    """A name, a range."""
    with pytest.raises(DocumentError) as caught:
        make(name="My Shop", kubernetes="^^")

    assert 2 == len(caught.value.problems)
    assert not Path("mistpm.yaml").exists()


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("My Shop!", "my-shop"),
        ("2024", "2024"),
        ("---", "default"),
        ("é", "default"),
        ("a" * 80, "a" * 63),
    ],
)
def test_environments_are_named_after_their_folder(folder: str, name: str, tmp_path: Path) -> None:
    """In the letters that a name may have."""
    assert name == name_from_folder(tmp_path / folder)


RELEASES = {
    "db": {"package": "toy/data/db", "version": "^1"},
    "app": {"package": "toy/apps/app", "bind": {"db": "db"}},
}
TARGETS = {
    "staging": {"directory": "./s", "inputs": {"db": {"size": 2}}, "patches": {"app": []}},
}


@pytest.mark.slow
def test_renaming_follows_everything_that_names_a_release(shop: Shop) -> None:
    """Bindings of releases and settings, what targets say of it, and the lock, which keeps its pin."""
    shop.write(
        releases=RELEASES,
        settings={"toy/data/backup": {"bind": {"x": "db"}}},
        targets=TARGETS,
    )
    shop.install()
    before = shop.versions()
    change = rename_release(Options(), "db", "store")
    found = yaml.safe_load(shop.file.read_text())

    assert FileChange(file="mistpm.yaml", names=("db", "store")) == change
    assert ["store", "app"] == list(found["releases"])
    assert {"db": "store"} == found["releases"]["app"]["bind"]
    assert {"x": "store"} == found["settings"]["toy/data/backup"]["bind"]
    assert {"store": {"size": 2}} == found["targets"]["staging"]["inputs"]
    assert {"store" if name == "db" else name: it for name, it in before.items()} == (
        shop.versions()
    )
    assert "store" == shop.propose().lockfile.releases["app"].dependencies["db"].target
    assert ("db",) == shop.propose().unneeded


def test_renaming_is_refused_where_the_name_is_taken(shop: Shop) -> None:
    """By a release of the file, or one that was pulled in."""
    shop.write(releases=RELEASES)
    shop.install()
    before = shop.tree()
    for new, package in (("app", "toy/apps/app"), ("meter", "toy/watch/meter")):
        with pytest.raises(UsageError) as caught:
            rename_release(Options(), "db", new)

        assert (
            f"there is a release `{new}` already, of {package}\nhint: choose another name"
        ) == str(caught.value)
    with pytest.raises(UsageError) as caught:
        rename_release(Options(), "dp", "x")
    assert ("unknown-release", ("known: `app`, `db`",)) == (
        caught.value.reference,
        caught.value.context,
    )
    assert before == shop.tree()


def test_renaming_without_a_lock_edits_the_file(shop: Shop) -> None:
    """There is no pin to keep."""
    shop.write(releases=RELEASES)
    rename_release(Options(), "db", "store")

    assert not shop.lock.exists()


def test_removed_releases_are_taken_out_of_the_file(shop: Shop) -> None:
    """All or none; what targets say of them goes too."""
    shop.write(releases=RELEASES, targets=TARGETS)
    before = shop.file.read_text()
    with pytest.raises(UsageError):
        remove_releases(Options(), ("db", "nobody"))
    assert before == shop.file.read_text()
    change = remove_releases(Options(), ("app", "db"))
    found = yaml.safe_load(shop.file.read_text())

    assert ("app", "db") == change.names
    assert "releases" not in found
    assert {"staging": {"directory": "./s"}} == found["targets"]


def test_uninstalling_what_is_not_there_is_told(shop: Shop) -> None:
    """What was only pulled in is nobody's to uninstall."""
    shop.write(releases=RELEASES)
    shop.install()
    for name in ("nobody", "meter"):
        with pytest.raises(UsageError) as caught:
            draft_without(shop.open(), (name,))

        assert "unknown-release" == caught.value.reference


def test_uninstalling_can_be_repeated(shop: Shop) -> None:
    """After a kill between the file and the target, the file does not know the release any more."""
    shop.write(releases={"one": {"package": "toy/apps/lonely"}})
    shop.install()
    remove_releases(Options(), ("one",))
    wishes = Wishes(named=frozenset({"one"}))
    proposal, _ = shop.carry_out(draft_without(shop.open(), ("one",)), wishes)

    assert () == proposal.unneeded
    assert {"lock"} == shop.tree().keys()


def test_what_is_bound_to_cannot_be_uninstalled_alone(shop: Shop) -> None:
    """The next solve says who needs it."""
    shop.write(releases=RELEASES)
    shop.install()
    workspace = draft_without(shop.open(), ("db",))
    with pytest.raises(MistError) as caught:
        shop.carry_out(workspace)

    assert "invalid-binding" == caught.value.reference
