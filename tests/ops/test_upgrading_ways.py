"""Upgrades that stop, go on, go back, or must not begin."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml
from made_cluster_shop import ClusterShop
from made_old_packages import CRON, manifest, publish_stages
from made_shop import Shop
from toy_registry import ToyRegistry, config_map

from mistpm.cli.application import run
from mistpm.errors import CheckError, RefusedError, ResolutionError, UsageError
from mistpm.model.minor import Minor
from mistpm.ops.history import history
from mistpm.ops.upgrade.upgrading import obstacle


@pytest.fixture
def registry(folder: Path) -> ToyRegistry:
    """Give a registry that the environment knows as `mine`."""
    return ToyRegistry(folder / "mine", name="mine")


def begin(shop: Shop, *packages: str, kubernetes: str = "1.34", **parts: object) -> None:
    """Install first versions of packages of `mine`; any newer one could follow."""
    entries = {each.rpartition("/")[2]: {"package": f"mine/{each}"} for each in packages}
    pinned = {name: {**entry, "version": "=1.0.0"} for name, entry in entries.items()}
    shop.write(releases=pinned, **parts)
    shop.edit('">=1.31 <1.33"', f'"{kubernetes}"')
    shop.edit("../toy}", "../toy}, mine: {directory: ../mine}")
    shop.install()
    shop.edit("\n    version: =1.0.0", "")
    shop.install()


def publish(registry: ToyRegistry, package: str, **kubernetes: str) -> None:
    """Publish versions `v1`, `v2`, ... of a package with what they support."""
    for name, range_ in kubernetes.items():
        version = f"{name[1:]}.0.0"
        files = {"config.yaml": config_map(f"version: '{version}'")}
        registry.publish(package, version, files, kubernetes=range_)
    registry.index()


def test_stages_that_must_not_be_skipped_are_steps(shop: Shop, registry: ToyRegistry) -> None:
    """A directory's next stage waits until somebody applied the one before."""
    publish_stages(registry)
    begin(shop, "data/store")
    first = shop.plan_upgrade()
    shop.take_step(first)
    between = shop.versions()
    second = shop.plan_upgrade()
    shop.take_step(second)

    assert [["2.0.0"], ["3.0.0"]] == [
        [move.after for move in step.moves] for step in first.plan.steps
    ]
    assert first.following is not None
    assert ("packages", "upgrade") == (first.following.kind, first.following.command)
    assert {"store": "2.0.0"} == between
    assert None is second.following
    assert {"store": "3.0.0"} == shop.versions()


def test_an_installation_skips_no_stage(shop: Shop, registry: ToyRegistry) -> None:
    """A range in the file may ask for it, and nothing is changed."""
    publish_stages(registry)
    begin(shop, "data/store")
    shop.edit("package: mine/data/store", "package: mine/data/store\n    version: '>=3'")
    with pytest.raises(CheckError) as error:
        shop.install()

    assert (
        "error: store: mine/data/store 3.0.0 may only follow >=2, and 1.0.0 is installed"
        in error.value.context[0]
    )
    assert {"store": "1.0.0"} == shop.versions()


def test_what_is_locked_is_applied_before_something_follows_it(
    shop: Shop, registry: ToyRegistry
) -> None:
    """A run was killed after it wrote the lock: the stage that it was at is not left out."""
    publish_stages(registry)
    begin(shop, "data/store")
    shutil.copytree(shop.deploy, shop.folder / "before")
    shop.take_step(shop.plan_upgrade())
    shutil.rmtree(shop.deploy)
    (shop.folder / "before").rename(shop.deploy)
    upgrade = shop.plan_upgrade()
    shop.take_step(upgrade)

    assert [[], ["3.0.0"]] == [[move.after for move in step.moves] for step in upgrade.plan.steps]
    assert "2.0.0" == shop.config("store")["version"]
    assert {"store": "2.0.0"} == shop.versions()
    assert [["3.0.0"]] == [
        [move.after for move in step.moves] for step in shop.plan_upgrade().plan.steps
    ]


