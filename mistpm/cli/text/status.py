"""How the status of an environment looks."""

from __future__ import annotations

from collections.abc import Iterable

from mistpm.cli.same_environment import same_environment
from mistpm.cli.terminal import Terminal, dim, printable
from mistpm.model.revision import RevisionSummary
from mistpm.ops.status import ObjectStatus, ReleaseStatus, Status


def show_status(terminal: Terminal, status: Status) -> None:
    """Print releases, then what differs and what is not ready, with reasons."""
    terminal.show(f"Environment {status.environment} in {status.target}")
    on_cluster = status.revision is not None or any(each.health for each in status.releases)
    header = ("RELEASE", "PACKAGE", "LOCKED", "APPLIED", "STATE")
    rows = [_row(each, on_cluster=on_cluster) for each in status.releases]
    terminal.table((*header, "HEALTH") if on_cluster else header, rows)
    if not rows:
        terminal.show("No releases.")
    _show_objects(terminal, "", status.others)
    for line in status.differences:
        terminal.show(dim(f"  {line}"))
    for release in status.releases:
        _show_objects(terminal, f"{release.release}: ", release.objects)
        if release.state == "differs" or terminal.verbose:
            for line in release.differences:
                terminal.show(dim(f"  {release.release}: {line}"))
    if status.revision is not None:
        show_revision(terminal, status.revision)
    if status.is_current or status.unknown_because:
        return
    if status.revision is not None and status.revision.status != "applied":
        terminal.show(same_environment("`mistpm plan` shows what differs."))
    else:
        install = " ".join(("mistpm install", *status.flags))
        terminal.show(same_environment(f"`mistpm plan` shows what differs, `{install}` mends it."))


def warn_unknown(terminal: Terminal, status: Status) -> None:
    """Say on standard error why this is not compared with what the environment wants."""
    if status.unknown_because:
        why, *more = status.unknown_because
        is_compared = any(each.state != "unknown" for each in status.releases)
        lead = "compared with what was applied last, not with what is wanted"
        terminal.finding(
            "warning", f"{lead if is_compared else 'it is not known what is wanted'}: {why}"
        )
        for line in more:
            terminal.say(same_environment(printable(line)))


def show_revision(terminal: Terminal, revision: RevisionSummary) -> None:
    """Tell what was applied last, and how that ended."""
    command = f" ({printable(revision.reason)})" if revision.reason else ""
    begun = f"Revision {revision.number}{command}"
    if revision.status == "applied":
        terminal.show(f"{begun} was applied {revision.ended or revision.started}.")
        return
    if revision.is_unfinished:
        terminal.show(f"{begun} began {revision.started} and did not end: it runs, or was killed.")
    else:
        terminal.show(
            f"{begun} failed {revision.ended or revision.started}: {printable(revision.why)}"
        )
    install, rollback = "finishes what is wanted now", "goes back"
    if revision.is_open_rollback:
        # killed early, it leaves a file that still wants what it takes back
        install, rollback = "applies what the file wants", "finishes that"
    terminal.show(same_environment(f"`mistpm install` {install}, `mistpm rollback` {rollback}."))


def how_it_ended(revision: RevisionSummary, *, newest: bool) -> str:
    """Give a word; one at a time is applied, so that an older one that did not end was killed."""
    return "killed" if revision.is_unfinished and not newest else revision.status


def _row(release: ReleaseStatus, *, on_cluster: bool) -> tuple[str, ...]:
    cells = (
        release.release,
        release.package,
        release.version,
        release.applied or "-",
        release.state,
    )
    return (*cells, release.health or "-") if on_cluster else cells


def _show_objects(terminal: Terminal, owner: str, objects: Iterable[ObjectStatus]) -> None:
    for each in objects:
        if each.state == "ready" and not terminal.verbose:
            continue
        why = f": {each.why}" if each.why else ""
        terminal.show(printable(f"  {owner}{each.resource} {each.state}{why}"))
        for line in each.details:
            terminal.show(dim(f"      {printable(line)}"))
