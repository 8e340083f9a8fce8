"""Registries in real Git repositories."""

from __future__ import annotations

import multiprocessing
import subprocess
from collections.abc import Callable
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.synchronize import Barrier
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from made_registries import REDIS, GitRegistry, digest, git, module_path, versions

from mistpm.errors import DigestError, MistError, RegistryError
from mistpm.model.environment import RegistryEntry
from mistpm.model.identity import PackageId
from mistpm.registry import Registries

Open = Callable[..., Registries]
Shown = Callable[[MistError, Path], str]


@pytest.fixture
def remote(tmp_path: Path) -> GitRegistry:
    """Give a repository with three versions of redis and one of gitea, served with filters."""
    made = GitRegistry(tmp_path)
    for version in ("7.0.0", "7.1.0", "7.2.0"):
        made.folder.add("data/redis", version, code=version.encode() * 5000)
    made.folder.add("apps/gitea", "1.22.0")
    made.push()
    return made


def entry(remote: GitRegistry, **options: str) -> dict[str, str]:
    """Give the registry's entry."""
    return {"git": remote.url, **options}


def blobs_at_hand(tmp_path: Path) -> int:
    """Count the blobs that are in the cache."""
    (repository,) = (tmp_path / "cache/git").glob("*.git")
    listed = git(repository, "cat-file", "--batch-all-objects", "--batch-check")
    return listed.count(" blob ")


def test_only_the_index_and_modules_in_use_are_fetched(
    remote: GitRegistry, registries: Open, tmp_path: Path
) -> None:
    """Candidates need registry.yaml and the index files; a module comes when it is fetched."""
    opened = registries(starter=entry(remote))

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
    opened = registries(starter=entry(remote))
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


def test_one_fetch_in_a_run(remote: GitRegistry, registries: Open) -> None:
    """A run sees one commit, whatever is pushed meanwhile; the next run sees the new one."""
    opened = registries(starter=entry(remote))
    before = versions(opened)
    remote.folder.add("data/redis", "7.3.0")
    remote.folder.add("apps/wordpress", "1.0.0")
    remote.push()

    assert versions(opened) == before
    assert list(opened.packages("starter")) == ["apps/gitea", "data/redis"]

    again = registries(starter=entry(remote))

    assert versions(again) == [*before, "7.3.0"]
    assert list(again.packages("starter")) == ["apps/gitea", "apps/wordpress", "data/redis"]


def test_a_server_without_filters_sends_everything(tmp_path: Path, registries: Open) -> None:
    """The same works where a partial clone is not supported; then all modules come at once."""
    remote = GitRegistry(tmp_path, filters=False)
    remote.folder.add("data/redis", "7.0.0")
    remote.push()
    opened = registries(starter=entry(remote))

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
        ref: versions(registries(starter=entry(remote, ref=ref)))
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

    assert versions(registries(starter=entry(remote, ref=first))) == ["7.0.0"]


def test_a_commit_that_is_here_is_not_fetched_again(
    remote: GitRegistry, registries: Open, tmp_path: Path
) -> None:
    """A commit never changes, so its registry works when the server is gone."""
    commit = git(remote.bare, "rev-parse", "main")
    versions(registries(starter=entry(remote, ref=commit)))
    remote.bare.rename(tmp_path / "moved.git")

    assert versions(registries(starter=entry(remote, ref=commit))) == ["7.0.0", "7.1.0", "7.2.0"]


def test_a_folder_inside_a_repository(tmp_path: Path, registries: Open) -> None:
    """`path` names the folder that is the registry; the rest of the repository is not fetched."""
    remote = GitRegistry(tmp_path)
    inner = type(remote.folder)(remote.folder.path / "deploy/registry", name="inner")
    inner.add("data/redis", "7.0.0")
    inner.index()
    remote.push(index=False)
    opened = registries(starter=entry(remote, path="/deploy/registry/"))

    assert opened.own_name("starter") == "inner"
    assert [str(each.version) for each in opened.candidates(PackageId("inner/data/redis"))] == [
        "7.0.0"
    ]
    assert blobs_at_hand(tmp_path) == 3


def test_a_rewritten_history_is_followed(remote: GitRegistry, registries: Open) -> None:
    """What the branch is now counts, however it came to be; what was stored stays stored."""
    opened = registries(starter=entry(remote))
    pin = opened.candidates(REDIS)[-1]
    path = opened.fetch(pin)
    (remote.folder.path / module_path("data/redis", "7.2.0")).unlink()
    remote.folder.index(replace=True)
    remote.push(amend=True)
    again = registries(starter=entry(remote))

    assert versions(again) == ["7.0.0", "7.1.0"]
    assert again.fetch(pin) == path


def test_without_an_index_modules_are_read(tmp_path: Path, registries: Open) -> None:
    """Mistletoe's registries: listed by file names; asking for a package fetches its modules."""
    remote = GitRegistry(tmp_path, name=None)
    data = remote.folder.add("data/redis", "7.0.0")
    remote.folder.add("data/redis", "7.1.0")
    remote.folder.add("apps/gitea", "1.22.0")
    remote.push(index=False)
    opened = registries(starter=entry(remote))

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

    assert versions(registries(starter=entry(remote))) == ["7.0.0"]


