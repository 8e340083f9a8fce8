"""The one place that asks which day it is."""

from __future__ import annotations

from datetime import UTC, datetime


def today() -> str:
    """Give the day in UTC, such as `2027-03-01`: by it waivers expire."""
    return datetime.now(tz=UTC).date().isoformat()
