"""What has no solution: which releases, why and what would help, as it is told."""

from __future__ import annotations

import pytest
from small_worlds import World, asking, dependency, package_id, setting, told

from mistpm.errors import RegistryError
from mistpm.model.question import Question
from mistpm.resolve import Limits, resolve


def explained(world: World, question: Question) -> str:
    """Give the only unresolved part as text: releases, causes, hint."""
    (part,) = world.resolve(question).unresolved
    lines = [", ".join(part.releases), *(f"  {cause}" for cause in part.explanation)]
    return "\n".join([*lines, *(f"hint: {hint}" for hint in part.hints)])


@pytest.fixture
def world() -> World:
    """Make a shop that needs PostgreSQL 17."""
    world = World().add("apps/shop", "1.2.0 1.3.0 1.4.0", {"db": "data/pg ^17"})
    return world.add("data/pg", "15.0.0 16.0.0 16.4.0 17.0.0")


def test_range_against_range(world: World) -> None:
    """The file asks for one range, a package for another."""
    question = asking({"shop-db": "data/pg ^16", "shop": "apps/shop"})

    assert explained(world, question) == (
        "shop-db, shop\n"
        "  Because mistpm.yaml asks for starter/data/pg ^16 as shop-db,\n"
        "    and for starter/apps/shop, which requires starter/data/pg ^17 (bound to shop-db),\n"
        "    shop-db and shop cannot be had together.\n"
        "hint: allow shop-db 17.0.0 in mistpm.yaml, which asks for ^16\n"
        "hint: give shop its own: `mistpm add shop-pg -p starter/data/pg`,"
        " then bind `db` of shop to shop-pg in mistpm.yaml"
    )


def test_versions_are_grouped(world: World) -> None:
    """Versions that require the same are one cause; others of the same package are another."""
    world.add("apps/shop", "0.8.0 1.0.0 1.3.5", {"db": "data/pg ^15"})
    question = asking({"shop-db": "data/pg ^16", "shop": "apps/shop"})

    assert explained(world, question) == (
        "shop-db, shop\n"
        "  Because mistpm.yaml asks for starter/data/pg ^16 as shop-db and for starter/apps/shop,\n"
        "    starter/apps/shop 1.2.0 to 1.3.0, 1.4.0 requires starter/data/pg ^17 (bound to shop-db),\n"
        "    and 0.8.0 to 1.0.0, 1.3.5 requires ^15,\n"
        "    shop-db and shop cannot be had together.\n"
        "hint: allow shop-db 17.0.0 in mistpm.yaml, which asks for ^16\n"
        "hint: give shop its own: `mistpm add shop-pg -p starter/data/pg`,"
        " then bind `db` of shop to shop-pg in mistpm.yaml"
    )


def test_three_packages_deep() -> None:
    """The chain of requirements is told from the file downwards, and nothing beside it."""
    world = World()
    world.add("apps/a", "1.0.0", {"b": "x/b", "free": "x/free"}).add("x/free", "1.0.0 2.0.0")
    world.add("x/b", "1.0.0 1.1.0", {"c": "call x/c"}).add("x/c", "1.0.0", {"d": "x/d >=2"})
    world.add("x/d", "1.0.0 2.0.0")

    assert explained(world, asking({"a": "apps/a"}, settings=[setting("x/d", "^1")])) == (
        "a\n"
        "  Because mistpm.yaml asks for starter/apps/a, which requires starter/x/b, which calls starter/x/c,\n"
        "      which requires starter/x/d >=2, of which the settings allow only ^1,\n"
        "    a cannot be had.\n"
        "hint: allow starter/x/d 2.0.0 under `settings` in mistpm.yaml, which allow only ^1"
    )


