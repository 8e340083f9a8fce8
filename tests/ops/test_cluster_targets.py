"""Clusters as targets: which one is meant, what it remembers, what it must fit."""

from __future__ import annotations

from typing import Any

import pytest
from made_cluster_shop import ClusterShop

from mistpm.errors import MistError, PlanError, RefusedError, TargetError, UsageError
from mistpm.ops.installing import Consent, require_consent
from mistpm.ops.locking import solve
from mistpm.ops.options import Options
from mistpm.ops.proposing import Wishes
from mistpm.ops.settings.adding import Addition, draft_release
from mistpm.ops.settings.configuring import NewEnvironment, draft_without, init
from mistpm.ops.settings.registries import NewRegistry, add_registry
from mistpm.ops.workspace import Workspace, open_or_make_workspace, open_workspace


def refusal(shop: ClusterShop, **options: Any) -> MistError:
    """Give the error that proposing ends with."""
    with pytest.raises(MistError) as caught:
        shop.propose(**options)
    return caught.value


def without_a_file(shop: ClusterShop, *, make: bool = True) -> Workspace:
    """Open what the cluster remembers."""
    options = Options(state_namespace=shop.state_namespace)
    return (open_or_make_workspace if make else open_workspace)(options)


def add(workspace: Workspace, shop: ClusterShop, name: str = "web") -> Workspace:
    """Draft a release."""
    addition = Addition(name=name, package="toy/apps/web", namespace=shop.namespace)
    return workspace.drafted(draft_release(workspace, addition))


def test_the_file_names_the_context(cluster_shop: ClusterShop) -> None:
    """Installing again changes nothing; inputs are what is different in an upgrade."""
    cluster_shop.write(releases={"web": cluster_shop.release()})
    proposal = cluster_shop.install()

    assert ("cluster test", cluster_shop.api._server) == (proposal.target, proposal.address)  # noqa: SLF001
    assert {"version": "1.1.0", "text": "hello"} == cluster_shop.data("web")
    assert cluster_shop.propose().diff.is_empty
    cluster_shop.write(releases={"web": cluster_shop.release(inputs={"text": "again"})})
    assert ["web"] == [
        change.resource.name for change in cluster_shop.install().diff.having("update")
    ]
    assert "again" == cluster_shop.data("web")["text"]


def test_in_an_empty_folder_the_cluster_remembers(cluster_shop: ClusterShop) -> None:
    """Under an id of its own, for as long as something is installed."""
    add_registry(Options(), NewRegistry(name="toy", where="../toy"))
    cluster_shop.carry_out(add(without_a_file(cluster_shop), cluster_shop))
    opened = without_a_file(cluster_shop, make=False)

    assert (False, ["web"]) == (opened.has_file, list(opened.environment.releases))
    assert "test" == opened.environment.name
    assert str(opened.lockfile and opened.lockfile.releases["web"].version) == "1.1.0"
    named = Wishes(named=frozenset({"web"}))
    cluster_shop.carry_out(draft_without(opened, ("web",)), named)
    with pytest.raises(UsageError) as caught:
        without_a_file(cluster_shop, make=False)
    assert (
        "nothing is installed in cluster test, and there is no `mistpm.yaml` here\n"
        "hint: `mistpm install NAME -p PACKAGE` installs a package there"
    ) == str(caught.value)


def test_of_several_remembered_environments_none_is_guessed(cluster_shop: ClusterShop) -> None:
    """Two that were made at the same time; the error names both."""
    add_registry(Options(), NewRegistry(name="toy", where="../toy"))
    both = [without_a_file(cluster_shop), without_a_file(cluster_shop)]
    for at, workspace in enumerate(both):
        cluster_shop.carry_out(add(workspace, cluster_shop, f"web-{at}"))
    with pytest.raises(TargetError) as caught:
        without_a_file(cluster_shop)

    ids = sorted(workspace.environment.id for workspace in both)
    assert "several-environments" == caught.value.reference
    assert (
        f"cluster test remembers several environments in the namespace `{cluster_shop.state_namespace}`"
        == caught.value.message
    )
    assert [f"`test` ({each})" for each in ids] == sorted(caught.value.context)


