"""Plans that are saved: applied as they were shown, or refused with the reason."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from made_cluster_shop import ClusterShop
from made_shop import Shop

from mistpm.cli.application import run
from mistpm.errors import DocumentError, MistError, PlanError
from mistpm.ops.installing import carry_out
from mistpm.ops.options import Options
from mistpm.ops.upgrade.applying import options_of, propose_saved
from mistpm.ops.upgrade.saving import read_plan
from mistpm.ops.workspace import open_workspace

PLAN = Path("shop.mistplan")


@pytest.fixture
def planned(shop: Shop) -> Shop:
    """Install, ask for something newer, and save the plan of that."""
    shop.write(releases={"one": {"package": "toy/data/backup", "version": "=1.0.0"}})
    shop.install()
    shop.edit("version: =1.0.0", "version: =1.1.0")
    assert 0 == run(["plan", "--out", str(PLAN)])
    return shop


def apply() -> None:
    """Do what the plan says."""
    plan = read_plan(PLAN)
    now = propose_saved(open_workspace(options_of(Options(), plan.options)), plan, PLAN)
    carry_out(now.workspace, now.proposal, lambda _progress: None)


def refused(planned: Shop) -> tuple[str, ...]:
    """Try to apply; gives the reasons for which nothing was changed."""
    before = planned.tree()
    with pytest.raises(PlanError) as error:
        apply()

    assert before == planned.tree()
    assert "plan-outdated" == error.value.reference
    return error.value.context


def test_a_plan_is_applied_as_it_was_shown(planned: Shop) -> None:
    """Also again: what is left is no more than was shown."""
    apply()
    done = planned.tree()
    apply()

    assert {"one": "1.1.0"} == planned.versions()
    assert "1.1.0" == planned.config("one")["version"]
    assert done == planned.tree()


def test_a_plan_holds_the_whole_lock_and_no_secret(shop: Shop) -> None:
    """What is needed to do it without solving; of manifests digests alone."""
    inputs = {"text": "a text that nobody needs to know"}
    shop.write(releases={"lonely": {"package": "toy/apps/lonely", "inputs": inputs}})
    assert 0 == run(["plan", "--out", str(PLAN)])
    text = PLAN.read_text("utf-8")
    plan = json.loads(text)

    assert "nobody needs" not in text
    assert "lonely:" in plan["newLock"]
    assert ("", "install") == (plan.get("lock", ""), plan["command"])
    assert ["create ConfigMap default/lonely"] == [
        f"{each['action']} {each['resource']}" for each in plan["changes"]
    ]


def test_an_edited_file_refuses_a_plan(planned: Shop) -> None:
    """Whatever was edited: a comment is enough, for nobody looked at it."""
    planned.file.write_text(planned.file.read_text("utf-8") + "# later\n", "utf-8")

    assert ("`mistpm.yaml` was edited since",) == refused(planned)


def test_another_lock_refuses_a_plan(planned: Shop) -> None:
    """Somebody else locked something."""
    text = planned.lock.read_text("utf-8").replace('kubernetes:\n- "1.31"\n', "kubernetes:\n")
    planned.lock.write_text(text, "utf-8")

    assert ("`mistpm.lock` is another one now",) == refused(planned)


def test_a_target_that_moved_refuses_a_plan(planned: Shop) -> None:
    """What would be done is not what was shown."""
    [path] = planned.deploy.glob("one/*-configmap-*.yaml")
    path.write_text(path.read_text("utf-8") + "# by hand\n", "utf-8")

    assert ("ConfigMap default/one: to update otherwise than was shown",) == refused(planned)


def test_another_environment_refuses_a_plan(planned: Shop) -> None:
    """Its id says which one is meant."""
    planned.edit("000102030405060708090a0b0c0d0e0f", "another")

    assert (
        "it is for the environment `shop` (000102030405060708090a0b0c0d0e0f), and `mistpm.yaml` is another",
    ) == refused(planned)


def test_other_bytes_in_the_registry_refuse_a_plan(
    planned: Shop, folder: Path, packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version that was published again is not the one that was planned."""
    shutil.copytree(packages, folder / "changed")
    (folder / "toy").unlink()
    (folder / "toy").symlink_to(folder / "changed")
    [module] = (folder / "changed").glob("data/backup/backup-1.1.0*")
    module.write_bytes(module.read_bytes()[:-1] + b"!")
    monkeypatch.setenv("MISTPM_CACHE_DIR", str(folder / "empty"))
    before = planned.tree()
    with pytest.raises(MistError) as error:
        apply()

    assert "digest-mismatch" == error.value.reference
    assert before == planned.tree()


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("{", "invalid-plan"),
        ("[]", "invalid-plan"),
        ('{"planVersion": 1}', "invalid-plan"),
        ('{"planVersion": 2, "new": 1}', "plan-too-new"),
        (None, "plan-unreadable"),
    ],
)
def test_what_is_no_plan_is_told(text: str | None, reference: str, shop: Shop) -> None:
    """Half a file, another one, one of a newer mistpm, none."""
    if text is not None:
        PLAN.write_text(text, "utf-8")
    with pytest.raises(DocumentError) as error:
        read_plan(PLAN)

    assert shop.folder == Path.cwd()
    assert reference == error.value.reference


def test_a_plan_is_applied_to_the_cluster_that_it_was_made_for(cluster_shop: ClusterShop) -> None:
    """Whatever it is called; what somebody changed since refuses it."""
    cluster_shop.write(releases={"web": cluster_shop.release(version="=1.0.0")})
    cluster_shop.install()
    cluster_shop.edit("version: =1.0.0", "version: =1.1.0")
    assert 0 == run(["plan", "--out", str(PLAN)])
    cluster_shop.api.delete(f"/api/v1/namespaces/{cluster_shop.namespace}/configmaps/web")
    with pytest.raises(PlanError) as gone:
        apply()
    assert 0 == run(["plan", "--out", str(PLAN)])
    text = PLAN.read_text("utf-8")
    PLAN.write_text(text.replace('"identity": "', '"identity": "other-'), "utf-8")
    with pytest.raises(PlanError) as elsewhere:
        apply()
    PLAN.write_text(text, "utf-8")
    apply()

    resource = f"ConfigMap {cluster_shop.namespace}/web"
    assert (f"{resource}: to create, which was not shown",) == gone.value.context
    assert elsewhere.value.context[0].startswith("it was made for the cluster test (https://")
    assert "1.1.0" == cluster_shop.data("web")["version"]
