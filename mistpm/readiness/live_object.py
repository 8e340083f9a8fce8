"""Reading live objects, whose status may be anything: nothing here raises, whatever a document holds."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

_LONGEST_WORDS = 300


class StatusCondition(Struct, frozen=True, kw_only=True):
    """One of `status.conditions`; `is_stale` where it says itself that it is about an older version.

    `updated` is its time as the server writes it, in UTC, so that later ones sort behind; empty where it has none.
    """

    type: str
    status: str
    reason: str
    message: str
    is_stale: bool
    updated: str = ""

    @property
    def words(self) -> str:
        """What it says for people: its message, or its reason, or what it is."""
        text = self.message or self.reason or f"condition `{self.type}` is `{self.status}`"
        return shortened(text)


def value(data: Any, *path: str) -> Any:
    """Give what is at a path of keys, None where there is nothing."""
    for key in path:
        if not isinstance(data, dict):
            return None
        data = data.get(key)
    return data


def number(data: Any, *path: str, default: int = 0) -> int:
    """Give the whole number at a path."""
    found = value(data, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else default


def text(data: Any, *path: str) -> str:
    """Give the text at a path, empty where there is none."""
    found = value(data, *path)
    return found if isinstance(found, str) else ""


def items(data: Any, *path: str) -> list[dict[str, Any]]:
    """Give the mappings in the list at a path."""
    found = value(data, *path)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def condition(data: dict[str, Any], kind: str) -> StatusCondition | None:
    """Give a condition of an object's status by its type."""
    for each in items(data, "status", "conditions"):
        if each.get("type") == kind:
            generation = number(data, "metadata", "generation")
            return StatusCondition(
                type=kind,
                status=text(each, "status"),
                reason=text(each, "reason"),
                message=text(each, "message"),
                is_stale=number(each, "observedGeneration", default=generation) < generation,
                updated=text(each, "lastUpdateTime"),
            )
    return None


def has_condition(data: dict[str, Any], kind: str) -> bool:
    """Tell whether a condition is true, and about the object as it is now."""
    found = condition(data, kind)
    return found is not None and found.status == "True" and not found.is_stale


def last_written(data: dict[str, Any]) -> str:
    """Give when somebody last wrote an object other than its status, as the server writes times.

    Empty where the server does not tell who wrote it (`managedFields`).
    """
    written = (
        text(each, "time")
        for each in items(data, "metadata", "managedFields")
        if text(each, "subresource") != "status"
    )
    return max(written, default="")


def shortened(words: str) -> str:
    """Give a message in one line that is not too long."""
    line = " ".join(words.split())
    return line if len(line) <= _LONGEST_WORDS else f"{line[: _LONGEST_WORDS - 1]}…"
