"""Naming an environment after the folder that it is in."""

from __future__ import annotations

import re
from pathlib import Path


def name_from_folder(folder: Path) -> str:
    """Give the folder's name in the letters that a name may have; `default` where none is left."""
    try:
        name = folder.resolve().name
    except (OSError, RuntimeError):  # the folder is gone, or a link to itself: what follows says so
        name = ""
    kept = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return kept[:63].strip("-") or "default"
