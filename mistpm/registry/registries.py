"""The registries of an environment, together: who is meant by a name, and what is fetched from where."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from mistpm.errors import MistError, RegistryError
from mistpm.model.descriptor import Candidate
from mistpm.model.environment import RegistryEntry
from mistpm.model.identity import FILE_REGISTRY, PackageId, PackageReference
from mistpm.model.presence import Api
from mistpm.registry.cache import Cache
from mistpm.registry.closest import closest
from mistpm.registry.http_policy import HttpPolicy
from mistpm.registry.index import PackageLine
from mistpm.registry.kinds import open_registry
from mistpm.registry.parallel import at_once
from mistpm.registry.progress import Fetched, Progress, silent
from mistpm.registry.protocol import Pin, Registry


class Registries:
    """Registries by local alias, none of them reached before something needs it.

    Aliases are what the user writes; packages are identified by each registry's own name.  `base` is
    where relative paths start, `cache` the folder for everything that can be fetched again.  With
    `offline` nothing but that cache, and folders, is read.

    A registry that cannot be reached fails what needs it, every time it is asked, and nothing else.
    Implements the resolver's `DistantSource`.
    """

    def __init__(
        self,
        entries: Mapping[str, RegistryEntry],
        *,
        base: Path,
        cache: Path,
        offline: bool = False,
        progress: Progress = silent,
        http: HttpPolicy | None = None,
    ) -> None:
        self.aliases = tuple(sorted(entries))
        self.store = Cache(cache).store
        self._entries = dict(entries)
        self._progress = progress
        self._opened: dict[str, Registry] = {
            alias: open_registry(
                alias,
                entry,
                base=base,
                cache=cache,
                store=self.store,
                offline=offline,
                http=http or HttpPolicy(),
            )
            for alias, entry in entries.items()
        }
        self._named: dict[str, str] = {}

    def registry(self, alias: str) -> Registry:
        """Give the registry with this local alias; raises `RegistryError` (`registry-unknown`)."""
        if alias not in self._opened:
            raise RegistryError(
                "registry-unknown",
                f"there is no registry `{alias}`",
                context=closest(alias, self.aliases),
                hint=f"`mistpm registry add {alias} WHERE` adds it, `mistpm registry list` shows those that there are",
            )
        return self._opened[alias]

    def own_name(self, alias: str) -> str:
        """Give the own name of the registry with this alias, which identifies its packages.

        Raises `RegistryError`: `registry-unknown`, `registry-duplicate` when another alias stands for
        another place that calls itself the same, or what kept the name from being read.
        """
        name = self._named.get(alias)
        if name is None:
            name = self._named[alias] = self.registry(alias).name
        self._by_known_name(name)
        return name

    def packages(self, alias: str) -> Sequence[PackageReference]:
        """Give the names (`GROUP/NAME`) of all packages of a registry, sorted; raises `RegistryError`."""
        return self.registry(alias).packages()

    def catalogue(self, alias: str) -> Sequence[PackageLine]:
        """Give all packages of a registry with what a search shows; raises `RegistryError`."""
        return self.registry(alias).catalogue()

    def candidates(self, package: PackageId) -> Sequence[Candidate]:
        """Give every version of a package, oldest first; raises `RegistryError`."""
        return self._by_name(package.registry).candidates(package.group, package.name)

    def providers(self, api: Api) -> Sequence[PackageId]:
        """Give the packages that provide an API, of all registries that answer; raises nothing."""
        found: set[PackageId] = set()
        for part in at_once(partial(self._providers_in, api), self.aliases):
            if not isinstance(part, MistError):
                found |= part
        return sorted(found)

    @property
    def distant(self) -> bool:
        """Whether a round trip to some registry is dear."""
        return any(registry.distant for registry in self._opened.values())

    def expect(self, packages: Collection[PackageId]) -> None:
        """Read the index of packages that are about to be asked for, all at once; raises nothing.

        Afterwards `candidates` answers for them from memory, also with the error that came up.
        """
        self.expect_names(package.registry for package in packages)
        for _ in at_once(_read_ahead, self._by_registry(packages)):
            pass

    def expect_names(self, aliases: Iterable[str]) -> None:
        """Hear that the own names of these registries will be asked for; raises nothing.

        Those that the cache does not know come at once.
        """
        self._learn_names(alias for alias in aliases if alias in self._opened)

    def fetch(self, pin: Pin) -> Path:
        """Give the file of one module, verified; raises as `Registry.fetch` does.

        What is locked and in the store is given without asking any registry.
        """
        return self._stored(pin) or self._by_name(pin.package.registry).fetch(pin)

    def fetch_all(self, pins: Iterable[Pin]) -> dict[str, Path]:
        """Give the files of modules by digest, several at a time.

        Raises the first error in the order of packages and versions, after all others were fetched.
        """
        wanted = list({pin.digest: pin for pin in pins}.values())
        wanted.sort(key=lambda pin: (pin.package, pin.version))
        stored = {pin.digest: file for pin in wanted if (file := self._stored(pin))}
        asked = [pin for pin in wanted if pin.digest not in stored]
        missing = [pin for pin in asked if self.store.get(pin.digest, pin.size) is None]
        for registry, packages in self._by_registry({pin.package for pin in missing}):
            with suppress(RegistryError):  # what is wrong comes up again for each module
                registry.prepare([pin for pin in missing if pin.package in packages])
        fetched = at_once(self.fetch, asked)  # threads only for these: they take longer than a file
        paths: dict[str, Path] = {}
        errors: list[MistError] = []
        for done, pin in enumerate(wanted, start=1):
            path = stored.get(pin.digest) or next(fetched)
            if isinstance(path, MistError):
                errors.append(path)
                continue
            paths[pin.digest] = path
            what = f"{pin.package}@{pin.version}"
            self._progress(Fetched(what=what, done=done, total=len(wanted)))
        if errors:
            raise errors[0]
        return paths

    def _stored(self, pin: Pin) -> Path | None:
        """Give the file of what is locked and in the store; a candidate is checked by its registry."""
        return None if isinstance(pin, Candidate) else self.store.get(pin.digest, pin.size)

    def _providers_in(self, api: Api, alias: str) -> set[PackageId]:
        name = self.own_name(alias)
        lines = self.catalogue(alias)
        return {PackageId(f"{name}/{line.package}") for line in lines if api in line.provides}

    def _by_name(self, name: str) -> Registry:
        """Find the registry that calls itself `name`.

        Asks no more registries for their names than it must: those whose names are known, then the
        one with that alias, then all others.
        """
        if name == FILE_REGISTRY:
            raise RegistryError(
                "registry-unknown",
                "a package that is given by its path has no registry to look in",
                hint="`mistpm pack` and `mistpm render` look in the registry that --registry names\n"
                "to install it, put it into that registry, or write its dependencies as `REGISTRY/GROUP/NAME`",
            )
        found = self._by_known_name(name)
        errors: dict[str, MistError] = {}
        for aliases in ((name,) if name in self._opened else (), self.aliases):
            if found is None:
                errors |= self._learn_names(alias for alias in aliases if alias not in errors)
                found = self._by_known_name(name)
        if found is not None:
            return found
        if name in errors:
            raise errors[name]
        raise self._unknown(name, errors)

    def _by_known_name(self, name: str) -> Registry | None:
        aliases = [alias for alias in self.aliases if self._named.get(alias) == name]
        if any(self._entries[alias] != self._entries[aliases[0]] for alias in aliases):
            listed = " and ".join(f"`{alias}`" for alias in aliases)
            raise RegistryError(
                "registry-duplicate",
                f"the registries {listed} both call themselves `{name}`",
                note="a registry's own name is part of every package's identity, so it must be clear who is meant",
                hint=f"keep one of them: `mistpm registry remove {aliases[-1]}`",
            )
        return self._opened[aliases[0]] if aliases else None

    def _learn_names(self, aliases: Iterable[str]) -> dict[str, MistError]:
        """Ask registries for their names, all at once; gives the errors of those that do not tell."""
        asked = sorted({*aliases} - self._named.keys())
        names = at_once(lambda alias: self._opened[alias].name, asked)
        errors: dict[str, MistError] = {}
        for alias, name in zip(asked, names, strict=True):
            if isinstance(name, MistError):
                errors[alias] = name
            else:
                self._named[alias] = name
        return errors

    def _unknown(self, name: str, errors: Mapping[str, MistError]) -> RegistryError:
        """Give the error for a name that nobody has, or that somebody may have who does not answer."""
        near = closest(name, self._named.values())
        if errors:
            unasked = (
                f"`{alias}` did not tell its name: {error.message}"
                for alias, error in errors.items()
            )
            return RegistryError(
                "registry-unreachable",
                f"no registry that answers calls itself `{name}`",
                context=(*near, *unasked),
                hint="mend or remove what does not answer; `mistpm registry add NAME WHERE` adds a registry",
            )
        return RegistryError(
            "registry-unknown",
            f"no registry of this environment calls itself `{name}`",
            context=near,
            hint="`mistpm registry add NAME WHERE` adds it, if you trust it",
        )

    def _by_registry(self, packages: Iterable[PackageId]) -> list[tuple[Registry, list[PackageId]]]:
        """Sort packages by their registries, leaving out those whose registry cannot be had."""
        found: dict[str, tuple[Registry, list[PackageId]]] = {}
        for package in sorted(packages):
            with suppress(RegistryError):
                registry = self._by_name(package.registry)
                found.setdefault(registry.alias, (registry, []))[1].append(package)
        return list(found.values())


def _read_ahead(part: tuple[Registry, list[PackageId]]) -> None:
    registry, packages = part
    if registry.distant:
        registry.read_ahead([(package.group, package.name) for package in packages])
