"""Quantities such as `500m` and `2Gi`, read to be compared.

Source: the serialization format of `resource.Quantity` in Kubernetes' API reference.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

_QUANTITY: Final = re.compile(
    r"\s*([+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40}))([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?\s*"
)
_UNITS: Final = {
    "n": -9,
    "u": -6,
    "m": -3,
    "": 0,
    "k": 3,
    "M": 6,
    "G": 9,
    "T": 12,
    "P": 15,
    "E": 18,
}
_BINARY: Final = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}


def quantity(value: Any) -> Decimal | None:
    """Give what a quantity amounts to; None for what is no quantity, or a monstrous one."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    match = _QUANTITY.fullmatch(str(value))
    if match is None:
        return None
    number, unit = Decimal(match[1]), match[2] or ""
    if unit in _BINARY:
        return number * Decimal(1024 ** _BINARY[unit])
    return number.scaleb(_UNITS[unit] if unit in _UNITS else int(unit[1:]))
