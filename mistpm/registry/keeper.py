"""The keeper's tool: makes and checks the index of a registry's folder.

What it checks, and why a published line never changes: `specs/registry.md#keeping`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from mistpm.errors import DocumentError, PackageError, Problem, UsageError
from mistpm.model.descriptor import IndexLine
from mistpm.package import solving_part
from mistpm.package.exports import computing_export, exported_names
from mistpm.package.rules import module_mistakes
from mistpm.registry.keeper_index import index_files, read_files, read_lines, unusable, write_files
from mistpm.registry.layout import (
    INDEX_FOLDER,
    MODULE_SUFFIX,
    REGISTRY_FILE,
    ModuleFile,
    index_file,
    parse_module_file,
)
from mistpm.registry.module import descriptor_of, misplaced
from mistpm.registry.registry_file import read_registry_file
from mistpm.registry.store import digest_of

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_REFERENCE: Final = "invalid-index"


class IndexReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an index holds, and which files were written or removed."""

    packages: int
    versions: int
    written: tuple[str, ...] = ()


def make_index(folder: Path, *, published: str, replace: bool = False) -> IndexReport:
    """Write the index of all modules in a folder; new lines get the date `published`.

    Lines that are there keep their date and whether they are yanked.  A module whose bytes differ
    from what was published, and a line whose module is gone, are problems; `replace` accepts both.
    Nothing is written unless everything is right.  Raises `DocumentError` (`invalid-index`) with all
    problems, `UsageError` for a date that is none, `RegistryError` when the folder cannot be used.
    """
    if not _DATE.fullmatch(published):
        raise UsageError("invalid-date", f"`{published}` is not a date", hint="write 2026-11-21")
    survey = _Survey(folder, published=published, replace=replace)
    survey.refuse(survey.problems)
    return survey.report(write_files(folder, survey.files))


def check_index(folder: Path) -> IndexReport:
    """Check that the index of a folder is what `make_index` would write; changes nothing.

    Raises `DocumentError` (`invalid-index`) with all problems, `RegistryError`.
    """
    survey = _Survey(folder, published="", replace=False)
    survey.refuse([*survey.problems, *survey.shortcomings()])
    return survey.report(())


