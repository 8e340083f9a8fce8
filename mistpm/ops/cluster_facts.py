"""What a live cluster says about an environment: its Kubernetes version, and the APIs that it serves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mistpm.errors import PlanError, TargetError, UsageError
from mistpm.model.finding import Finding
from mistpm.model.lockfile import Lockfile
from mistpm.model.minor import Minor, parse_minor
from mistpm.model.minors import newest_minor, oldest_minor
from mistpm.model.presence import Api
from mistpm.model.rendered import Rendered
from mistpm.model.version_key import first_key, release_key
from mistpm.model.version_set import VersionSet, between
from mistpm.ops.workspace import Workspace

if TYPE_CHECKING:
    from mistpm.target.cluster.cluster import ClusterTarget


def own_minor(workspace: Workspace) -> Minor:
    """Give the minor of an environment that names none: the cluster's own, for a directory the newest known.

    Raises `TargetError` where the cluster does not tell, or runs one that is not known.
    """
    if not workspace.chosen_target.is_cluster:
        return newest_minor()
    try:
        cluster = workspace.cluster
    except UsageError as error:
        if error.reference == "no-target":
            return newest_minor()
        raise
    try:
        return known_minor(cluster)
    except TargetError as error:
        raise TargetError(
            error.reference,
            error.message,
            context=error.context,
            note=f"`{workspace.document.title}` has no `kubernetes`, so it means the cluster's own version",
            hint=f'{error.hint}\nor write what you mean, such as `kubernetes: ">=1.33 <1.36"`'.strip(),
        ) from error


def known_minor(cluster: ClusterTarget) -> Minor:
    """Give a cluster's minor; raises `TargetError` (`unknown-cluster-version`) for one that is not known."""
    minor = cluster.minor()
    if not oldest_minor() <= minor <= newest_minor():
        raise TargetError(
            "unknown-cluster-version",
            f"the {cluster.title} runs Kubernetes {minor}, which this mistpm does not know",
            note=f"it knows {oldest_minor()} to {newest_minor()}",
            hint="use a newer mistpm" if minor > newest_minor() else "upgrade the cluster",
        )
    return minor


def check_cluster(workspace: Workspace, lockfile: Lockfile) -> tuple[Finding, ...]:
    """Compare a cluster with what the lock and the environment take for granted.

    Costs nothing for a directory, two requests for a cluster.  Raises `PlanError` (`cluster-outside`)
    where the lock is not for the cluster's Kubernetes version; what is said to be provided and is not
    there is a finding.
    """
    if not workspace.chosen_target.is_cluster:
        return ()
    cluster = workspace.cluster
    minor = cluster.minor()
    if str(minor) not in lockfile.kubernetes:
        written = workspace.environment.kubernetes
        file = workspace.document.title
        locked = ", ".join(lockfile.kubernetes)
        raise PlanError(
            "cluster-outside",
            f"the {cluster.title} runs Kubernetes {minor}, and what is locked is for {locked}",
            context=(f"`{file}` says `kubernetes: {written.text}`",) if written else (),
            hint=f"let `kubernetes` in `{file}` include {minor}, or name another cluster"
            if written
            else "`mistpm upgrade` solves for the cluster's own version",
        )
    return tuple(_missing(workspace, cluster))


def check_patches(
    workspace: Workspace, lockfile: Lockfile, rendered: Rendered
) -> tuple[Finding, ...]:
    """Find packages that support a cluster's minor, but not its very version.

    Costs one request, and that only where some package tells versions of a minor apart.
    """
    if not workspace.chosen_target.is_cluster:
        return ()
    cluster = workspace.cluster
    minors = [_all_of(parse_minor(text)) for text in lockfile.kubernetes]
    choosy = {
        release: range_
        for release, range_ in rendered.kubernetes.items()
        if not all(minor.is_subset(range_.versions) for minor in minors)
    }
    version = cluster.version() if choosy else None
    return tuple(
        Finding(
            severity="warning",
            code="kubernetes-patch",
            message=f"its package supports Kubernetes `{range_}`, and the {cluster.title} runs {version}",
            release=release,
            hint="upgrade the cluster, or choose another version of the package",
        )
        for release, range_ in choosy.items()
        if version is not None and version not in range_.versions
    )


def _all_of(minor: Minor) -> VersionSet:
    return between(release_key(1, minor.number, 0), first_key(1, minor.number + 1, 0))


def _missing(workspace: Workspace, cluster: ClusterTarget) -> Iterator[Finding]:
    said = workspace.environment.provided.apis
    served = {Api(each.group, each.version, each.kind) for each in cluster.served()} if said else ()
    for api in said:
        if api not in served:
            yield Finding(
                severity="warning",
                code="provided-missing",
                message=f"`provided.apis` says that `{api}` is there, and the {cluster.title} does not serve it",
                hint="`mistpm provided --from-cluster` writes what it serves",
            )
