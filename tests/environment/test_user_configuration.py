"""The user's own configuration."""

from __future__ import annotations

import errno
import os
import pwd
from pathlib import Path

import pytest

from mistpm.document.edits import Put, Remove
from mistpm.environment.user_configuration import (
    cache_folder,
    configuration_folder,
    configuration_path,
    edit_user_configuration,
    read_user_configuration,
)
from mistpm.errors import DocumentError
from mistpm.model.environment import RegistryEntry

ADD = Put(path=("registries", "corp"), value={"http": "https://example.org/"})


@pytest.fixture(autouse=True)
def config(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the configuration's file, in a folder that does not exist yet."""
    monkeypatch.setenv("MISTPM_CONFIG_DIR", "config/mistpm")
    return folder / "config" / "mistpm" / "config.yaml"


@pytest.mark.parametrize("text", [None, "", "# nothing yet\n", "{}\n", "registries: {}\n"])
def test_an_empty_configuration_has_no_registries(text: str | None, config: Path) -> None:
    """Nor has one that is missing."""
    if text is not None:
        config.parent.mkdir(parents=True)
        config.write_text(text, encoding="utf-8")

    assert {} == read_user_configuration().registries


def test_the_first_edit_makes_it(config: Path) -> None:
    """The folder too."""
    edit_user_configuration(ADD)

    assert "registries:\n  corp:\n    http: https://example.org/\n" == config.read_text()
    assert {"corp": RegistryEntry(http="https://example.org/")} == (
        read_user_configuration().registries
    )


def test_an_edit_keeps_the_rest(config: Path) -> None:
    """Comments and all; taking the last registry away leaves an empty configuration."""
    config.parent.mkdir(parents=True)
    config.write_text("# mine\nregistries:\n  a: {directory: /a}  # near\n", encoding="utf-8")
    edit_user_configuration(ADD)

    assert (
        "# mine\nregistries:\n  a: {directory: /a}  # near\n  corp:\n    http: https://example.org/\n"
        == config.read_text()
    )
    edit_user_configuration(Remove(path=("registries", "a")), Remove(path=("registries", "corp")))
    assert "# mine\n" == config.read_text()
    assert {} == read_user_configuration().registries


def test_a_broken_configuration_is_told(config: Path) -> None:
    """By its file and line; edits leave it alone."""
    config.parent.mkdir(parents=True)
    config.write_text("registries:\n  a: {directroy: /a}\n", encoding="utf-8")
    for use in (read_user_configuration, lambda: edit_user_configuration(ADD)):
        with pytest.raises(DocumentError) as caught:
            use()

        assert (
            "invalid-configuration",
            (
                "config/mistpm/config.yaml:2: registries.a.directroy: `directroy` is not known here (did you mean `directory`?)",
            ),
        ) == (caught.value.reference, caught.value.context)
    assert "registries:\n  a: {directroy: /a}\n" == config.read_text()


def test_an_edit_never_breaks_it(config: Path) -> None:
    """What it would become is checked before it is written."""
    with pytest.raises(DocumentError) as caught:
        edit_user_configuration(Put(path=("registries", "My Corp"), value={"directory": "/a"}))

    assert (
        "`config/mistpm/config.yaml` would not be valid any more, so it is left as it is\n"
        '  registries."My Corp": `My Corp` does not fit; write lower-case letters, digits, `-` and `.`'
    ) == str(caught.value)
    assert not config.exists()


def test_what_is_no_text_is_told(config: Path) -> None:
    """Bytes that are no UTF-8, and a folder in the file's place."""
    config.parent.mkdir(parents=True)
    config.write_bytes(b"\xff")
    hint = "hint: mend it, or delete it and add the registries again"
    with pytest.raises(DocumentError) as caught:
        read_user_configuration()

    assert f"`config/mistpm/config.yaml` cannot be read: it is not UTF-8 text\n{hint}" == (
        str(caught.value)
    )
    config.unlink()
    config.mkdir()
    with pytest.raises(DocumentError) as caught:
        edit_user_configuration(ADD)

    assert (
        f"`config/mistpm/config.yaml` cannot be read: {os.strerror(errno.EISDIR)}\n{hint}"
        == str(caught.value)
    )


def test_a_folder_that_cannot_be_made_is_told(folder: Path) -> None:
    """A file is where the folder should be."""
    (folder / "config").mkdir()
    (folder / "config" / "mistpm").symlink_to("nowhere/else")
    with pytest.raises(DocumentError) as caught:
        edit_user_configuration(ADD)

    assert (
        f"`config/mistpm/config.yaml` cannot be written: {os.strerror(errno.EEXIST)}\n"
        "hint: `MISTPM_CONFIG_DIR` names another folder"
    ) == str(caught.value)


def test_the_system_says_where_it_is_otherwise(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the user's other programs do."""
    monkeypatch.delenv("MISTPM_CONFIG_DIR")
    monkeypatch.delenv("MISTPM_CACHE_DIR")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "settings"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "caches"))

    assert folder / "settings" / "mistpm" == configuration_folder()
    assert folder / "settings" / "mistpm" / "config.yaml" == configuration_path()
    assert folder / "caches" / "mistpm" == cache_folder()


def test_without_a_home_nothing_is_made_where_the_user_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a container whose user nobody knows."""
    for variable in (
        "HOME",
        "MISTPM_CONFIG_DIR",
        "MISTPM_CACHE_DIR",
        "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME",
    ):
        monkeypatch.delenv(variable, raising=False)

    def nobody(_uid: int) -> None:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", nobody)

    assert ("/dev/null/no-home", {}) == (str(cache_folder()), read_user_configuration().registries)
    with pytest.raises(DocumentError) as caught:
        edit_user_configuration(ADD)
    assert (
        "`/dev/null/no-home/config.yaml` cannot be written: Not a directory\n"
        "hint: `MISTPM_CONFIG_DIR` names another folder"
    ) == str(caught.value)
    assert [] == list(folder.iterdir())
