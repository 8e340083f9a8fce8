"""Changes of what meets a dependency: another release of the file, or one of its own."""

from __future__ import annotations

from collections.abc import Iterator

from mistpm.model.cause import Cause, Dependent, Requires
from mistpm.model.identity import PackageId
from mistpm.model.question import Wanted
from mistpm.resolve.explain.change import Change, adding, binding
from mistpm.resolve.explain.phrases import joined_words
from mistpm.resolve.world.listing import Listing
from mistpm.resolve.world.problem import Problem
from mistpm.resolve.world.universe import Universe


def other_bindings(universe: Universe, causes: list[Cause], where: str) -> Iterator[Change]:
    """Bind a dependency to another release of its package that the file has."""
    for cause in causes:
        if isinstance(cause, Requires) and cause.bound and _is_asked(universe, cause.dependent):
            release, package = cause.dependent.release, PackageId(cause.package)
            for alias in _aliases(universe, release, package)[:1]:
                for name in universe.binder.releases_of(package):
                    if name != cause.bound:
                        yield Change(
                            kind="presence",
                            on=binding(release, {alias: name}),
                            hint=f"bind `{alias}` of {release} to {name}{where}",
                        )


def separate_releases(universe: Universe, causes: list[Cause], where: str) -> Iterator[Change]:
    """Let releases that share another one have one each.

    Where the file has the shared one, who comes last gets another; where it was pulled in, nobody would pull
    it in once the file has any, so that each gets its own.
    """
    sharing: dict[PackageId, dict[str, str]] = {}
    for cause in causes:
        if not isinstance(cause, Requires) or cause.use != "install" or cause.provided:
            continue
        if _is_asked(universe, cause.dependent):
            of_package = sharing.setdefault(PackageId(cause.package), {})
            of_package[cause.dependent.release] = cause.bound
    order = list(universe.binder.packages)
    for package, releases in sharing.items():
        names = sorted(releases, key=order.index)
        shared = releases[names[0]]
        if shared or len(names) > 1:
            yield _separated(universe, package, names[-1:] if shared else names, shared, where)


def _separated(
    universe: Universe, package: PackageId, names: list[str], shared: str, where: str
) -> Change:
    """Give each of some releases its own; all others, which nothing tells any more to which, stay at the shared one."""
    own = {name: _free_name(universe, f"{name}-{package.name}") for name in names}
    rest = shared or own[names[0]]
    binds: dict[str, dict[str, str]] = {}
    for release in universe.binder.packages:
        bound = universe.binder.packages[release] != package
        for alias in _aliases(universe, release, package) if bound else ():
            if release in own or not _binding(universe, release).get(alias):
                binds.setdefault(release, {})[alias] = own.get(release, rest)
    added = adding(*(Wanted(name=name, package=package) for name in own.values()))

    def separated(problem: Problem) -> Problem:
        problem = added(problem)
        for release, bind in binds.items():
            problem = binding(release, bind)(problem)
        return problem

    commands = joined_words([f"`mistpm add {name} -p {package}`" for name in own.values()])
    told = [
        f"`{alias}` of {release} to {name}"
        for release, bind in binds.items()
        for alias, name in bind.items()
    ]
    whose = f"{names[0]} its" if len(names) == 1 else "each its"
    hint = f"give {whose} own: {commands}, then bind {joined_words(told)}{where}"
    return Change(kind="presence", on=separated, hint=hint)


def _is_asked(universe: Universe, dependent: Dependent) -> bool:
    return dependent.release in universe.binder.packages and not dependent.pulled_in


def _aliases(universe: Universe, release: str, package: PackageId) -> list[str]:
    """Give the aliases under which versions of a release require a package to be installed."""
    listing = universe.catalogue.listing(universe.binder.packages[release])
    if not isinstance(listing, Listing):
        return []
    stated = [s for s in listing.statements if s.package == package and s.use == "install"]
    return list(dict.fromkeys(statement.alias for statement in stated))


def _binding(universe: Universe, release: str) -> dict[str, str]:
    return next(each.bind for each in universe.question.releases if each.name == release)


def _free_name(universe: Universe, name: str) -> str:
    """Give a name that no release has."""
    number, found = 1, name
    while found in universe.binder.packages:
        number += 1
        found = f"{name}-{number}"
    return found
