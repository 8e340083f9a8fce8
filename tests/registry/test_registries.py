"""The registries of an environment together: who is meant by a name, what a broken one blocks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from made_registries import (
    GitRegistry,
    RegistryFolder,
    Request,
    WebServer,
    digest,
    module_path,
    serving,
)

from mistpm.errors import DigestError, MistError, RegistryError
from mistpm.makeshift import MAKESHIFT
from mistpm.model.environment import RegistryEntry
from mistpm.model.identity import PackageId
from mistpm.model.lockfile import LockedPackage
from mistpm.model.version import parse_version
from mistpm.registry import Registries
from mistpm.registry.progress import Fetched

Open = Callable[..., Registries]
Shown = Callable[[MistError, Path], str]
HERE = {"directory": "starter"}
REDIS = PackageId("starter/data/redis")


@pytest.fixture
def redis(folder: RegistryFolder) -> bytes:
    """Put redis into the registry; gives its module."""
    data = folder.add("data/redis", "7.2.1")
    folder.index()
    return data


@pytest.fixture
def locked(redis: bytes) -> LockedPackage:
    """Give the pin of redis as a lockfile has it."""
    return LockedPackage(
        package=REDIS, version=parse_version("7.2.1"), digest=digest(redis), size=len(redis)
    )


def test_nothing_is_asked_before_it_is_needed(registries: Open, tmp_path: Path) -> None:
    """Opening registries reads nothing and writes nothing, whatever their entries say."""
    registries(
        a={"directory": "gone"}, b={"git": "file:///gone"}, c={"http": "http://gone.invalid/"}
    )

    assert list(tmp_path.iterdir()) == []


def test_an_unknown_alias(registries: Open) -> None:
    """A registry that the environment does not have is an error with a guess."""
    with pytest.raises(RegistryError) as found:
        registries(starter=HERE, corp=HERE).own_name("stater")

    expected = """\
there is no registry `stater`
  did you mean `starter`?
hint: `mistpm registry add stater WHERE` adds it, `mistpm registry list` shows those that there are"""

    assert expected == str(found.value)
    assert found.value.reference == "registry-unknown"


def test_a_broken_registry_blocks_nothing_else(
    redis: bytes, registries: Open, web: WebServer
) -> None:
    """What does not need it works, without even asking it."""
    assert redis
    web.odd["/registry.yaml"] = lambda request: request.answer(500)
    opened = registries(starter=HERE, broken={"http": web.url}, gone={"git": "file:///gone.git"})
    (pin,) = opened.candidates(PackageId(f"{opened.own_name('starter')}/data/redis"))

    assert opened.fetch_all([pin])[pin.digest].exists()
    assert web.seen == []


def test_a_registry_is_found_by_its_own_name(redis: bytes, registries: Open) -> None:
    """A dependency names a registry by its own name, whatever its alias is here."""
    assert redis
    opened = registries(mine=HERE, gone={"directory": "gone"})

    assert len(opened.candidates(REDIS)) == 1


def test_the_alias_does_not_make_a_registry(redis: bytes, tmp_path: Path, registries: Open) -> None:
    """A registry whose alias is another one's own name is not taken for it."""
    assert redis
    RegistryFolder(tmp_path / "other", name="other").add("data/redis", "9.9.9")
    opened = registries(starter={"directory": "other"}, mine=HERE)

    assert opened.own_name("starter") == "other"
    assert [str(each.version) for each in opened.candidates(REDIS)] == ["7.2.1"]


def test_no_registry_of_that_name(redis: bytes, registries: Open) -> None:
    """Where all have told their names it is clear that it is none of them."""
    assert redis
    with pytest.raises(RegistryError) as found:
        registries(mine=HERE).candidates(PackageId("startr/data/redis"))

    expected = """\
no registry of this environment calls itself `startr`
  did you mean `starter`?
hint: `mistpm registry add NAME WHERE` adds it, if you trust it"""

    assert expected == str(found.value)
    assert found.value.reference == "registry-unknown"


def test_no_registry_of_that_name_answers(redis: bytes, registries: Open) -> None:
    """The error tells which registries could not be asked, since it may be one of them."""
    assert redis
    opened = registries(mine=HERE, gone={"directory": "gone"})
    with pytest.raises(RegistryError) as found:
        opened.candidates(PackageId("startr/data/redis"))

    expected = """\
no registry that answers calls itself `startr`
  did you mean `starter`?
  `gone` did not tell its name: the registry `gone` cannot be reached
hint: mend or remove what does not answer; `mistpm registry add NAME WHERE` adds a registry"""

    assert expected == str(found.value)
    assert found.value.reference == "registry-unreachable"


