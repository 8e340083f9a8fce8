"""Packages that do what a short script says: `script.wat` with the script in it.

    scripted('{"apiVersion": ..., "data": ', INPUT, '}')     puts its input into its answer
    scripted(*call({"op": "call", "alias": "db"}), RESPONSE)   answers what its dependency answers
    result(objects=[...])                                    a result document as text

A text stands for itself, `value("password")` for the text of an input.
"""

from __future__ import annotations

import json
import struct
from typing import Any

from guest_modules import FOLDER, assemble, ok

Step = str | bytes

INPUT, RESPONSE, STATUS, TRAP, LOOP = b"I", b"R", b"S", b"T", b"W"


def scripted(*steps: Step) -> bytes:
    """Make a package that answers what its steps put together."""
    script = (
        b"".join(_sized(b"L", step) if isinstance(step, str) else step for step in steps) + b"E"
    )
    data = "".join(f"\\{byte:02x}" for byte in script)
    return assemble((FOLDER / "script.wat").read_text(encoding="utf-8").replace("SCRIPT", data))


def value(key: str) -> bytes:
    """Give the step that appends the text of the first `"key":"..."` in the input."""
    return _sized(b"V", f'"{key}":"')


def call(*request: Step | dict[str, Any]) -> tuple[Step, ...]:
    """Give the steps that make a request; its parts are documents, texts and steps."""
    parts = [json.dumps(part) if isinstance(part, dict) else part for part in request]
    return (b"M", *parts, b"Q")


def log(level: int, text: str) -> bytes:
    """Give the step that logs a text."""
    return b"G" + struct.pack("<I", level) + _sized(b"", text)


def result(files: dict[str, str] | None = None, **mistpm: Any) -> str:
    """Write a result document, to be used as a step; see `guest_modules.ok`."""
    return json.dumps(ok(files, **mistpm))


def around(document: str, hole: str = "HOLE") -> tuple[str, str]:
    """Give the two parts of a text around `HOLE`, quotes of its own included."""
    before, after = document.split(f'"{hole}"')
    return before, after


def _sized(step: bytes, text: str) -> bytes:
    encoded = text.encode()
    return step + struct.pack("<I", len(encoded)) + encoded
