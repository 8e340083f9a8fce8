"""Moves that a package allows only by way of other versions, whichever command would make them."""

from __future__ import annotations

import shutil

import pytest
from made_cluster_shop import DEPLOYMENT, ClusterShop
from made_old_packages import publish_stages
from made_shop import Shop
from toy_registry import ToyRegistry, config_map

from mistpm.cli.application import run
from mistpm.environment.user_configuration import cache_folder
from mistpm.errors import CheckError, TargetError
from mistpm.ops.history import propose_rollback
from mistpm.ops.proposing import Proposal
from mistpm.ops.views.outdated import outdated
from mistpm.ops.views.why_not import why_not

STORE = "mine/data/store"
CANNOT = f"error: store: {STORE} 3.0.0 may only follow >=2, and 1.0.0 is installed"


@pytest.fixture
def registry(shop: Shop) -> ToyRegistry:
    """Give a registry with a package of which versions must not be skipped."""
    registry = ToyRegistry(shop.folder / "mine", name="mine")
    publish_stages(registry)
    return registry


def write(shop: Shop, version: str, **parts: object) -> None:
    """Write the file with the package at a range."""
    shop.write(releases={"store": {"package": STORE, "version": version}}, **parts)
    shop.edit("{toy: {directory: ../toy}}", "{mine: {directory: mine}}")


def install(shop: Shop, version: str) -> Proposal:
    """Install the package at a range."""
    write(shop, version)
    return shop.install()


def refused(shop: Shop) -> str:
    """Give the error of an installation, which changes nothing."""
    before = shop.tree()
    with pytest.raises(CheckError) as caught:
        shop.install()
    assert before == shop.tree()
    return str(caught.value)


def error(way: str) -> str:
    """Give the whole error of going from the first version to the third."""
    return (
        "a finding forbids applying\n"
        f"  {CANNOT} ({way})\n"
        "hint: nothing was changed; the inputs, `patches:` or another version of the package mend it"
    )


@pytest.mark.usefixtures("registry")
def test_a_range_that_skips_a_stage_is_refused(shop: Shop) -> None:
    """What the file must admit for an upgrade to go there is told, and it does."""
    install(shop, "^1")
    write(shop, ">=3")

    assert error("let its range admit 2.0.0, and `mistpm upgrade store` goes there in stages") == (
        refused(shop)
    )
    write(shop, ">=2")
    assert error("`mistpm upgrade store` goes there by 2.0.0") == refused(shop)
    shop.upgrade("store")
    assert {"store": "3.0.0"} == shop.versions()


@pytest.mark.usefixtures("registry")
def test_what_the_target_has_counts_and_not_what_is_locked(shop: Shop) -> None:
    """Another target may be behind: it goes the same way."""
    install(shop, "^1")
    shutil.copytree(shop.deploy, shop.folder / "before")
    install(shop, "^2")
    install(shop, "^3")
    shutil.rmtree(shop.deploy)
    (shop.folder / "before").rename(shop.deploy)

    assert error("install 2.0.0 first") == refused(shop)
    install(shop, "^2")
    install(shop, "^3")
    assert "3.0.0" == shop.config("store")["version"]


@pytest.mark.usefixtures("registry")
def test_a_target_without_a_lock_is_at_what_is_locked(shop: Shop) -> None:
    """Somebody deleted it, or it cannot be read."""
    install(shop, "^1")
    write(shop, ">=3")
    [remembered] = shop.deploy.glob(".mistpm/*.lock")
    remembered.write_text("broken", encoding="utf-8")
    broken = refused(shop)
    remembered.unlink()

    assert CANNOT in broken
    assert CANNOT in refused(shop)


@pytest.mark.usefixtures("registry")
def test_what_is_new_follows_nothing(shop: Shop) -> None:
    """Nor does what goes, what comes again, or what may follow anything."""
    install(shop, "^3")
    install(shop, "^1")
    assert {"store": "1.0.0"} == shop.versions()
    shop.write()
    shop.install()
    install(shop, "^3")
    assert {"store": "3.0.0"} == shop.versions()