def test_the_registry_of_that_alias_cannot_be_reached(redis: bytes, registries: Open) -> None:
    """Where the alias is the name that is looked for, its own error tells more."""
    assert redis
    opened = registries(mine=HERE, gone={"directory": "gone"})
    with pytest.raises(RegistryError) as found:
        opened.candidates(PackageId("gone/data/redis"))

    assert found.value.reference == "registry-unreachable"


def test_a_name_is_never_looked_up_in_several_registries(
    redis: bytes, tmp_path: Path, registries: Open
) -> None:
    """A package that its registry does not have is not found, though another one has it."""
    assert redis
    other = RegistryFolder(tmp_path / "other", name="other")
    other.add("data/secret", "1.0.0")
    other.index()
    opened = registries(starter=HERE, other={"directory": "other"})
    with pytest.raises(RegistryError) as found:
        opened.candidates(PackageId("starter/data/secret"))

    assert found.value.reference == "package-not-found"


def test_two_registries_of_one_name(redis: bytes, tmp_path: Path, registries: Open) -> None:
    """It must be clear who is meant, so neither is used; others still are."""
    assert redis
    RegistryFolder(tmp_path / "fake", name="starter")
    RegistryFolder(tmp_path / "other", name="other").add("data/x", "1.0.0")
    opened = registries(a=HERE, b={"directory": "fake"}, other={"directory": "other"})

    assert opened.own_name("a") == "starter"
    with pytest.raises(RegistryError) as found:
        opened.own_name("b")
    with pytest.raises(RegistryError):
        opened.candidates(REDIS)
    assert len(opened.candidates(PackageId("other/data/x"))) == 1

    expected = """\
the registries `a` and `b` both call themselves `starter`
note: a registry's own name is part of every package's identity, so it must be clear who is meant
hint: keep one of them: `mistpm registry remove b`"""

    assert expected == str(found.value)
    assert found.value.reference == "registry-duplicate"


def test_two_aliases_of_one_registry(redis: bytes, registries: Open) -> None:
    """The same place under two names does no harm."""
    assert redis
    opened = registries(a=HERE, b=HERE)

    assert (opened.own_name("a"), opened.own_name("b")) == ("starter", "starter")
    assert len(opened.candidates(REDIS)) == 1


def test_packages_given_by_path_have_no_registry(registries: Open) -> None:
    """A dependency of such a package must say where it is."""
    with pytest.raises(RegistryError) as found:
        registries(starter=HERE).candidates(PackageId("file/data/redis"))

    expected = """\
a package that is given by its path has no registry to look in
hint: `mistpm pack` and `mistpm render` look in the registry that --registry names
hint: to install it, put it into that registry, or write its dependencies as `REGISTRY/GROUP/NAME`"""

    assert expected == str(found.value)


def test_no_registry_can_call_itself_file(folder: RegistryFolder, registries: Open) -> None:
    """That is how packages given by path are named; an alias is no way around it."""
    (folder.path / "registry.yaml").unlink()
    with pytest.raises(RegistryError) as found:
        registries(file=HERE).own_name("file")

    assert (
        found.value.context[1] == "it is missing, and the alias `file` cannot stand in for a name"
    )


def test_what_is_locked_and_stored_needs_no_registry(
    locked: LockedPackage, registries: Open
) -> None:
    """A pin of a lockfile comes from the store, though the registry is gone or unknown."""
    path = registries(starter=HERE).fetch(locked)

    assert registries(starter={"directory": "gone"}).fetch(locked) == path
    assert registries().fetch_all([locked]) == {locked.digest: path}


def test_a_locked_module_is_compared_with_the_index(
    locked: LockedPackage, registries: Open, folder: RegistryFolder
) -> None:
    """A lock that was solved elsewhere does not help a registry that lies."""
    file = folder.path / "index/data/redis.jsonl"
    file.write_text(file.read_text().replace('"name":', '"kubernetes":"<1.30","name":'))
    with pytest.raises(RegistryError) as found:
        registries(starter=HERE).fetch(locked)

    assert found.value.reference == "registry-lies"


def test_a_locked_module_that_left_the_index(
    locked: LockedPackage, registries: Open, folder: RegistryFolder
) -> None:
    """The digest is what counts: where the bytes are still there, they are used."""
    folder.write("index/data/redis.jsonl", "")

    assert registries(starter=HERE).fetch(locked).exists()