def test_an_unreachable_repository(registries: Open, shown: Shown, tmp_path: Path) -> None:
    """The error has git's own words."""
    opened = registries(corp={"git": f"file://{tmp_path}/nowhere.git"})
    with pytest.raises(RegistryError) as found:
        opened.own_name("corp")

    expected = """\
registry-unreachable
the registry `corp` cannot be reached
  address: file://TMP/nowhere.git
  fatal: 'TMP/nowhere.git' does not appear to be a git repository
  fatal: Could not read from remote repository.
  Please make sure you have the correct access rights
  and the repository exists.
hint: check the address and what it takes to get there: `git ls-remote` must be able to read it"""

    assert expected == shown(found.value, tmp_path)


def test_what_was_fetched_before_is_offered(
    remote: GitRegistry, registries: Open, tmp_path: Path
) -> None:
    """A registry that is gone is an error, never silently an old copy; the hint tells of --offline."""
    versions(registries(starter=entry(remote)))
    remote.bare.rename(tmp_path / "moved.git")
    with pytest.raises(RegistryError) as found:
        versions(registries(starter=entry(remote)))

    assert found.value.hint.endswith("; or work with what was fetched before: --offline")
    assert versions(registries(starter=entry(remote), offline=True)) == ["7.0.0", "7.1.0", "7.2.0"]


def test_offline_knows_only_what_was_fetched(
    remote: GitRegistry, registries: Open, shown: Shown, tmp_path: Path
) -> None:
    """Without the network: the last commit's index, and the modules that came."""
    opened = registries(starter=entry(remote))
    first, second, _ = opened.candidates(REDIS)
    path = opened.fetch(first)
    offline = registries(starter=entry(remote), offline=True)

    assert versions(offline) == ["7.0.0", "7.1.0", "7.2.0"]
    assert offline.fetch(first) == path

    with pytest.raises(RegistryError) as found:
        offline.fetch(second)

    expected = """\
not-fetched
`data/redis/redis-7.1.0.mist-pack.wasm` was never fetched, and --offline keeps mistpm from fetching it now
  registry: `starter` at file://TMP/served.git
hint: run it once without --offline"""

    assert expected == shown(found.value, tmp_path)


def test_a_module_that_is_larger_than_pinned(remote: GitRegistry, registries: Open) -> None:
    """No more is read than the index promises."""
    remote.folder.put("data/redis", "7.0.0", b"\0" * 10**6)
    remote.push(index=False)
    opened = registries(starter=entry(remote))
    pin = opened.candidates(REDIS)[0]
    with pytest.raises(DigestError) as found:
        opened.fetch(pin)

    assert found.value.context[1] == f"found    more than {pin.size} bytes"


def test_a_list_of_packages_that_cannot_be_used(remote: GitRegistry, registries: Open) -> None:
    """It breaks listing, and nothing else."""
    remote.folder.write("index/packages.jsonl", '{"package":"data/redis"}\nnonsense\n')
    remote.push(index=False)
    opened = registries(starter=entry(remote))
    with pytest.raises(RegistryError) as found:
        opened.packages("starter")

    assert found.value.context[1:] == (
        "index/packages.jsonl:1: `version` is missing",
        "index/packages.jsonl:2: this is no JSON: JSON is malformed: invalid character (byte 4)",
    )
    assert len(opened.candidates(REDIS)) == 3


def test_offline_without_anything_fetched(
    remote: GitRegistry, registries: Open, shown: Shown, tmp_path: Path
) -> None:
    """A registry that was never fetched says so."""
    with pytest.raises(RegistryError) as found:
        versions(registries(starter=entry(remote), offline=True))

    expected = """\
not-fetched
`registry.yaml` was never fetched, and --offline keeps mistpm from fetching it now
  registry: `starter` at file://TMP/served.git
hint: run it once without --offline"""

    assert expected.replace("`registry.yaml`", "the registry") == shown(found.value, tmp_path)


@pytest.mark.parametrize(
    ("options", "why", "hint"),
    [
        ({"ref": "nope"}, "it has no branch, tag or commit `nope`", "check `ref:`"),
        ({"ref": "f" * 40}, f"it has no branch, tag or commit `{'f' * 40}`", "check `ref:`"),
        ({"ref": "a b"}, "`a b` cannot be a branch, tag or commit", "check `ref:`"),
        (
            {"ref": "--upload-pack=x"},
            "`--upload-pack=x` cannot be a branch, tag or commit",
            "check `ref:`",
        ),
        ({"ref": "main:x"}, "`main:x` cannot be a branch, tag or commit", "check `ref:`"),
        ({"path": "nope"}, "it has no folder `nope`", "check `path:`"),
        ({"path": "registry.yaml"}, "it has no folder `registry.yaml`", "check `path:`"),
    ],
)
def test_a_ref_or_path_that_is_not_there(
    remote: GitRegistry, registries: Open, options: dict[str, str], why: str, hint: str
) -> None:
    """The error tells which part of the entry is wrong."""
    with pytest.raises(RegistryError) as found:
        registries(starter=entry(remote, **options)).own_name("starter")

    assert (why, hint) == (found.value.context[1], found.value.hint)