def test_kubernetes_is_too_old(world: World) -> None:
    """The minors of the environment are among the causes, and another minor may be the way out."""
    world.add("apps/new", "2.0.0", kubernetes=">=1.34")

    assert explained(world, asking({"new": "apps/new"}, minors="1.32 1.33")) == (
        "new\n"
        "  Because mistpm.yaml asks for starter/apps/new,\n"
        "      which needs Kubernetes >=1.34, while the environment includes 1.32 and 1.33,\n"
        "    new cannot be had.\n"
        "hint: Kubernetes 1.34 would do"
    )
    assert explained(world, asking({"new": "apps/new"}, minors="1.33 1.34")) == (
        "new\n"
        "  Because mistpm.yaml asks for starter/apps/new,\n"
        "      which needs Kubernetes >=1.34, while the environment includes 1.33,\n"
        "    new cannot be had.\n"
        "hint: leave Kubernetes 1.33 out of `kubernetes` in mistpm.yaml"
    )


def test_no_such_version(world: World) -> None:
    """A range in which there is nothing is told with what there is."""
    assert explained(world, asking({"shop": "apps/shop ^9"})) == (
        "shop\n"
        "  Because mistpm.yaml asks for starter/apps/shop ^9, but the newest is 1.4.0, shop cannot be had.\n"
        "hint: allow shop 1.4.0 in mistpm.yaml, which asks for ^9"
    )


def test_a_requirement_that_no_version_meets(world: World) -> None:
    """The same for a dependency."""
    world.add("apps/odd", "1.0.0", {"db": "data/pg ^99"})

    assert explained(world, asking({"odd": "apps/odd"})) == (
        "odd\n"
        "  Because mistpm.yaml asks for starter/apps/odd,\n"
        "      which requires starter/data/pg ^99, but the newest is 17.0.0,\n"
        "    odd cannot be had."
    )


def test_an_api_that_nobody_provides(world: World) -> None:
    """Providers that the registries know are named."""
    world.add("apps/mon", "1.0.0", {"k": "api a.b/v1/K"})
    world.add("x/p", "1.0.0", provides=["a.b/v1/K"])

    assert explained(world, asking({"mon": "apps/mon"})) == (
        "mon\n"
        "  Because mistpm.yaml asks for starter/apps/mon,\n"
        "      which needs the API a.b/v1/K, but nothing in the environment provides it,\n"
        "    mon cannot be had.\n"
        "hint: `mistpm add p -p starter/x/p` adds what provides a.b/v1/K\n"
        "hint: list a.b/v1/K under `provided` in mistpm.yaml, if something else provides it"
    )


def test_an_api_owned_twice(world: World) -> None:
    """One kind has one owner."""
    for name in ("x/p", "x/q"):
        world.add(name, "1.0.0", provides=["a.b/v1/K"])

    assert explained(world, asking({"p": "x/p", "q": "x/q"})) == (
        "p, q\n"
        "  Because mistpm.yaml asks for starter/x/p and for starter/x/q,\n"
        "    and only one of starter/x/p and starter/x/q can provide a.b/K,\n"
        "    p and q cannot be had together.\n"
        "hint: without q, p can be had"
    )
    assert explained(world, asking({"p": "x/p"}, provided_apis=["a.b/v2/K"])) == (
        "p\n"
        "  Because mistpm.yaml asks for starter/x/p, which provides a.b/K, which is provided already,\n"
        "    p cannot be had.\n"
        "hint: take a.b/v2/K out of `provided` in mistpm.yaml, if mistpm is to install it"
    )


def test_a_called_series(world: World) -> None:
    """Two callers that need different versions of one series."""
    world.add("apps/a", "1.0.0", {"lib": "call x/lib >=1.1 <2"})
    world.add("apps/b", "1.0.0", {"lib": "call x/lib ~1.0"})
    world.add("x/lib", "1.0.0 1.1.0 2.0.0")

    assert explained(world, asking({"a": "apps/a", "b": "apps/b"})) == (
        "a, b\n"
        "  Because mistpm.yaml asks for starter/apps/a, which calls starter/x/lib >=1.1 <2,\n"
        "    and mistpm.yaml asks for starter/apps/b, which calls starter/x/lib ~1.0,\n"
        "    a and b cannot be had together.\n"
        "hint: without b, a can be had"
    )


