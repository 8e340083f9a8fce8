"""Other resolvers' cases, where a folder with them is named by `MISTPM_RESOLVER_CASES`.

A case is `{"name", "universe": {package: {version: {"deps": {package: range}, "k8s"?}}}, "roots", "k8s"?,
"expect": {"sat"}, "lex_solution"?}`; files are lists of them, in JSON, gzipped.
"""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from small_worlds import World, told

from mistpm.model.descriptor import Candidate, Dependency, Descriptor
from mistpm.model.identity import PackageId, PackageReference
from mistpm.model.question import Question, Wanted
from mistpm.model.ranges import parse_range
from mistpm.model.version import parse_version

FOLDER = os.environ.get("MISTPM_RESOLVER_CASES", "")
FILES = sorted(Path(FOLDER).glob("*.json.gz")) if FOLDER else []


def in_range(version: str, range_: str) -> bool:
    """Tell whether a version is in a range, as the cases mean it."""
    return parse_version(version) in parse_range(range_).versions


def identity(name: str) -> PackageId:
    """Give a foreign name as one of ours; names are kept apart."""
    plain = re.sub(r"[^a-z0-9._-]", lambda match: f"_{ord(match[0]):x}_", name)
    return PackageId.of("cases", "g", f"x{plain}x")


def world_of(case: dict[str, Any]) -> World:
    """Make a world of a case's universe, without what its Kubernetes version rules out."""
    world = World()
    for package, versions in case["universe"].items():
        found = world.packages.setdefault(identity(package), [])
        for text, told_ in versions.items():
            if not case.get("k8s") or in_range(case["k8s"], told_.get("k8s") or "*"):
                found.append(_candidate(identity(package), text, told_["deps"]))
    return world


def _candidate(package: PackageId, version: str, deps: dict[str, str]) -> Candidate:
    return Candidate(
        package=package,
        version=parse_version(version),
        digest="",
        size=0,
        descriptor=Descriptor(
            api_version="mistpm.dev/v1",
            kind="Package",
            group=package.group,
            name=package.name,
            version=parse_version(version),
            dependencies={
                f"d{number}": Dependency(
                    package=PackageReference(identity(name)), version=parse_range(range_)
                )
                for number, (name, range_) in enumerate(sorted(deps.items()))
            },
        ),
    )


def complaints(case: dict[str, Any], solution: dict[str, str]) -> Iterator[str]:
    """Find what is wrong with a solution: requirements that do not hold, packages nobody needs."""
    needed = set(case["roots"])
    waiting = list(case["roots"].items())
    while waiting:
        name, range_ = waiting.pop()
        if name not in solution or not in_range(solution[name], range_):
            yield f"{name} {range_}: {solution.get(name)}"
            continue
        for dependency, wanted in case["universe"][name][solution[name]]["deps"].items():
            if dependency not in needed or not in_range(solution.get(dependency, "0.0.0"), wanted):
                waiting.append((dependency, wanted))
            needed.add(dependency)
    yield from (f"{name} is not needed" for name in solution.keys() - needed)


@pytest.mark.skipif(not FILES, reason="MISTPM_RESOLVER_CASES names no folder of cases")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_cases(file: Path) -> None:
    """Verdicts are right, solutions hold and are the best; other ecosystems' rules are left out."""
    wrong: list[tuple[object, ...]] = []
    for case in json.loads(gzip.decompress(file.read_bytes())):
        if "roots" not in case or "universe" not in case or "sat" not in case.get("expect", {}):
            continue
        names = {identity(package): package for package in case["universe"]}
        wanted = tuple(
            Wanted(name=identity(name).name, package=identity(name), range=parse_range(text))
            for name, text in case["roots"].items()
        )
        resolution = world_of(case).resolve(Question(releases=wanted, minors=()))
        found = not resolution.unresolved
        solution = {
            names[chosen.candidate.package]: str(chosen.candidate.version)
            for chosen in resolution.releases.values()
        }
        if found != case["expect"]["sat"] and not case.get("xfail"):
            wrong.append((case["name"], "verdict", found))
        elif found:
            wrong += [(case["name"], complaint) for complaint in complaints(case, solution)]
            if case.get("lex_solution", solution) != solution:
                wrong.append((case["name"], "not the best", told(resolution)))

    assert [] == wrong
