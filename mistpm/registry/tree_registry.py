"""A registry that is made of files, wherever they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from mistpm.errors import DocumentError, PackageError, RegistryError
from mistpm.model.descriptor import Candidate, Descriptor, IndexLine
from mistpm.model.identity import FILE_REGISTRY, PackageId, PackageReference
from mistpm.package import solving_part
from mistpm.package.specifier import admits
from mistpm.registry.closest import closest_package
from mistpm.registry.index import (
    PackageLine,
    candidate,
    package_line,
    read_index,
    read_packages,
)
from mistpm.registry.layout import (
    MODULE_LIMIT,
    PACKAGES_FILE,
    REGISTRY_FILE,
    ModuleFile,
    index_file,
    is_name,
    parse_index_file,
    parse_module_file,
)
from mistpm.registry.module import descriptor_of, misplaced, module_of
from mistpm.registry.protocol import Pin
from mistpm.registry.registry_file import read_registry_file
from mistpm.registry.store import Store, digest_of
from mistpm.registry.tree import Tree
from mistpm.registry.verification import require_honest, require_pinned

T = TypeVar("T")


class TreeRegistry:
    """Reads the layout of `specs/registry.md` from a tree of files.

    With an index, only its files are read before a module is fetched.  Without one (Mistletoe's
    registries) packages are listed from the names of modules, and asking for a package's candidates
    reads all its modules, because nothing else tells their digests.
    """

    def __init__(self, tree: Tree, store: Store) -> None:
        self.alias = tree.place.alias
        self._place = tree.place
        self._tree = tree
        self._store = store
        self._name: str | None = None
        self._confirmed = False
        self._listed: Sequence[str] | None = None
        self._known: dict[tuple[str, str], Sequence[Candidate] | RegistryError] = {}

    @property
    def distant(self) -> bool:
        """Whether it pays to ask for several packages at a time."""
        return self._tree.distant

    @property
    def name(self) -> str:
        """The registry's own name, or the alias where it has none."""
        # No cached_property: before Python 3.12, those of all registries would wait for each other.
        if self._name is None:
            try:
                self._name = self._named_by(self._tree.remembered().read([REGISTRY_FILE]))
            except RegistryError:
                self._name = self._named_by(self._tree.read([REGISTRY_FILE]))
        return self._name

    def packages(self) -> Sequence[PackageReference]:
        """Give the names of all packages, sorted."""
        listed = self._packages_file()
        if listed is not None:
            return tuple(line.package for line in listed)
        files = (parse_index_file(path) for path in self._files) if self._has_index else ()
        modules = () if self._has_index else ((each.group, each.name) for each in self._modules)
        return tuple(
            PackageReference("/".join(each)) for each in sorted({*filter(None, files), *modules})
        )

    def catalogue(self) -> Sequence[PackageLine]:
        """Give all packages with what a search shows of them, sorted by name."""
        listed = self._packages_file()
        if listed is not None:
            return listed
        lines = (tuple(map(_line, self.candidates(*each.split("/")))) for each in self.packages())
        return tuple(package_line(each) for each in lines if each)

    def candidates(self, group: str, name: str) -> Sequence[Candidate]:
        """Give all versions of a package, oldest first."""
        if (group, name) not in self._known:
            try:
                self._known[group, name] = self._find(group, name)
            except RegistryError as error:
                self._known[group, name] = error
        known = self._known[group, name]
        if isinstance(known, RegistryError):
            raise known
        return known

    def read_ahead(self, packages: Iterable[tuple[str, str]]) -> None:
        """Read the index of these packages in as few round trips as can be."""
        wanted = [index_file(*package) for package in packages if all(map(is_name, package))]
        with suppress(RegistryError):
            self._read(*wanted)

    def prepare(self, pins: Sequence[Pin]) -> None:
        """Get ready to fetch these modules."""
        self._tree.prepare([module_of(pin).path for pin in pins])

    def fetch(self, pin: Pin) -> Path:
        """Give the file of a module in the content store, fetching it if need be."""
        path = self._store.get(pin.digest, pin.size)
        if path is None:
            data = self._fetch(pin)
            require_honest(data, pin, self._promised(pin), self._place)
            return self._store.put(data)
        if isinstance(pin, Candidate):
            require_honest(path.read_bytes(), pin, pin.descriptor, self._place)
        return path

    def _find(self, group: str, name: str) -> tuple[Candidate, ...]:
        if not (is_name(group) and is_name(name)):
            raise self._not_found(group, name)
        file = index_file(group, name)
        found = self._read(file)
        if file in found:
            lines = self._understood(
                file, lambda: read_index(found[file], group=group, name=name, file=file)
            )
        elif self._has_index:
            raise self._not_found(group, name)
        else:
            lines = self._lines_of_modules(group, name)
        package = PackageId.of(self.name, group, name)
        return tuple(candidate(line, package) for line in lines if admits(line.descriptor.mistpm))

    def _lines_of_modules(self, group: str, name: str) -> tuple[IndexLine, ...]:
        """Make up an index from the modules themselves."""
        modules = [each for each in self._modules if (each.group, each.name) == (group, name)]
        if not modules:
            raise self._not_found(group, name)
        self._tree.prepare([module.path for module in modules])
        return tuple(
            self._understood(module.path, partial(self._line_of, module))
            for module in sorted(modules, key=lambda module: module.version)
        )

    def _line_of(self, module: ModuleFile) -> IndexLine:
        data = self._tree.module(module.path, limit=MODULE_LIMIT + 1) or b""
        if len(data) > MODULE_LIMIT:
            raise self._place.too_large(module.path, MODULE_LIMIT)
        descriptor = descriptor_of(data, module)
        faults = tuple(misplaced(descriptor, module))
        if faults:
            raise self._place.invalid(module.path, faults)
        return IndexLine(
            digest=digest_of(data), size=len(data), descriptor=solving_part(descriptor)
        )

    def _fetch(self, pin: Pin) -> bytes:
        """Fetch a module's bytes and hold them against what is pinned."""
        path = module_of(pin).path
        data = self._tree.module(path, limit=pin.size + 1)
        if data is None:
            raise RegistryError(
                "module-missing",
                f"the registry `{self.alias}` has no module for `{pin.package}@{pin.version}`",
                context=(f"address: {self._place.address}", f"file: {path}"),
                hint="tell the registry's keeper; `mistpm upgrade` chooses among the versions that there are",
            )
        require_pinned(data, pin, self._place)
        return data

    def _promised(self, pin: Pin) -> Descriptor | None:
        """Give what the index says of these bytes, None where it says nothing."""
        if isinstance(pin, Candidate):
            return pin.descriptor
        with suppress(RegistryError):
            for each in self.candidates(pin.package.group, pin.package.name):
                if each.digest == pin.digest and each.version == pin.version:
                    return each.descriptor
        return None

    def _packages_file(self) -> tuple[PackageLine, ...] | None:
        found = self._read(PACKAGES_FILE)
        if PACKAGES_FILE not in found:
            return None
        data = found[PACKAGES_FILE]
        return self._understood(PACKAGES_FILE, lambda: read_packages(data, file=PACKAGES_FILE))

    @property
    def _files(self) -> Sequence[str]:
        if self._listed is None:
            self._listed = self._tree.files()
        if self._listed is None:
            raise RegistryError(
                "registry-without-index",
                f"the registry `{self.alias}` has no index",
                context=(f"address: {self._place.address}",),
                note="a web server cannot list its files, so a registry on one needs `index/`",
                hint="check the address; a keeper makes the index with `mistpm registry index DIR`",
            )
        return self._listed

    @property
    def _has_index(self) -> bool:
        return PACKAGES_FILE in self._read(PACKAGES_FILE) or any(
            parse_index_file(path) for path in self._files
        )

    @property
    def _modules(self) -> tuple[ModuleFile, ...]:
        return tuple(filter(None, map(parse_module_file, self._files)))

    def _named_by(self, files: Mapping[str, bytes]) -> str:
        if REGISTRY_FILE in files:
            data = files[REGISTRY_FILE]
            return self._understood(REGISTRY_FILE, lambda: read_registry_file(data)).name
        if self.alias == FILE_REGISTRY:
            why = f"it is missing, and the alias `{FILE_REGISTRY}` cannot stand in for a name"
            raise self._place.invalid(REGISTRY_FILE, (why,))
        return self.alias

    def _read(self, *paths: str) -> Mapping[str, bytes]:
        """Read small files; the first time also who the registry is.

        Raises when it calls itself otherwise than it did when it was seen last.
        """
        if self._confirmed:
            return self._tree.read(paths)
        files = self._tree.read([REGISTRY_FILE, *paths])
        now = self._named_by(files)
        if now != self.name:
            raise RegistryError(
                "registry-renamed",
                f"the registry `{self.alias}` called itself `{self.name}`, and now it calls itself `{now}`",
                context=(f"address: {self._place.address}",),
                note="the name is part of every package's identity, so these are other packages now",
                hint="if that is right, run it again: from now on it is known by its new name",
            )
        self._confirmed = True
        return files

    def _understood(self, file: str, read: Callable[[], T]) -> T:
        """Read a file of the registry, naming the registry in what is wrong with it."""
        try:
            return read()
        except DocumentError as error:
            problems = tuple(str(problem) for problem in error.problems) or (error.message,)
            raise self._place.invalid(file, problems) from error
        except PackageError as error:
            raise self._place.invalid(file, (error.message, *error.context)) from error

    def _not_found(self, group: str, name: str) -> RegistryError:
        package = f"{group}/{name}"
        known: Sequence[str] = ()
        unlisted = False
        with suppress(RegistryError):
            known = self.packages()
            unlisted = any((each.group, each.name) == (group, name) for each in self._modules)
        return RegistryError(
            "package-not-found",
            f"the registry `{self.alias}` has no package `{package}`",
            context=(f"address: {self._place.address}", *closest_package(package, known)),
            note="it has modules of it that are not in its index" if unlisted else "",
            hint="`mistpm search` lists its packages",
        )


def _line(candidate: Candidate) -> IndexLine:
    return IndexLine(
        digest=candidate.digest,
        size=candidate.size,
        published=candidate.published,
        yanked=candidate.yanked,
        descriptor=candidate.descriptor,
    )
