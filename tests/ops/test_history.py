"""What was applied to a cluster, going back to it, and what somebody changed since."""

from __future__ import annotations

import pytest
from hourglass import Hourglass
from made_cluster_shop import ClusterShop
from made_shop import ALL, Shop

from mistpm.cli.application import run
from mistpm.errors import MistError, RefusedError, TargetError
from mistpm.ops.history import (
    Restored,
    Rollback,
    apply_rollback,
    history,
    propose_rollback,
    restore,
    restore_begun,
)
from mistpm.ops.installing import Consent, require_consent
from mistpm.ops.proposing import Wishes
from mistpm.ops.revision_contents import revision_contents
from mistpm.ops.settings.provided import provided_by_cluster
from mistpm.ops.status import drift
from mistpm.target.protocol import Permissions, Waiting

BAD = "fake.test/missing"


def roll_back(shop: ClusterShop, number: int | None = None) -> tuple[Rollback, Restored]:
    """Do what `mistpm rollback` does, whatever it takes."""
    workspace = shop.open()
    back = propose_rollback(workspace, number)
    require_consent(back.proposal, ALL, lambda _question: False)
    apply_rollback(workspace, back, lambda _progress: None)
    return back, restore(workspace, back)


def install(shop: ClusterShop, text: str, **inputs: object) -> None:
    """Write the file with other inputs, and install it."""
    shop.write(releases={"web": shop.release(inputs={"text": text, **inputs})})
    shop.install(wishes=Wishes(reason=f"install {text}"))


def told(shop: ClusterShop) -> list[tuple[int, str, str]]:
    """Give what `mistpm history` shows, times and people left out."""
    return [(each.number, each.status, each.reason) for each in history(shop.open())]


def test_a_rollback_is_a_revision_with_what_another_one_had(cluster_shop: ClusterShop) -> None:
    """The cluster, the file and the lock are as they were; the file keeps its comments."""
    cluster_shop.write(releases={"web": cluster_shop.release(version="1.0.0")})
    cluster_shop.edit("name: shop", "name: shop # ours")
    before = cluster_shop.file.read_bytes()
    cluster_shop.install()
    lock = cluster_shop.lock.read_bytes()
    install(cluster_shop, "two")
    back, restored = roll_back(cluster_shop)

    assert (1, Restored(written=("mistpm.yaml", "mistpm.lock"))) == (back.revision.number, restored)
    assert {"version": "1.0.0", "text": "hello"} == cluster_shop.data("web")
    assert (before, lock) == (cluster_shop.file.read_bytes(), cluster_shop.lock.read_bytes())
    assert [
        (3, "applied", "rollback 1"),
        (2, "applied", "install two"),
        (1, "applied", ""),
    ] == told(cluster_shop)
    assert cluster_shop.propose().diff.is_empty


def test_any_revision_can_be_named(cluster_shop: ClusterShop) -> None:
    """What it does not have goes, and is asked for."""
    install(cluster_shop, "one")
    cluster_shop.write(
        releases={"web": cluster_shop.release(), "vault": cluster_shop.release("toy/apps/vault")}
    )
    cluster_shop.install()
    install(cluster_shop, "three")
    back = propose_rollback(cluster_shop.open(), 2)

    assert ["vault"] == [move.node for move in back.proposal.moves if not move.before]
    assert () == back.proposal.unneeded
    roll_back(cluster_shop, 2)
    back = propose_rollback(cluster_shop.open(), 1)
    asked: list[str] = []

    def refuse(question: str) -> bool:
        asked.append(question)
        return False

    with pytest.raises(RefusedError):
        require_consent(back.proposal, Consent(), refuse)
    assert ["Remove `vault`, which revision 1 does not have?"] == asked


def test_a_file_that_was_edited_since_is_left_alone(cluster_shop: ClusterShop) -> None:
    """It says that the cluster differs from it."""
    install(cluster_shop, "one")
    install(cluster_shop, "two")
    cluster_shop.edit("text: two", "text: three")
    edited = cluster_shop.file.read_bytes()
    _back, restored = roll_back(cluster_shop)

    assert Restored(differing="mistpm.yaml") == restored
    assert edited == cluster_shop.file.read_bytes()
    assert "one" == cluster_shop.data("web")["text"]
    assert not cluster_shop.propose().diff.is_empty


