"""Working out what would happen, and doing it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from made_shop import ALL, Shop
from toy_registry import ToyRegistry, config_map

from mistpm.cli.application import run
from mistpm.errors import (
    CheckError,
    MistError,
    RefusedError,
    RegistryError,
    RenderError,
    ResolutionError,
    TargetError,
)
from mistpm.ops.installing import Consent, carry_out, require_complete, require_consent
from mistpm.ops.proposing import Proposal, Wishes, propose
from mistpm.ops.settings.configuring import draft_without
from mistpm.target.protocol import Permissions

APP = {"app": {"package": "toy/apps/app"}}


def summary(proposal: Proposal) -> list[str]:
    """Give what would change, in order."""
    return [f"{each.action} {each.resource}" for each in proposal.diff.changes]


def test_an_installation_brings_everything_it_needs(shop: Shop) -> None:
    """In the order of the plan; the proposal is what is done."""
    shop.write(releases=APP)
    workspace = shop.open()
    proposal, done = shop.carry_out(workspace)

    assert [
        "create Namespace watch",
        "create ConfigMap default/db",
        "create PersistentVolumeClaim default/db",
        "create ConfigMap watch/meter",
        "create ConfigMap default/app",
    ] == summary(proposal)
    assert proposal.diff.changes == done.changes
    assert ["app ", "db ", "meter ", "toy/engines/jinja@1 "] == [
        f"{move.node} {move.before}" for move in proposal.moves
    ]
    assert [("db", "1.1.0", "2.0.0"), ("meter", "1.1.0", "2.0.0")] == [
        (each.release, each.version, each.newest) for each in proposal.held_back
    ]
    assert {"db": "db", "version": "1.1.0"} == shop.config("app")
    assert () == proposal.unneeded


def test_nothing_to_do_changes_nothing(shop: Shop) -> None:
    """Not a byte, and nobody is asked."""
    shop.write(releases=APP)
    shop.install()
    before = shop.tree()
    proposal, done = shop.carry_out(shop.open(), consent=Consent())

    assert proposal.diff.is_empty
    assert ((), (), ()) == (done.changes, proposal.moves, proposal.held_back)
    assert before == shop.tree()


def test_proposing_writes_nothing(shop: Shop) -> None:
    """Neither the lock nor the target."""
    shop.write(releases=APP)
    shop.propose()

    assert [shop.file] == list(shop.folder.iterdir())


def refused(proposal: Proposal, **allowed: bool) -> str:
    """Give the error that a proposal ends with when nobody answers."""
    with pytest.raises(RefusedError) as caught:
        require_consent(proposal, Consent(**allowed), lambda _question: False)
    return str(caught.value)


def test_the_question_names_the_step(shop: Shop) -> None:
    """Whoever is asked about the first of several steps is not asked about all of them."""
    shop.write(releases=APP)
    asked: list[str] = []

    def ask(question: str) -> bool:
        asked.append(question)
        return True

    require_consent(shop.propose(), Consent(), ask, step="step 1 of 3")

    assert ["Apply step 1 of 3 to directory ./deploy?"] == asked


def test_what_nobody_named_goes_only_with_a_flag(shop: Shop) -> None:
    """`--yes` covers neither that nor a loss of data; every flag that is missing is named."""
    shop.write(releases=APP)
    shop.install()
    before = shop.tree()
    workspace = draft_without(shop.open(), ("app",))
    proposal = propose(workspace, Wishes(named=frozenset({"app"})))

    assert ("db", "meter") == proposal.unneeded
    assert ["PersistentVolumeClaim default/db"] == [str(each.resource) for each in proposal.data]
    assert (
        "`db`, `meter` would be removed, which the command did not name\n"
        "hint: confirm it with --remove-unneeded --delete-data; nothing was changed"
    ) == refused(proposal, yes=True)
    assert (
        "data of `db` would be lost\n"
        "  db: PersistentVolumeClaim default/db: what is in its volume goes with it,"
        " unless the volume's reclaim policy is `Retain`\n"
        "hint: confirm it with --delete-data; nothing was changed"
    ) == refused(proposal, yes=True, remove_unneeded=True)
    assert (
        "directory ./deploy would be changed\nhint: confirm it with --yes; nothing was changed"
    ) == refused(proposal, remove_unneeded=True, delete_data=True)
    assert before == shop.tree()
    require_consent(proposal, ALL, lambda _question: False)


def test_questions_can_be_answered(shop: Shop) -> None:
    """One for each flag that is missing, in order."""
    shop.write(releases=APP)
    shop.install()
    proposal = propose(draft_without(shop.open(), ("app",)), Wishes(named=frozenset({"app"})))
    asked: list[str] = []

    def answer(question: str) -> bool:
        asked.append(question)
        return True

    require_consent(proposal, Consent(), answer)
    assert [
        "Remove `db`, `meter`, which nothing needs any more?",
        "Delete the data of `db` for good?",
        "Apply to directory ./deploy?",
    ] == asked


def test_several_releases_go_at_once(shop: Shop) -> None:
    """With all that only they needed; the file and the lock know of none."""
    one = {"one": {"package": "toy/apps/lonely"}, "two": {"package": "toy/apps/lonely"}}
    shop.write(releases={**APP, **one})
    shop.install()
    workspace = draft_without(shop.open(), ("app", "two", "app"))
    proposal, _ = shop.carry_out(workspace, Wishes(named=frozenset({"app", "two"})))

    assert ("db", "meter") == proposal.unneeded
    assert {"one": "1.0.0"} == shop.versions()
    assert ["one"] == list(shop.open().environment.releases)
    assert {"one"} == {path.parent.name for path in shop.deploy.glob("[a-z]*/*")}


def test_uninstalling_everything_leaves_nothing(shop: Shop) -> None:
    """But for what is not ours, and namespaces, which have a flag of their own."""
    shop.write(releases=APP)
    shop.install()
    wishes = Wishes(named=frozenset({"app"}))
    workspace = draft_without(shop.open(permissions=Permissions(delete_namespaces=True)), ("app",))
    shop.carry_out(workspace, wishes)

    assert {} == {name: data for name, data in shop.tree().items() if name != "lock" and data}
    assert "releases" not in yaml.safe_load(shop.file.read_text())


def publish(folder: Path, package: str, templates: dict[str, str], **rest: Any) -> None:
    """Publish a package in a registry called `mine`."""
    registry = ToyRegistry(folder / "mine", name="mine")
    registry.publish(package, "1.0.0", templates, **rest)
    registry.index()


def test_contradictions_forbid_everything(shop: Shop, folder: Path) -> None:
    """Two releases with one resource: nothing is written."""
    publish(folder, "apps/fixed", {"a.yaml": config_map(name="fixed")})
    shop.write(
        releases={"one": {"package": "mine/apps/fixed"}, "two": {"package": "mine/apps/fixed"}}
    )
    shop.edit("../toy}", "../toy}, mine: {directory: ../mine}")
    with pytest.raises(CheckError) as caught:
        shop.propose()

    assert "findings" == caught.value.reference
    assert [shop.file] == list(shop.folder.iterdir())


STATEFUL_SET = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: queue}
spec:
  serviceName: queue
  selector: {matchLabels: {app: queue}}
  persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}
  template:
    metadata: {labels: {app: queue}}
    spec: {containers: [{name: queue, image: example.test/queue:1}]}
"""


