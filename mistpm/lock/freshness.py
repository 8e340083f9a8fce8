"""Whether a lock still answers what is asked, and if not, what changed since."""

from __future__ import annotations

from collections.abc import Iterator

from mistpm.lock.question_digest import Asked, digest_question
from mistpm.model.lockfile import Lockfile
from mistpm.model.question import Wanted


def is_fresh(lockfile: Lockfile, asked: Asked) -> bool:
    """Tell whether nothing that decides the resolution changed; costs one digest."""
    return lockfile.kubernetes == _minors(asked) and lockfile.question == digest_question(
        asked, lockfile.releases
    )


def what_changed(lockfile: Lockfile, asked: Asked) -> tuple[str, ...]:
    """Say in lines what makes the lock stale, as far as the lock tells; never empty."""
    wanted = {release.name: release for release in asked.question.releases}
    lines = [line for name in sorted(wanted) for line in _changed(lockfile, wanted[name])]
    lines.extend(
        f"release `{name}` is no longer asked for"
        for name, release in sorted(lockfile.releases.items())
        if release.requested and name not in wanted
    )
    lines.extend(_kubernetes(lockfile, asked))
    return tuple(lines) or (
        "the order of releases, a range, a binding, a setting, what is provided,"
        " or an input that requirements depend on",
    )


def _changed(lockfile: Lockfile, wanted: Wanted) -> Iterator[str]:
    """Say what is asked of a release now and is not so in the lock."""
    locked = lockfile.releases.get(wanted.name)
    if locked is None:
        if not any(wanted.name in part.releases for part in lockfile.unresolved):
            yield f"release `{wanted.name}` is new"
    elif locked.package != wanted.package:
        yield f"release `{wanted.name}` is of {wanted.package} now, was of {locked.package}"
    else:
        if not locked.requested:
            yield f"release `{wanted.name}` is asked for now, was only pulled in"
        if not wanted.range.admits(locked.version):
            yield f"release `{wanted.name}` asks for `{wanted.range}` now; locked is {locked.version}"
        for alias, target in sorted(wanted.bind.items()):
            edge = locked.dependencies.get(alias)
            if edge is not None and edge.target != target:
                yield f"release `{wanted.name}` binds `{alias}` to `{target}` now, was `{edge.target}`"


def _kubernetes(lockfile: Lockfile, asked: Asked) -> Iterator[str]:
    if _minors(asked) != lockfile.kubernetes:
        yield f"Kubernetes is {_span(_minors(asked))} now, was {_span(lockfile.kubernetes)}"
    elif asked.kubernetes != lockfile.kubernetes_range:
        was, now = (text or "nothing" for text in (lockfile.kubernetes_range, asked.kubernetes))
        yield f"`kubernetes` says {now} now, was {was}"


def _minors(asked: Asked) -> tuple[str, ...]:
    return tuple(str(minor) for minor in asked.question.minors)


def _span(minors: tuple[str, ...]) -> str:
    return minors[0] if len(minors) == 1 else f"{minors[0]} to {minors[-1]}"