def test_there_is_nothing_to_do_where_the_goal_is_reached(
    shop: Shop, registry: ToyRegistry
) -> None:
    """Neither the file nor the lock changes."""
    publish(registry, "apps/a", v1="*")
    begin(shop, "apps/a")
    before = shop.file.read_bytes(), shop.lock.read_bytes()
    upgrade = shop.plan_upgrade(goal="1.34")

    assert () == upgrade.plan.steps
    assert None is upgrade.proposal
    assert 0 == run(["upgrade", "--kubernetes", "1.34"])
    assert before == (shop.file.read_bytes(), shop.lock.read_bytes())


def test_nothing_to_continue_is_a_mistake(shop: Shop, registry: ToyRegistry) -> None:
    """No goal stands in the file."""
    publish(registry, "apps/a", v1="*")
    begin(shop, "apps/a")
    with pytest.raises(UsageError) as error:
        shop.plan_upgrade(goes_on=True)

    assert (
        "no upgrade is under way: `mistpm.yaml` has no `goal`\n"
        "hint: `mistpm upgrade --kubernetes 1.NN` begins one"
    ) == str(error.value)


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        (
            "1.99",
            "`--kubernetes 1.99`: this mistpm does not know Kubernetes 1.99\n"
            "note: it knows 1.16 to 1.37, the newest when it was released\n"
            "hint: a newer mistpm may know it",
        ),
        (
            "1.2",
            "`--kubernetes 1.2`: this mistpm does not know Kubernetes 1.2\n"
            "note: it knows 1.16 to 1.37, the newest when it was released",
        ),
        (
            "next",
            "`--kubernetes next`: `next` is not a minor of Kubernetes; write one as `1.33`.\n"
            "hint: for example 1.36; patches do not count",
        ),
    ],
)
def test_a_goal_that_is_none_is_a_mistake(
    goal: str, said: str, shop: Shop, registry: ToyRegistry
) -> None:
    """What is known is told."""
    publish(registry, "apps/a", v1="*")
    begin(shop, "apps/a")
    with pytest.raises(UsageError) as error:
        shop.plan_upgrade(goal=goal)

    assert said == str(error.value)


def test_a_downgrade_has_to_be_allowed(shop: Shop, registry: ToyRegistry) -> None:
    """Then it goes down minor by minor, with what is lost told at each."""
    publish(registry, "apps/a", v1="*", v2="*")
    begin(shop, "apps/a", kubernetes="1.36")
    with pytest.raises(RefusedError) as refused:
        shop.plan_upgrade(goal="1.34")
    down = shop.plan_upgrade(goal="1.34", allow_downgrade=True)
    shop.take_step(down)
    goal = yaml.safe_load(shop.file.read_text("utf-8"))
    waiting = shop.plan_upgrade(goes_on=True)
    shop.take_step(shop.plan_upgrade(goes_on=True, cluster_at="1.35"))
    shop.take_step(shop.plan_upgrade(goes_on=True, cluster_at="1.34"))

    assert "downgrade-not-allowed" == refused.value.reference
    assert [(Minor(36), Minor(35)), (Minor(35), Minor(34))] == [
        (step.before, step.after) for step in down.plan.steps
    ]
    assert "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy" in [
        str(each.api) for each in down.plan.steps[0].contents.disappearing
    ]
    assert (">=1.34 <1.37", {"kubernetes": "1.34"}) == (goal["kubernetes"], goal["goal"])
    assert waiting.is_written
    assert ">=1.34 <1.35" == yaml.safe_load(shop.file.read_text("utf-8"))["kubernetes"]
    assert "goal" not in shop.file.read_text("utf-8")


