"""Environments that a cluster remembers, seen by who has no file of theirs."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_cluster_shop import ClusterShop

from mistpm.errors import DocumentError, MistError, UsageError
from mistpm.model.revision import RevisionSummary
from mistpm.ops.history import history
from mistpm.ops.looking import AppliedEnvironment, AppliedRelease, list_environments, open_to_look
from mistpm.ops.options import Options
from mistpm.ops.proposing import Wishes
from mistpm.ops.status import drift, status
from mistpm.ops.views.glance import glance
from mistpm.ops.views.listing import ListedRelease, list_releases
from mistpm.ops.workspace import open_workspace


def installed(shop: ClusterShop) -> RevisionSummary:
    """Install a front and what it needs, and lose the file; gives the revision."""
    shop.write(
        releases={"front": shop.release("toy/apps/front")},
        settings={"toy/apps/web": {"namespace": shop.namespace}},
    )
    shop.install(wishes=Wishes(reason="install"))
    [revision] = history(shop.open())
    shop.file.unlink()
    shop.lock.unlink()
    return revision


def looking(shop: ClusterShop, name: str = "") -> Options:
    """Say where to look."""
    return Options(
        environment=Path(name) if name else None,
        target=f"context:{shop.context}",
        state_namespace=shop.state_namespace,
    )


def test_all_environments_of_a_cluster_are_listed(cluster_shop: ClusterShop) -> None:
    """With what is applied, where, and who did it when; a record that is broken is told."""
    revision = installed(cluster_shop)
    path = f"/api/v1/namespaces/{cluster_shop.state_namespace}/configmaps"
    cluster_shop.api.apply(
        f"{path}/mistpm-broken",
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": "mistpm-broken",
                "labels": {"mistpm.dev/state": "record", "mistpm.dev/state-of": "broken"},
                "annotations": {"mistpm.dev/environment-name": "another"},
            },
        },
    )
    found = list_environments(looking(cluster_shop))

    name = cluster_shop.namespace
    assert ("cluster test", cluster_shop.state_namespace) == (found.target, found.namespace)
    assert (
        AppliedEnvironment(
            environment="another",
            id="broken",
            has_file=True,
            problem="what the cluster test remembers of the environment `broken` cannot be read",
        ),
        AppliedEnvironment(
            environment="shop",
            id=f"id-{name}",
            has_file=True,
            revision=revision,
            releases=(
                AppliedRelease(
                    release="front",
                    package="toy/apps/front",
                    version="1.0.0",
                    namespaces=(name,),
                    resources=1,
                ),
                AppliedRelease(
                    release="web",
                    package="toy/apps/web",
                    version="1.1.0",
                    namespaces=(name,),
                    resources=2,
                ),
            ),
        ),
    ) == found.environments


def test_one_of_them_is_looked_at_by_its_name_or_id(cluster_shop: ClusterShop) -> None:
    """Its releases, revisions, state and drift; nothing can be installed that way."""
    revision = installed(cluster_shop)
    named = open_to_look(looking(cluster_shop, "shop"))

    assert (
        ListedRelease(release="front", package="toy/apps/front", version="1.0.0", needed_by=""),
        ListedRelease(release="web", package="toy/apps/web", version="1.1.0", needed_by="front"),
    ) == list_releases(named)
    assert (revision,) == history(named)
    assert ["front", "web"] == sorted(glance(looking(cluster_shop, "shop")).lockfile.releases)
    found = status(open_to_look(looking(cluster_shop, f"id-{cluster_shop.namespace}")))
    assert [("front", "as applied", "ready"), ("web", "as applied", "ready")] == [
        (each.release, each.state, each.health) for each in found.releases
    ]
    assert (
        "the environment `shop` that the cluster test remembers has its file elsewhere",
    ) == found.unknown_because
    with pytest.raises(DocumentError) as caught:
        open_workspace(looking(cluster_shop, "shop"))
    assert "`shop` cannot be read: No such file or directory" == str(caught.value)


def test_a_name_that_nobody_has_is_told(cluster_shop: ClusterShop) -> None:
    """With the one that was perhaps meant."""
    installed(cluster_shop)
    with pytest.raises(UsageError) as caught:
        open_to_look(looking(cluster_shop, "shup"))

    assert (
        "there is no file `shup`, and the cluster test remembers no environment of that name in the"
        f" namespace `{cluster_shop.state_namespace}`\n"
        "  did you mean `shop`?\n"
        "hint: `mistpm list --all` lists them"
    ) == str(caught.value)


def test_status_of_what_cannot_be_solved_is_that_of_what_was_applied(
    cluster_shop: ClusterShop,
) -> None:
    """It tells why; before anything is applied there is nothing to fall back on."""
    cluster_shop.write(releases={"web": cluster_shop.release(version="^9")})
    with pytest.raises(MistError) as refused:
        status(cluster_shop.open())
    with pytest.raises(MistError) as caught:
        drift(cluster_shop.open())
    cluster_shop.write(releases={"web": cluster_shop.release()})
    cluster_shop.install()
    cluster_shop.write(releases={"web": cluster_shop.release(version="^9")})
    found = status(cluster_shop.open())

    assert (
        "nothing of the environment `shop` was applied to the cluster test yet\n"
        "hint: `mistpm plan` shows what would be"
    ) == str(caught.value)
    assert tuple(str(refused.value).split("\n")) == found.unknown_because
    assert [("web", "", "1.1.0", "as applied", "ready")] == [
        (each.release, each.version, each.applied, each.state, each.health)
        for each in found.releases
    ]
    assert not found.is_current
