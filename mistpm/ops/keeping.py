"""The keeper's tools: the index of a registry's folder, and versions that nobody should choose any more."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from msgspec import Struct

from mistpm.errors import UsageError
from mistpm.model.identity import InvalidIdentityError, parse_package_reference
from mistpm.model.version import InvalidVersionError, parse_version
from mistpm.registry.keeper import IndexReport, check_index, make_index
from mistpm.registry.yanking import unyank, yank


def index_registry(
    folder: Path, *, check: bool, replace: bool = False, today: str = ""
) -> IndexReport:
    """Write or check the index of a registry's folder; new versions are dated `today`.

    Raises `RegistryError` with everything that is wrong.
    """
    if check:
        return check_index(folder)
    date = today or dt.datetime.now(tz=dt.UTC).date().isoformat()
    return make_index(folder, published=date, replace=replace)


class Yanked(Struct, frozen=True, kw_only=True):
    """A version that was marked, or whose mark was taken away; `changed` are the index files written."""

    package: str
    version: str
    yanked: bool
    changed: tuple[str, ...]


def yank_version(folder: Path, text: str, *, reason: str, undo: bool) -> Yanked:
    """Mark `GROUP/NAME:VERSION` in a registry's folder as yanked, or take the mark away.

    Raises `UsageError` for what is not in the index, `DocumentError`.
    """
    name, _, number = text.partition(":")
    try:
        package, version = parse_package_reference(name), parse_version(number)
    except (InvalidIdentityError, InvalidVersionError) as error:
        raise UsageError(
            "invalid-package",
            f"`{text}` is not a version of a package",
            context=(str(error),),
            hint="write GROUP/NAME:VERSION, such as data/redis:7.4.1",
        ) from error
    if undo:
        changed = unyank(folder, package, version)
    else:
        changed = yank(folder, package, version, reason=reason)
    return Yanked(package=package, version=number, yanked=not undo, changed=changed)