def test_a_locked_module_that_was_replaced(
    locked: LockedPackage, registries: Open, folder: RegistryFolder
) -> None:
    """The registry may be of one mind with itself; the lock is not."""
    folder.add("data/redis", "7.2.1", code=b"new")
    folder.index(replace=True)
    with pytest.raises(DigestError) as found:
        registries(starter=HERE).fetch(locked)

    assert found.value.reference == "digest-mismatch"


def test_several_modules_are_fetched_with_progress(folder: RegistryFolder, tmp_path: Path) -> None:
    """Every module is told of once, in order; all of them come though one cannot."""
    for at in range(12):
        folder.add("data/redis", f"7.{at}.0")
    folder.index()
    (folder.path / module_path("data/redis", "7.5.0")).unlink()
    heard: list[Fetched] = []
    opened = Registries(
        {"starter": RegistryEntry(directory="starter")},
        base=tmp_path,
        cache=tmp_path / "cache",
        progress=heard.append,
    )
    pins = opened.candidates(REDIS)
    with pytest.raises(RegistryError) as found:
        opened.fetch_all(reversed(pins))

    assert found.value.reference == "module-missing"
    assert [f"{REDIS}@7.{at}.0" for at in range(12) if at != 5] == [each.what for each in heard]
    assert {12} == {each.total for each in heard}
    assert opened.store.usage().files == 11


def test_a_pin_needs_its_own_bytes_only_once(locked: LockedPackage, registries: Open) -> None:
    """The same digest twice is one module."""
    assert list(registries(starter=HERE).fetch_all([locked, locked])) == [locked.digest]


def test_several_registries_are_read_at_once(tmp_path: Path, registries: Open) -> None:
    """What is expected of three servers takes as long as the slowest one, names and indexes alike."""
    meeting = threading.Barrier(3)
    with ExitStack() as stack:
        entries = {}
        for name in ("a", "b", "c"):
            folder = RegistryFolder(tmp_path / name, name=name)
            folder.add("data/redis", "7.2.1")
            folder.index()
            web = stack.enter_context(serving(folder.path))

            def meet(request: Request, serve: Callable[[Request], None] = web.serve) -> None:
                meeting.wait(120)
                serve(request)

            web.odd = {"/registry.yaml": meet, "/index/data/redis.jsonl": meet}
            entries[name] = {"http": web.url}
        opened = registries(**entries)
        packages = [PackageId(f"{name}/data/redis") for name in entries]
        opened.expect(packages)

        assert [1, 1, 1] == [len(opened.candidates(package)) for package in packages]


def test_names_are_asked_for_at_once(tmp_path: Path, registries: Open) -> None:
    """Looking for a registry by its name takes as long as the slowest one, not as all together."""
    meeting = threading.Barrier(3)
    with ExitStack() as stack:
        entries = {}
        for name in ("a", "b", "c"):
            folder = RegistryFolder(tmp_path / name, name=f"own-{name}")
            folder.add("data/redis", "7.2.1")
            folder.index()
            web = stack.enter_context(serving(folder.path))

            def meet(request: Request, serve: Callable[[Request], None] = web.serve) -> None:
                meeting.wait(120)
                serve(request)

            web.odd["/registry.yaml"] = meet
            entries[name] = {"http": web.url}
        opened = registries(**entries)

        assert len(opened.candidates(PackageId("own-b/data/redis"))) == 1


@pytest.mark.parametrize("kind", ["directory", "git", "http"])
def test_a_cache_that_cannot_be_written(
    redis: bytes,
    tmp_path: Path,
    web: WebServer,
    remote: GitRegistry,
    registries: Open,
    *,
    kind: str,
) -> None:
    """Whatever the kind, the registry is used without, and what was fetched goes with the process."""
    (tmp_path / "cache").write_text("a file where a folder must be")
    places = {"directory": "starter", "git": remote.url, "http": web.url}
    opened = registries(starter={kind: places[kind]})
    try:
        candidate = opened.candidates(REDIS)[0]
        path = opened.fetch(candidate)

        assert (kind == "git") or redis == path.read_bytes()
        assert candidate.digest == digest(path.read_bytes())
        assert "cannot be written: " in MAKESHIFT.trouble
        assert MAKESHIFT.folder in path.parents
    finally:
        MAKESHIFT.discard()
    assert not path.exists()
