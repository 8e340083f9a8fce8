"""A look at a lock: as exact as opening everything, without opening anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_shop import Shop

from mistpm.errors import LockError, UsageError
from mistpm.lock.freshness import is_fresh
from mistpm.ops.asking import ask
from mistpm.ops.locking import solve, write_lock
from mistpm.ops.options import Options
from mistpm.ops.settings.adding import Addition, draft_release
from mistpm.ops.settings.registries import NewRegistry, add_registry
from mistpm.ops.views.glance import glance

RELEASES = {
    "app": {"package": "toy/apps/app", "version": "^1", "inputs": {"text": "x"}},
    "db": {"package": "toy/data/db", "version": "^1", "inputs": {"size": 2}},
}
SETTINGS = {"toy/watch/meter": {"namespace": "w", "version": ">=1"}}
PROVIDED = {"apis": ["a.example.org/v1/A"], "packages": {"toy/data/backup": "1.0.0"}}


def locked(shop: Shop) -> Shop:
    """Lock an environment that has some of everything."""
    shop.write(settings=SETTINGS, provided=PROVIDED, releases=RELEASES)
    workspace = shop.open()
    write_lock(workspace, solve(workspace).lockfile)
    return shop


def test_a_lock_that_answers_is_not_stale(shop: Shop) -> None:
    """The file is read for its ranges too."""
    locked(shop)
    seen = glance(Options())

    assert ("mistpm.yaml", ()) == (seen.file, seen.stale)
    assert seen.environment is not None
    assert "^1" == seen.environment.releases["db"].version.text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version: ^1\n    inputs:\n      size", "version: ^1.1\n    inputs:\n      size"),
        ("size: 2", "size: 3"),
        ("size: 2", "backup: true"),
        ("text: x", "text: y"),
        ("namespace: w", "namespace: v"),
        ("version: '>=1'", "version: '>=1.1'"),
        ("a.example.org", "b.example.org"),
        ("toy/data/backup: 1.0.0", "toy/data/backup: 1.1.0"),
        (">=1.31 <1.33", ">=1.32 <1.34"),
        (">=1.31 <1.33", "~1.31 || ~1.32"),
        ("package: toy/data/db", "package: toy/data/backup"),
        ("  db:\n", "  other:\n"),
        ("releases:\n", "policy: {prereleases: true}\nreleases:\n"),
        ("releases:\n", "releases:\n  lonely: {package: toy/apps/lonely}\n"),
    ],
)
def test_a_look_tells_what_opening_everything_tells(shop: Shop, old: str, new: str) -> None:
    """Whatever is edited: the digest of the question is the same one."""
    locked(shop)
    shop.edit(old, new)
    seen = glance(Options())
    asked = ask(shop.open(), seen.lockfile).asked

    assert is_fresh(seen.lockfile, asked) == (seen.stale == ())


def test_what_is_stale_is_told(shop: Shop) -> None:
    """In the words of `lock --locked`."""
    locked(shop)
    shop.edit("version: ^1\n    inputs:\n      size", "version: ^2\n    inputs:\n      size")

    assert ("`releases.db.version` is `^2` now, was `^1`",) == glance(Options()).stale


@pytest.mark.parametrize("package", ["engines/jinja", "apps/lonely"])
def test_a_package_given_by_its_path_counts_by_its_bytes(
    shop: Shop, packages: Path, package: str
) -> None:
    """One that is gone makes the lock stale, whether it has a solution (the engine) or not."""
    module = shop.folder / "mine.wasm"
    [published] = packages.glob(f"{package}/*.wasm")
    module.write_bytes(published.read_bytes())
    shop.write(releases={"mine": {"package": "./mine.wasm"}})
    workspace = shop.open()
    write_lock(workspace, solve(workspace).lockfile)

    assert () == glance(Options()).stale

    module.unlink()

    assert 1 == len(glance(Options()).stale)


def test_a_file_that_cannot_be_read_does_not_hide_the_lock(shop: Shop) -> None:
    """What is in the lock is told still."""
    locked(shop)
    shop.file.write_text("kind: [", encoding="utf-8")
    seen = glance(Options())

    assert (None, ("`mistpm.yaml` cannot be read",)) == (seen.environment, seen.stale)
    assert {"app", "db", "meter"} == set(seen.lockfile.releases)


def test_a_lock_that_a_target_remembers_is_found(shop: Shop) -> None:
    """Where there is no file."""
    with pytest.raises(UsageError) as caught:
        glance(Options(target="directory:out"))
    assert "nothing-installed" == caught.value.reference

    add_registry(Options(), NewRegistry(name="toy", where="../toy"))
    workspace = shop.remembered("out")
    release = Addition(name="lonely", package="toy/apps/lonely")
    shop.carry_out(workspace.drafted(draft_release(workspace, release)))
    seen = glance(Options(target="directory:out"))

    assert ("the environment that directory out remembers", {"lonely"}, ()) == (
        seen.file,
        set(seen.lockfile.releases),
        seen.stale,
    )


def test_a_registry_that_calls_itself_otherwise_is_asked_for_its_name(shop: Shop) -> None:
    """Where the lock cannot tell: what a file calls it stands in settings alone."""
    shop.write(
        settings={"toys/watch/meter": {"version": "^1"}},
        releases={"app": {"package": "toy/apps/app"}},
    )
    shop.edit("{toy: {directory: ../toy}}", "{toy: {directory: ../toy}, toys: {directory: ../toy}}")
    workspace = shop.open()
    write_lock(workspace, solve(workspace).lockfile)

    assert () == glance(Options()).stale


def test_without_a_lock_it_is_told_what_to_do(shop: Shop) -> None:
    """Solving comes first."""
    shop.write(releases=RELEASES)
    with pytest.raises(LockError) as caught:
        glance(Options())

    assert ("`mistpm.yaml` has no lock yet\nhint: `mistpm lock` solves and writes it") == str(
        caught.value
    )
