"""One object that is compared: what is known of it, what is decided about it, and how that is shown."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from msgspec import Struct

from mistpm.diff.manifest import readable
from mistpm.diff.mask import masked_objects
from mistpm.model.change import Action, Change
from mistpm.model.finding import Finding
from mistpm.model.resource import ResourceId
from mistpm.target.cluster.api.resources import ApiResource
from mistpm.target.cluster.comparing.live import LiveObject
from mistpm.target.cluster.comparing.object_step import ObjectStep
from mistpm.target.cluster.comparing.refusals import Refusal
from mistpm.target.cluster.comparing.wanted import Wanted
from mistpm.target.cluster.memory.inventory import OwnedObject, place_of


class Case(Struct, frozen=True, kw_only=True):
    """One wanted object and what is known of it before the server is asked.

    `body` is what would be applied, secret values and all.  `api` is None where the kind is not served yet.
    `comes_with` says what in the same run it has to wait for (its namespace, its CRD), so that it cannot be
    dry-run, empty otherwise; `may_mistake` that the server may refuse it for a schema that this run changes.
    """

    wanted: Wanted
    body: dict[str, Any] = {}
    api: ApiResource | None = None
    live: LiveObject | None = None
    line: OwnedObject | None = None
    comes_with: str = ""
    may_mistake: bool = False

    @property
    def resource(self) -> ResourceId:
        """What it is about."""
        return self.wanted.resource

    @property
    def was_applied(self) -> bool:
        """Whether what is wanted now is what was applied: every difference is drift."""
        line = self.line
        return line is not None and bool(line.uid) and line.intent == self.wanted.intent

    def is_touched(self, live: LiveObject) -> bool:
        """Tell whether somebody changed an object since we applied it.

        Of one that a run of our own wrote which did not come to note it, nothing is known.
        """
        line = self.line
        if line is None or not line.uid:
            return False
        if live.uid != line.uid:
            return True
        return live.revision == line.revision and live.fields != line.fields

    def has_drifted(self, live: LiveObject) -> bool:
        """Tell whether an object differs from what is wanted because somebody changed it, and for no other reason."""
        return self.was_applied and self.is_touched(live)


class Decision(Struct, frozen=True, kw_only=True):
    """What is to be done with one object, how it is shown, and why it cannot be done, if so.

    `approximate` says why the server was not asked, empty where it was.
    """

    step: ObjectStep
    change: Change
    refusals: tuple[Refusal, ...] = ()
    findings: tuple[Finding, ...] = ()
    approximate: str = ""


def show(
    action: Action,
    resource: ResourceId,
    release: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    why: str = "",
    replaced: bool = False,
    values: Collection[str] = (),
) -> Change:
    """Give a change as it is shown: what is meaningful in both states, nothing secret in either."""
    old, new = masked_objects(before, after, values)
    return Change(
        action=action,
        resource=resource,
        release=release,
        place=place_of(resource),
        before=None if old is None else readable(old),
        after=None if new is None else readable(new),
        reason=why,
        replaced=replaced,
    )
