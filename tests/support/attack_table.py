"""The attacks in `tests/guests/attacks`: what each is, how it is run, and how it must end.

`attacks.yaml` has an entry for every source; a source is WebAssembly text, in which
`(;repeat 1000;) … (;end;)` stands for a thousand copies, with `#` for the number of the copy; components have what
they share left out, as `component_text.py` says.  What stands in `(;descriptor … ;)`, in YAML, becomes the module's
descriptor, with what every descriptor has put before it.
"""

from __future__ import annotations

import functools
import json
import re
from typing import Any

import yaml
from component_text import made
from guest_modules import FOLDER
from msgspec import Struct, convert

from mistpm.package.sections import DESCRIPTOR_SECTION, with_section

ATTACKS = FOLDER / "attacks"
_REPEAT = re.compile(r"\(;repeat (\d+);\)(.*?)\(;end;\)", re.DOTALL)
_DESCRIPTOR = re.compile(r"\(;descriptor\n(.*?);\)\n", re.DOTALL)


class Attack(Struct, frozen=True, kw_only=True):
    """One attack.

    `run` is the way: `render` as a release's package, `info`, `requirements`, `race` against others,
    `again` to compare, or what is done to its machine code in the cache.  `calls` are what it may call, by alias.  `limits`
    differ from the defaults.  `guard` is what stops it, one of `attack_guards.GUARDS`.  It ends with the
    error `reference` and the whole text `ends`; without a reference it must do no harm, and answer `ends`.
    `peak` is what the attacked process may have, in MiB; a compiler beside it has a limit of its own.
    """

    name: str
    source: str
    family: str
    guard: str
    ends: str
    reference: str = ""
    run: str = "render"
    calls: dict[str, str] = {}
    limits: dict[str, int | float] = {}
    peak: int = 150


@functools.cache
def attacks() -> tuple[Attack, ...]:
    """Give all attacks, in the table's order."""
    table: dict[str, dict[str, Any]] = yaml.safe_load(
        (ATTACKS / "attacks.yaml").read_text(encoding="utf-8")
    )
    return tuple(
        convert({"name": name, "source": name, **entry}, Attack) for name, entry in table.items()
    )


def module(source: str) -> bytes:
    """Give the module of a source."""
    text = _expanded((ATTACKS / f"{source}.wat").read_text(encoding="utf-8"))
    if not (said := _DESCRIPTOR.search(text)):
        return made(text)
    head = {"apiVersion": "mistpm.dev/v1", "kind": "Package", "group": "test", "version": "1.0.0"}
    descriptor = {**head, "name": source.replace("_", "-"), **yaml.load(said[1], yaml.CSafeLoader)}
    return with_section(
        made(_DESCRIPTOR.sub("", text)), DESCRIPTOR_SECTION, json.dumps(descriptor).encode()
    )


def _expanded(text: str) -> str:
    return _REPEAT.sub(
        lambda found: "".join(found[2].replace("#", str(n)) for n in range(int(found[1]))), text
    )
