"""Registries in real Git repositories: what is fetched of them, and what is read."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from made_registries import REDIS, GitRegistry, digest, git, module_path, versions

from mistpm.errors import MistError
from mistpm.model.identity import PackageId
from mistpm.registry import Registries

Open = Callable[..., Registries]
Shown = Callable[[MistError, Path], str]


def blobs_at_hand(tmp_path: Path) -> int:
    """Count the blobs that are in the cache."""
    (repository,) = (tmp_path / "cache/git").glob("*.git")
    listed = git(repository, "cat-file", "--batch-all-objects", "--batch-check")
    return listed.count(" blob ")


def test_only_the_index_and_modules_in_use_are_fetched(
    remote: GitRegistry, registries: Open, tmp_path: Path
) -> None:
    """Candidates need registry.yaml and the index files; a module comes when it is fetched."""
    opened = registries(starter=remote.entry())

    assert versions(opened) == ["7.0.0", "7.1.0", "7.2.0"]
    assert blobs_at_hand(tmp_path) == 4  # registry.yaml, packages.jsonl, two index files

    pin = opened.candidates(REDIS)[0]
    path = opened.fetch(pin)

    assert digest(path.read_bytes()) == pin.digest
    assert blobs_at_hand(tmp_path) == 5


def test_several_modules_come_in_one_request(
    remote: GitRegistry, registries: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fetching a set asks the server once."""
    opened = registries(starter=remote.entry())
    pins = opened.candidates(REDIS)
    fetches = []
    run = subprocess.run

    def counted(command: tuple[str, ...], **options: Any) -> Any:
        fetches.append("fetch" in command)
        return run(command, **options)

    monkeypatch.setattr(subprocess, "run", counted)
    paths = opened.fetch_all(pins)

    assert sorted(paths) == sorted(pin.digest for pin in pins)
    assert fetches.count(True) == 1


@pytest.mark.slow
def test_one_fetch_in_a_run(remote: GitRegistry, registries: Open) -> None:
    """A run sees one commit, whatever is pushed meanwhile; the next run sees the new one."""
    opened = registries(starter=remote.entry())
    before = versions(opened)
    remote.folder.add("data/redis", "7.3.0")
    remote.folder.add("apps/wordpress", "1.0.0")
    remote.push()

    assert versions(opened) == before
    assert list(opened.packages("starter")) == ["apps/gitea", "data/redis"]

    again = registries(starter=remote.entry())

    assert versions(again) == [*before, "7.3.0"]
    assert list(again.packages("starter")) == ["apps/gitea", "apps/wordpress", "data/redis"]


def test_a_server_without_filters_sends_everything(tmp_path: Path, registries: Open) -> None:
    """The same works where a partial clone is not supported; then all modules come at once."""
    remote = GitRegistry(tmp_path, filters=False)
    remote.folder.add("data/redis", "7.0.0")
    remote.push()
    opened = registries(starter=remote.entry())

    assert versions(opened) == ["7.0.0"]
    assert blobs_at_hand(tmp_path) == 4
    assert opened.fetch(opened.candidates(REDIS)[0]).exists()


def test_a_server_of_plain_files_is_read_whole(remote: GitRegistry, registries: Open) -> None:
    """Git over a plain web server knows neither shallow nor partial clones."""
    git(remote.bare, "update-server-info")

    class Quiet(SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(remote.bare.parent))

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_address[1]}/served.git"
            opened = registries(starter={"git": url})

            assert versions(opened) == ["7.0.0", "7.1.0", "7.2.0"]
            assert opened.fetch(opened.candidates(REDIS)[0]).exists()
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.slow
@pytest.mark.parametrize("filters", [True, False])
def test_a_branch_a_tag_and_a_commit(tmp_path: Path, registries: Open, *, filters: bool) -> None:
    """`ref` names any of the three; without it the repository's own HEAD is meant."""
    remote = GitRegistry(tmp_path, filters=filters)
    remote.folder.add("data/redis", "7.0.0")
    first = remote.push()
    remote.folder.add("data/redis", "7.1.0")
    remote.push()
    git(remote.folder.path, "tag", "-a", "spring", "-m", "spring")
    git(remote.folder.path, "push", "--quiet", "origin", "spring")
    remote.folder.add("data/redis", "7.2.0")
    remote.push()
    git(remote.folder.path, "push", "--quiet", "origin", "spring^{}:refs/heads/testing")

    found = {
        ref: versions(registries(starter=remote.entry(ref=ref)))
        for ref in ("", "main", "testing", "refs/heads/testing", "spring", first)
    }

    assert found == {
        "": ["7.0.0", "7.1.0", "7.2.0"],
        "main": ["7.0.0", "7.1.0", "7.2.0"],
        "testing": ["7.0.0", "7.1.0"],
        "refs/heads/testing": ["7.0.0", "7.1.0"],
        "spring": ["7.0.0", "7.1.0"],
        first: ["7.0.0"],
    }


