"""What cannot be had together, with the whole text that says why and what would help."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from shelf import write_shelf
from transcript import Transcript

Begin = Callable[..., Transcript]


@pytest.fixture
def begin(session: Transcript, folder: Path) -> Begin:
    """Begin a session beside a registry of these packages, in an environment of these releases.

    A package is written as `apps/shop 1.0 1.1`, with what its versions say; a release as what is given to
    `mistpm add`.
    """

    def start(
        packages: Mapping[str, Mapping[str, Any]],
        *releases: str,
        kubernetes: str = "1.33",
        more: str = "",
    ) -> Transcript:
        write_shelf(folder / "shelf", packages)
        session.run(f"mistpm init --kubernetes '{kubernetes}'")
        session.run("mistpm registry add shelf ../shelf")
        for release in releases:
            name, package = release.split(" ", 1)
            session.run(f"mistpm add {name} -p {package}")
        path = session.folder / "mistpm.yaml"
        path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
        session.text = ""
        return session

    return start


def needs(*dependencies: str, **descriptor: Any) -> dict[str, Any]:
    """Describe versions: `db: data/pg ^16`, `lib: call libs/lib >=1`, `metrics: api a.b/v1/K`."""
    found: dict[str, Any] = {}
    for dependency in dependencies:
        alias, what = dependency.split(": ", 1)
        use, _, rest = what.partition(" ")
        if use == "api":
            found[alias] = {"api": rest}
            continue
        package, _, version = (rest if use == "call" else what).partition(" ")
        found[alias] = {
            "package": package,
            "version": version or "*",
            "use": "call" if use == "call" else "install",
        }
    return {"dependencies": found, **descriptor}


PG: dict[str, dict[str, Any]] = {"data/pg 15.0.0 16.0.0 16.4.0 17.0.0": {}}
METER = "meter.example.org/v1/Reading"


def test_range_against_range(begin: Begin) -> None:
    """What the file asks for is not what an application requires."""
    session = begin(
        {**PG, "apps/shop 1.2.0 1.3.0 1.4.0": needs("db: data/pg ^17")},
        "shop-db shelf/data/pg:^16",
        "shop shelf/apps/shop",
    )
    session.run("mistpm lock")
    session.run("mistpm install --yes")
    session.show("mistpm.lock")
    session.expect("conflict-ranges")


def test_a_command_that_cannot_be_carried_out(begin: Begin) -> None:
    """What the command line asks for is told as that, and the file stays as it is."""
    session = begin(
        {**PG, "apps/shop 1.2.0 1.3.0": needs("db: data/pg ^17")}, "shop shelf/apps/shop"
    )
    session.run("mistpm install shop-db -p shelf/data/pg:^16 --yes")
    session.run("mistpm install shop-db -p shelf/data/pg:^16 --yes --target directory:elsewhere")
    session.expect("conflict-of-a-command")


def test_three_packages_deep(begin: Begin) -> None:
    """The chain is told from the file downwards; settings take part."""
    session = begin(
        {
            "apps/shop 1.0.0": needs("queue: data/queue"),
            "data/queue 2.0.0 2.1.0": needs("store: call libs/store ^1"),
            "libs/store 1.0.0 1.1.0": needs("db: data/pg >=17"),
            **PG,
        },
        "shop shelf/apps/shop",
        more="settings:\n  shelf/data/pg: {version: ^16}\n",
    )
    session.run("mistpm lock")
    session.expect("conflict-three-deep")


def test_a_diamond(begin: Begin) -> None:
    """Two ways to one package, which do not meet."""
    session = begin(
        {
            "apps/shop 1.0.0 1.1.0": needs("web: apps/web", "jobs: apps/jobs"),
            "apps/web 1.0.0": needs("db: data/pg ^16"),
            "apps/jobs 1.0.0": needs("db: data/pg ^17"),
            **PG,
        },
        "shop shelf/apps/shop",
    )
    session.run("mistpm lock")
    session.expect("conflict-diamond")


def test_versions_that_fail_for_different_reasons(begin: Begin) -> None:
    """Case by case; what is needed again further down has a number."""
    session = begin(
        {
            "apps/shop 1.0.0": needs("a: libs/a ^1", "b: libs/b ^1"),
            "apps/shop 1.1.0": needs("x: libs/x ^1", "y: libs/y ^1"),
            "libs/a 1.0.0": needs("b: libs/b ^2"),
            "libs/b 1.0.0 2.0.0": {},
            "libs/x 1.0.0": needs("y: libs/y ^2"),
            "libs/y 1.0.0 2.0.0": {},
            "apps/shop 1.2.0": needs("u: libs/u ^1", "v: libs/v ^1"),
            "libs/u 1.0.0": needs("v: libs/v ^2"),
            "libs/v 1.0.0 2.0.0": {},
            "apps/blog 1.0.0": needs("c: libs/c", "d: libs/d"),
            "libs/c 1.0.0": needs("e: libs/e =1.0.0", "f: libs/f =1.0.0"),
            "libs/c 2.0.0": needs("e: libs/e =2.0.0", "f: libs/f =2.0.0"),
            "libs/d 1.0.0": needs("e: libs/e =1.0.0", "f: libs/f =2.0.0"),
            "libs/d 2.0.0": needs("e: libs/e =2.0.0", "f: libs/f =1.0.0"),
            "libs/e 1.0.0 2.0.0": {},
            "libs/f 1.0.0 2.0.0": {},
        },
        "shop shelf/apps/shop:^1",
        "blog shelf/apps/blog",
    )
    session.run("mistpm lock")
    session.expect("conflict-case-by-case")


def test_many_versions_that_require_the_same(begin: Begin) -> None:
    """Newest first, the name said once; what two of them lead to is told after both."""
    session = begin(
        {
            "apps/shop 4.0.0": needs("db: shelf/data/db ^4"),
            "apps/shop 3.0.0": needs("db: shelf/data/db ^3"),
            "apps/shop 2.0.0": needs("db: shelf/data/db ^2"),
            "apps/blog 2.0.0": needs("db: shelf/data/db ^1"),
            "apps/blog 1.0.0": needs("db: shelf/data/db ^0.9"),
            "data/db 0.9.0 1.0.0 2.0.0 3.0.0 4.0.0": needs(),
            "apps/wiki 2.0.0": needs("store: shelf/data/store ^2"),
            "apps/wiki 1.0.0": needs("store: shelf/data/store ^1"),
            "data/store 1.0.0 2.0.0": needs("disk: shelf/data/disk ^1"),
            "data/disk 1.0.0 2.0.0": needs(),
            "apps/mail 1.0.0": needs("disk: shelf/data/disk ^2"),
        },
        "shop shelf/apps/shop",
        "blog shelf/apps/blog",
        "wiki shelf/apps/wiki",
        "mail shelf/apps/mail",
    )
    session.run("mistpm lock")
    session.expect("conflict-many-versions")


def test_kubernetes_is_too_old(begin: Begin) -> None:
    """Or there is no version for all of its minors."""
    session = begin(
        {
            "apps/web 1.0.0 1.1.0": {"kubernetes": "<1.33"},
            "apps/web 2.0.0": {"kubernetes": ">=1.33"},
            "apps/new 3.0.0": {"kubernetes": ">=1.34"},
        },
        "web shelf/apps/web",
        "new shelf/apps/new",
        kubernetes=">=1.32 <1.34",
    )
    session.run("mistpm lock")
    session.expect("conflict-kubernetes")


def test_an_api_that_nobody_provides(begin: Begin) -> None:
    """Whoever could is named; one that is in the file and cannot be had is no advice."""
    packages = {
        "apps/shop 1.0.0": needs(f"readings: api {METER}"),
        "watch/meter 2.0.0": {"provides": {"apis": [METER]}, "kubernetes": ">=1.34"},
        "watch/gauge 1.0.0": {"provides": {"apis": [METER]}},
    }
    session = begin(packages, "shop shelf/apps/shop")
    session.run("mistpm lock")
    session.run("mistpm add meter -p shelf/watch/meter")
    session.run("mistpm lock")
    session.run("mistpm remove meter")
    session.run("mistpm add gauge -p shelf/watch/gauge")
    session.run("mistpm lock")
    session.expect("conflict-api-missing")


def test_an_api_that_is_owned_twice(begin: Begin) -> None:
    """By two releases, or by somebody outside as well."""
    provider = {"provides": {"apis": [METER]}}
    session = begin(
        {"watch/meter 2.0.0": provider, "watch/gauge 1.0.0": provider},
        "meter shelf/watch/meter",
        "gauge shelf/watch/gauge",
    )
    session.run("mistpm lock")
    session.run("mistpm remove gauge")
    path = session.folder / "mistpm.yaml"
    path.write_text(f"{path.read_text()}provided: {{apis: [{METER}]}}\n", encoding="utf-8")
    session.run("mistpm lock")
    session.expect("conflict-api-twice")


def test_called_packages(begin: Begin) -> None:
    """A series that two callers cannot share, one that is not there, a package that is not called."""
    session = begin(
        {
            "apps/shop 1.0.0": needs("lib: call libs/lib >=1.1 <2"),
            "apps/blog 1.0.0": needs("lib: call libs/lib ~1.0"),
            "apps/mail 1.0.0": needs("lib: call libs/lib ^3"),
            "apps/wide 1.0.0": needs("meter: call watch/meter"),
            "libs/lib 1.0.0 1.1.0 2.0.0": {},
            "watch/meter 1.0.0": {"scope": "cluster"},
        },
        "shop shelf/apps/shop",
        "blog shelf/apps/blog",
        "mail shelf/apps/mail",
        "wide shelf/apps/wide",
    )
    session.run("mistpm lock")
    session.expect("conflict-called")


def test_yanked_and_pre_releases(begin: Begin) -> None:
    """What was withdrawn, and what is not released yet."""
    session = begin(
        {
            "data/store 1.0.0 1.1.0": {},
            "data/store 2.0.0 2.1.0": {"yanked": "loses data"},
            "data/pg 1.0.0 2.0.0-rc.1": {},
            "apps/shop 1.0.0": needs("db: data/pg >=1.5"),
            "apps/blog 1.0.0": needs("db: data/pg >=1"),
        },
        "store shelf/data/store",
        "early shelf/data/pg",
        "shop shelf/apps/shop",
        "blog shelf/apps/blog",
    )
    path = session.folder / "mistpm.yaml"
    text = path.read_text(encoding="utf-8")
    for package in ("shelf/data/store", "shelf/data/pg"):
        text = text.replace(f"package: {package}", f"package: {package}\n    version: ^2")
    path.write_text(text, encoding="utf-8")
    session.run("mistpm lock")
    session.run("mistpm remove early")
    session.run("mistpm lock")
    session.expect("conflict-yanked-and-early")


def test_packages_and_registries_that_are_missing(begin: Begin) -> None:
    """A dependency that no registry has, one of a registry that nobody added."""
    session = begin(
        {
            **PG,
            "apps/shop 1.0.0": needs("db: data/pgg ^16"),
            "apps/blog 1.0.0": needs("db: corp/data/pg ^16"),
        },
        "shop shelf/apps/shop",
        "blog shelf/apps/blog",
    )
    session.run("mistpm lock")
    session.expect("conflict-missing")


def test_packages_that_refuse_each_other(begin: Begin) -> None:
    """And such as can be there only once."""
    session = begin(
        {
            **PG,
            "apps/picky 1.0.0": {"conflicts": [{"package": "data/pg", "version": ">=16"}]},
            "watch/meter 1.0.0": {"scope": "cluster"},
        },
        "picky shelf/apps/picky",
        "db shelf/data/pg:^16",
        "one shelf/watch/meter",
        "two shelf/watch/meter",
    )
    session.run("mistpm lock")
    session.expect("conflict-refused")


def test_bindings_and_what_is_provided(begin: Begin) -> None:
    """A release that does not fit, and a version outside of mistpm that does not."""
    session = begin(
        {
            **PG,
            "data/cache 1.0.0 2.0.0": {},
            "apps/shop 1.0.0": needs("db: data/pg ^17"),
            "apps/blog 1.0.0": needs("cache: data/cache ^2"),
        },
        "old shelf/data/pg:^15",
        "new shelf/data/pg:^17",
        "shop shelf/apps/shop --bind db=old",
        "blog shelf/apps/blog",
        more="provided: {packages: {shelf/data/cache: 1.0.0}}\n",
    )
    session.run("mistpm lock")
    session.expect("conflict-bound-and-provided")


def test_too_much_for_a_derivation(begin: Begin) -> None:
    """Where steps would be too many, the facts are listed."""
    session = begin(
        {
            **{
                f"pigeons/p{n} {hole + 1}.0.0": needs(f"hole: holes/h{hole} ={n + 1}.0.0")
                for n in range(4)
                for hole in range(3)
            },
            **{f"holes/h{hole} 1.0.0 2.0.0 3.0.0 4.0.0": {} for hole in range(3)},
        },
        *(f"p{n} shelf/pigeons/p{n}" for n in range(4)),
    )
    session.run("mistpm lock")
    session.expect("conflict-listed")


def test_why_not(begin: Begin) -> None:
    """The version in question is what cannot be."""
    session = begin(
        {
            **PG,
            "apps/shop 1.0.0": needs("db: data/pg ^16", "queue: data/queue"),
            "data/queue 1.0.0": needs("lib: libs/lib <2"),
            "libs/lib 1.0.0 2.0.0": {},
        },
        "shop shelf/apps/shop",
    )
    session.run("mistpm lock")
    session.run("mistpm why-not pg@17.0.0")
    session.run("mistpm why-not lib@2.0.0")
    session.run("mistpm why-not pg@16.0.0")
    session.expect("conflict-why-not")
