"""Solving an environment and pinning the answer."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest
from made_shop import Shop
from toy_registry import ToyRegistry, config_map

from mistpm.errors import DigestError, LockError, RegistryError
from mistpm.lock.lockfile_document import write_lockfile
from mistpm.model.lockfile import Lockfile
from mistpm.ops.locking import Move, Solved, moves, solve, write_lock
from mistpm.ops.workspace import Workspace

APP = {"app": {"package": "toy/apps/app", "version": "^1"}}


def lock(shop: Shop, *, new_minors: bool = False, always: bool = False, **options: bool) -> Solved:
    """Do what `mistpm lock` does."""
    workspace = shop.open(**options)
    solved = solve(workspace, new_minors=new_minors, always=always)
    write_lock(workspace, solved.lockfile)
    return solved


def refusal(shop: Shop, *, new_minors: bool = False) -> LockError:
    """Give what `--locked` says."""
    with pytest.raises(LockError) as caught:
        lock(shop, new_minors=new_minors, locked=True)
    return caught.value


def test_a_lock_that_answers_is_used_as_it_is(shop: Shop, folder: Path) -> None:
    """No registry is asked but for its name, also under `--locked`; not a byte changes."""
    shop.write(releases=APP)
    first = lock(shop)
    before = shop.lock.read_bytes()
    (folder / "toy").unlink()
    (folder / "toy").mkdir()
    (folder / "toy" / "registry.yaml").write_text("name: toy\n")

    for again in (lock(shop), lock(shop, locked=True)):
        assert first.lockfile == again.lockfile
        assert (False, ()) == (again.is_new, again.moves)
    assert before == shop.lock.read_bytes()


def test_a_lock_that_answers_needs_no_registry_at_all(shop: Shop, folder: Path) -> None:
    """Where a registry does not tell its name, the lock does."""
    shop.write(releases=APP)
    first = lock(shop)
    (folder / "toy").unlink()

    assert first.lockfile == lock(shop, locked=True).lockfile


def test_without_a_lock_a_registry_that_is_gone_is_told(shop: Shop, folder: Path) -> None:
    """There is nobody else who knows its name."""
    shop.write(releases=APP)
    (folder / "toy").unlink()
    with pytest.raises(RegistryError) as caught:
        lock(shop)

    assert "registry-unreachable" == caught.value.reference


def test_locked_refuses_to_make_a_lock(shop: Shop) -> None:
    """And says where it comes from that it must not."""
    shop.write(releases=APP)

    assert (
        "there is no `mistpm.lock`, and --locked forbids making one\n"
        "note: --locked is the default where the variable CI is set\n"
        "hint: run `mistpm lock` and commit the file"
    ) == str(refusal(shop))
    assert not shop.lock.exists()


def test_locked_refuses_a_stale_lock(shop: Shop) -> None:
    """And says what changed."""
    shop.write(releases=APP)
    lock(shop)
    shop.edit("version: ^1", "version: 1.0.x")

    assert (
        "`mistpm.lock` does not answer `mistpm.yaml` any more, and --locked forbids changing it\n"
        "  `releases.app.version` is `1.0.x` now, was `^1`\n"
        "hint: run `mistpm lock` and commit the file"
    ) == str(refusal(shop))


def test_locked_refuses_a_lock_with_unresolved_parts(shop: Shop) -> None:
    """Even though it is fresh; without the flag it is solved again each time."""
    shop.write(releases={"db": {"package": "toy/data/db", "version": "^7"}})
    lock(shop)
    error = refusal(shop)

    assert ("lock-unresolved", "`mistpm.lock` holds parts that have no solution") == (
        error.reference,
        error.message,
    )
    assert ("mistpm.yaml asks for toy/data/db ^7") in error.context[0]


def test_stale_locks_are_solved_again_with_the_fewest_changes(shop: Shop) -> None:
    """Nothing moves that need not."""
    shop.write(releases={"db": {"package": "toy/data/db", "version": "1.0.x"}})
    lock(shop)
    shop.edit("version: 1.0.x", "version: ^1")
    shop.edit("releases:\n", "releases:\n  one: {package: toy/apps/lonely}\n")
    solved = lock(shop)

    assert {"db": "1.0.0", "one": "1.0.0"} == shop.versions()
    assert (
        Move(node="one", package="toy/apps/lonely", after="1.0.0", direction="new"),
    ) == solved.moves


def test_minors_are_kept_while_the_range_is(shop: Shop) -> None:
    """A newer mistpm knows more of them; `lock --kubernetes` asks anew."""
    shop.write(releases=APP)
    shop.edit('">=1.31 <1.33"', '">=1.31"')
    solved = lock(shop)
    newest = solved.lockfile.kubernetes
    older = msgspec.structs.replace(solved.lockfile, kubernetes=("1.31", "1.32"))
    write_lockfile(shop.lock, older, replacing=solved.lockfile)

    assert ("1.31", "1.32") == lock(shop).lockfile.kubernetes
    assert (
        "lock-stale",
        (f"Kubernetes is 1.31 to {newest[-1]} now, was 1.31 to 1.32",),
    ) == ((error := refusal(shop, new_minors=True)).reference, error.context)
    assert older == shop.open().lockfile
    assert newest == lock(shop, new_minors=True).lockfile.kubernetes
    assert not lock(shop, new_minors=True).is_new
    shop.edit('">=1.31"', '">=1.31 <1.34"')
    assert ("1.31", "1.32", "1.33") == lock(shop).lockfile.kubernetes


def test_a_new_range_that_means_the_same_minors_is_a_new_question(shop: Shop) -> None:
    """The range counts as written."""
    shop.write(releases=APP)
    before = lock(shop).lockfile
    shop.edit('">=1.31 <1.33"', '"1.31 - 1.32"')

    assert "lock-stale" == refusal(shop).reference
    after = lock(shop).lockfile
    assert (before.releases, before.kubernetes) == (after.releases, after.kubernetes)
    assert before.question != after.question


def test_what_only_renders_leaves_a_lock_fresh(shop: Shop) -> None:
    """Namespaces, inputs that no condition reads, patches, targets, the environment's name."""
    shop.write(
        releases={"db": {"package": "toy/data/db", "inputs": {"size": 1}}},
        settings={"toy/watch/meter": {"namespace": "a"}},
    )
    lock(shop)
    shop.edit("size: 1", "size: 2")
    shop.edit("namespace: a", "namespace: b")
    shop.edit("name: shop", "name: store")
    shop.edit("    inputs:\n", "    namespace: c\n    inputs:\n")
    shop.edit("{directory: ./deploy}", "{directory: ./other, inputs: {db: {size: 3}}}")

    assert not lock(shop, locked=True).is_new


