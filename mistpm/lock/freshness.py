"""Whether a lock still answers what is asked, and if not, what changed since."""

from __future__ import annotations

from mistpm.lock.question_digest import Asked, digest_question
from mistpm.model.lockfile import Lockfile


def is_fresh(lockfile: Lockfile, asked: Asked) -> bool:
    """Tell whether nothing that decides the resolution changed; costs one digest."""
    reads = {name: release.reads for name, release in lockfile.releases.items()}
    return lockfile.question == digest_question(asked, reads)


def what_changed(lockfile: Lockfile, asked: Asked) -> tuple[str, ...]:
    """Say in lines what makes the lock stale, as far as the lock tells; never empty."""
    lines: list[str] = []
    wanted = {release.name: release for release in asked.question.releases}
    locked = {name: release for name, release in lockfile.releases.items() if release.requested}
    unresolved = {name for part in lockfile.unresolved for name in part.releases}
    for name, release in sorted(wanted.items()):
        if name not in lockfile.releases:
            if name not in unresolved:
                lines.append(f"release `{name}` is new")
        elif lockfile.releases[name].package != release.package:
            was = lockfile.releases[name].package
            lines.append(f"release `{name}` is of {release.package} now, was of {was}")
        elif not release.range.admits(lockfile.releases[name].version):
            version = lockfile.releases[name].version
            lines.append(f"release `{name}` asks for `{release.range}` now; locked is {version}")
    lines.extend(
        f"release `{name}` is no longer asked for" for name in sorted(set(locked) - set(wanted))
    )
    minors = tuple(str(minor) for minor in asked.question.minors)
    if minors != lockfile.kubernetes:
        lines.append(f"Kubernetes is {_span(minors)} now, was {_span(lockfile.kubernetes)}")
    return tuple(lines) or (
        "a range, a binding, a setting, what is provided, or an input that a condition reads",
    )


def _span(minors: tuple[str, ...]) -> str:
    return minors[0] if len(minors) == 1 else f"{minors[0]} to {minors[-1]}"