def test_what_cannot_be_called(world: World) -> None:
    """Calling something cluster-wide."""
    world.add("apps/a", "1.0.0", {"lib": "call x/lib"}).add("x/lib", "1.0.0 1.1.0", cluster=True)

    assert explained(world, asking({"a": "apps/a"})) == (
        "a\n"
        "  Because mistpm.yaml asks for starter/apps/a, which calls starter/x/lib,\n"
        "      which is cluster-wide and cannot be called,\n"
        "    a cannot be had."
    )


def test_yanked(world: World) -> None:
    """All versions in range were withdrawn."""
    world.add("data/pg", "18.0.0 18.1.0", yanked=True)

    assert explained(world, asking({"db": "data/pg ^18"})) == (
        "db\n"
        "  Because mistpm.yaml asks for starter/data/pg ^18 as db, which was yanked, db cannot be had.\n"
        "hint: allow db 17.0.0 in mistpm.yaml, which asks for ^18"
    )


def test_what_is_provided_does_not_fit(world: World) -> None:
    """A provided version is a fact."""
    assert explained(world, asking({"shop": "apps/shop"}, provided={"data/pg": "15.0.0"})) == (
        "shop\n"
        "  Because mistpm.yaml asks for starter/apps/shop,\n"
        "      which requires starter/data/pg ^17, but 15.0.0 is provided,\n"
        "    shop cannot be had.\n"
        "hint: take starter/data/pg out of `provided` in mistpm.yaml, if mistpm is to install it"
    )


def test_twice_and_refused(world: World) -> None:
    """Cluster-wide packages and packages that refuse each other."""
    world.add("x/wide", "1.0.0", cluster=True).add("x/picky", "1.0.0", conflicts=["data/pg >=16"])

    assert explained(world, asking({"one": "x/wide", "two": "x/wide"})) == (
        "one, two\n"
        "  Because mistpm.yaml asks for starter/x/wide as one and for starter/x/wide as two,\n"
        "    and starter/x/wide 1.0.0 is cluster-wide and can have one release, not one and two,\n"
        "    one and two cannot be had together.\n"
        "hint: without two, one can be had"
    )
    assert explained(world, asking({"picky": "x/picky", "db": "data/pg ^16"})) == (
        "picky, db\n"
        "  Because mistpm.yaml asks for starter/x/picky, which refuses to be together with starter/data/pg >=16,\n"
        "    and mistpm.yaml asks for starter/data/pg ^16 as db,\n"
        "    picky and db cannot be had together.\n"
        "hint: allow db 15.0.0 in mistpm.yaml, which asks for ^16\n"
        "hint: without db, picky can be had"
    )
    assert explained(world, asking({"picky": "x/picky"}, provided={"data/pg": "16.0.0"})) == (
        "picky\n"
        "  Because mistpm.yaml asks for starter/x/picky,\n"
        "      which refuses to be together with starter/data/pg >=16, but 16.0.0 is provided,\n"
        "    picky cannot be had."
    )


def test_a_package_that_is_not_there(world: World) -> None:
    """The registry's words, and who wanted it; a hint of the registry's is passed on."""
    world.add("apps/odd", "1.0.0", {"x": "data/pgg"})
    world.broken[package_id("starter/apps/shp")] = RegistryError(
        "package-not-found",
        "`starter/apps/shp` is not in the registry `starter`",
        hint="did you mean `starter/apps/shop`?",
    )

    assert explained(world, asking({"shop": "apps/shp"})) == (
        "shop\n"
        "  mistpm.yaml asks for starter/apps/shp as shop, but `starter/apps/shp` is not in the registry `starter`\n"
        "hint: did you mean `starter/apps/shop`?"
    )
    assert explained(world, asking({"odd": "apps/odd"})) == (
        "odd\n"
        "  Because mistpm.yaml asks for starter/apps/odd,\n"
        "      which requires starter/data/pgg, but there is no package `starter/data/pgg`,\n"
        "    odd cannot be had."
    )


