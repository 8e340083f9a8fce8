"""Upgrade paths of large environments: `python -m benchmarks.upgrade_path [--releases N]`.

The packages of the environments stand in rows of ten, each requires the one before, and all call an engine.  Few of
them have to move.  Times are the resolver's alone, of the processor; `cold` works out what a registry's index says, too.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from hashlib import sha256

from mistpm.model.descriptor import Candidate, Dependency, Descriptor, Upgrades
from mistpm.model.identity import PackageId, PackageReference
from mistpm.model.minor import Minor
from mistpm.model.question import Held, Question, Wanted
from mistpm.model.ranges import ANY, parse_range
from mistpm.model.resolution import called_key
from mistpm.model.upgrade_path import PackageMove, UpgradePath
from mistpm.model.version import parse_version
from mistpm.resolve import upgrade_path, upgrade_stages
from mistpm.resolve.world.catalogue import Library
from mistpm.resolve.world.source import InMemorySource

START, GOAL = Minor(33), Minor(37)
VERSIONS = 30
HELD = 10
EVERY = 25
"""One release of so many has to move before 1.35, another one at 1.35."""
TIMES = 5


def package(name: str) -> PackageId:
    """Name a package of the only registry."""
    return PackageId(f"large/{name}")


def candidate(
    name: str, version: str, needs: dict[str, Dependency], kubernetes: str, after: str
) -> Candidate:
    """Make one version."""
    group, short = name.split("/")
    return Candidate(
        package=package(name),
        version=parse_version(version),
        digest=f"sha256:{sha256(f'{name}@{version}'.encode()).hexdigest()}",
        size=1,
        descriptor=Descriptor(
            api_version="mistpm.dev/v1",
            kind="Package",
            group=group,
            name=short,
            version=parse_version(version),
            dependencies=needs,
            kubernetes=parse_range(kubernetes) if kubernetes else None,
            upgrades=Upgrades(from_=parse_range(after) if after else ANY),
        ),
    )


def needed(name: str, range_: str, *, calls: bool = False) -> Dependency:
    """Require a package."""
    return Dependency(
        package=PackageReference(name),
        version=parse_range(range_),
        use="call" if calls else "install",
    )


def supported(number: int, version: int) -> str:
    """Give the range of Kubernetes versions that a version of a package supports."""
    if number % EVERY == 3:
        return "<1.35" if version < VERSIONS // 2 else ">=1.33"
    if number % EVERY == 7:
        return "<1.36" if version < VERSIONS * 2 // 3 else ">=1.35"
    return ""


def registry(releases: int, *, step: int = 0) -> InMemorySource:
    """Make all packages; with a `step`, some versions may follow only those that are not far behind."""
    packages = {
        package("engines/engine"): [
            candidate("engines/engine", f"1.{version}.0", {}, "", "") for version in range(10)
        ]
    }
    for number in range(releases):
        packages[package(f"apps/app-{number}")] = []
        for version in range(VERSIONS):
            needs = {"engine": needed("engines/engine", "^1", calls=True)}
            if number % 10:
                needs["before"] = needed(f"apps/app-{number - 1}", f">=1.{max(0, version - 20)}")
            after = f">=1.{max(0, version - step)}" if step and number % EVERY == 3 else ""
            kubernetes = "" if step else supported(number, version)
            made = candidate(f"apps/app-{number}", f"1.{version}.0", needs, kubernetes, after)
            packages[package(f"apps/app-{number}")].append(made)
    return InMemorySource(packages)


def held(releases: int, *, free: bool = False) -> Held:
    """Hold an old version of everything."""
    engine = called_key(package("engines/engine"), "1")
    names = [f"app-{number}" for number in range(releases)]
    version = parse_version(f"1.{HELD}.0")
    return Held(
        releases={name: (package(f"apps/{name}"), version) for name in names},
        called={engine: parse_version("1.3.0")},
        calls={name: {"engine": engine} for name in names},
        free=frozenset((*names, engine) if free else ()),
    )


def measure(title: str, find: Callable[[Library], UpgradePath], source: InMemorySource) -> None:
    """Find a path several times, and print how long it took at first and afterwards."""
    library = Library(source)
    seconds = []
    for _ in range(TIMES):
        begin = time.process_time()
        found = find(library)
        seconds.append(time.process_time() - begin)
    moves = sum(isinstance(move, PackageMove) for move in found.moves)
    cold, warm = f"{seconds[0] * 1000:.0f} ms", f"{statistics.median(seconds[1:]) * 1000:.0f} ms"
    print(f"| {title} | {moves} | {cold} | {warm} |")


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, default=100)
    count = parser.parse_args().releases
    question = Question(
        releases=tuple(
            Wanted(name=f"app-{number}", package=package(f"apps/app-{number}"))
            for number in range(count)
        ),
        minors=(START,),
    )
    print("| | Package moves | Cold | Warm |\n|---|---|---|---|")

    def path(goal: Minor, begin: Minor = START) -> Callable[[Library], UpgradePath]:
        return lambda source: upgrade_path(question, source, held(count), start=begin, goal=goal)

    def stages(source: Library) -> UpgradePath:
        return upgrade_stages(question, source, held(count, free=True))

    measure("1.33 to 1.34, nothing has to move", path(Minor(34)), registry(count))
    measure("1.33 to 1.37, few have to move", path(GOAL), registry(count))
    measure("1.21 to 1.37, few have to move", path(GOAL, Minor(21)), registry(count))
    measure("everything to its newest version, in one move", stages, registry(count))
    measure("the same, some may take only small steps", stages, registry(count, step=8))


if __name__ == "__main__":
    main()
