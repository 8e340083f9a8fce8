"""Whether a lock holds together: a merge can leave one that is well-formed and wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from mistpm.model.environment import RESERVED_NAMES
from mistpm.model.lockfile import LockedPackage, Lockfile
from mistpm.model.minor import InvalidMinorError, parse_minor

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def contradictions(lockfile: Lockfile) -> tuple[str, ...]:
    """Say in lines what contradicts itself in a lock: what is used must be pinned, and in an order."""
    return (*_kubernetes(lockfile), *_pins(lockfile), *_order(lockfile))


def _kubernetes(lockfile: Lockfile) -> Iterator[str]:
    if not lockfile.kubernetes:
        yield "kubernetes: there is no version in it"
    for minor in lockfile.kubernetes:
        try:
            parse_minor(minor)
        except InvalidMinorError as error:
            yield f"kubernetes: {error}"


def _pins(lockfile: Lockfile) -> Iterator[str]:
    for place, pins in (("releases", lockfile.releases), ("called", lockfile.called)):
        for name, pin in pins.items():
            if not _DIGEST.fullmatch(pin.digest):
                yield f"{place}.{name}: `{pin.digest}` is not a digest"
            yield from _computed(f"{place}.{name}", pin)
            for alias, edge in pin.dependencies.items():
                known = lockfile.called if edge.use == "call" else lockfile.releases
                if edge.target and edge.target not in known and edge.target not in RESERVED_NAMES:
                    yield f"{place}.{name}: `{alias}` leads to `{edge.target}`, which is not pinned"


def _computed(place: str, pin: LockedPackage) -> Iterator[str]:
    """Compare what a module answered with what stands among the dependencies as computed."""
    found = {alias for alias, edge in pin.dependencies.items() if edge.computed}
    said = set(pin.computed.requirements) if pin.computed else set()
    if pin.computed and (pin.computed.asked or said) and not _DIGEST.fullmatch(pin.computed.asked):
        yield f"{place}: `{pin.computed.asked}` is not a digest"
    for alias in sorted(found ^ said):
        yield f"{place}: `{alias}` is computed in one place and not in the other"


def _order(lockfile: Lockfile) -> Iterator[str]:
    stages = {name: number for number, stage in enumerate(lockfile.order) for name in stage}
    written = Counter(name for stage in lockfile.order for name in stage)
    for name in sorted({*lockfile.releases, *written}):
        if name not in lockfile.releases:
            yield f"order: there is no release `{name}`"
        elif written[name] != 1:
            yield f"order: `{name}` stands in it {written[name]} times"
        else:
            yield from _too_early(name, lockfile.releases[name], stages)


def _too_early(name: str, pin: LockedPackage, stages: dict[str, int]) -> Iterator[str]:
    for edge in pin.dependencies.values():
        ordered = edge.use != "call" and not edge.optional and edge.target != name
        if ordered and stages.get(edge.target, -1) >= stages[name]:
            yield f"order: `{name}` does not stand after `{edge.target}`, which it needs"