def test_an_environment_with_a_file_is_not_taken_for_a_remembered_one(
    cluster_shop: ClusterShop,
) -> None:
    """Elsewhere the cluster says whose it is; a new one can live beside it."""
    cluster_shop.write(releases={"web": cluster_shop.release()})
    cluster_shop.install()
    cluster_shop.file.unlink()
    with pytest.raises(UsageError) as caught:
        without_a_file(cluster_shop, make=False)

    assert (
        "cluster test belongs to the environment `shop`, which has a file of its own\n"
        "hint: work in the folder of that `mistpm.yaml`, or name it with --environment\n"
        "hint: `mistpm list --all` shows what is there, `mistpm status -e NAME` how one environment is"
    ) == str(caught.value)
    assert f"id-{cluster_shop.namespace}" != without_a_file(cluster_shop).environment.id


def test_a_target_has_inputs_patches_and_a_place_for_its_state(cluster_shop: ClusterShop) -> None:
    """All of one target; the lock is the file's."""
    elsewhere = f"{cluster_shop.state_namespace}-2"
    patch = {"select": {"kind": "ConfigMap"}, "merge": {"data": {"where": "staging"}}}
    cluster_shop.write(
        releases={"web": cluster_shop.release()},
        target=None,
        targets={
            "staging": {
                "context": cluster_shop.context,
                "state": {"namespace": elsewhere},
                "inputs": {"web": {"text": "staged"}},
                "patches": {"web": [patch]},
            }
        },
    )
    cluster_shop.install(target="staging")

    assert {"version": "1.1.0", "text": "staged", "where": "staging"} == cluster_shop.data("web")
    assert cluster_shop.propose(target="staging").diff.is_empty
    assert 404 == cluster_shop.api.get(f"/api/v1/namespaces/{cluster_shop.state_namespace}").status
    assert 200 == cluster_shop.api.delete(f"/api/v1/namespaces/{elsewhere}").status


def test_the_command_line_says_where_the_state_is(cluster_shop: ClusterShop) -> None:
    """Its word counts more than the file's."""
    elsewhere = f"{cluster_shop.state_namespace}-3"
    cluster_shop.write(releases={"web": cluster_shop.release()})
    cluster_shop.install(state_namespace=elsewhere)

    assert 404 == cluster_shop.api.get(f"/api/v1/namespaces/{cluster_shop.state_namespace}").status
    assert 200 == cluster_shop.api.delete(f"/api/v1/namespaces/{elsewhere}").status


def test_without_a_range_the_cluster_says_which_kubernetes(cluster_shop: ClusterShop) -> None:
    """Only its own minor; once it is locked, the cluster is not asked again."""
    cluster_shop.write(kubernetes=None, releases={"web": cluster_shop.release()})
    lockfile = cluster_shop.install().lockfile

    assert (cluster_shop.minor,) == lockfile.kubernetes
    cluster_shop.edit(f"context: {cluster_shop.context}", "context: nowhere")
    assert lockfile == solve(cluster_shop.open()).lockfile


def test_a_cluster_outside_of_the_range_is_no_stale_lock(cluster_shop: ClusterShop) -> None:
    """Planning ends with it; the lock is as it was."""
    cluster_shop.write(kubernetes=">=1.31 <1.33", releases={"web": cluster_shop.release()})
    error = refusal(cluster_shop)

    assert isinstance(error, PlanError)
    assert (
        f"the cluster test runs Kubernetes {cluster_shop.minor}, and what is locked is for 1.31, 1.32\n"
        "  `mistpm.yaml` says `kubernetes: >=1.31 <1.33`\n"
        f"hint: let `kubernetes` in `mistpm.yaml` include {cluster_shop.minor}, or name another cluster"
    ) == str(error)


