"""Which types of `mistpm.model` are written as a text, and how they are read from it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from mistpm.model.identity import (
    PackageId,
    PackageReference,
    parse_package_id,
    parse_package_reference,
)
from mistpm.model.presence import Api, parse_api
from mistpm.model.ranges import Range, parse_range
from mistpm.model.version import Version, parse_version

PARSERS: Final[dict[type, Callable[[str], Any]]] = {
    Api: cache(parse_api),
    PackageId: cache(parse_package_id),
    PackageReference: cache(parse_package_reference),
    Range: parse_range,
    Version: parse_version,
}
"""What reads the text; raises `ValueError` with a sentence that says what is wrong.

An index says the same few thousand texts over and over: all of these look up what they have read.
"""

EXPECTED: Final[dict[type, str]] = {
    Api: "an API such as `apps/v1/Deployment`",
    PackageId: "a package such as `starter/data/postgresql`",
    PackageReference: "a package such as `data/postgresql`",
    Range: "a range such as `^16`",
    Version: "a version such as `16.4.0`",
}
"""How messages name what is wanted."""


def decode(type_: type, value: Any) -> Any:
    """Make a value of one of these types; msgspec calls this for types that it does not know."""
    if not isinstance(value, str):
        raise ValueError(EXPECTED[type_])  # noqa: TRY004 - msgspec reports ValueErrors only
    return PARSERS[type_](value)