def test_what_cannot_be_solved_stays_as_it_is(shop: Shop, registry: ToyRegistry) -> None:
    """An upgrade goes on without it only with `--keep-going`."""
    publish(registry, "apps/a", v1="<1.36", v2=">=1.34")
    publish(registry, "apps/b", v1="*")
    begin(shop, "apps/a", "apps/b")
    shop.edit("package: mine/apps/b", "package: mine/apps/b\n    version: =7")
    with pytest.raises(ResolutionError) as error:
        shop.plan_upgrade(goal="1.36")
    upgrade = shop.plan_upgrade(goal="1.36", keep_going=True)
    shop.take_step(upgrade)

    assert "version-conflict" == error.value.reference
    assert [("a", "2.0.0")] == [(m.node, m.after) for m in upgrade.plan.steps[0].moves]
    assert {"a": "2.0.0", "b": "1.0.0"} == shop.versions()
    assert ("1.0.0", "2.0.0") == (shop.config("b")["version"], shop.config("a")["version"])


def test_a_remembered_environment_is_upgraded(shop: Shop, registry: ToyRegistry) -> None:
    """Without a file the target remembers the goal, and how far it is; `kubernetes` stays unsaid where it was."""
    publish(registry, "apps/a", v1="<1.37", v2=">=1.34")
    where = ["--target", "directory:out"]
    assert 0 == run(["registry", "add", "mine", str(registry.folder)])
    assert 0 == run(["install", "a", "-p", "mine/apps/a:2.0.0", "--yes", *where])
    assert 0 == run(["upgrade", "--kubernetes", "1.35", "--allow-downgrade", "--yes", *where])
    under_way = (shop.folder / "out" / ".mistpm" / "environment.yaml").read_text("utf-8")
    for minor in ("1.36", "1.35"):
        assert 77 == run(["upgrade", "--continue", "--yes", *where])
        assert 0 == run(["upgrade", "--continue", "--cluster-at", minor, "--yes", *where])
    arrived = (shop.folder / "out" / ".mistpm" / "environment.yaml").read_text("utf-8")
    lock = yaml.safe_load((shop.folder / "out" / ".mistpm" / "mistpm.lock").read_text("utf-8"))

    assert "kubernetes" not in yaml.safe_load(arrived)
    assert {"kubernetes": "1.35"} == yaml.safe_load(under_way)["goal"]
    assert "goal" not in yaml.safe_load(arrived)
    assert ["1.35"] == lock["kubernetes"]


def adapting(kind: str, old: str, new: str, since: str, spec: str) -> str:
    """Give a template that asks which Kubernetes version this is, as most charts do."""
    api = f"{{{{ '{new}' if capabilities.kubernetesVersion is at_least('{since}') else '{old}' }}}}"
    return manifest(api, kind, spec)


def test_packages_that_adapt_need_not_move(shop: Shop, registry: ToyRegistry) -> None:
    """What they render at one minor says nothing of what they render later: a state only gets shorter."""
    ingress = adapting("Ingress", "networking.k8s.io/v1beta1", "networking.k8s.io/v1", "1.19", "{rules: [{host: a.test}]}")  # fmt: skip
    budget = adapting("PodDisruptionBudget", "policy/v1beta1", "policy/v1", "1.21", "{minAvailable: 1, selector: {matchLabels: {a: b}}}")  # fmt: skip
    registry.publish("a/adapts", "1.0.0", {"ingress.yaml": ingress})
    registry.publish("a/budget", "1.0.0", {"budget.yaml": budget})
    registry.index()
    begin(shop, "a/adapts", "a/budget", kubernetes="1.18")
    plan = shop.plan_upgrade(goal="1.26").plan

    assert [f"1.{number}" for number in range(19, 27)] == [str(step.after) for step in plan.steps]
    assert ((), None) == (plan.findings, plan.blocked)
    assert None is obstacle(plan)
    assert [">=1.19 <1.25", ">=1.20 <1.25", ">=1.21 <1.27"] == [
        step.kubernetes for step in plan.steps[:3]
    ]


