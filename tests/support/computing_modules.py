"""Packages that compute requirements: `computing.wat` with cases in it.

    computing(('"storage":"s3"', requiring(store="data/minio ^5")), requiring())

The first case whose text is in the package's input decides; what stands last, without a text, is the
answer to everything else.
"""

from __future__ import annotations

import json
import struct
from typing import Any, Final

from guest_modules import FOLDER, assemble

TRAP: Final = -1
LOOP: Final = -2
Answer = str | int
Case = tuple[str, Answer] | Answer


def computing(*cases: Case) -> bytes:
    """Make a package that answers by what is in its input."""
    written = b"".join(_case(*(case if isinstance(case, tuple) else ("", case))) for case in cases)
    data = "".join(f"\\{byte:02x}" for byte in written)
    return assemble((FOLDER / "computing.wat").read_text(encoding="utf-8").replace("CASES", data))


def requiring(**requirements: str | dict[str, Any]) -> str:
    """Write the answer that requires these, `store="data/minio ^5"` or a whole dependency."""
    document = {
        "apiVersion": "mistpm.dev/v1",
        "kind": "Requirements",
        "requirements": {alias: _dependency(each) for alias, each in requirements.items()},
    }
    return json.dumps(document)


def refusing(error: str) -> str:
    """Write the answer of a package that cannot tell."""
    return json.dumps({"apiVersion": "mistpm.dev/v1", "kind": "Requirements", "error": error})


def _dependency(written: str | dict[str, Any]) -> dict[str, Any]:
    if isinstance(written, dict):
        return written
    package, _, version = written.partition(" ")
    return {"package": package, "version": version or "*"}


def _case(needle: str, answer: Answer) -> bytes:
    if isinstance(answer, int):
        return _sized(needle) + struct.pack("<i", answer)
    return _sized(needle) + _sized(answer)


def _sized(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack("<I", len(encoded)) + encoded
