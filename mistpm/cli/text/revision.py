"""How revisions look: a list of them, and what one of them applied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mistpm import document
from mistpm.cli.terminal import Terminal, dim, printable
from mistpm.cli.text.status import how_it_ended
from mistpm.model.revision import RevisionSummary
from mistpm.ops.revision_contents import RevisionContents


def show_history(terminal: Terminal, revisions: Sequence[RevisionSummary]) -> None:
    """Print revisions, newest first, and what went wrong; under `-v` their versions."""
    rows = [
        (str(each.number), each.started, how_it_ended(each, newest=at == 0), each.reason, each.by)
        for at, each in enumerate(revisions)
    ]
    terminal.table(("REVISION", "STARTED", "STATUS", "COMMAND", "BY"), rows)
    for each in revisions:
        if each.why:
            terminal.show(dim(f"  {each.number}: {printable(each.why)}"))
        if terminal.verbose:
            for release, version in sorted(each.releases.items()):
                terminal.show(dim(f"  {each.number}: {release} {version}"))
    if not rows:
        terminal.say("Nothing was applied yet.")


def show_contents(terminal: Terminal, contents: RevisionContents) -> None:
    """Print how a revision came to be, and its releases with the inputs that they were given."""
    summary = contents.revision
    command = f": {printable(summary.reason)}" if summary.reason else ""
    terminal.show(
        f"Revision {summary.number} ({summary.status}), {summary.started}, by {printable(summary.by)}{command}"
    )
    for each in contents.releases:
        where = f" in {each.namespace}" if each.namespace else ""
        terminal.show(printable(f"{each.release}  {each.package} {each.version}{where}"))
        if each.inputs:
            for line in document.dump(each.inputs).splitlines():
                terminal.show(f"  {printable(line)}")
    if not contents.releases:
        terminal.show("No releases.")


def show_manifests(terminal: Terminal, manifests: Sequence[dict[str, Any]]) -> None:
    """Print manifests as a stream of YAML documents."""
    terminal.show_bytes("".join(f"---\n{document.dump(each)}" for each in manifests).encode())