def test_what_is_rendered_can_block_the_way(shop: Shop, registry: ToyRegistry) -> None:
    """The only version uses what goes, and does not say so."""
    registry.publish(
        "apps/cron", "1.0.0", {"cron.yaml": manifest("batch/v1beta1", "CronJob", CRON)}
    )
    registry.index()
    begin(shop, "apps/cron", kubernetes="1.23")
    plan = shop.plan_upgrade(goal="1.25").plan
    error = obstacle(plan)

    assert [(Minor(23), Minor(24))] == [(step.before, step.after) for step in plan.steps]
    assert ["support-overstated"] == [each.code for each in plan.findings]
    assert "upgrade-blocked" == getattr(error, "reference", "")
    assert 65 == run(["upgrade", "--kubernetes", "1.25", "--plan", "--out", "no.mistplan"])
    assert not (shop.folder / "no.mistplan").exists()


def test_what_is_waived_blocks_nothing(shop: Shop, registry: ToyRegistry) -> None:
    """Somebody knows better than what is rendered."""
    registry.publish(
        "apps/cron", "1.0.0", {"cron.yaml": manifest("batch/v1beta1", "CronJob", CRON)}
    )
    registry.index()
    waiver = {"code": "removed-api", "reason": "a webhook mends it", "until": "2999-12-31"}
    begin(shop, "apps/cron", kubernetes="1.23", waivers=[waiver])
    plan = shop.plan_upgrade(goal="1.25").plan

    assert [Minor(24), Minor(25)] == [step.after for step in plan.steps]
    assert ((), None, None) == (plan.findings, plan.blocked, obstacle(plan))


def test_a_directory_believes_only_what_can_be(shop: Shop, registry: ToyRegistry) -> None:
    """A cluster where nothing locked supports it has skipped a step; the file can say where it is."""
    publish(registry, "apps/a", v1="<1.35", v2=">=1.34 <1.36", v3=">=1.35")
    begin(shop, "apps/a")
    shop.take_step(shop.plan_upgrade(goal="1.37"))
    with pytest.raises(UsageError) as skipped:
        shop.plan_upgrade(goes_on=True, cluster_at="1.36")
    with pytest.raises(UsageError) as before:
        shop.plan_upgrade(goes_on=True, cluster_at="1.33")
    shop.edit('">=1.34 <1.36"', '"1.36"')
    ahead = shop.plan_upgrade(goes_on=True)
    shop.take_step(ahead)

    assert (
        "`--cluster-at 1.36`: what is locked is for Kubernetes 1.34 and 1.35\n"
        "note: each of the cluster's steps is one minor, and what is installed supports both sides of it\n"
        'hint: if it is there all the same, write `kubernetes: "1.36"` into mistpm.yaml and install that first'
    ) == str(skipped.value)
    assert "cluster-elsewhere" == before.value.reference
    assert [("a", "3.0.0")] == [(move.node, move.after) for move in ahead.plan.steps[0].moves]
    assert ">=1.36 <1.38" == yaml.safe_load(shop.file.read_text("utf-8"))["kubernetes"]


def test_what_is_not_written_yet_is_finished_first(shop: Shop, registry: ToyRegistry) -> None:
    """Whatever is said of the cluster: a run was killed after it wrote the file and the lock."""
    publish(registry, "apps/a", v1="<1.36", v2=">=1.34")
    begin(shop, "apps/a")
    shutil.copytree(shop.deploy, shop.folder / "before")
    assert 0 == run(["upgrade", "--kubernetes", "1.36", "--yes"])
    shutil.rmtree(shop.deploy)
    (shop.folder / "before").rename(shop.deploy)
    kubernetes = yaml.safe_load(shop.file.read_text("utf-8"))["kubernetes"]
    assert 0 == run(["upgrade", "--continue", "--cluster-at", "1.35", "--yes"])
    finished = yaml.safe_load(shop.file.read_text("utf-8"))["kubernetes"], shop.config("a")
    for _ in range(2):
        assert 0 == run(["upgrade", "--continue", "--cluster-at", "1.35", "--yes"])
    passed = yaml.safe_load(shop.file.read_text("utf-8"))["kubernetes"]

    assert ((">=1.34 <1.37"), {"version": "2.0.0"}) == finished
    assert ">=1.34 <1.37" == kubernetes
    assert ">=1.35 <1.37" == passed


