"""What the objects are called in which a cluster remembers environments (`specs/cluster-state.md#names`)."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any, Final

from mistpm.target.cluster.api.client import MANAGER
from mistpm.target.marks import MANAGER_LABEL

DEFAULT_NAMESPACE: Final = "mistpm-system"

OF_LABEL: Final = "mistpm.dev/state-of"
"""The environment's id.  Not the label of what an environment owns: nobody prunes or lists state as resources."""
ROLE_LABEL: Final = "mistpm.dev/state"
REVISION_LABEL: Final = "mistpm.dev/revision"
NAME_ANNOTATION: Final = "mistpm.dev/environment-name"
REMEMBERED_ANNOTATION: Final = "mistpm.dev/remembered"

RECORD: Final = "record"
PIECE: Final = "piece"
REVISION: Final = "revision"
GENERATED: Final = "generated"
LEASE: Final = "lease"

REVISION_TYPE: Final = "mistpm.dev/revision"
GENERATED_TYPE: Final = "mistpm.dev/generated"

_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")


def state_name(environment_id: str, *rest: object) -> str:
    """Give the name of an object about an environment: `mistpm-ID-REST`.

    An id that no name of Kubernetes can hold (capitals, `_`) is replaced by a digest of it.
    """
    key = environment_id
    if not _NAME.fullmatch(key):
        key = f"x-{sha256(key.encode()).hexdigest()[:32]}"
    return "-".join(("mistpm", key, *map(str, rest)))


def state_metadata(
    name: str, namespace: str, environment_id: str, role: str, **more: Any
) -> dict[str, Any]:
    """Give the metadata of such an object; `labels` among `more` are added to its own."""
    labels = {MANAGER_LABEL: MANAGER, OF_LABEL: environment_id, ROLE_LABEL: role}
    labels |= more.pop("labels", {})
    return {"name": name, "namespace": namespace, "labels": labels, **more}


def selector(environment_id: str, role: str) -> str:
    """Give the label selector of the objects of one role."""
    return f"{OF_LABEL}={environment_id},{ROLE_LABEL}={role}"