@pytest.mark.usefixtures("registry")
def test_who_knows_better_waives_it(shop: Shop) -> None:
    """As any finding."""
    install(shop, "^1")
    waiver = {
        "code": "may-only-follow",
        "release": "store",
        "reason": "it is empty",
        "until": "2099-01-01",
    }
    write(shop, ">=3", waivers=[waiver])
    proposal = shop.install()

    assert [("may-only-follow", "it is empty")] == [
        (each.code, each.waived) for each in proposal.findings
    ]
    assert "3.0.0" == shop.config("store")["version"]


def test_several_stages_are_named_in_order(shop: Shop, registry: ToyRegistry) -> None:
    """The newest that lead there, and none that was withdrawn or does not support the Kubernetes versions."""
    for version, from_, kubernetes in (
        ("2.5.0", ">=1", "*"),
        ("2.9.0", ">=1", "<1.30"),
        ("3.5.0", ">=2", "*"),
        ("4.0.0", ">=3.2", "*"),
    ):
        registry.publish(
            "data/store",
            version,
            {"config.yaml": config_map(f"version: '{version}'")},
            upgrades={"from": from_},
            kubernetes=kubernetes,
        )
    registry.index()
    install(shop, "^1")
    write(shop, ">=4")

    assert (
        "store: mine/data/store 4.0.0 may only follow >=3.2, and 1.0.0 is installed"
        " (let its range admit 2.5.0, then 3.5.0, and `mistpm upgrade store` goes there in stages)"
    ) in refused(shop)


def test_where_no_version_leads_there_that_is_told(shop: Shop, registry: ToyRegistry) -> None:
    """Only a waiver, or beginning anew, is left."""
    registry.publish("data/store", "9.0.0", {"a.yaml": config_map()}, upgrades={"from": "~8.1"})
    registry.index()
    install(shop, "^3")
    write(shop, ">=9")

    assert (
        "store: mine/data/store 9.0.0 may only follow ~8.1, and 3.0.0 is installed"
        " (no version in between leads there from 3.0.0)"
    ) in refused(shop)


def publish_far(registry: ToyRegistry) -> None:
    """Publish one more version, to which nothing leads."""
    registry.publish("data/store", "9.0.0", {"a.yaml": config_map()}, upgrades={"from": "~8.1"})
    registry.index()


OUT_OF_REACH = "9.0.0 may only follow ~8.1, which cannot be reached from"


@pytest.mark.usefixtures("registry")
def test_what_is_outdated_tells_how_many_steps_it_takes(shop: Shop) -> None:
    """Of an upgrade, which then goes them."""
    install(shop, "^1")
    write(shop, "*")
    [node] = outdated(shop.open()).outdated

    assert ("1.0.0", "3.0.0", "3.0.0") == (node.current, node.possible, node.newest)
    assert ("in 2 steps: 2.0.0, then 3.0.0",) == node.because
    shop.upgrade()
    assert () == outdated(shop.open()).outdated


def test_what_cannot_be_reached_is_not_possible(shop: Shop, registry: ToyRegistry) -> None:
    """Whatever else can be done; the reason is told, as data too."""
    publish_far(registry)
    install(shop, "^1")
    write(shop, "*")
    [node] = outdated(shop.open()).outdated
    shop.upgrade()
    [last] = outdated(shop.open()).outdated

    assert ("3.0.0", "9.0.0") == (node.possible, node.newest)
    assert (
        "in 2 steps: 2.0.0, then 3.0.0",
        f"{STORE} {OUT_OF_REACH} 1.0.0",
    ) == node.because
    assert ("3.0.0", (f"{STORE} {OUT_OF_REACH} 3.0.0",)) == (last.possible, last.because)
    assert ["may-only-follow"] == [cause["cause"] for cause in last.causes]


def test_what_is_held_back_tells_it_too(shop: Shop, registry: ToyRegistry) -> None:
    """After an installation that changes the lock."""
    install(shop, "^1")
    write(shop, "*")
    [steps] = shop.propose().held_back
    publish_far(registry)
    [far] = shop.propose().held_back

    assert (
        "nothing but the lock keeps it there: `mistpm upgrade store` moves it in 2 steps: 2.0.0, then 3.0.0",
    ) == steps.because
    assert (f"{OUT_OF_REACH} 1.0.0",) == far.because