def test_the_file_is_not_written_without_being_asked_for(shop: Shop, registry: ToyRegistry) -> None:
    """Where nothing else changes, too."""
    publish(registry, "apps/a", v1="*")
    begin(shop, "apps/a")
    before = shop.file.read_bytes(), shop.lock.read_bytes()

    assert 77 == run(["upgrade", "--kubernetes", "1.35"])
    assert before == (shop.file.read_bytes(), shop.lock.read_bytes())
    assert 0 == run(["upgrade", "--kubernetes", "1.35", "--yes"])
    assert before != (shop.file.read_bytes(), shop.lock.read_bytes())


def test_events_of_a_run_with_steps(
    shop: Shop, registry: ToyRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole plan first, then each step as an installation, and what comes next at the end."""
    publish(registry, "apps/a", v1="<1.36", v2=">=1.34")
    begin(shop, "apps/a")
    capsys.readouterr()
    assert 0 == run(["upgrade", "--kubernetes", "1.36", "--yes", "-o", "json"])
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert ["planned", "proposed", "progress", "done"] == [each["event"] for each in events]
    assert [
        {
            "after": "2.0.0",
            "before": "1.0.0",
            "direction": "newer",
            "node": "a",
            "package": "mine/apps/a",
        }
    ] == events[1]["moves"]
    assert {
        "event": "done",
        "target": "directory ./deploy",
        "steps": 1,
        "changes": 1,
        "next": {
            "kind": "kubernetes",
            "before": "1.34",
            "after": "1.35",
            "command": "upgrade --continue --cluster-at 1.35",
        },
    } == events[-1]


def test_without_a_terminal_and_without_a_flag_nothing_is_changed(
    shop: Shop, registry: ToyRegistry
) -> None:
    """The plan is shown, and the question has no answer."""
    publish(registry, "apps/a", v1="<1.36", v2=">=1.34")
    begin(shop, "apps/a")
    before = shop.file.read_bytes(), shop.tree()

    assert 77 == run(["upgrade", "--kubernetes", "1.36"])
    assert 0 == run(["upgrade", "--kubernetes", "1.36", "--plan"])
    assert 64 == run(["upgrade", "a", "--continue"])
    assert 64 == run(["upgrade", "--kubernetes", "1.36", "-o", "html"])
    assert before == (shop.file.read_bytes(), shop.tree())


def test_on_a_cluster_one_run_takes_all_stages(
    cluster_shop: ClusterShop, registry: ToyRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each is applied and ready before the next, and is a revision of its own."""
    publish_stages(registry)
    sources = {"mine": {"directory": "../mine"}}
    store = cluster_shop.release("mine/data/store")
    for version in ({"version": "=1.0.0"}, {}):
        cluster_shop.write(registries=sources, releases={"store": {**store, **version}})
        cluster_shop.install()
    capsys.readouterr()
    assert 0 == run(["upgrade", "--yes", "-o", "json"])
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    revisions = history(cluster_shop.open())

    assert "3.0.0" == cluster_shop.data("store")["version"]
    assert ["planned", "proposed", "planned", "proposed", "done"] == [
        each["event"] for each in events if each["event"] != "progress"
    ]
    assert (2, 2, None) == tuple(events[-1][key] for key in ("steps", "changes", "next"))
    assert ["3.0.0", "2.0.0", "1.0.0"] == [each.releases["store"] for each in revisions][:3]
    assert ["upgrade", "upgrade"] == [each.reason for each in revisions[:2]]