def test_what_is_provided_must_be_there(cluster_shop: ClusterShop) -> None:
    """Otherwise it is a finding: somebody may be about to install it."""
    missing = "missing.example.org/v1/Thing"
    cluster_shop.write(
        releases={"web": cluster_shop.release()},
        provided={"apis": ["apps/v1/Deployment", missing]},
    )
    [finding] = [
        each for each in cluster_shop.propose().findings if each.code == "provided-missing"
    ]

    assert (
        f"`provided.apis` says that `{missing}` is there, and the cluster test does not serve it"
        == finding.message
    )


def test_a_patch_that_a_package_does_not_support_is_a_finding(cluster_shop: ClusterShop) -> None:
    """Solving knows minors; the very version is known to the cluster alone."""
    found = {}
    for version in ("1.0.0", "2.0.0"):
        picky = cluster_shop.release("toy/apps/picky", version=f"={version}")
        cluster_shop.write(releases={"picky": picky})
        findings = cluster_shop.propose().findings
        found[version] = [each.message for each in findings if each.code == "kubernetes-patch"]

    said = "its package supports Kubernetes `>=1.28 !=1.37.1`, and the cluster test runs 1.37.1"
    assert {"1.0.0": [], "2.0.0": [said]} == found


def test_init_writes_the_context_and_the_minor_of_its_cluster(cluster_shop: ClusterShop) -> None:
    """And nothing is made on the cluster."""
    made = init(cluster_shop.file, NewEnvironment(name="shop", context=cluster_shop.context))
    environment = cluster_shop.open().environment

    assert (cluster_shop.minor, "context test") == (made.kubernetes, made.target)
    assert environment.target is not None
    assert cluster_shop.context == environment.target.context


def test_nobody_else_is_acted_for_without_rights(cluster_shop: ClusterShop) -> None:
    """`--as` is what it is for kubectl."""
    cluster_shop.write(releases={"web": cluster_shop.release()})
    error = refusal(cluster_shop, user="somebody")

    assert "cluster-forbidden" == error.reference
    assert "`somebody`" in error.message


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            {"target": "context:prdo"},
            "there is no context `prdo` in the kubeconfig",
        ),
        (
            {"target": "directory:out", "user": "somebody"},
            "`--as somebody` is for clusters, and `out` is a directory",
        ),
        (
            {"target": "directory:out", "state_namespace": "here"},
            "`--state-namespace here` is for clusters, and `out` is a directory",
        ),
    ],
)
def test_what_cannot_be_meant_is_told(
    options: dict[str, str], expected: str, cluster_shop: ClusterShop
) -> None:
    """A context that is not there, a directory as somebody else."""
    cluster_shop.write(releases={"web": cluster_shop.release()})

    assert expected == refusal(cluster_shop, **options).message


def test_kinds_that_nobody_provides(cluster_shop: ClusterShop) -> None:
    """The packages are named that would bring the kind; where there are none, none is."""
    known, unknown = ({"group": group} for group in ("ours.example.org", "theirs.example.org"))
    cluster_shop.write(
        releases={
            "known": cluster_shop.release("toy/apps/thing", inputs=known),
            "unknown": cluster_shop.release("toy/apps/thing", inputs=unknown),
        }
    )
    where = cluster_shop.namespace

    assert f"""\
cluster test: some manifests are of kinds that the cluster does not have
  Widget.ours.example.org {where}/known: nothing provides `ours.example.org/v1 Widget`
  Widget.theirs.example.org {where}/unknown: nothing provides `theirs.example.org/v1 Widget`
hint: install what provides them, in this environment or on the cluster
hint: `toy/apps/apis` provides `ours.example.org/v1/Widget`""" == str(refusal(cluster_shop))


def test_the_question_names_the_cluster_and_its_server(cluster_shop: ClusterShop) -> None:
    """So that nobody installs into the wrong one."""
    cluster_shop.write(releases={"web": cluster_shop.release()})
    proposal = cluster_shop.propose()
    asked: list[str] = []

    def refuse(question: str) -> bool:
        asked.append(question)
        return False

    with pytest.raises(RefusedError):
        require_consent(proposal, Consent(), refuse)
    assert [f"Apply to cluster test ({proposal.address})?"] == asked
