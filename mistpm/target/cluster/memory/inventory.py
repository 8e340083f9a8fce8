"""What an environment owns on a cluster: one line for each object."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from msgspec import Struct

from mistpm.model.resource import ResourceId
from mistpm.target.protocol import Owned


class OwnedObject(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One object that this environment put there, or is about to.

    `release` is empty for a namespace that the host made.  `intent` is the digest of the manifest with
    marks and placeholders, `fields` that of our own `fieldsV1` as the server answered when it was
    applied last, `revision` the number of the revision that last changed it.  `uid` and `fields` are
    empty as long as that is not known: the object may not be there yet.
    """

    resource: ResourceId
    api_version: str
    release: str = ""
    uid: str = ""
    intent: str = ""
    fields: str = ""
    revision: int = 0

    @property
    def owned(self) -> Owned:
        """The same as every target gives it."""
        return Owned(
            resource=self.resource,
            release=self.release,
            place=place_of(self.resource),
            digest=self.intent,
        )


def in_inventory_order(objects: Iterable[OwnedObject]) -> tuple[OwnedObject, ...]:
    """Sort by resource, so that the same objects are the same bytes; of two for one resource the later stays."""
    by_resource = {each.resource: each for each in objects}
    return tuple(by_resource[resource] for resource in sorted(by_resource))


def place_of(resource: ResourceId) -> str:
    """Give where a resource is, as a path: `shop/Deployment.apps/gitea`, `Namespace/shop`."""
    kind = f"{resource.kind}.{resource.group}" if resource.group else resource.kind
    return "/".join(part for part in (resource.namespace, kind, resource.name) if part)


def digest(data: bytes) -> str:
    """Give the digest that `intent` and `fields` hold: 128 bits of SHA-256, in hexadecimal."""
    return sha256(data).hexdigest()[:32]
