"""Git repositories that are away, damaged, empty, or shared; what a killed Git leaves."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from made_registries import REDIS, GitRegistry, versions

from mistpm.errors import DigestError, MistError, RegistryError
from mistpm.model.environment import RegistryEntry
from mistpm.registry import Registries

Open = Callable[..., Registries]
Shown = Callable[[MistError, Path], str]


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
    versions(registries(starter=remote.entry()))
    remote.bare.rename(tmp_path / "moved.git")
    with pytest.raises(RegistryError) as found:
        versions(registries(starter=remote.entry()))

    assert found.value.hint.endswith("; or work with what was fetched before: --offline")
    assert versions(registries(starter=remote.entry(), offline=True)) == ["7.0.0", "7.1.0", "7.2.0"]


def test_offline_knows_only_what_was_fetched(
    remote: GitRegistry, registries: Open, shown: Shown, tmp_path: Path
) -> None:
    """Without the network: the last commit's index, and the modules that came."""
    opened = registries(starter=remote.entry())
    first, second, _ = opened.candidates(REDIS)
    path = opened.fetch(first)
    offline = registries(starter=remote.entry(), offline=True)

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


@pytest.mark.slow
def test_a_module_that_is_larger_than_pinned(remote: GitRegistry, registries: Open) -> None:
    """No more is read than the index promises."""
    remote.folder.put("data/redis", "7.0.0", b"\0" * 10**6)
    remote.push(index=False)
    opened = registries(starter=remote.entry())
    pin = opened.candidates(REDIS)[0]
    with pytest.raises(DigestError) as found:
        opened.fetch(pin)

    assert found.value.context[1] == f"found    more than {pin.size} bytes"


def test_a_list_of_packages_that_cannot_be_used(remote: GitRegistry, registries: Open) -> None:
    """It breaks listing, and nothing else."""
    remote.folder.write("index/packages.jsonl", '{"package":"data/redis"}\nnonsense\n')
    remote.push(index=False)
    opened = registries(starter=remote.entry())
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
        versions(registries(starter=remote.entry(), offline=True))

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
        registries(starter=remote.entry(**options)).own_name("starter")

    assert (why, hint) == (found.value.context[1], found.value.hint)


def test_an_empty_repository(tmp_path: Path, registries: Open) -> None:
    """A repository without a commit is an error."""
    remote = GitRegistry(tmp_path)
    with pytest.raises(RegistryError) as found:
        registries(starter=remote.entry()).own_name("starter")

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

    assert versions(registries(starter=remote.entry())) == ["7.0.0", "7.1.0", "7.2.0"]
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
        registries(starter=remote.entry()).own_name("starter")

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
    versions(registries(starter=remote.entry()))
    (repository,) = (tmp_path / "cache/git").glob("*.git")
    for pack in (repository / "objects/pack").glob("pack-*"):
        pack.unlink()
    (repository / "shallow.lock").touch()

    assert versions(registries(starter=remote.entry())) == ["7.0.0", "7.1.0", "7.2.0"]


@pytest.mark.slow
def test_a_lock_of_a_killed_git_is_cleared_away(
    remote: GitRegistry, registries: Open, tmp_path: Path
) -> None:
    """Our own lock tells that nobody is at work, so git's locks are stale."""
    versions(registries(starter=remote.entry()))
    (repository,) = (tmp_path / "cache/git").glob("*.git")
    for name in ("shallow.lock", "packed-refs.lock", "config.lock"):
        (repository / name).touch()
    remote.folder.add("data/redis", "7.3.0")
    remote.push()

    assert versions(registries(starter=remote.entry()))[-1] == "7.3.0"


def test_a_cache_damaged_in_the_middle_of_a_run(
    remote: GitRegistry, registries: Open, tmp_path: Path
) -> None:
    """What disappears while it is used is an error that says how to get on."""
    opened = registries(starter=remote.entry())
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


@pytest.mark.slow
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