def test_candidates_that_need_a_missing_package_are_passed_over(world: World) -> None:
    """Only the newest version needs what no registry has: an older one is chosen."""
    world.add("apps/shop", "2.0.0", {"x": "data/gone"})

    assert {"pg": "17.0.0", "shop": "1.4.0"} == told(world.resolve(asking({"shop": "apps/shop"})))


def test_an_impossible_part_does_not_block_the_rest(world: World) -> None:
    """Releases that only share what they call and pull in are solved without the impossible one."""
    for app in ("apps/blog", "apps/odd"):
        gone = {"x": "x/gone"} if app == "apps/odd" else {}
        world.add(app, "1.0.0", {"engine": "call e/jinja ^1", "db": "data/pg", **gone})
    world.add("e/jinja", "1.0.0 1.1.0")

    resolution = world.resolve(asking({"odd": "apps/odd", "blog": "apps/blog"}))

    assert {"blog": "1.0.0", "pg": "17.0.0", "starter/e/jinja@1": "1.1.0"} == told(resolution)
    assert [("odd",)] == [part.releases for part in resolution.unresolved]


def test_what_is_bound_to_an_impossible_release_has_no_solution_either(world: World) -> None:
    """A family falls together; several conflicts are told one by one, in the file's order."""
    world.add("apps/blog", "1.0.0", {"db": "data/pg"}).add("x/y", "1.0.0", {"z": "x/z"})
    question = asking({"y": "x/y", "blog": "apps/blog", "shop-db": "data/pg ^99", "ok": "e/jinja"})
    world.add("e/jinja", "1.0.0")

    resolution = world.resolve(question)

    assert {"ok": "1.0.0"} == told(resolution)
    assert [("y",), ("blog", "shop-db")] == [part.releases for part in resolution.unresolved]


def test_conditions_that_clash_with_the_file(world: World) -> None:
    """Conditional requirements are causes like any other."""
    world.add("apps/tls", "1.0.0", {"db": dependency("data/pg ^15", when="inputs.tls")})
    question = asking({"db": "data/pg ^16", "tls": "apps/tls"}, inputs={"tls": {"tls": True}})

    assert explained(world, question) == (
        "db, tls\n"
        "  Because mistpm.yaml asks for starter/data/pg ^16 as db,\n"
        "    and for starter/apps/tls, which requires starter/data/pg ^15 (bound to db),\n"
        "    db and tls cannot be had together.\n"
        "hint: allow db 15.0.0 in mistpm.yaml, which asks for ^16\n"
        "hint: give tls its own: `mistpm add tls-pg -p starter/data/pg`,"
        " then bind `db` of tls to tls-pg in mistpm.yaml"
    )


@pytest.mark.parametrize("failures", [1, 2])
def test_who_wants_only_the_first_failures(world: World, failures: int) -> None:
    """Solving ends when as many were found, or more at once, and what is left is not solved."""
    question = asking({"one": "apps/one", "other": "apps/other", "shop": "apps/shop"})
    resolution = resolve(question, world, limits=Limits(failures=failures))

    assert [("one",), ("other",)] == [part.releases for part in resolution.unresolved]
    assert {} == resolution.releases


def test_changes_that_only_help_together() -> None:
    """Neither of two that move in lockstep can be allowed alone, so both are told, as one hint."""
    world = World()
    world.add("x/a", "1.0.0", {"b": "x/b ^1"}, kubernetes="<1.34")
    world.add("x/a", "2.0.0", {"b": "x/b ^2"})
    world.add("x/b", "1.0.0", conflicts=["x/a >=2"]).add("x/b", "2.0.0", conflicts=["x/a <2"])

    assert explained(world, asking({"a": "x/a ^1", "b": "x/b ^1"}, minors="1.34")) == (
        "a, b\n"
        "  Because mistpm.yaml asks for starter/x/a ^1,\n"
        "      which needs Kubernetes <1.34, while the environment includes 1.34,\n"
        "    a cannot be had.\n"
        "hint: two changes help together: allow a 2.0.0 in mistpm.yaml, which asks for ^1;"
        " allow b 2.0.0 in mistpm.yaml, which asks for ^1\n"
        "hint: Kubernetes 1.33 would do"
    )


