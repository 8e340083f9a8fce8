"""What a package is told about the cluster: decided by the lock and the file, never by a cluster."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mistpm.model.minor import Minor
from mistpm.model.presence import Api, apis


def capabilities(
    minor: Minor, *, provided: Iterable[Api], packaged: Iterable[Api]
) -> dict[str, Any]:
    """Give `kubernetesVersion` and `apiVersions`: Kubernetes' own at `minor`, `provided:`, and packages'.

    Every API is there as `group/version` and as `group/version/Kind`, sorted.
    """
    found = set(apis(minor))
    for api in (*provided, *packaged):
        found |= {str(api), str(api).rpartition("/")[0]}
    return {"kubernetesVersion": str(minor), "apiVersions": sorted(found)}
