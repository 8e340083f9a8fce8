"""The index files of a registry's folder, as its keeper has them: read, compared, written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from mistpm.atomic import write_atomically
from mistpm.errors import DocumentError, Problem, RegistryError
from mistpm.model.descriptor import IndexLine
from mistpm.registry.index import package_line, read_index, write_index, write_packages
from mistpm.registry.layout import INDEX_FOLDER, PACKAGES_FILE, index_file, parse_index_file

Lines = Mapping[tuple[str, str], Sequence[IndexLine]]
"""The lines of an index by group and name."""


def read_lines(folder: Path) -> tuple[dict[tuple[str, str], tuple[IndexLine, ...]], list[Problem]]:
    """Read all index files, with everything that is wrong in them; raises `RegistryError`."""
    found: dict[tuple[str, str], tuple[IndexLine, ...]] = {}
    problems: list[Problem] = []
    for path, data in read_files(folder).items():
        package = parse_index_file(path)
        if package:
            try:
                found[package] = read_index(data, group=package[0], name=package[1], file=path)
            except DocumentError as error:
                problems += error.problems
        elif path != PACKAGES_FILE:
            message = f"this is no index file: those are `{index_file('GROUP', 'NAME')}`"
            problems.append(Problem(file=path, message=message, hint="remove it"))
    return found, problems


def index_files(lines: Lines) -> dict[str, bytes]:
    """Give the files that an index of these lines consists of, the same bytes for the same lines."""
    files = {index_file(*package): write_index(each) for package, each in lines.items() if each}
    files[PACKAGES_FILE] = write_packages(package_line(each) for each in lines.values() if each)
    return files


def read_files(folder: Path) -> dict[str, bytes]:
    """Give all files below `index/` by their path, sorted; raises `RegistryError`."""
    try:
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted((folder / INDEX_FOLDER).rglob("*"))
            if path.is_file()
        }
    except OSError as error:
        raise unusable(folder, "read", error) from error


def write_files(folder: Path, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Make the index consist of these files, each written whole; gives the paths that changed.

    Raises `RegistryError`.
    """
    before = read_files(folder)
    changed = sorted(path for path in files if before.get(path) != files[path])
    gone = sorted(before.keys() - files.keys())
    try:
        for path in changed:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            write_atomically(folder / path, files[path])
        for path in gone:
            (folder / path).unlink()
    except OSError as error:
        raise unusable(folder, "written", error) from error
    return tuple(sorted([*changed, *gone]))


def unusable(folder: Path, done: str, error: OSError) -> RegistryError:
    """Give the error for a folder that cannot be read or written."""
    return RegistryError(
        "registry-folder",
        f"the registry in `{folder}` cannot be {done}: {error.strerror}",
        context=(f"file: {error.filename}",) if error.filename else (),
        hint="check the path, its permissions and the free space",
    )
