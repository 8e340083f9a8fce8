"""Making a package of what its author writes: `package.yaml`, a module, a folder of assets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Struct

from mistpm import document
from mistpm.document import Positions
from mistpm.errors import DocumentError, PackageError, Problem
from mistpm.model.descriptor import Descriptor
from mistpm.model.readiness import ReadinessCondition
from mistpm.model.wire import Wire
from mistpm.package.exports import computing_export, exported_names
from mistpm.package.mistletoe import SUFFIX
from mistpm.package.rules import (
    condition_mistakes,
    descriptor_mistakes,
    module_mistakes,
    readiness_mistakes,
    template_mistakes,
)
from mistpm.package.schemas import Mistake
from mistpm.package.sections import (
    ASSETS_SECTION,
    DESCRIPTOR_SECTION,
    find_section,
    with_section,
)

SOURCE_FILE: Final = "package.yaml"
TEMPLATE: Final = "template"
"""What `build.module` says instead of a path where the module is the one of template packages."""

_TEMPLATES_FOLDER: Final = "templates"


class Build(Wire, frozen=True, kw_only=True):
    """How a package is made; this is left out of its descriptor.

    `module` is a path, or `template`; `assets` is a folder, for templates `templates` unless told.
    """

    module: str
    assets: str = ""


class PackageSource(Descriptor, frozen=True, kw_only=True):
    """A `package.yaml`: the descriptor, and how the package is made."""

    build: Build


class Packed(Struct, frozen=True, kw_only=True):
    """A package that was made: its file's name, its bytes, its descriptor."""

    name: str
    data: bytes
    descriptor: Descriptor


def pack(
    source: Path,
    *,
    template: Path | None = None,
    paths_read: Callable[[str], tuple[str, ...]] | None = None,
    read_readiness: Callable[[ReadinessCondition], Iterable[tuple[str, str, str]]] | None = None,
) -> Packed:
    """Make a package of a folder with a `package.yaml`, or of such a file.

    The same files give the same bytes.  `template` is the module for `module: template`.  `paths_read`
    reads conditions (`mistpm.resolve.world.conditions`), `read_readiness` gives the mistakes in readiness
    conditions (`mistpm.readiness`); without them they are taken as they are.  Raises `DocumentError`
    (`invalid-yaml`, `invalid-descriptor`) with all problems, `PackageError` where the module is none.
    """
    file = source
    with suppress(OSError):  # reading it says what is wrong
        file = source / SOURCE_FILE if source.is_dir() else source
    text = _text(file)
    read = document.read(
        text, PackageSource, file=str(file), reference="invalid-descriptor", by_hand=True
    )
    author = _Author(file, Positions(text), read)
    module, exports = author.module(template)
    assets = author.assets()
    descriptor = Descriptor(
        **{field: getattr(read, field) for field in Descriptor.__struct_fields__}
    )
    author.note(descriptor_mistakes(descriptor))
    if paths_read is not None:
        author.note(condition_mistakes(descriptor, paths_read))
    if read_readiness is not None:
        author.note(readiness_mistakes(descriptor, read_readiness))
    if module:
        author.note(module_mistakes(descriptor, exports, computing_export(module)))
    if read.build.module == TEMPLATE:
        author.note(template_mistakes(descriptor))
    author.finish()
    data = with_section(module, DESCRIPTOR_SECTION, document.to_json(descriptor))
    if assets or find_section(data, ASSETS_SECTION) is not None:
        data = with_section(data, ASSETS_SECTION, document.to_json(assets))
    name = f"{descriptor.name}-{descriptor.version}{SUFFIX}"
    return Packed(name=name, data=data, descriptor=descriptor)


class _Author:
    """Gathers what a package is made of, and what is wrong with it."""

    def __init__(self, file: Path, positions: Positions, source: PackageSource) -> None:
        self._file = file
        self._positions = positions
        self._build = source.build
        self._problems: list[Problem] = []

    def note(self, mistakes: Iterable[Mistake]) -> None:
        """Keep mistakes until all are found."""
        for place, message, hint in mistakes:
            self._problems.append(
                Problem(
                    file=str(self._file),
                    line=self._positions.line(place),
                    path=document.shown_place(place),
                    message=message,
                    hint=hint,
                )
            )

    def finish(self) -> None:
        """Raise `DocumentError` if there were any."""
        if self._problems:
            raise document.refusal("invalid-descriptor", str(self._file), self._problems)

    def module(self, template: Path | None) -> tuple[bytes, tuple[str, ...]]:
        """Give the module's bytes and exports; nothing after noting that there is none."""
        path = self._file.parent / self._build.module
        if self._build.module == TEMPLATE:
            if template is None:
                raise PackageError(
                    "no-template-module",
                    f"`{self._file}` is a package of templates, and there is no module for them",
                    hint="name one with --template-module",
                )
            path = template
        try:
            data = path.read_bytes()
        except OSError:
            message = f"there is no file `{self._build.module}`"
            self.note([(("build", "module"), message, "build the module first")])
            return b"", ()
        return data, exported_names(data, source=str(path))

    def assets(self) -> dict[str, str]:
        """Give the texts in the folder of assets, by path."""
        folder = self._build.assets
        if not folder and self._build.module == TEMPLATE:
            folder = _TEMPLATES_FOLDER
        if not folder:
            return {}
        root = self._file.parent / folder
        assets: dict[str, str] = {}
        for path in sorted(_files(root)):
            name = path.relative_to(root).as_posix()
            try:
                assets[name] = path.read_text(encoding="utf-8")
            except (UnicodeDecodeError, OSError) as error:
                what = "is no text" if isinstance(error, UnicodeDecodeError) else error.strerror
                self.note([(("build", "assets"), f"`{folder}/{name}` {what}", "")])
        if not assets:
            self.note([(("build", "assets"), f"there are no files in `{folder}`", "")])
        return assets


def _files(folder: Path) -> Iterator[Path]:
    """Give the files below a folder; those that begin with a dot, and what is in such folders, not."""
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise PackageError(
            "no-package-source",
            f"`{file}` cannot be read: {error.strerror or error}",
            hint="a package is packed from a folder with a `package.yaml`",
        ) from None
    except UnicodeDecodeError:
        problem = Problem(file=str(file), message="this is no text in UTF-8")
        raise DocumentError("invalid-yaml", f"`{file}` cannot be read", (problem,)) from None
