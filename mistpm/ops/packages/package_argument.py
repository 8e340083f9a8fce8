"""What stands behind `-p`, and in `package:` of `mistpm.yaml`: a path, or a package of a registry."""

from __future__ import annotations

import re

from msgspec import Struct

from mistpm.errors import UsageError
from mistpm.model.identity import InvalidIdentityError, PackageId, parse_package_id
from mistpm.model.ranges import ANY, InvalidRangeError, Range, parse_range

_PATH_START = re.compile(r"\.{0,2}/")


class PackageArgument(Struct, frozen=True, kw_only=True):
    """Either a `path`, or a `package` (with the registry's local alias) and a range of versions."""

    path: str = ""
    package: PackageId | None = None
    range: Range = ANY


def is_path(text: str) -> bool:
    """Tell a path from a package: it starts with `./`, `../` or `/`, or ends in `.wasm`."""
    return bool(_PATH_START.match(text)) or text.endswith(".wasm")


def parse_package_argument(text: str) -> PackageArgument:
    """Read `starter/data/redis`, `starter/data/redis:7.2.1`, `starter/data/redis:^7` or a path.

    A version without an operator means exactly this version, as in Mistletoe.  Raises `UsageError`.
    """
    if is_path(text):
        return PackageArgument(path=text)
    name, colon, version = text.partition(":")
    try:
        package = parse_package_id(name)
    except InvalidIdentityError as error:
        raise UsageError(
            "invalid-package",
            f"`{text}` is neither a package nor a path",
            hint="write REGISTRY/GROUP/NAME[:VERSION] (`mistpm search` lists them), or a path that starts with ./ or ends in .wasm",
        ) from error
    try:
        return PackageArgument(
            package=package, range=parse_range(_exactly(version)) if colon else ANY
        )
    except InvalidRangeError as error:
        raise UsageError(
            "invalid-range",
            f"`{text}` asks for versions that cannot be read",
            context=(str(error),),
            hint="write a version such as 1.2.3, or a range such as ^16, ~1.2 or '>=1 <3'",
        ) from error


def _exactly(version: str) -> str:
    return f"={version}" if re.fullmatch(r"v?\d+\.\d+\.\d+.*", version) else version
