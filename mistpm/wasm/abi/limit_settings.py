"""Limits as users write them: `memory=512MiB`, `time=2m`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from operator import itemgetter

from msgspec import convert

from mistpm.errors import UsageError
from mistpm.wasm.abi.limits import Limits

NAMES = {
    "time": "seconds",
    "calls": "calls",
    "requests": "requests",
    "depth": "call_depth",
    "log": "log_bytes",
    "memory": "memory_bytes",
    "output": "output_bytes",
    "fuel": "fuel",
    "table": "table_elements",
    "stack": "stack_bytes",
    "input": "input_bytes",
    "request": "request_bytes",
    "response": "response_bytes",
    "module": "module_bytes",
    "functions": "functions",
    "imports": "imports",
    "exports": "exports",
    "custom-sections": "custom_sections",
    "compile-time": "compile_seconds",
    "compile-memory": "compile_memory_bytes",
}
"""What users and messages call a limit, and the field of `Limits`."""

_SIZES = {"": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}
_COUNTS = {"": 1}
_MOST = {
    "call_depth": 200,  # Python's own stack
    "memory_bytes": 4 * 1024**3,  # what 32 bits can address
    "seconds": 600,  # Ctrl-C advances the clock so far, which takes time itself
    "stack_bytes": 2 * 1024**2,  # where wasmtime would end the process
}


def parse_limits(texts: Iterable[str]) -> Limits:
    """Give the limits with those that `texts` change: `NAME=VALUE` each; the last one of a name counts.

    Raises `UsageError` (`invalid-limit`).
    """
    return convert(dict(map(_parsed, texts)), Limits)


def allow_more(name: str, limits: Limits) -> str:
    """Give a further line for a hint: which option allows twice as much of a limit, or the most there can be.

    Where that is what there is already, nothing.
    """
    field = NAMES[name]
    now = getattr(limits, field)
    amount = min(2 * now, _MOST.get(field, 2 * now))
    if amount <= now:
        return ""
    return f"\n`--limit {name}={_written(field, amount)}` allows more"


def _written(field: str, amount: float) -> str:
    """Write an amount as `_parsed` reads it."""
    if "seconds" in field:
        return f"{amount:g}s"
    if not field.endswith("bytes"):
        return f"{amount}"
    fitting = (each for each in _SIZES.items() if not amount % each[1])
    unit, size = max(fitting, key=itemgetter(1))
    return f"{int(amount) // size}{unit}"


def _parsed(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    field = NAMES.get(name)
    if field is None:
        from difflib import get_close_matches

        near = get_close_matches(name, NAMES, n=1)
        meant = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(NAMES)}"
        raise _invalid(text, "there is no such limit" if name else "it has no name", meant)
    units, example = _units(field)
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([A-Za-z]*)", value)
    amount = float(found[1]) * units.get(found[2], 0) if found else 0
    if amount <= 0:
        named = ", ".join(f"`{unit}`" for unit in units if unit)
        form = f"a number above 0, alone or with {named}" if named else "a number above 0"
        what = f"`{value}` is not {form}" if value else f"it has no value: {form}"
        hint = f"write `{name}={example}`"
        if " " in value or "," in value:
            hint = f"give `--limit` once for each: `--limit {name}={example}`"
        raise _invalid(text, what, hint)
    if amount > _MOST.get(field, amount):
        most = "10m" if field == "seconds" else _written(field, _MOST[field])
        raise _invalid(text, f"it can be {most} at most", f"write `{name}={example}`")
    return field, amount if "seconds" in field else int(amount)


def _units(field: str) -> tuple[dict[str, int], str]:
    """Give the units that a field may have, and an example."""
    if "seconds" in field:
        return _SECONDS, "90s"
    if field.endswith("bytes"):
        return _SIZES, "1MiB" if field == "stack_bytes" else "64MiB"
    return _COUNTS, "100"


def _invalid(text: str, what: str, hint: str) -> UsageError:
    return UsageError("invalid-limit", f"`{text}` is not a limit: {what}", hint=hint)