class _Survey:
    """A registry's folder, read once: what its index must be, and what stands in the way."""

    def __init__(self, folder: Path, *, published: str, replace: bool) -> None:
        self._folder = folder
        self._published = published
        self._replace = replace
        is_folder = False
        with suppress(OSError):
            is_folder = folder.is_dir()
        if not is_folder:
            raise UsageError(
                "no-folder", f"`{folder}` is not a folder", hint="name the registry's folder"
            )
        self._before, self.problems = read_lines(folder)
        self.problems += self._registry_file()
        self._lines: dict[tuple[str, str], list[IndexLine]] = {}
        self._stale: list[Problem] = []
        self._take_modules()
        self._take_lines_without_module()
        self.files = index_files(self._lines)

    def refuse(self, problems: list[Problem]) -> None:
        """Raise `DocumentError` when there are problems."""
        if problems:
            count = "a mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
            message = f"the registry in `{self._folder}` has {count}"
            raise DocumentError(_REFERENCE, message, tuple(sorted(problems)))

    def report(self, written: tuple[str, ...]) -> IndexReport:
        """Tell what the index holds."""
        versions = sum(len(lines) for lines in self._lines.values())
        return IndexReport(packages=len(self._lines), versions=versions, written=written)

    def shortcomings(self) -> list[Problem]:
        """Give what writing the index would mend: stale lines, or only how they are written."""
        if self._stale or self.problems:
            return self._stale
        hint = "`mistpm registry index` writes it"
        before = read_files(self._folder)
        return [
            Problem(
                file=path,
                message="this is not what the modules say"
                if path in before
                else "this file is missing",
                hint=hint,
            )
            for path in self.files
            if before.get(path) != self.files[path]
        ]

    def _registry_file(self) -> Iterator[Problem]:
        path = self._folder / REGISTRY_FILE
        try:
            read_registry_file(path.read_bytes(), strict=True)
        except FileNotFoundError:
            message = (
                "this file is missing: it gives the registry the name that identifies its packages"
            )
            yield Problem(file=REGISTRY_FILE, message=message, hint="write `name: NAME` into it")
        except OSError as error:
            raise unusable(self._folder, "read", error) from error
        except DocumentError as error:
            yield from error.problems

    def _take_modules(self) -> None:
        taken: dict[tuple[str, str, object], str] = {}
        for path in self._module_paths():
            module = parse_module_file(path)
            if module is None:
                message = f"no package is looked for here, but at `GROUP/NAME/NAME-VERSION{MODULE_SUFFIX}`"
                self._problem(path, message)
                continue
            key = (module.group, module.name, module.version)
            if key in taken:
                self._problem(path, f"this is the same version as `{taken[key]}`")
                continue
            taken[key] = path
            line = self._line_of(module)
            if line is not None:
                self._take(module, line)

    def _take(self, module: ModuleFile, line: IndexLine) -> None:
        """Hold a module's new line against the one that is there, and keep what that one adds."""
        file = index_file(module.group, module.name)
        old = self._old(module)
        if old is None:
            line = msgspec.structs.replace(line, published=self._published)
            hint = "`mistpm registry index` adds it"
            message = f"version `{module.version}` has no line"
            self._stale.append(Problem(file=file, message=message, hint=hint))
        elif old.digest == line.digest:
            line = msgspec.structs.replace(line, published=old.published, yanked=old.yanked)
            if line != old:
                message = f"the line of version `{module.version}` is not what its module says"
                hint = "`mistpm registry index` writes it anew"
                self._stale.append(Problem(file=file, message=message, hint=hint))
        elif self._replace:
            line = msgspec.structs.replace(line, published=self._published)
        else:
            message = f"version `{module.version}` was published with the digest {old.digest}, now it has {line.digest}"
            self._problem(file, message, "publish what changed as a new version, or use --replace")
        self._lines.setdefault((module.group, module.name), []).append(line)

    def _take_lines_without_module(self) -> None:
        hint = "put the module back (and yank the version), or use --replace"
        for package, lines in self._before.items():
            there = {line.descriptor.version for line in self._lines.get(package, ())}
            for line in lines:
                version = line.descriptor.version
                module = ModuleFile(group=package[0], name=package[1], version=version)
                if version not in there and not self._replace and not self._has(module):
                    message = f"version `{version}` has a line, but `{module.path}` is not there"
                    self._problem(index_file(*package), message, hint)

    def _has(self, module: ModuleFile) -> bool:
        return (self._folder / module.path).is_file()

    def _line_of(self, module: ModuleFile) -> IndexLine | None:
        try:
            data = (self._folder / module.path).read_bytes()
        except OSError as error:
            raise unusable(self._folder, "read", error) from error
        try:
            descriptor = descriptor_of(data, module)
            exports = exported_names(data, source=module.path)
        except DocumentError as error:
            self.problems += error.problems
            return None
        except PackageError as error:
            self._problem(module.path, "; ".join((error.message, *error.context)), error.hint)
            return None
        faults = list(misplaced(descriptor, module))
        for fault in faults:
            self._problem(module.path, fault, "pack it again, or move it to where it belongs")
        for _, message, hint in module_mistakes(descriptor, exports, computing_export(data)):
            self._problem(module.path, message, hint or "pack it again")
            faults.append(message)
        if faults:
            return None
        return IndexLine(
            digest=digest_of(data), size=len(data), descriptor=solving_part(descriptor)
        )

    def _module_paths(self) -> list[str]:
        found: list[Path] = []
        for pattern in ("", "*/", "*/*/"):
            found += self._folder.glob(f"{pattern}*{MODULE_SUFFIX}")
        paths = (path.relative_to(self._folder).as_posix() for path in found)
        return sorted(path for path in paths if not path.startswith(f"{INDEX_FOLDER}/"))

    def _old(self, module: ModuleFile) -> IndexLine | None:
        for line in self._before.get((module.group, module.name), ()):
            if line.descriptor.version == module.version:
                return line
        return None

    def _problem(self, file: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(file=file, message=message, hint=hint))