def test_an_empty_repository(tmp_path: Path, registries: Open) -> None:
    """A repository without a commit is an error."""
    remote = GitRegistry(tmp_path)
    with pytest.raises(RegistryError) as found:
        registries(starter=entry(remote)).own_name("starter")

    assert found.value.context[1] == "it has no commit yet"


def test_credentials_are_neither_shown_nor_stored(registries: Open, tmp_path: Path) -> None:
    """User and password of a URL are in no message and in no file of the cache."""
    with pytest.raises(RegistryError) as found:
        registries(corp={"git": "http://bob:s3cr%21t@127.0.0.1:9/x.git"}).own_name("corp")
    files = b"".join(
        path.read_bytes() for path in (tmp_path / "cache").rglob("*") if path.is_file()
    )

    assert found.value.context[0] == "address: http://***@127.0.0.1:9/x.git"
    assert "s3cr" not in str(found.value)
    assert "bob" not in str(found.value)
    assert b"s3cr" not in files


def test_the_environment_of_a_hook_does_no_harm(
    remote: GitRegistry, registries: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Inside a hook, git's variables point to another repository."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"):
        monkeypatch.setenv(name, str(tmp_path / "elsewhere"))

    assert versions(registries(starter=entry(remote))) == ["7.0.0", "7.1.0", "7.2.0"]
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("written", ["./served.git", "served.git", "work/../served.git"])
def test_a_relative_path_starts_at_the_environment(
    remote: GitRegistry, registries: Open, written: str
) -> None:
    """A path is one beside `mistpm.yaml`, wherever mistpm runs."""
    assert remote.bare.name == "served.git"
    assert versions(registries(starter={"git": written})) == ["7.0.0", "7.1.0", "7.2.0"]


def test_without_the_program(
    remote: GitRegistry,
    registries: Open,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    shown: Shown,
) -> None:
    """Where there is no git, the error says what needs it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RegistryError) as found:
        registries(starter=entry(remote)).own_name("starter")

    expected = """\
git-missing
the registry `starter` needs the program `git`, which is not on the PATH
  address: file://TMP/served.git
hint: install git"""

    assert expected == shown(found.value, tmp_path)


def test_a_damaged_cache_is_made_anew(
    remote: GitRegistry, registries: Open, tmp_path: Path
) -> None:
    """Files that disappear from the cache, and locks of a killed git, do not last."""
    versions(registries(starter=entry(remote)))
    (repository,) = (tmp_path / "cache/git").glob("*.git")
    for pack in (repository / "objects/pack").glob("pack-*"):
        pack.unlink()
    (repository / "shallow.lock").touch()

    assert versions(registries(starter=entry(remote))) == ["7.0.0", "7.1.0", "7.2.0"]


def test_a_lock_of_a_killed_git_is_cleared_away(
    remote: GitRegistry, registries: Open, tmp_path: Path
) -> None:
    """Our own lock tells that nobody is at work, so git's locks are stale."""
    versions(registries(starter=entry(remote)))
    (repository,) = (tmp_path / "cache/git").glob("*.git")
    for name in ("shallow.lock", "packed-refs.lock", "config.lock"):
        (repository / name).touch()
    remote.folder.add("data/redis", "7.3.0")
    remote.push()

    assert versions(registries(starter=entry(remote)))[-1] == "7.3.0"


def test_a_cache_damaged_in_the_middle_of_a_run(
    remote: GitRegistry, registries: Open, tmp_path: Path
) -> None:
    """What disappears while it is used is an error that says how to get on."""
    opened = registries(starter=entry(remote))
    opened.own_name("starter")
    list(opened.packages("starter"))
    (repository,) = (tmp_path / "cache/git").glob("*.git")
    for pack in (repository / "objects/pack").glob("pack-*"):
        pack.unlink()
    with pytest.raises(RegistryError) as found:
        opened.candidates(REDIS)

    assert found.value.reference == "cache-damaged"
    assert found.value.hint == "`mistpm cache clear` removes it; it is fetched again then"


def _use(url: str, root: Path, barrier: Barrier) -> None:
    barrier.wait()
    opened = Registries({"starter": RegistryEntry(git=url)}, base=root, cache=root / "cache")
    opened.fetch_all(opened.candidates(REDIS))


def test_processes_may_share_a_cache(remote: GitRegistry, tmp_path: Path) -> None:
    """Several processes that begin with an empty cache wait for each other and all succeed."""
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(3)
    workers = [context.Process(target=_use, args=(remote.url, tmp_path, barrier)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert [0, 0, 0] == [worker.exitcode for worker in workers]
