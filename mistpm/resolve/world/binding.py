"""Bindings: which release meets a dependency, decided before solving (`specs/resolve.md#bindings`)."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Literal

from msgspec import Struct

from mistpm.errors import ResolutionError
from mistpm.model.identity import PackageId
from mistpm.model.question import Question, Setting


class Binding(Struct, frozen=True):
    """What a release's `bind` says below some path of aliases: alias or path, and release, sorted."""

    entries: tuple[tuple[str, str], ...] = ()

    def target(self, alias: str) -> str:
        """Give the release that an alias is bound to, or nothing."""
        return dict(self.entries).get(alias, "")

    def below(self, alias: str) -> Binding:
        """Give what is bound inside of the package that this alias calls."""
        start = f"{alias}."
        return Binding(
            tuple(
                (path.removeprefix(start), release)
                for path, release in self.entries
                if path.startswith(start)
            )
        )


def binding_of(bind: dict[str, str]) -> Binding:
    """Give the whole binding of a release."""
    return Binding(tuple(sorted(bind.items())))


class Bound(Struct, frozen=True, kw_only=True):
    """What a dependency is bound to; `release` is set for one of the file.

    `ambiguous` and `foreign` (a release of another package) are mistakes if it comes to it.
    """

    to: Literal["asked", "pulled-in", "provided", "ambiguous", "foreign"]
    release: str = ""


class Binder:
    """Knows the releases of a question, and binds dependencies to them."""

    def __init__(self, question: Question) -> None:
        self.settings: dict[PackageId, Setting] = {s.package: s for s in question.settings}
        self.packages = {wanted.name: wanted.package for wanted in question.releases}
        self._provided = question.provided_packages
        self._releases: dict[PackageId, list[str]] = {}
        for wanted in question.releases:
            self._releases.setdefault(wanted.package, []).append(wanted.name)
        self._binds = [(f"release `{w.name}`", w.bind) for w in question.releases]
        self._binds += [
            (f"setting of `{package}`", self.settings[package].bind)
            for package in sorted(self.settings)
        ]

    def releases_of(self, package: PackageId) -> list[str]:
        """Give the releases of a package in the file, in its order."""
        return self._releases.get(package, [])

    def release_name(self, package: PackageId) -> str:
        """Give the name that a release of this package has when it is pulled in."""
        setting = self.settings.get(package)
        return setting.name if setting and setting.name else package.name

    def bind(self, binding: Binding, alias: str, package: PackageId) -> Bound:
        """Bind the dependency `alias` on `package`."""
        named = binding.target(alias)
        if named:
            fits = self.packages.get(named) == package
            return Bound(to="asked" if fits else "foreign", release=named)
        releases = self.releases_of(package)
        if len(releases) == 1:
            return Bound(to="asked", release=releases[0])
        if releases:
            return Bound(to="ambiguous")
        return Bound(to="provided" if package in self._provided else "pulled-in")

    def check(self) -> None:
        """Raise `ResolutionError` (`invalid-binding`) for a binding to a release that is not there."""
        for owner, bind in self._binds:
            for alias, name in sorted(bind.items()):
                if name not in self.packages:
                    near = get_close_matches(name, sorted(self.packages), n=1)
                    raise ResolutionError(
                        "invalid-binding",
                        f"the {owner} binds `{alias}` to `{name}`,"
                        " which is not a release in mistpm.yaml",
                        hint=f"did you mean `{near[0]}`?" if near else "",
                    )
