"""What is outdated, and what blocks the rest."""

from __future__ import annotations

from typing import Any

import pytest
from made_shop import Shop
from toy_registry import ToyRegistry, config_map

from mistpm.errors import LockError
from mistpm.ops.keeping import yank_version
from mistpm.ops.views.outdated import Outdated, OutdatedNode, outdated

APP = {"app": {"package": "toy/apps/app"}}


def of(shop: Shop, **options: Any) -> Outdated:
    """Compare everything with what there is."""
    return outdated(shop.open(**options), everything=True)


def rows(report: Outdated) -> list[str]:
    """Give each node's versions: now, after an upgrade, and in the registry."""
    return [
        f"{node.node} {node.current} {node.possible or '-'} {node.newest or '?'}"
        for node in report.outdated
    ]


def because(report: Outdated) -> dict[str, tuple[str, ...]]:
    """Give what blocks each node."""
    return {node.node: node.because for node in report.outdated}


@pytest.fixture
def own(shop: Shop) -> ToyRegistry:
    """Give a registry that a test may change, beside the usual one."""
    return ToyRegistry(shop.folder / "mine", name="mine")


def with_own(shop: Shop, **parts: Any) -> None:
    """Write the file with both registries."""
    shop.write(**parts)
    shop.edit("{toy: {directory: ../toy}}", "{toy: {directory: ../toy}, mine: {directory: mine}}")


def test_what_is_pulled_in_is_looked_at_where_that_is_asked(shop: Shop) -> None:
    """What an upgrade would give is not the newest; what blocks that is told, as data too."""
    shop.write(releases=APP)
    shop.install()
    report = of(shop)
    database, meter = report.outdated

    assert (1, ()) == (
        outdated(shop.open()).looked_at,
        outdated(shop.open()).outdated,
    )
    assert (4, ["db 1.1.0 1.1.0 2.0.0", "meter 1.1.0 1.1.0 2.0.0"]) == (
        report.looked_at,
        rows(report),
    )
    assert ("pulled-in", "toy/data/db", ["requires"]) == (
        database.kind,
        database.package,
        [cause["cause"] for cause in database.causes],
    )
    assert ["needs-kubernetes"] == [cause["cause"] for cause in meter.causes]


def test_what_an_upgrade_would_move_is_told(shop: Shop) -> None:
    """Only the lock keeps it."""
    shop.write(releases={"app": {"package": "toy/apps/app", "version": "=1.0.0"}})
    shop.install()
    shop.edit("=1.0.0", "^1")
    report = of(shop)

    assert ["app 1.0.0 1.1.0 1.1.0", "db 1.1.0 1.1.0 2.0.0", "meter 1.1.0 1.1.0 2.0.0"] == rows(
        report
    )
    assert () == because(report)["app"]
    assert 1 == len(report.stale)


def test_nothing_is_written(shop: Shop) -> None:
    """Neither the lock nor the target."""
    shop.write(releases={"db": {"package": "toy/data/db", "version": "^1"}})
    shop.install()
    shop.edit("^1", "1.1 - 3")
    before = shop.tree()
    report = of(shop)

    assert (["db 1.1.0 2.0.0 2.0.0"], before) == (rows(report), shop.tree())


@pytest.mark.parametrize("instead", ["0.9.0", "1.0.0"])
def test_a_yanked_version_is_outdated_whatever_there_is(
    shop: Shop, own: ToyRegistry, instead: str
) -> None:
    """Also where nothing newer exists, and where nothing else exists at all: who has it is told."""
    for version in {"1.0.0", instead}:
        own.publish("a/a", version, {"a.yaml": config_map()})
    own.index()
    with_own(shop, releases={"a": {"package": "mine/a/a"}})
    shop.install()
    yank_version(own.folder, "a/a:1.0.0", reason="it leaks", undo=False)
    report = outdated(shop.open())

    assert [
        OutdatedNode(
            node="a",
            kind="asked",
            package="mine/a/a",
            current="1.0.0",
            possible=instead,
            newest=instead,
            yanked="it leaks",
        )
    ] == list(report.outdated)


def test_what_would_not_be_needed_any_more_is_told(shop: Shop, own: ToyRegistry) -> None:
    """And what takes the place of a called package in another series."""
    for version in ("1.0.0", "2.0.0"):
        own.publish("lib/lib", version, {"a.yaml": config_map()})
    own.publish("a/b", "1.0.0", {"a.yaml": config_map()})
    first = {"b": {"package": "a/b"}, "lib": {"package": "lib/lib", "version": "^1", "use": "call"}}
    second = {"lib": {"package": "lib/lib", "version": "^2", "use": "call"}}
    own.publish("a/a", "1.0.0", {"a.yaml": config_map()}, dependencies=first)
    own.index()
    with_own(shop, releases={"a": {"package": "mine/a/a"}})
    shop.install()
    own.publish("a/a", "1.1.0", {"a.yaml": config_map()}, dependencies=second)
    own.index()
    report = of(shop)

    assert ["a 1.0.0 1.1.0 1.1.0", "b 1.0.0 - 1.0.0", "mine/lib/lib@1 1.0.0 - 2.0.0"] == rows(
        report
    )
    assert {
        "a": (),
        "b": ("nothing would need it any more",),
        "mine/lib/lib@1": ("`mine/lib/lib@2` would take its place",),
    } == because(report)


def test_prereleases_count_where_the_policy_says_so(shop: Shop, own: ToyRegistry) -> None:
    """Otherwise nobody is told of them."""
    own.publish("a/a", "1.0.0", {"a.yaml": config_map()})
    own.index()
    with_own(shop, releases={"a": {"package": "mine/a/a"}})
    shop.install()
    own.publish("a/a", "2.0.0-rc.1", {"a.yaml": config_map()})
    own.index()

    assert [] == rows(of(shop))

    shop.edit("releases:", "policy: {prereleases: true}\nreleases:")

    assert ["a 1.0.0 2.0.0-rc.1 2.0.0-rc.1"] == rows(of(shop))


def test_what_has_no_solution_stays_and_is_told(shop: Shop) -> None:
    """As is what is kept for it; the explanation stands once, beside."""
    shop.write(releases=APP)
    shop.install()
    shop.edit("releases:", "releases:\n  meter: {package: toy/watch/meter, version: ^2}")
    report = of(shop)

    assert {
        "app": ("it cannot be resolved",),
        "db": ("it is kept for what cannot be resolved",),
        "meter": ("it cannot be resolved",),
    } == because(report)
    assert {"app", "meter"} == {name for part in report.unresolved for name in part.releases}


def test_a_registry_that_does_not_answer_hides_only_its_own(shop: Shop, own: ToyRegistry) -> None:
    """What is newest there nobody knows."""
    own.publish("a/a", "1.0.0", {"a.yaml": config_map()})
    own.index()
    with_own(
        shop,
        releases={
            "a": {"package": "mine/a/a"},
            "db": {"package": "toy/data/db", "version": "=1.0.0"},
        },
    )
    shop.install()
    (own.folder / "index" / "a" / "a.jsonl").write_text("{", encoding="utf-8")
    report = outdated(shop.open(keep_going=True))

    assert ["a 1.0.0 1.0.0 ?", "db 1.0.0 1.0.0 2.0.0"] == rows(report)
    assert "cannot be used" in because(report)["a"][0]


def test_without_a_lock_nothing_can_be_outdated(shop: Shop) -> None:
    """Solving comes first."""
    shop.write(releases=APP)
    with pytest.raises(LockError) as caught:
        outdated(shop.open())

    assert "lock-missing" == caught.value.reference
