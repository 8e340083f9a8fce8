"""When a package says that what it made is ready."""

from __future__ import annotations

from typing import Any

from mistpm.model.wire import Wire


class ReadinessCondition(Wire, frozen=True, kw_only=True):
    """One entry of a descriptor's `readiness`: which resources it is about, and what must hold of each.

    `kind` is `Kind` or `Kind.group`; in `name` a `*` stands for anything, an empty one means all of the kind.  Exactly one of three says
    what must hold: `condition` (`Ready`, or `Ready=False`, of `status.conditions`), `json_path` (kubectl's,
    `{.status.phase}`) with the `value` that it must have, `cel` (an expression over `self` that is true).
    """

    kind: str
    name: str = ""
    condition: str = ""
    json_path: str = ""
    value: Any = None
    cel: str = ""

    def __post_init__(self) -> None:
        """Raise `ValueError` whose arguments name every rule that is broken."""
        mistakes = []
        if sum(map(bool, (self.condition, self.json_path, self.cel))) != 1:
            mistakes.append(
                "a readiness condition has exactly one of `condition`, `jsonPath` and `cel`"
            )
        if (self.value is None) == bool(self.json_path):
            mistakes.append("`value` goes with `jsonPath`, and `jsonPath` with `value`")
        if mistakes:
            raise ValueError(*mistakes)
