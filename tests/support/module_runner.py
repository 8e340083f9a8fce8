"""Loads and renders modules that may be anything; a program, so that only it can come to harm.

For each path that comes in on standard input it answers a line: the reference of the error, `ok`, or
`bug` and what was raised.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from guest_modules import digest, guest

from mistpm.errors import MistError
from mistpm.package.sections import read_sections
from mistpm.wasm import Answer, Budget, Limits, Runtime

RUNTIME = Runtime(cache=None, limits=Limits(seconds=0.5))
PATIENT = Limits(seconds=600)
"""For a module that must end: a busy machine may keep it waiting."""


def run(module: bytes, path: Path, limits: Limits = RUNTIME.limits) -> str:
    """Do with a module what is done with a package's: read its sections, load it, run it."""
    try:
        read_sections(module)
        loaded = RUNTIME.load(path, digest(module))
        host: dict[str, Any] = {
            "budget": Budget(limits),
            "answer": lambda _document: Answer(status=-2, body=b"{}"),
            "log": lambda _level, _text: None,
        }
        if RUNTIME.is_command(loaded):
            RUNTIME.command(loaded, stdin=b"{}", arguments=("a",), environment=(), **host)
        else:
            RUNTIME.generate(loaded, b"{}", **host)
    except MistError as error:
        return error.reference
    except Exception as error:  # noqa: BLE001 - reported to who looks for them
        return f"bug {error!r}"
    return "ok"


def main() -> None:
    """Serve until standard input ends; after each module a good one must render."""
    for line in sys.stdin:
        path = Path(line.rstrip("\n"))
        found = run(path.read_bytes(), path)
        good = path.with_name("good.wasm")
        good.write_bytes(guest("echo"))
        healthy = run(good.read_bytes(), good, PATIENT)
        sys.stdout.write(f"{found if healthy == 'ok' else f'bug: then good is {healthy}'}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