def test_claims_that_go_with_their_workload_need_a_flag_too(shop: Shop, folder: Path) -> None:
    """What plans call a loss of data is asked for, whatever command brings it about."""
    publish(folder, "apps/queue", {"a.yaml": STATEFUL_SET})
    shop.write(releases={"queue": {"package": "mine/apps/queue"}})
    shop.edit("../toy}", "../toy}, mine: {directory: ../mine}")
    shop.install()
    workspace = draft_without(shop.open(), ("queue",))
    proposal = propose(workspace, Wishes(named=frozenset({"queue"})))

    assert (
        "data of `queue` would be lost\n"
        "  queue: StatefulSet.apps default/queue: its volume claims go with it:"
        " `persistentVolumeClaimRetentionPolicy.whenDeleted` is `Delete`\n"
        "hint: confirm it with --delete-data; nothing was changed"
    ) == refused(proposal, yes=True)


def test_a_release_without_a_solution_stops_an_installation(shop: Shop) -> None:
    """Nothing is written, the others wait."""
    shop.write(releases={"one": {"package": "toy/apps/lonely"}, "db": {"package": "toy/data/db", "version": "^7"}})  # fmt: skip
    with pytest.raises(ResolutionError) as caught:
        shop.propose()

    assert "`db` cannot be resolved" == caught.value.message
    assert [shop.file] == list(shop.folder.iterdir())