def test_a_commit_that_the_server_does_not_offer_is_found_by_fetching_all(
    tmp_path: Path, registries: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old servers give branches and tags only; the commit is looked for in their history."""
    remote = GitRegistry(tmp_path, filters=False)
    remote.folder.add("data/redis", "7.0.0")
    first = remote.push()
    remote.folder.add("data/redis", "7.1.0")
    remote.push()
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "protocol.version")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "0")

    assert versions(registries(starter=remote.entry(ref=first))) == ["7.0.0"]


def test_a_commit_that_is_here_is_not_fetched_again(
    remote: GitRegistry, registries: Open, tmp_path: Path
) -> None:
    """A commit never changes, so its registry works when the server is gone."""
    commit = git(remote.bare, "rev-parse", "main")
    versions(registries(starter=remote.entry(ref=commit)))
    remote.bare.rename(tmp_path / "moved.git")

    assert versions(registries(starter=remote.entry(ref=commit))) == ["7.0.0", "7.1.0", "7.2.0"]


def test_a_folder_inside_a_repository(tmp_path: Path, registries: Open) -> None:
    """`path` names the folder that is the registry; the rest of the repository is not fetched."""
    remote = GitRegistry(tmp_path)
    inner = type(remote.folder)(remote.folder.path / "deploy/registry", name="inner")
    inner.add("data/redis", "7.0.0")
    inner.index()
    remote.push(index=False)
    opened = registries(starter=remote.entry(path="/deploy/registry/"))

    assert opened.own_name("starter") == "inner"
    assert [str(each.version) for each in opened.candidates(PackageId("inner/data/redis"))] == [
        "7.0.0"
    ]
    assert blobs_at_hand(tmp_path) == 3


@pytest.mark.slow
def test_a_rewritten_history_is_followed(remote: GitRegistry, registries: Open) -> None:
    """What the branch is now counts, however it came to be; what was stored stays stored."""
    opened = registries(starter=remote.entry())
    pin = opened.candidates(REDIS)[-1]
    path = opened.fetch(pin)
    (remote.folder.path / module_path("data/redis", "7.2.0")).unlink()
    remote.folder.index(replace=True)
    remote.push(amend=True)
    again = registries(starter=remote.entry())

    assert versions(again) == ["7.0.0", "7.1.0"]
    assert again.fetch(pin) == path


def test_without_an_index_modules_are_read(tmp_path: Path, registries: Open) -> None:
    """Mistletoe's registries: listed by file names; asking for a package fetches its modules."""
    remote = GitRegistry(tmp_path, name=None)
    data = remote.folder.add("data/redis", "7.0.0")
    remote.folder.add("data/redis", "7.1.0")
    remote.folder.add("apps/gitea", "1.22.0")
    remote.push(index=False)
    opened = registries(starter=remote.entry())

    assert list(opened.packages("starter")) == ["apps/gitea", "data/redis"]
    assert blobs_at_hand(tmp_path) == 0
    assert versions(opened) == ["7.0.0", "7.1.0"]
    assert blobs_at_hand(tmp_path) == 2
    assert opened.candidates(REDIS)[0].digest == digest(data)


def test_links_and_other_things_are_no_files(tmp_path: Path, registries: Open) -> None:
    """A symbolic link in a repository is not followed."""
    remote = GitRegistry(tmp_path)
    remote.folder.add("data/redis", "7.0.0")
    (remote.folder.path / "data/redis/redis-7.1.0.mist-pack.wasm").symlink_to("/etc/passwd")
    remote.push(index=False)

    assert versions(registries(starter=remote.entry())) == ["7.0.0"]
