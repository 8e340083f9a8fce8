"""Which releases `--keep-going` goes on without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from mistpm.errors import MistError, RegistryError, RenderError, ResolutionError
from mistpm.model.finding import Finding
from mistpm.model.lockfile import LockedFailure, LockedPackage, Lockfile
from mistpm.model.rendered import Rendered

LEFT_OUT: Final = "left-out"


def left_out(lockfile: Lockfile, unfetched: Mapping[str, MistError]) -> dict[str, MistError]:
    """Give the releases that cannot be rendered, each with why.

    They have no solution, or need a module that is `unfetched` (errors by digest), or another release
    that is left out.
    """
    found: dict[str, MistError] = {
        name: _unresolved(name, part) for part in lockfile.unresolved for name in part.releases
    }
    for name in (name for stage in lockfile.order for name in stage):
        pin = lockfile.releases[name]
        lacking = next((e.target for e in pin.dependencies.values() if e.target in found), "")
        errors = (
            unfetched[each.digest] for each in _modules(lockfile, pin) if each.digest in unfetched
        )
        if name in found:
            continue
        if error := next(errors, None):
            found[name] = error
        elif lacking:
            found[name] = RenderError(
                "dependency-not-rendered",
                f"`{name}` is not rendered, because it needs `{lacking}`",
            )
    return found


def _unresolved(name: str, part: LockedFailure) -> MistError:
    message, hint = f"`{name}` cannot be resolved", "".join(part.hints[:1])
    if part.reference == "version-conflict":
        return ResolutionError("version-conflict", message, hint=hint)
    return RegistryError(part.reference, f"{message}: {part.explanation[0]}", hint=hint)


def without(lockfile: Lockfile, names: Mapping[str, MistError]) -> Lockfile:
    """Give a lock without these releases."""
    order = (tuple(name for name in stage if name not in names) for stage in lockfile.order)
    return msgspec.structs.replace(
        lockfile,
        releases={name: pin for name, pin in lockfile.releases.items() if name not in names},
        order=tuple(stage for stage in order if stage),
    )


def failure_findings(rendered: Rendered) -> tuple[Finding, ...]:
    """Tell of the releases that were left out."""
    return tuple(
        Finding(
            severity="error",
            code=LEFT_OUT,
            message="; ".join((f"left out: {head}", *(line.strip() for line in rest))),
            release=failure.release,
            hint=failure.error.hint,
            error=failure.error,
        )
        for failure in rendered.failures
        for head, *rest in (_without_hint(failure.error),)
    )


def _without_hint(error: MistError) -> tuple[str, ...]:
    """Give what an error says but for what to do, which a finding has apart."""
    return tuple(line for line in error.lines() if not line.startswith("hint: "))


def _modules(lockfile: Lockfile, pin: LockedPackage) -> Iterator[LockedPackage]:
    """Give a release's pin, and those of all packages that it calls, directly or not."""
    yield pin
    waiting, seen = [pin], set[str]()
    while waiting:
        for edge in waiting.pop().dependencies.values():
            if edge.use == "call" and edge.target not in seen:
                seen.add(edge.target)
                yield lockfile.called[edge.target]
                waiting.append(lockfile.called[edge.target])