def test_a_failed_upgrade_is_rolled_back(cluster_shop: ClusterShop) -> None:
    """To the last revision that was applied."""
    install(cluster_shop, "one")
    with pytest.raises(TargetError):
        install(cluster_shop, "two", image=BAD)
    assert [(2, "failed", "install two"), (1, "applied", "install one")] == told(cluster_shop)
    back, restored = roll_back(cluster_shop)

    assert (1, ("mistpm.yaml",)) == (back.revision.number, restored.written)
    assert "one" == cluster_shop.data("web")["text"]
    assert (3, "applied", "rollback 1") == told(cluster_shop)[0]


def test_a_rollback_that_did_not_end_is_gone_on_with(cluster_shop: ClusterShop) -> None:
    """And not taken back by the next one."""
    install(cluster_shop, "one", image=BAD.replace("missing", "slow:1s"))
    install(cluster_shop, "two")
    workspace = cluster_shop.open(waiting=Waiting(seconds=0))
    back = propose_rollback(workspace, None)
    with pytest.raises(TargetError):
        apply_rollback(workspace, back, lambda _progress: None)
    assert (3, "failed", "rollback 1") == told(cluster_shop)[0]
    again, restored = roll_back(cluster_shop)

    assert 3 == again.revision.number
    assert ("mistpm.yaml",) == restored.written
    assert (4, "applied", "rollback 1") == told(cluster_shop)[0]
    assert "one" == cluster_shop.data("web")["text"]


