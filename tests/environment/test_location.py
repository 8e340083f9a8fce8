"""Where an environment's files are, and how paths are written."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from mistpm.environment.location import (
    as_seen,
    as_written,
    find_environment,
    here,
    is_file,
    is_there,
)
from mistpm.errors import UsageError

TOO_LONG = Path("a" * 300)


def test_the_nearest_file_above_is_found(folder: Path) -> None:
    """Here first, then in the folders above."""
    inner = folder / "a" / "b"
    inner.mkdir(parents=True)
    (folder / "mistpm.yaml").touch()

    assert folder / "mistpm.yaml" == find_environment(inner)
    (folder / "a" / "mistpm.yaml").touch()
    assert folder / "a" / "mistpm.yaml" == find_environment(inner)


def test_a_folder_of_that_name_is_no_file(folder: Path) -> None:
    """Nor is a link that leads nowhere."""
    inner = folder / "a" / "b"
    inner.mkdir(parents=True)
    (folder / "mistpm.yaml").touch()
    (folder / "a" / "mistpm.yaml").mkdir()
    (inner / "mistpm.yaml").symlink_to("nowhere")

    assert folder / "mistpm.yaml" == find_environment(inner)


def test_there_may_be_none(tmp_path: Path) -> None:
    """Not up to the root."""
    assert find_environment(tmp_path) is None


def test_what_cannot_be_looked_at_is_no_file() -> None:
    """It counts as there, so that nothing is made in its place."""
    assert not is_file(TOO_LONG)
    assert is_there(TOO_LONG)
    assert find_environment(TOO_LONG) is None


def test_a_folder_that_is_gone_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody deleted the folder that the user is in."""
    (folder / "gone").mkdir()
    monkeypatch.chdir(folder / "gone")
    (folder / "gone").rmdir()
    with pytest.raises(UsageError) as caught:
        here()

    assert (
        f"the folder that you are in cannot be used: {os.strerror(errno.ENOENT)}\n"
        "hint: it was perhaps deleted; go to another one"
    ) == str(caught.value)
    assert folder == as_seen(folder)


def test_paths_are_shown_from_where_the_user_is(folder: Path) -> None:
    """Unless that leads far away."""
    assert Path("a/mistpm.yaml") == as_seen(folder / "a" / "mistpm.yaml")
    assert Path("../x") == as_seen(folder.parent / "x")
    assert Path("/") == as_seen(Path("/"))


@pytest.mark.parametrize(
    ("path", "place", "expected"),
    [
        ("x.wasm", "shop", "../x.wasm"),
        ("shop/x.wasm", "shop", "./x.wasm"),
        ("../y/x.wasm", "shop", "../../y/x.wasm"),
        ("./x.wasm", "", "./x.wasm"),
        ("/x.wasm", "shop", "/x.wasm"),
        ("x.wasm", "not/there", "../../x.wasm"),
        ("x.wasm", "link", "../../x.wasm"),
    ],
)
def test_paths_are_written_from_the_file_s_folder(
    path: str, place: str, expected: str, folder: Path
) -> None:
    """Where the folder is a link, from where it leads: that is where `..` goes up from."""
    (folder / "shop").mkdir()
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "link").symlink_to("deep/er")

    assert expected == as_written(path, folder / place)
    assert expected == as_written(path, Path(place))


def test_what_is_written_leads_back(folder: Path) -> None:
    """Through a link as well."""
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "link").symlink_to("deep/er")
    (folder / "x.wasm").write_text("here", encoding="utf-8")

    assert "here" == (folder / "link" / as_written("x.wasm", Path("link"))).read_text()
