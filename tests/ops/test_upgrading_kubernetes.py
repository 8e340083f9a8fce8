"""Upgrades of Kubernetes on a directory: what moves when, what is written, and how it goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from made_old_packages import publish_old
from made_shop import Shop

from mistpm.cli.upgrade_plan.words import ending
from mistpm.model.minor import Minor, parse_minor
from mistpm.model.presence import Api, find_kind
from mistpm.ops.upgrade.plan import UpgradePlan
from mistpm.ops.upgrade.upgrading import obstacle


@pytest.fixture(scope="session")
def old_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a registry of packages that use old APIs; it is not changed."""
    return publish_old(tmp_path_factory.mktemp("old") / "toy").folder


@pytest.fixture(scope="session")
def silent_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a registry of the same packages, which say nothing of Kubernetes."""
    return publish_old(tmp_path_factory.mktemp("silent") / "toy", silent=True).folder


def begin(shop: Shop, packages: Path, *names: str, kubernetes: str = "1.21") -> None:
    """Install first versions at a Kubernetes version; any newer one could follow."""
    (shop.folder / ".." / "toy").unlink()
    (shop.folder / ".." / "toy").symlink_to(packages)
    entries = {name.rpartition("/")[2]: {"package": f"toy/{name}"} for name in names}
    shop.write(releases={name: {**each, "version": "=1.0.0"} for name, each in entries.items()})
    shop.edit('">=1.31 <1.33"', f'"{kubernetes}"  # ours')
    shop.install()
    shop.edit("\n    version: =1.0.0", "")
    shop.install()


def steps(plan: UpgradePlan) -> list[str]:
    """Give the steps of a plan in a line each."""
    return [
        f"{step.before} to {step.after}"
        if step.kind == "kubernetes"
        else ", ".join(f"{move.node} {move.after}" for move in step.moves)
        for step in plan.steps
    ]


def live_minors(shop: Shop) -> tuple[Minor, ...]:
    """Give the minors that the file says."""
    lockfile = shop.open().lockfile
    assert lockfile is not None
    return tuple(map(parse_minor, lockfile.kubernetes))


def missing(shop: Shop) -> list[str]:
    """Give what is in the directory and not served by some Kubernetes version that the file says."""
    found = []
    for path in sorted(shop.deploy.glob("[!.]*/*.yaml")):
        data = yaml.safe_load(path.read_text("utf-8"))
        group, _, version = data["apiVersion"].rpartition("/")
        kind = find_kind(Api(group, version, data["kind"]))
        found += [
            f"{data['apiVersion']}/{data['kind']} at {minor}"
            for minor in live_minors(shop)
            if kind is None or not kind.served(minor)
        ]
    return found


ALL = ("old/ingress", "old/policy", "old/scaler", "old/cron", "old/flows", "control/before", "control/after")  # fmt: skip


LONG_WAY = [
    "cron 2.0.0, ingress 2.0.0",
    "1.21 to 1.22",
    "1.22 to 1.23",
    "before 2.0.0, flows 1.5.0, policy 2.0.0, scaler 2.0.0",
    "1.23 to 1.24",
    "1.24 to 1.25",
    "1.25 to 1.26",
    "after 2.0.0, flows 2.0.0",
    "1.26 to 1.27",
    "1.27 to 1.28",
    "1.28 to 1.29",
    "flows 3.0.0",
    "1.29 to 1.30",
    "1.30 to 1.31",
    "1.31 to 1.32",
    "1.32 to 1.33",
]
"""Four times packages move: FlowSchema alone has four versions, of which no two that follow are at one minor."""


@pytest.mark.slow
@pytest.mark.parametrize("are_silent", [False, True], ids=["stated", "seen"])
def test_a_long_way(
    shop: Shop, old_packages: Path, silent_packages: Path, *, are_silent: bool
) -> None:
    """From 1.21 to 1.33, whether packages say what they support or only show it by what they render."""
    begin(shop, silent_packages if are_silent else old_packages, *ALL)
    planned = steps(shop.plan_upgrade(goal="1.33").plan)
    shop.take_step(shop.plan_upgrade(goal="1.33"))
    taken = [planned[0]]
    while "goal:" in shop.file.read_text("utf-8"):
        assert [] == missing(shop)
        upgrade = shop.plan_upgrade(goes_on=True)
        if upgrade.is_silent and upgrade.is_written:
            assert upgrade.following is not None
            taken.append(f"{upgrade.following.before} to {upgrade.following.after}")
            upgrade = shop.plan_upgrade(goes_on=True, cluster_at=upgrade.following.after)
        taken += [] if upgrade.is_silent else [each for each in steps(upgrade.plan)[:1] if each]
        shop.take_step(upgrade)

    assert [] == missing(shop)
    assert LONG_WAY == planned
    assert planned == taken
    assert 'kubernetes: ">=1.33 <1.34"  # ours' in shop.file.read_text("utf-8")
    assert {
        "after": "2.0.0",
        "before": "2.0.0",
        "cron": "2.0.0",
        "flows": "3.0.0",
        "ingress": "2.0.0",
        "policy": "2.0.0",
        "scaler": "2.0.0",
    } == shop.versions()


def test_what_must_move_before_moves_before(shop: Shop, old_packages: Path) -> None:
    """Its old version supports 1.24 at most, its new one 1.22 at least."""
    begin(shop, old_packages, "control/before", kubernetes="1.24")

    assert ["before 2.0.0", "1.24 to 1.25"] == steps(shop.plan_upgrade(goal="1.25").plan)


def test_what_must_move_after_moves_after(shop: Shop, old_packages: Path) -> None:
    """Its new version needs 1.25, and only that of the goal needs it."""
    begin(shop, old_packages, "control/after", kubernetes="1.24")

    first, *between, last = steps(shop.plan_upgrade(goal="1.30").plan)

    assert "1.24 to 1.25" == first
    assert "after 2.0.0" == between[0]
    assert "1.29 to 1.30" == last


def test_where_no_version_reaches_over_there_is_no_way(shop: Shop, old_packages: Path) -> None:
    """The furthest minor is told, and why it goes no further."""
    begin(shop, old_packages, "control/torn", kubernetes="1.22")
    plan = shop.plan_upgrade(goal="1.25").plan

    error = obstacle(plan)

    assert ["1.22 to 1.23"] == steps(plan)
    assert (
        "No set of packages takes the environment from Kubernetes 1.23 to 1.24.",
        "Because mistpm.yaml asks for toy/control/torn,",
        "  toy/control/torn 2.0.0 needs Kubernetes >=1.24, which leaves out 1.23,",
        "  and toy/control/torn 1.0.0 needs Kubernetes <1.24, which leaves out 1.24,",
        "  torn cannot be had at 1.23 and 1.24.",
    ) == ending(plan)
    assert (
        "Kubernetes 1.25 cannot be reached, and nothing was changed\n"
        "  the furthest that can be reached is 1.23\n"
        "hint: `mistpm upgrade --kubernetes 1.23` goes so far"
    ) == str(error)
