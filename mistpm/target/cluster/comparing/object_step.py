"""What is to be done with one object."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from mistpm.model.change import Action
from mistpm.model.resource import Manifest, ResourceId


class ObjectStep(Struct, frozen=True, kw_only=True):
    """One object's part of a comparison: as much as carrying it out needs.

    `body` is what is applied, marks and secret values in it; None for what is not applied.  `uid` and
    `resource_version` are of the object that is there (for `create`: of one that must go first, as it is
    being deleted), empty where none is.

    `replaces`: the object is deleted and made again.  `migrates`: `adoption.migrate` comes first.  `force`:
    other managers' fields are taken, as was allowed.  `confirmed` is the digest of what was shown (`intent.shown`),
    empty where that cannot be told beforehand.  `intent`, `fields` and `revision` are for the inventory, the
    latter two as they are live, for what is not applied.  `is_drift`: the cluster changed, what is wanted did not.  `data` is the live
    object where it was asked for.
    """

    action: Action
    resource: ResourceId
    api_version: str
    release: str
    manifest: Manifest | None = None
    body: dict[str, Any] | None = None
    uid: str = ""
    resource_version: str = ""
    replaces: bool = False
    migrates: bool = False
    force: bool = False
    confirmed: str = ""
    intent: str = ""
    fields: str = ""
    revision: int = 0
    why: str = ""
    is_drift: bool = False
    data: dict[str, Any] | None = None