def test_an_input_that_a_condition_reads_makes_a_lock_stale(shop: Shop) -> None:
    """And what it decides is pulled in."""
    shop.write(releases={"db": {"package": "toy/data/db", "inputs": {"backup": False}}})
    lock(shop)
    shop.edit("backup: false", "backup: true")

    assert "lock-stale" == refusal(shop).reference
    lock(shop)
    assert {"backup": "1.1.0", "db": "2.0.0"} == shop.versions()


def republish(folder: Path) -> None:
    """Publish a package, and then another one under its version."""
    shutil.rmtree(folder / "mine", ignore_errors=True)
    shutil.rmtree(folder / "mine-sources", ignore_errors=True)
    registry = ToyRegistry(folder / "mine", name="mine")
    text = config_map(f"id: '{len(list(folder.iterdir()))}'")
    registry.publish("apps/thing", "1.0.0", {"a.yaml": text})
    registry.index()


def test_changed_bytes_of_a_locked_version_are_an_error(shop: Shop, folder: Path) -> None:
    """Also when the environment is solved again for another reason; never a silent change."""
    republish(folder)
    shop.write(releases={"thing": {"package": "mine/apps/thing"}})
    shop.edit("../toy}", "../toy}, mine: {directory: ../mine}")
    before = lock(shop).lockfile.releases["thing"]
    (folder / "something else").touch()
    republish(folder)
    shop.edit("package: mine/apps/thing\n", "package: mine/apps/thing\n    version: ^1\n")
    with pytest.raises(DigestError) as caught:
        lock(shop)

    assert "`mine/apps/thing@1.0.0` is not the module that was locked" == caught.value.message
    assert f"locked {before.digest}" == caught.value.context[0]
    shop.lock.unlink()
    assert before.digest != lock(shop).lockfile.releases["thing"].digest


def path_package(shop: Shop, packages: Path, name: str, version: str) -> None:
    """Put a package's file beside the environment's."""
    [group] = (path.parent for path in packages.glob(f"*/{name}"))
    source = packages / group / name / f"{name}-{version}.mist-pack.wasm"
    shutil.copyfile(source, shop.folder / f"{name}.wasm")


def test_a_package_given_by_path_is_locked_by_its_bytes(shop: Shop, packages: Path) -> None:
    """Another file under the path makes the lock stale, whatever its version says."""
    shop.write(
        releases={
            "engine": {"package": "./jinja.wasm"},
            "backup": {"package": "./backup.wasm"},
        }
    )
    path_package(shop, packages, "jinja", "1.0.0")
    path_package(shop, packages, "backup", "1.0.0")
    before = lock(shop).lockfile.releases["backup"]
    path_package(shop, packages, "backup", "1.1.0")

    assert "file/data/backup" == before.package
    assert "lock-stale" == refusal(shop).reference
    after = lock(shop).lockfile.releases["backup"]
    assert ["1.0.0", "1.1.0"] == [str(before.version), str(after.version)]
    assert before.digest != after.digest