def without(shop: Shop, release: str) -> dict[str, bytes | None]:
    """Give what the target has of other releases."""
    return {name: data for name, data in shop.tree().items() if not name.startswith(release)}


def failing(shop: Shop) -> MistError:
    """Go on without what fails, and give the error at the end."""
    proposal = shop.install(keep_going=True)
    with pytest.raises(CheckError) as caught:
        require_complete(proposal)
    return caught.value


def test_keep_going_leaves_what_has_no_solution_alone(shop: Shop) -> None:
    """Its files stay as they are, and what it needs; the rest moves on; the exit code is not 0."""
    shop.write(releases={**APP, "one": {"package": "toy/apps/lonely"}})
    shop.install()
    before = shop.tree()
    shop.edit("package: toy/apps/app\n", "package: toy/apps/app\n    version: ^7\n")
    shop.edit("package: toy/apps/lonely\n", "package: toy/apps/lonely\n    inputs: {text: new}\n")
    error = failing(shop)

    assert "`app` could not be installed; what was there of it is as it was" == error.message
    assert {"text": "new"} == shop.config("one")
    after = shop.tree()
    for name in before.keys() | after.keys():
        if name.startswith(("app/", "db/", "meter/", "watch")):
            assert before.get(name) == after.get(name)
    assert {"app": "1.1.0", "db": "1.1.0", "meter": "1.1.0", "one": "1.0.0"} == shop.versions()


def test_keep_going_leaves_what_cannot_be_rendered_alone(shop: Shop) -> None:
    """A failing template: its files stay, the others move on."""
    releases = {
        name: {"package": "toy/apps/lonely", "inputs": {"text": name}} for name in ("a", "b")
    }
    shop.write(releases=releases)
    shop.install()
    shop.edit("text: a", "text: fail")
    shop.edit("text: b", "text: new")
    with pytest.raises(RenderError) as caught:
        shop.propose()
    assert "package-failed" == caught.value.reference
    proposal = shop.install(keep_going=True)

    assert ("a",) == proposal.desired.left_alone
    assert [("error", "left-out", "a")] == [
        (each.severity, each.code, each.release)
        for each in proposal.findings
        if each.severity == "error"
    ]
    assert [{"text": "a"}, {"text": "new"}] == [shop.config(name) for name in ("a", "b")]
    assert () == proposal.unneeded