@pytest.mark.usefixtures("registry")
def test_why_not_tells_the_steps(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """And what does them, or the first of them."""
    install(shop, "^1")
    write(shop, "*")
    by_upgrade = why_not(shop.open(), "store")
    moves = [(move.before, move.after) for move in by_upgrade.moves]
    write(shop, "^1")
    pinned = why_not(shop.open(), "store@2.0.0")
    write(shop, "*")

    assert (True, ("2.0.0", "3.0.0")) == (by_upgrade.possible, by_upgrade.steps)
    assert [("1.0.0", "3.0.0")] == moves
    assert ("mistpm upgrade store", ()) == (by_upgrade.command, pinned.steps)
    assert 0 == run(["why-not", "store"])
    assert (
        f"store  {STORE} is at 1.0.0 and can be at 3.0.0, in 2 steps: 2.0.0, then 3.0.0\n"
    ) in capsys.readouterr().out


def test_why_not_tells_what_is_out_of_reach(shop: Shop, registry: ToyRegistry) -> None:
    """Nothing stands against that version but where it would come from."""
    publish_far(registry)
    install(shop, "^1")
    write(shop, "*")
    report = why_not(shop.open(), "store")

    assert (False, (), "") == (report.possible, report.moves, report.command)
    assert (f"{STORE} {OUT_OF_REACH} 1.0.0",) == report.explanation
    assert ["may-only-follow"] == [cause["cause"] for cause in report.causes]


def test_why_not_tells_the_first_step_of_a_version_that_no_upgrade_gives(
    shop: Shop, registry: ToyRegistry
) -> None:
    """The newest is another one; the command is refused no more."""
    publish_far(registry)
    install(shop, "^1")
    write(shop, "*")
    report = why_not(shop.open(), "store@3.0.0")

    assert (True, ("2.0.0", "3.0.0")) == (report.possible, report.steps)
    assert f"mistpm install store -p {STORE}:2.0.0" == report.command


def publish_running(shop: ClusterShop) -> None:
    """Publish a package that runs something, of which no version may be skipped, in either direction."""
    registry = ToyRegistry(shop.folder / "mine", name="mine")
    for version, from_ in (("1.0.0", "<1.5"), ("2.0.0", ">=1"), ("3.0.0", ">=2")):
        files = {"config.yaml": config_map(f"version: '{version}'"), "deployment.yaml": DEPLOYMENT}
        inputs = {
            "properties": {"image": {"default": "example.test/web:1"}, "replicas": {"default": 1}}
        }
        registry.publish("data/store", version, files, inputs=inputs, upgrades={"from": from_})
    registry.index()


def on_cluster(shop: ClusterShop, version: str, **parts: object) -> None:
    """Write the file of a cluster's environment with the package at a range."""
    entry = shop.release(STORE, version=version, inputs=parts)
    shop.write(releases={"store": entry}, registries={"mine": {"directory": "mine"}})


def test_a_cluster_may_still_have_what_was_applied_before(cluster_shop: ClusterShop) -> None:
    """Where the version in between was not finished, it is finished first."""
    publish_running(cluster_shop)
    on_cluster(cluster_shop, "^1")
    cluster_shop.install()
    on_cluster(cluster_shop, "^2", image="fake.test/missing")
    with pytest.raises(TargetError):
        cluster_shop.install()
    on_cluster(cluster_shop, "^3")
    with pytest.raises(CheckError) as caught:
        cluster_shop.propose()

    assert (
        f"error: store: {STORE} 3.0.0 may only follow >=2, and 1.0.0 may still be installed:"
        " 2.0.0 was not finished (finish 2.0.0 first: install it again)",
    ) == caught.value.context
    on_cluster(cluster_shop, "^2")
    cluster_shop.install()
    on_cluster(cluster_shop, "^3")
    cluster_shop.install()
    assert "3.0.0" == cluster_shop.data("store")["version"]


def test_a_rollback_only_warns(cluster_shop: ClusterShop) -> None:
    """It is the way out of trouble; and nothing is said where the module is not there any more."""
    publish_running(cluster_shop)
    for version in ("^1", "^2"):
        on_cluster(cluster_shop, version)
        cluster_shop.install()
    back = propose_rollback(cluster_shop.open(), 1)

    assert [f"warning: store: {STORE} 1.0.0 may only follow <1.5, and 2.0.0 is installed"] == [
        str(each) for each in back.proposal.findings
    ]
    shutil.rmtree(cache_folder() / "modules")
    assert () == propose_rollback(cluster_shop.open(), 1).proposal.findings
