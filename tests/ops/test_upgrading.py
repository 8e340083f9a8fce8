"""What moves in an upgrade, what does not, and what holds it back."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest
from made_shop import Shop
from toy_registry import ToyRegistry, config_map

from mistpm.errors import LockError, UsageError
from mistpm.lock.lockfile_document import write_lockfile
from mistpm.model.version import parse_version
from mistpm.ops.locking import solve
from mistpm.ops.views.holding import held_back

OLD = {"app": {"package": "toy/apps/app", "version": "=1.0.0"}, "db": {"package": "toy/data/db", "version": "=1.0.0"}, "one": {"package": "toy/data/backup", "version": "=1.0.0"}}  # fmt: skip


def outdated(shop: Shop) -> None:
    """Install old versions, then widen the ranges; the lock keeps them."""
    shop.write(releases=OLD, settings={"toy/watch/meter": {"version": "=1.0.0"}})
    shop.install()
    text = shop.file.read_text().replace("=1.0.0", "'*'")
    shop.file.write_text(text)
    shop.install()


def upgrade(shop: Shop, *names: str) -> dict[str, str]:
    """Upgrade, and give what is locked then."""
    shop.upgrade(*names)
    return shop.versions()


def test_a_lock_holds_everything(shop: Shop) -> None:
    """An installation moves nothing."""
    outdated(shop)

    assert dict.fromkeys(("app", "db", "meter", "one"), "1.0.0") == shop.versions()


def test_everything_moves_as_far_as_it_can(shop: Shop) -> None:
    """The application holds its database back, Kubernetes holds back what was pulled in."""
    outdated(shop)

    assert {"app": "1.1.0", "db": "1.1.0", "meter": "1.1.0", "one": "1.1.0"} == upgrade(shop)


@pytest.mark.parametrize(
    ("name", "moved"),
    [
        ("one", {"one"}),
        ("data/db", {"db"}),
        ("toy/watch/meter", {"meter"}),
        ("app", {"app"}),
        ("toy/engines/jinja@1", set[str]()),
    ],
)
def test_only_what_is_named_moves(name: str, moved: set[str], shop: Shop) -> None:
    """By release, by package, by what was pulled in or is called."""
    outdated(shop)
    after = upgrade(shop, name)

    assert moved == {node for node, version in after.items() if version != "1.0.0"}


@pytest.mark.slow
def test_others_move_if_they_must(shop: Shop, folder: Path) -> None:
    """Not to let what is named be newer, but where there is no solution without."""
    mine = ToyRegistry(folder / "mine", name="mine")
    for version in ("1.0.0", "2.0.0"):
        mine.publish("data/store", version, {"a.yaml": config_map()})
        mine.publish(
            "apps/web",
            version,
            {"a.yaml": config_map()},
            dependencies={"store": {"package": "data/store", "version": f"^{version}"}},
        )
    mine.index()
    shop.write(
        releases={
            "store": {"package": "mine/data/store", "version": "<2"},
            "web": {"package": "mine/apps/web", "version": "<3"},
            "one": {"package": "toy/data/backup", "version": "<=1.0.0"},
        }
    )
    shop.edit("../toy}", "../toy}, mine: {directory: ../mine}")
    shop.install()
    shop.edit("<2", "<3")
    shop.edit("<=1.0.0", "<3")
    ones, twos = (dict.fromkeys(("store", "web"), f"{number}.0.0") for number in (1, 2))

    assert {"one": "1.0.0", **ones} == upgrade(shop, "web")
    assert {"one": "1.0.0", **twos} == upgrade(shop, "web", "store")
    shop.edit("package: mine/apps/web\n    version: <3", "package: mine/apps/web\n    version: <2")
    assert {"one": "1.0.0", **ones} == upgrade(shop, "web")


def test_a_whole_upgrade_knows_newer_kubernetes_versions(shop: Shop) -> None:
    """An open range is expanded anew; an upgrade of something named does not touch it."""
    shop.write(releases={"one": {"package": "toy/data/backup"}})
    shop.edit('">=1.31 <1.33"', '">=1.31"')
    solved = shop.install()
    older = msgspec.structs.replace(solved.lockfile, kubernetes=("1.31",))
    write_lockfile(shop.lock, older, replacing=solved.lockfile)
    named, everything = shop.plan_upgrade(names=("one",)), shop.plan_upgrade()

    assert ("1.31",) == named.states[-1].solved.lockfile.kubernetes
    assert solved.lockfile.kubernetes == everything.states[-1].solved.lockfile.kubernetes


def test_what_is_not_locked_cannot_be_upgraded(shop: Shop) -> None:
    """Neither an unknown name, nor anything before the first lock."""
    shop.write(releases={"one": {"package": "toy/data/backup"}})
    with pytest.raises(LockError) as missing:
        shop.plan_upgrade()
    shop.install()
    with pytest.raises(UsageError) as unknown:
        shop.plan_upgrade(names=("on",))

    assert (
        "`mistpm.yaml` has no lock yet, so there is nothing to upgrade from\n"
        "hint: `mistpm install` begins with the newest versions"
    ) == str(missing.value)
    assert (
        "nothing in the lock is called `on`\n"
        "  did you mean `one`?\n"
        "hint: `mistpm tree` shows everything that is there"
    ) == str(unknown.value)


def test_what_holds_a_release_back_is_told(shop: Shop) -> None:
    """A dependent's range, Kubernetes, the file's own range, or nothing but the lock."""
    shop.write(
        releases={
            "app": {"package": "toy/apps/app", "version": "=1.0.0"},
            "one": {"package": "toy/data/backup", "version": "=1.0.0"},
        }
    )
    shop.install()
    shop.edit("package: toy/data/backup\n    version: =1.0.0", "package: toy/data/backup")
    proposal = shop.propose()

    assert {
        "app": ("mistpm.yaml asks for toy/apps/app =1.0.0",),
        "db": ("toy/apps/app 1.0.0 requires toy/data/db ^1",),
        "meter": (
            "toy/watch/meter 2.0.0 needs Kubernetes >=1.34, while the environment includes 1.31 and 1.32",
        ),
        "one": ("nothing but the lock keeps it there: `mistpm upgrade one` moves it",),
    } == {each.release: each.because for each in proposal.held_back}


def test_what_cannot_be_asked_holds_nothing_back(shop: Shop, folder: Path, packages: Path) -> None:
    """It is news, not a requirement: a registry that is gone is left out."""
    shop.write(releases={"one": {"package": "toy/data/backup", "version": "=1.0.0"}})
    (folder / "toy").unlink()
    shutil.copytree(packages, folder / "toy")
    shop.install()
    workspace = shop.open()
    solved = solve(workspace)
    shutil.rmtree(folder / "toy" / "index")
    shutil.rmtree(folder / "toy" / "data")

    assert () == held_back(workspace, solved)
    assert parse_version("1.0.0") == solved.lockfile.releases["one"].version
