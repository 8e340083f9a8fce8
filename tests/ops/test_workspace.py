"""Opening the environment that a command means."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from made_shop import HEAD, Shop

from mistpm.environment.environment_document import EnvironmentDocument
from mistpm.errors import DocumentError, LockError, MistError, UsageError
from mistpm.ops.options import Options
from mistpm.ops.settings.adding import Addition, draft_release
from mistpm.ops.settings.registries import NewRegistry, add_registry
from mistpm.ops.workspace import Workspace, find_document, open_or_make_workspace, open_workspace


def refusal(**options: Any) -> MistError:
    """Give the error that opening ends with."""
    with pytest.raises(MistError) as caught:
        open_workspace(Options(**options))
    return caught.value


def test_the_file_here_is_opened(shop: Shop) -> None:
    """Its folder is where relative paths start; the lock lies beside it."""
    shop.write()
    workspace = shop.open()

    assert ("shop", True, Path()) == (
        workspace.environment.name,
        workspace.has_file,
        workspace.base,
    )
    assert (Path("mistpm.lock"), "mistpm.lock", None) == (
        workspace.lock_path,
        workspace.lock_title,
        workspace.lockfile,
    )
    assert "directory ./deploy" == workspace.target.title


def test_the_file_of_a_folder_above_is_opened(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named from where the user is; its paths start at its own folder."""
    shop.write()
    (shop.folder / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(shop.folder / "a" / "b")
    workspace = shop.open()

    assert ("../../mistpm.yaml", Path("../..")) == (workspace.document.title, workspace.base)
    assert Path("../../mistpm.lock") == workspace.lock_path
    assert "starter" not in workspace.registry_entries


def test_a_file_that_is_named_is_opened(shop: Shop, folder: Path) -> None:
    """Wherever it is and whatever it is called; its lock lies beside it, by its name."""
    (folder / "other").mkdir()
    (folder / "other" / "shop.yaml").write_text(HEAD, encoding="utf-8")
    workspace = shop.open(environment=Path("../other/shop.yaml"))

    assert Path("../other/shop.lock") == workspace.lock_path
    assert "directory ./deploy" == workspace.target.title
    workspace.target.state()
    assert [] == list(shop.folder.iterdir())


def test_without_a_file_the_target_must_be_named(shop: Shop) -> None:
    """The error says how to begin."""
    assert (
        "there is no `mistpm.yaml` here or in a folder above\n"
        "hint: `mistpm init` makes one; or say where with --target directory:PATH or --context NAME"
    ) == str(refusal())
    assert (
        "nothing is installed in directory out, and there is no `mistpm.yaml` here\n"
        "hint: `mistpm install NAME -p PACKAGE` installs a package there"
    ) == str(refusal(target="directory:out"))
    assert find_document(Options()) is None
    assert not (shop.folder / "out").exists()


def test_a_file_without_an_id_is_refused(shop: Shop) -> None:
    """Nothing can be marked as its own."""
    shop.write()
    shop.edit('id: "000102030405060708090a0b0c0d0e0f"\n', "")

    assert (
        "`mistpm.yaml` has no `id`, which marks what the environment owns\n"
        "hint: `mistpm init` writes one into it"
    ) == str(refusal())


@pytest.mark.usefixtures("shop")
def test_an_empty_target_gets_an_environment() -> None:
    """Named after its folder, with a new id; nothing is written yet."""
    workspace = open_or_make_workspace(Options(target="directory:My Out"))
    other = open_or_make_workspace(Options(target="directory:My Out"))

    assert ("my-out", False) == (workspace.environment.name, workspace.has_file)
    assert re.fullmatch("[0-9a-f]{32}", workspace.environment.id)
    assert workspace.environment.id != other.environment.id
    assert not Path("My Out").exists()


@pytest.mark.parametrize("name", ["2024", "null", "1e5", "true", "0x10"])
def test_a_target_may_have_any_name(name: str, shop: Shop) -> None:
    """Also one that YAML takes for a number."""
    assert name == shop.remembered(name).environment.name


def remember(shop: Shop, target: str = "out") -> Workspace:
    """Install a package into a target that remembers it."""
    add_registry(Options(), NewRegistry(name="toy", where="../toy"))
    workspace = shop.remembered(target)
    draft = draft_release(workspace, Addition(name="one", package="toy/apps/lonely"))
    shop.carry_out(workspace.drafted(draft))
    return workspace


def test_a_target_remembers_its_environment(shop: Shop) -> None:
    """Id, registries, releases and the lock."""
    made = remember(shop)
    workspace = shop.open(target="directory:out")

    assert made.environment.id == workspace.environment.id
    assert ["one"] == list(workspace.environment.releases)
    assert {"toy"} == workspace.environment.registries.keys()
    assert ("the lock of directory out", None) == (workspace.lock_title, workspace.lock_path)
    assert workspace.lockfile is not None
    assert "1.0.0" == str(workspace.lockfile.releases["one"].version)


def test_a_target_knows_its_registries_when_the_user_does_not(shop: Shop, folder: Path) -> None:
    """Somebody else can go on with it, from another folder."""
    remember(shop)
    (folder / "config" / "config.yaml").unlink()
    workspace = shop.open(target=f"directory:{folder}/work/out")

    assert "toy" == workspace.registries.own_name("toy")
    proposal, _ = shop.carry_out(workspace)
    assert proposal.diff.is_empty


def test_a_package_given_by_path_is_found_from_the_target(
    shop: Shop, packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its path is remembered from the target's directory, wherever the next command runs."""
    file = packages / "apps" / "lonely" / "lonely-1.0.0.mist-pack.wasm"
    (shop.folder / "lonely.wasm").write_bytes(file.read_bytes())
    add_registry(Options(), NewRegistry(name="toy", where="../toy"))
    engine = packages / "engines" / "jinja" / "jinja-1.0.0.mist-pack.wasm"
    (shop.folder / "jinja.wasm").write_bytes(engine.read_bytes())
    workspace = shop.remembered("out")
    for name in ("jinja", "lonely"):
        draft = draft_release(workspace, Addition(name=name, package=f"./{name}.wasm"))
        workspace = workspace.drafted(draft)

    assert "../lonely.wasm" == workspace.environment.releases["lonely"].package
    monkeypatch.chdir("/")
    again = workspace.environment.releases["lonely"].package
    assert (shop.folder / "out" / again).resolve() == (shop.folder / "lonely.wasm")


def test_a_target_of_an_environment_with_a_file_is_not_taken_over(shop: Shop) -> None:
    """The error says where to work."""
    shop.write(releases={"one": {"package": "toy/apps/lonely"}})
    shop.install()
    shop.file.rename(shop.folder / "elsewhere.yaml")
    with pytest.raises(UsageError) as caught:
        open_or_make_workspace(Options(target="directory:deploy"))

    assert (
        "directory deploy belongs to the environment `shop`, which has a file of its own\n"
        "hint: work in the folder of that `mistpm.yaml`, or name it with --environment"
    ) == str(caught.value)


@pytest.mark.parametrize("file", ["environment.yaml", "mistpm.lock"])
def test_what_a_target_remembers_may_be_damaged(file: str, shop: Shop) -> None:
    """The error says whose it is."""
    remember(shop)
    [path] = (shop.folder / "out" / ".mistpm").glob(file.replace("mistpm.", "*"))
    path.write_bytes(b"\xff")
    with pytest.raises((DocumentError, LockError)) as caught:
        _ = shop.open(target="directory:out").lockfile

    assert "directory out" in caught.value.message


def test_a_draft_shares_what_is_open(shop: Shop) -> None:
    """The target is read once; other registries are other registries."""
    shop.write(releases={"one": {"package": "toy/apps/lonely"}})
    workspace = shop.open()
    opened = (workspace.state, workspace.target, workspace.registries)
    draft = workspace.drafted(EnvironmentDocument(shop.file.read_text(), Path("mistpm.yaml")))

    assert all(
        one is other
        for one, other in zip(opened, (draft.state, draft.target, draft.registries), strict=True)
    )
    shop.edit("../toy}", "../toy, }")
    shop.edit("toy: {directory", "mine: {directory")
    other = workspace.drafted(EnvironmentDocument(shop.file.read_text(), Path("mistpm.yaml")))
    assert ("mine",) == other.registries.aliases