def test_the_file_goes_back_with_what_is_applied(
    cluster_shop: ClusterShop,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Though it does not get ready: the next install goes on with it, and does not undo it."""

    def is_back() -> bool:
        """Tell that all is written."""
        found = cluster_shop.get("apis/apps/v1/deployments", "web").body
        return "fake.test/stuck" in str(found["spec"]["template"])

    cluster_shop.write(releases={"web": cluster_shop.release(inputs={"image": "fake.test/stuck"})})
    before = cluster_shop.file.read_bytes()
    assert 0 == run(["install", "--yes", "--no-wait"])
    install(cluster_shop, "two")
    since = cluster_shop.file.read_bytes()
    workspace = cluster_shop.open()
    not_begun = restore_begun(workspace, propose_rollback(workspace, None))
    capsys.readouterr()
    Hourglass(is_back).measures(monkeypatch)

    assert (Restored(), since) == (not_begun, cluster_shop.file.read_bytes())
    assert 75 == run(["rollback", "--yes", "--timeout", "1s"])
    assert before == cluster_shop.file.read_bytes()
    assert "\nWrote mistpm.yaml as it was then.\n" in capsys.readouterr().out
    assert (3, "failed", "rollback 1") == told(cluster_shop)[0]
    assert cluster_shop.propose().diff.is_empty


def test_what_is_not_there_cannot_be_gone_back_to(cluster_shop: ClusterShop) -> None:
    """Nothing yet, a number that nobody has."""
    cluster_shop.write(releases={"web": cluster_shop.release()})
    for number, expected in (
        (
            None,
            "the cluster test has no earlier revision of `shop` that was applied\n"
            "hint: `mistpm history` lists what there is",
        ),
        (
            7,
            "the cluster test has no revision 7 of `shop`\nhint: `mistpm history` lists them",
        ),
    ):
        with pytest.raises(TargetError) as caught:
            propose_rollback(cluster_shop.open(), number)
        assert expected == str(caught.value)
    cluster_shop.install()
    with pytest.raises(TargetError) as caught:
        propose_rollback(cluster_shop.open(), 7)
    assert ("it has 1",) == caught.value.context


def test_a_generated_secret_is_the_same_after_a_rollback(cluster_shop: ClusterShop) -> None:
    """Revisions hold placeholders; the value stays where it was made."""
    vault = cluster_shop.release("toy/apps/vault")
    cluster_shop.write(releases={"vault": vault})
    cluster_shop.install()
    made = cluster_shop.get("api/v1/secrets", "vault").body["data"]
    cluster_shop.write(releases={"vault": vault, "web": cluster_shop.release()})
    cluster_shop.install()
    roll_back(cluster_shop)

    assert made == cluster_shop.get("api/v1/secrets", "vault").body["data"]


def test_objects_of_apis_that_are_gone_are_refused_by_name(cluster_shop: ClusterShop) -> None:
    """Nothing is changed."""
    group = f"{cluster_shop.namespace}.example.org"
    cluster_shop.define(group)
    cluster_shop.write(
        releases={"thing": cluster_shop.release("toy/apps/thing", inputs={"group": group})}
    )
    cluster_shop.install()
    install(cluster_shop, "two")
    cluster_shop.undefine(group)
    with pytest.raises(TargetError) as caught:
        propose_rollback(cluster_shop.open(), 1)

    assert f"Widget.{group} {cluster_shop.namespace}/thing" in str(caught.value)
    assert 2 == told(cluster_shop)[0][0]


def test_drift_is_what_somebody_changed(cluster_shop: ClusterShop) -> None:
    """Not what the file says since; installing again mends it."""
    install(cluster_shop, "one")
    assert drift(cluster_shop.open()).diff.is_empty
    path = f"/api/v1/namespaces/{cluster_shop.namespace}/configmaps/web"
    cluster_shop.api.request(
        "PATCH",
        path,
        {"data": {"text": "mine"}},
        content_type="application/merge-patch+json",
    )
    cluster_shop.write(releases={"web": cluster_shop.release(inputs={"text": "later"})})
    [change] = drift(cluster_shop.open()).diff.having("update", "create", "delete")

    assert (True, True) == (
        "text: mine" in (change.before or ""),
        "text: one" in (change.after or ""),
    )
    forcing = Permissions(force_conflicts=True)
    cluster_shop.install(permissions=forcing)
    assert "later" == cluster_shop.data("web")["text"]
    assert drift(cluster_shop.open()).diff.is_empty


def test_what_was_applied_is_read_from_the_revision(cluster_shop: ClusterShop) -> None:
    """Whatever the file says by now: inputs with the target's upon them, manifests, and no secret."""
    cluster_shop.write(
        releases={
            "vault": cluster_shop.release(
                package="toy/apps/vault",
                inputs={"password": {"generate": 32}, "text": "quiet"},
            ),
            "web": cluster_shop.release(inputs={"text": "one", "replicas": 1}),
        },
        target={"context": cluster_shop.context, "inputs": {"web": {"text": "two"}}},
    )
    cluster_shop.install()
    cluster_shop.write(releases={})
    contents = revision_contents(cluster_shop.open(), None)
    [secret] = [each for each in contents.manifests if each["kind"] == "Secret"]

    assert {
        "vault": {"password": {"generate": 32}, "text": "quiet"},
        "web": {"text": "two", "replicas": 1},
    } == {each.release: each.inputs for each in contents.releases}
    assert ["(secret)", "(secret)"] == list(secret["stringData"].values())
    assert contents == revision_contents(cluster_shop.open(), contents.revision.number)


def test_of_what_was_never_applied_there_is_no_revision(cluster_shop: ClusterShop) -> None:
    """The newest one least of all."""
    cluster_shop.write(releases={})
    with pytest.raises(MistError) as caught:
        revision_contents(cluster_shop.open(), None)

    assert "nothing-applied" == caught.value.reference


def test_what_others_serve_is_found(cluster_shop: ClusterShop) -> None:
    """Not Kubernetes' own, and not what this environment defines."""
    theirs = f"{cluster_shop.namespace}.example.org"
    cluster_shop.define(theirs)
    cluster_shop.write(
        releases={"apis": {"package": "toy/apps/apis"}},
        provided={"apis": ["gone.example.org/v1/Gone"]},
    )
    try:
        cluster_shop.install()
        report = provided_by_cluster(cluster_shop.open())
        widgets = [api for api in report.apis if api.endswith("Widget")]

        assert [f"{theirs}/v1/Widget"] == widgets
        assert ("mistpm.yaml", ("gone.example.org/v1/Gone",)) == (report.file, report.removed)
        written = cluster_shop.open().environment.provided.apis
        assert report.apis == tuple(map(str, written))
        assert "" == provided_by_cluster(cluster_shop.open()).file
    finally:
        cluster_shop.write(releases={})
        cluster_shop.install()
        cluster_shop.undefine(theirs)


def test_a_directory_has_no_revisions(shop: Shop) -> None:
    """Git has."""
    shop.write(releases={"one": {"package": "toy/apps/lonely"}})
    for ask in (history, drift, lambda workspace: propose_rollback(workspace, None)):
        with pytest.raises(MistError) as caught:
            ask(shop.open())
        assert (
            "this needs a cluster, and directory ./deploy is none\n"
            "note: what is in a directory has its history in Git, and whoever applies it knows its state\n"
            "hint: name a cluster with --context NAME"
        ) == str(caught.value)
