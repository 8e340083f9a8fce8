"""The index of a registry: one JSON line per version of a package, and one per package."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec

from mistpm import document
from mistpm.errors import DocumentError, Problem
from mistpm.model.descriptor import Candidate, IndexLine
from mistpm.model.identity import PackageId, PackageReference
from mistpm.model.presence import Api
from mistpm.model.version import Version
from mistpm.model.version_key import Key
from mistpm.model.wire import Wire
from mistpm.package.specifier import admits

_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_REFERENCE: Final = "invalid-index"


class PackageLine(Wire, frozen=True, kw_only=True):
    """One package of a registry, as `search` and completion show it.

    `version` is the newest that is not yanked, a pre-release only where there is nothing else;
    `provides` are the APIs that any version provides.
    """

    package: PackageReference
    version: Version
    description: str = ""
    provides: tuple[Api, ...] = ()


def read_index(data: bytes, *, group: str, name: str, file: str) -> tuple[IndexLine, ...]:
    """Read the lines of a package, in any order, into the order of their versions.

    A line that only a newer mistpm can read is left out.  Raises `DocumentError` (`invalid-index`)
    with every problem; some 20 µs per line.
    """
    problems: list[Problem] = []
    found: dict[Key, IndexLine] = {}
    for number, text in _numbered(data):
        try:
            line = document.from_json(text, IndexLine, file=file, reference=_REFERENCE)
        except DocumentError as error:
            if not _is_for_newer(text):
                problems += (
                    msgspec.structs.replace(problem, line=number) for problem in error.problems
                )
            continue
        faults = _faults(line, group, name, known=found)
        problems += (Problem(file=file, line=number, message=fault) for fault in faults)
        found[line.descriptor.version.key] = line
    if problems:
        raise _refusal(file, problems)
    return tuple(found[key] for key in sorted(found))


def write_index(lines: Iterable[IndexLine]) -> bytes:
    """Write lines by version, oldest first; equal lines have equal bytes."""
    ordered = sorted(lines, key=lambda line: line.descriptor.version)
    return b"".join(document.to_json(line) + b"\n" for line in ordered)


def read_packages(data: bytes, *, file: str) -> tuple[PackageLine, ...]:
    """Read the list of packages, sorted; raises `DocumentError` (`invalid-index`)."""
    problems: list[Problem] = []
    found: list[PackageLine] = []
    for number, text in _numbered(data):
        try:
            found.append(document.from_json(text, PackageLine, file=file, reference=_REFERENCE))
        except DocumentError as error:
            problems += (msgspec.structs.replace(each, line=number) for each in error.problems)
    if problems:
        raise _refusal(file, problems)
    return tuple(sorted(found, key=lambda line: line.package))


def write_packages(lines: Iterable[PackageLine]) -> bytes:
    """Write the list of packages, sorted by name."""
    ordered = sorted(lines, key=lambda line: line.package)
    return b"".join(document.to_json(line) + b"\n" for line in ordered)


def package_line(lines: Sequence[IndexLine]) -> PackageLine:
    """Sum a package's versions up; there must be at least one."""
    best = max(
        lines,
        key=lambda line: (
            line.yanked is False,
            not line.descriptor.version.is_prerelease,
            line.descriptor.version,
        ),
    ).descriptor
    provides = {api for line in lines for api in line.descriptor.provides.apis}
    return PackageLine(
        package=PackageReference(f"{best.group}/{best.name}"),
        version=best.version,
        description=best.description,
        provides=tuple(sorted(provides, key=str)),
    )


def candidate(line: IndexLine, package: PackageId) -> Candidate:
    """Give the candidate that a line describes."""
    return Candidate(
        package=package,
        version=line.descriptor.version,
        digest=line.digest,
        size=line.size,
        published=line.published,
        yanked=line.yanked,
        descriptor=line.descriptor,
    )


def _numbered(data: bytes) -> Iterator[tuple[int, bytes]]:
    for number, text in enumerate(data.split(b"\n"), start=1):
        if text.strip():
            yield number, text


def _faults(line: IndexLine, group: str, name: str, *, known: Container[Key]) -> list[str]:
    """Give what is wrong with a line that could be read; `known` are the versions before it."""
    own = line.descriptor
    faults = []
    if own.name != name or own.group != group:
        about = f"{own.group}/{own.name}"
        faults.append(f"the line is about `{about}`, the file about `{group}/{name}`")
    if own.version.key in known:
        faults.append(f"there is a line for version `{own.version}` before this one")
    if not _DIGEST.fullmatch(line.digest):
        faults.append(f"`digest` is `{line.digest}`, not `sha256:` and 64 hexadecimal digits")
    if line.size < 1:
        faults.append(f"`size` is {line.size}, not a number of bytes")
    return faults


def _is_for_newer(text: bytes) -> bool:
    """Tell whether a line that cannot be read says itself that it is not for this mistpm."""
    try:
        line: Any = msgspec.json.decode(text)
        descriptor = line["descriptor"]
        if descriptor["apiVersion"] != "mistpm.dev/v1":
            return True
        return not admits(descriptor["mistpm"])
    except (msgspec.DecodeError, LookupError, TypeError):
        return False


def _refusal(file: str, problems: list[Problem]) -> DocumentError:
    return DocumentError(_REFERENCE, f"`{file}` cannot be used", tuple(sorted(problems)))
