"""What the user says of a release, be it asked for or pulled in."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from mistpm.model.descriptor import Descriptor
from mistpm.model.environment import Patch

DEFAULT_NAMESPACE = "default"


class Configuration(Struct, frozen=True, kw_only=True):
    """A release's inputs, namespace and patches, from its entry, `settings` and the target's overlay.

    `namespace` is empty where the package is to choose.
    """

    namespace: str = ""
    inputs: dict[str, Any] = {}
    patches: tuple[Patch, ...] = ()

    def namespace_for(self, descriptor: Descriptor | None) -> str:
        """Give the release's namespace: the user's, the package's, or `default`."""
        chosen = descriptor.default_namespace if descriptor else ""
        return self.namespace or chosen or DEFAULT_NAMESPACE
