"""Upgrades, as a user sees them."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_old_packages import publish_old, publish_stages
from toy_registry import ToyRegistry
from transcript import Transcript


@pytest.fixture(scope="session")
def old_registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a registry called `toy` whose packages use APIs that Kubernetes had once."""
    return publish_old(tmp_path_factory.mktemp("old-registry") / "toy").folder


@pytest.fixture
def old_shop(session: Transcript, old_registry: Path) -> Transcript:
    """Begin in the folder of an environment without releases, for Kubernetes 1.23."""
    (session.folder.parent / "toy").unlink()
    (session.folder.parent / "toy").symlink_to(old_registry)
    session.prepare('mistpm init --kubernetes "1.23"')
    session.prepare("mistpm registry add toy ../toy")
    return session


def install(session: Transcript, *names: str) -> None:
    """Install first versions; any newer one could follow."""
    for name in names:
        session.prepare(f"mistpm add {name.rpartition('/')[2]} -p toy/{name}:1.0.0")
    session.prepare("mistpm install --yes")
    file = session.folder / "mistpm.yaml"
    file.write_text(file.read_text("utf-8").replace("    version: =1.0.0\n", ""), "utf-8")
    session.prepare("mistpm install --yes")


def test_kubernetes_is_upgraded_in_a_directory(old_shop: Transcript) -> None:
    """The whole way with a CronJob in an old API: planned, begun, gone on with, reached."""
    install(old_shop, "old/cron", "control/after")
    old_shop.run("mistpm upgrade --kubernetes 1.25 --plan")
    old_shop.run("mistpm upgrade --kubernetes 1.25")
    old_shop.run("mistpm upgrade --kubernetes 1.25 --yes")
    old_shop.show("mistpm.yaml")
    old_shop.run("mistpm upgrade --continue --yes")
    old_shop.say("the cluster is upgraded to 1.24 meanwhile")
    old_shop.run("mistpm upgrade --continue --cluster-at 1.24 --yes")
    old_shop.say("and to 1.25")
    old_shop.run("mistpm upgrade --continue --cluster-at 1.26 --yes")
    old_shop.run("mistpm upgrade --continue --cluster-at 1.25")
    old_shop.run("mistpm upgrade --continue --cluster-at 1.25 --yes")
    old_shop.run("mistpm upgrade --continue")
    old_shop.expect("upgrade-kubernetes")


def test_a_way_that_ends_before_its_goal_is_explained(old_shop: Transcript) -> None:
    """What stands in the way, and how far it goes."""
    install(old_shop, "control/torn")
    old_shop.run("mistpm upgrade --kubernetes 1.25 --plan")
    old_shop.run("mistpm upgrade --kubernetes 1.25 --yes")
    old_shop.expect("upgrade-blocked")


def test_a_plan_is_saved_and_applied(old_shop: Transcript) -> None:
    """Refused while something else is there than was shown."""
    install(old_shop, "old/cron")
    old_shop.run("mistpm upgrade --kubernetes 1.25 --plan --out cron.mistplan")
    [path] = (old_shop.folder / "deploy" / "cron").glob("*-configmap-*.yaml")
    text = path.read_text("utf-8")
    old_shop.say("somebody edits a file in the directory")
    path.write_text(text.replace("1.0.0", "1.0.1"), "utf-8")
    old_shop.run("mistpm apply cron.mistplan --yes")
    old_shop.say("and puts it back")
    path.write_text(text, "utf-8")
    old_shop.run("mistpm apply cron.mistplan --yes")
    old_shop.expect("saved-plan")


def test_stages_that_must_not_be_skipped(session: Transcript) -> None:
    """One at a time, where somebody else applies them."""
    registry = ToyRegistry(session.folder.parent / "mine", name="mine")
    publish_stages(registry)
    session.prepare("mistpm init --kubernetes 1.34")
    session.prepare("mistpm registry add toy ../mine")
    install(session, "data/store")
    session.run("mistpm upgrade --yes")
    session.run("mistpm upgrade --yes")
    session.run("mistpm upgrade --yes")
    session.expect("upgrade-stages")


def test_goals_that_cannot_be(old_shop: Transcript) -> None:
    """Unknown, older, none at all, and options that do not go together."""
    install(old_shop, "old/cron")
    old_shop.run("mistpm upgrade --kubernetes 1.99")
    old_shop.run("mistpm upgrade --kubernetes v1.25.3")
    old_shop.run("mistpm upgrade --kubernetes 1.21")
    old_shop.run("mistpm upgrade --kubernetes 1.23")
    old_shop.run("mistpm upgrade --continue")
    old_shop.run("mistpm upgrade cron --kubernetes 1.25")
    old_shop.run("mistpm upgrade --allow-downgrade")
    old_shop.run("mistpm upgrade --kubernetes 1.25 --cluster-at 1.24")
    old_shop.run("mistpm upgrade --kubernetes 1.25 -o markdown")
    old_shop.run("mistpm apply mistpm.yaml")
    old_shop.run("mistpm apply nowhere.mistplan")
    old_shop.expect("upgrade-bad-goals")