def test_a_plan_without_what_is_left_out_ends_as_installing_does(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """What fails forbids nothing, moves nowhere, and makes both incomplete; so it does for an upgrade."""
    lonely = {"package": "toy/apps/lonely"}
    shop.write(releases={"bad": {**lonely, "inputs": {"text": "fail"}}, "good": lonely})
    codes, told = [], []
    for words in (
        "plan",
        "plan --output markdown",
        "plan --out plan.json",
        "diff",
        "install --yes",
        "plan",
        "upgrade --plan",
        "upgrade --yes",
    ):
        codes.append(run([*words.split(), "--keep-going"]))
        told.append(capsys.readouterr())
    codes.append(run(["apply", "plan.json", "--yes"]))

    assert [65] * 9 == codes
    assert all("[incomplete]" in each.err and "forbid" not in each.err for each in told)
    assert all("+ bad" not in each.out for each in told)
    assert ["  + good  toy/apps/lonely 1.0.0"] * 2 == [
        line for each in (told[0], told[4]) for line in each.out.splitlines() if "good  " in line
    ]
    assert "cannot be done as it is" not in told[1].out
    assert told[0].err.endswith(
        "error: `bad` cannot be installed; what is there of it stays as it is [incomplete]\n"
        "hint: with --keep-going the rest is done all the same\n"
    )
    assert (shop.folder / "plan.json").exists()


def far(shop: Shop, folder: Path) -> Path:
    """Install a release of another registry, with what it pulls in, and one of the usual registry."""
    mine = ToyRegistry(folder / "mine", name="mine")
    mine.publish("data/near", "1.0.0", {"a.yaml": config_map("x: '1'")})
    near = {"near": {"package": "data/near", "version": "^1"}}
    mine.publish("apps/far", "1.0.0", {"a.yaml": config_map("x: '1'")}, dependencies=near)
    mine.index()
    shop.write(
        releases={"far": {"package": "mine/apps/far"}, "one": {"package": "toy/apps/lonely"}}
    )
    shop.edit("../toy}", "../toy}, mine: {directory: ../mine}")
    shop.install()
    return mine.folder


def check_far(shop: Shop, before: dict[str, bytes | None]) -> None:
    """See that what cannot be had is as it was, and that the rest moved on."""
    shop.edit("toy/apps/lonely\n", "toy/apps/lonely\n    inputs: {text: new}\n")
    proposal = shop.install(keep_going=True)

    assert "far" in proposal.desired.left_alone
    assert () == proposal.unneeded
    assert {"text": "new"} == shop.config("one")
    after = shop.tree()
    kept = {name for name in before if name.startswith(("far", "near"))}
    assert {name: before[name] for name in kept} == {name: after[name] for name in kept}
    assert {"far": "1.0.0", "near": "1.0.0", "one": "1.0.0"} == shop.versions()


def test_keep_going_leaves_what_nobody_publishes_any_more_alone(shop: Shop, folder: Path) -> None:
    """A package that is gone from its registry when the lock is stale; what it pulled in stays too."""
    mine = far(shop, folder)
    before = shop.tree()
    for path in mine.glob("*/**/*.*"):
        if path.is_file():
            path.unlink()
    shop.edit("toy/apps/lonely\n", "toy/apps/lonely\n    version: ^1\n")
    check_far(shop, before)


@pytest.mark.slow
def test_keep_going_leaves_what_cannot_be_fetched_alone(
    shop: Shop, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock is fresh, but the modules are gone, and nobody has them in a cache."""
    mine = far(shop, folder)
    before = shop.tree()
    for path in mine.rglob("*.wasm"):
        path.unlink()
    monkeypatch.setenv("MISTPM_CACHE_DIR", str(folder / "empty"))
    with pytest.raises(RegistryError) as caught:
        shop.propose()
    assert "module-missing" == caught.value.reference
    check_far(shop, before)


@pytest.mark.slow
def test_keep_going_leaves_a_registry_that_is_gone_alone(
    shop: Shop, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even its name can be read."""
    mine = far(shop, folder)
    before = shop.tree()
    shutil.rmtree(mine)
    monkeypatch.setenv("MISTPM_CACHE_DIR", str(folder / "empty"))
    check_far(shop, before)


def test_an_edit_by_hand_is_overwritten_and_told(shop: Shop) -> None:
    """It is a finding, whoever made it."""
    shop.write(releases={"one": {"package": "toy/apps/lonely"}})
    shop.install()
    [file] = shop.deploy.glob("one/*.yaml")
    right = file.read_bytes()
    file.write_text("mine\n")
    proposal = shop.install()

    assert ["edited-by-hand"] == [each.code for each in proposal.findings]
    assert right == file.read_bytes()


def test_two_runs_at_once_do_not_mix(shop: Shop) -> None:
    """The second of two that began alike is told, and changes nothing."""
    shop.write(releases={"one": {"package": "toy/apps/lonely"}})
    second = shop.open()
    proposal = propose(second)
    shop.install()
    before = shop.tree()
    with pytest.raises(TargetError) as caught:
        carry_out(second, proposal, lambda _change: None)

    assert "target-moved" == caught.value.reference
    assert before == shop.tree()
