"""An environment's file that looks like a copy: it would take the place of the one that was applied under its id."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from mistpm.model.finding import Finding
from mistpm.model.lockfile import Lockfile
from mistpm.ops.workspace import Workspace

_ENDINGS: Final = {".yaml", ".yml"}


def copied_environment(
    workspace: Workspace, previous: Lockfile | None, gone: Collection[str]
) -> Iterator[Finding]:
    """Tell of a file that would remove what it never had; `gone` are releases that would go although nobody named them.

    It is one that was never locked, or has another with the same id beside it and never locked these.  Costs a look at the files beside
    it, and only where something would go.
    """
    path = workspace.document.path
    if path is None or not gone:
        return
    twins = sorted(_twins(path, workspace.environment.id))
    had = previous is not None and (not twins or previous.releases.keys() >= set(gone))
    if had:
        return
    title = workspace.document.title
    names = " and ".join(f"`{name}`" for name in sorted(gone))
    never = f"`{title}` has no lock, so it never had {names}"
    if twins:
        others = " and ".join(f"`{twin}`" for twin in twins)
        never = f"{others} beside it has the same `id`"
    yield Finding(
        severity="warning",
        code="copied-environment",
        message=f"`{title}` looks like a copy of the environment that installed {names}: {never}",
        hint="give the copy another `id` (32 hexadecimal digits) and `target`, else it takes the original's place",
    )


def _twins(path: Path, environment_id: str) -> Iterator[str]:
    """Give the names of other files in the folder that say the same id."""
    says = re.compile(rf"^id:\s*[\"']?{re.escape(environment_id)}[\"']?\s*(#.*)?$", re.MULTILINE)
    for other in path.resolve().parent.iterdir():
        if other.suffix in _ENDINGS and other.name != path.name and other.is_file():
            try:
                text = other.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                continue
            if says.search(text):
                yield other.name