def test_a_hint_says_how_much_is_left() -> None:
    """Where no few changes help, one that dissolves this conflict is told as no more than that."""
    world = World().add("x/db", "1.0.0 2.0.0", cluster=True)
    world.add("x/a", "1.0.0", {"db": "x/db ^2"})
    world.add("x/b", "1.0.0", {"db": "x/db", "no": "x/none"})
    question = asking({"db": "x/db ^1", "a": "x/a", "b": "x/b"})

    assert explained(world, question) == (
        "db, a, b\n"
        "  Because mistpm.yaml asks for starter/x/db ^1,\n"
        "    and for starter/x/a, which requires starter/x/db ^2,\n"
        "    db and a cannot be had together.\n"
        "hint: allow db 2.0.0 in mistpm.yaml, which asks for ^1; 1 more conflict is left then"
    )


def test_what_shares_a_release_may_have_one_each() -> None:
    """Whoever is bound to the shared one by nothing but its package is bound to it from then on."""
    world = World().add("x/db", "1.0.0 2.0.0")
    for name, range_ in (("a", "^1"), ("b", "^2"), ("c", "*")):
        world.add(f"x/{name}", "1.0.0", {"db": f"x/db {range_}"})

    assert explained(world, asking({"db": "x/db", "a": "x/a", "b": "x/b", "c": "x/c"})) == (
        "db, a, b, c\n"
        "  Because mistpm.yaml asks for starter/x/a, which requires starter/x/db ^1,\n"
        "    and mistpm.yaml asks for starter/x/b, which requires starter/x/db ^2,\n"
        "    a and b cannot be had together.\n"
        "hint: give b its own: `mistpm add b-db -p starter/x/db`, then bind `db` of a to db,"
        " `db` of b to b-db and `db` of c to db in mistpm.yaml\n"
        "hint: without b, a can be had"
    )
    assert explained(world, asking({"a": "x/a", "b": "x/b"})) == (
        "a, b\n"
        "  Because mistpm.yaml asks for starter/x/a, which requires starter/x/db ^1,\n"
        "    and mistpm.yaml asks for starter/x/b, which requires starter/x/db ^2,\n"
        "    a and b cannot be had together.\n"
        "hint: give each its own: `mistpm add a-db -p starter/x/db` and `mistpm add b-db -p starter/x/db`,"
        " then bind `db` of a to a-db and `db` of b to b-db in mistpm.yaml\n"
        "hint: without b, a can be had"
    )


def test_a_hint_does_not_break_what_can_be_had() -> None:
    """Another Kubernetes version is none where the rest of the environment does not support it."""
    world = World().add("x/new", "1.0.0", kubernetes=">=1.34")
    world.add("x/old", "1.0.0", kubernetes="<=1.33")
    question = asking({"new": "x/new", "old": "x/old"}, minors="1.33")

    assert explained(world, question) == (
        "new\n"
        "  Because mistpm.yaml asks for starter/x/new,\n"
        "      which needs Kubernetes >=1.34, while the environment includes 1.33,\n"
        "    new cannot be had.\n"
        "hint: Kubernetes 1.34 would do; 1 more conflict is left then"
    )


def test_what_is_left_out_is_not_bound_to() -> None:
    """A `bind` to it would be a mistake."""
    world = World().add("x/db", "1.0.0 2.0.0", cluster=True).add("x/a", "1.0.0", {"db": "x/db ^2"})
    question = asking({"a": "x/a", "db": "x/db ^1"}, bind={"a": {"db": "db"}})

    assert explained(world, question) == (
        "a, db\n"
        "  Because mistpm.yaml asks for starter/x/a, which requires starter/x/db ^2,\n"
        "    and mistpm.yaml asks for starter/x/db ^1,\n"
        "    a and db cannot be had together.\n"
        "hint: allow db 2.0.0 in mistpm.yaml, which asks for ^1\n"
        "hint: without db and the `bind` to it, a can be had"
    )