def test_where_a_file_lies_does_not_matter(shop: Shop, packages: Path) -> None:
    """The path is not part of the question; the bytes are."""
    shop.write(releases={"engine": {"package": "./jinja.wasm"}})
    path_package(shop, packages, "jinja", "1.0.0")
    lock(shop)
    (shop.folder / "jinja.wasm").rename(shop.folder / "engine.wasm")
    shop.edit("./jinja.wasm", "./engine.wasm")

    assert not lock(shop, locked=True).is_new


def test_upgrades_solve_what_is_fresh(shop: Shop) -> None:
    """`always` looks again; `--locked` wins over it."""
    shop.write(releases=APP)
    first = lock(shop)

    assert first.lockfile == lock(shop, always=True).lockfile
    assert first.lockfile == lock(shop, always=True, locked=True).lockfile


def test_a_call_stays_in_its_series(shop: Shop, folder: Path) -> None:
    """A newer series changes not a byte, until an upgrade names what is called or who calls it."""
    mine = ToyRegistry(folder / "mine", name="mine")
    called = {"look": {"package": "styles/look", "version": ">=1", "use": "call"}}
    mine.publish("styles/look", "1.0.0", {"a.yaml": config_map(name="{{ name }}-look")})
    mine.publish("apps/page", "1.0.0", {"a.yaml": config_map()}, dependencies=called)
    mine.index()
    shop.write(releases={"page": {"package": "mine/apps/page"}})
    shop.edit("registries: {", "registries: {mine: {directory: ../mine}, ")
    lock(shop)
    before = shop.lock.read_bytes()
    mine.publish("styles/look", "2.0.0", {"a.yaml": config_map(name="{{ name }}-look")})
    mine.index()

    lock(shop, always=True)
    assert before == shop.lock.read_bytes()
    for name in ("styles/look", "page"):
        [step] = shop.plan_upgrade(names=(name,)).plan.steps

        assert ["mine/styles/look@1", "mine/styles/look@2"] == [move.node for move in step.moves]


def test_a_release_may_come_back_to_itself(shop: Shop, folder: Path) -> None:
    """What it calls needs its own API, and its package installed: met, and nothing to wait for."""
    mine = ToyRegistry(folder / "mine", name="mine")
    part = {"part": {"package": "x/part", "use": "call"}}
    needs = {"api": {"api": "x.example.org/v1/Thing"}, "whole": {"package": "x/operator"}}
    mine.publish(
        "x/part", "1.0.0", {"a.yaml": config_map(name="{{ name }}-part")}, dependencies=needs
    )
    thing = {"apis": ["x.example.org/v1/Thing"]}
    mine.publish("x/operator", "1.0.0", {"a.yaml": config_map()}, dependencies=part, provides=thing)
    mine.index()
    shop.write(releases={"operator": {"package": "mine/x/operator"}})
    shop.edit("registries: {", "registries: {mine: {directory: ../mine}, ")
    lockfile = shop.install().lockfile
    met = {alias: edge.target for alias, edge in lockfile.releases["operator"].dependencies.items()}

    assert ("operator", "operator") == (met["part.api"], met["part.whole"])
    assert (("operator",),) == lockfile.order
    assert not lock(shop).is_new


def test_moves_are_told_by_name(shop: Shop) -> None:
    """Releases before called packages: what comes, goes, moves, or is of another package."""
    shop.write(
        releases={
            "db": {"package": "toy/data/db", "version": "^1"},
            "one": {"package": "toy/apps/lonely"},
            "two": {"package": "toy/apps/lonely"},
        }
    )
    before = lock(shop).lockfile
    shop.write(
        releases={
            "db": {"package": "toy/data/db", "version": "^2"},
            "one": {"package": "toy/data/backup"},
        }
    )
    after = lock(shop).lockfile
    found = {move.node: (move.package, move.before, move.after) for move in moves(before, after)}

    assert {
        "db": ("toy/data/db", "1.1.0", "2.0.0"),
        "one": ("toy/data/backup", "1.0.0", "1.1.0"),
        "two": ("toy/apps/lonely", "1.0.0", ""),
    } == found
    everything = [move.node for move in moves(None, after)]
    assert ["db", "one", "toy/engines/jinja@1"] == everything


def other_run(workspace: Workspace) -> Lockfile:
    """Let another run write a lock."""
    lockfile = msgspec.structs.replace(solve(workspace).lockfile, mistpm=">=0.1,<1")
    write_lock(workspace, lockfile)
    return lockfile


def test_the_lock_of_another_run_is_not_written_over(shop: Shop) -> None:
    """Two runs that both began without one."""
    shop.write(releases=APP)
    workspace = shop.open()
    solved = solve(workspace)
    other = other_run(shop.open())
    with pytest.raises(LockError) as caught:
        write_lock(workspace, solved.lockfile)

    assert "lock-changed" == caught.value.reference
    assert other == shop.open().lockfile
