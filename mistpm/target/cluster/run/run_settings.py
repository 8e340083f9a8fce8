"""What all parts of a run have in common."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from mistpm.model.progress import Progress
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.api.resources import Resources
from mistpm.target.cluster.watch.expectation import Graces
from mistpm.target.protocol import Waiting


class RunSettings(Struct, frozen=True, kw_only=True):
    """Where a run takes place, and how.

    `check` is called before every write, and raises when nothing may be written any more; `watch` is
    called while things are waited for, costs nothing, and raises when that is known already.  `hear` is
    told of everything; `at_once` is how many objects are written at a time.  How long is waited is
    measured with `clock`.
    """

    client: Client
    resources: Resources
    environment_id: str
    waiting: Waiting
    graces: Graces
    at_once: int
    check: Callable[[], None]
    watch: Callable[[], None]
    hear: Callable[[Progress], None]
    clock: Callable[[], float]

    @property
    def title(self) -> str:
        """How messages call the cluster."""
        return self.client.title
