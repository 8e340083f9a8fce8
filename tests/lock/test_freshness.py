"""What is said of a lock that does not answer any more."""

from __future__ import annotations

from typing import Any

import pytest
from made_locks import asked_of, lock_of
from msgspec.structs import replace
from small_worlds import World, asking, dependency, setting

from mistpm.lock.freshness import what_changed
from mistpm.model.question import Question

WORLD = (
    World()
    .add("apps/shop", "1.0.0 1.1.0", {"db": "data/db ^1"})
    .add("data/db", "1.0.0 1.1.0 2.0.0")
    .add("corp/data/db", "1.0.0")
)
TLS = {"type": "object", "properties": {"tls": {"type": "boolean"}, "n": {"type": "integer"}}}
RELEASES = {"shop": "apps/shop ^1", "one": "data/db ^1", "two": "data/db ^2"}
BIND = {"shop": {"db": "one"}}
LOCK = lock_of(WORLD, asking(RELEASES, bind=BIND, minors="1.31 1.32"), kubernetes=">=1.31 <1.33")


RANGE = ">=1.31 <1.33"
PRERELEASES = "`policy.prereleases` is `true` now, was not given"
UNTOLD = (
    "what is asked is not what this lock answers; it does not note of what it was made,"
    " so more cannot be told"
)


def ask(releases: dict[str, str], **rest: Any) -> Question:
    """Ask as the lock's question did, but for what is given."""
    return asking(releases, **{"bind": BIND, "minors": "1.31 1.32", **rest})


@pytest.mark.parametrize(
    ("question", "kubernetes", "expected"),
    [
        (ask({**RELEASES, "x": "data/db"}), RANGE, "release `x` is new"),
        (
            ask({**RELEASES, "two": "corp/data/db ^2"}),
            RANGE,
            "release `two` is of corp/data/db now, was of starter/data/db",
        ),
        (
            ask({**RELEASES, "two": "data/db ^1"}),
            RANGE,
            "`releases.two.version` is `^1` now, was `^2`",
        ),
        (
            ask(RELEASES, bind={"shop": {"db": "two"}}),
            RANGE,
            "`releases.shop.bind.db` is `two` now, was `one`",
        ),
        (
            ask({"shop": "apps/shop ^1", "one": "data/db ^1"}),
            RANGE,
            "release `two` is no longer asked for",
        ),
        (ask(RELEASES, minors="1.31"), "1.31", "Kubernetes is 1.31 now, was 1.31 to 1.32"),
        (ask(RELEASES), "", "`kubernetes` says nothing now, was >=1.31 <1.33"),
        (ask(RELEASES, prereleases=True), RANGE, PRERELEASES),
        (
            ask({**RELEASES, "one": "data/db"}),
            RANGE,
            "`releases.one.version` is not given any more, was `^1`",
        ),
        (
            ask(RELEASES, provided_apis=["a.b/v1/K"]),
            RANGE,
            "`provided.apis.a.b/v1/K` is there now, was not given",
        ),
        (
            ask(RELEASES, provided={"x/y": "1.0.0"}),
            RANGE,
            "`provided.packages.starter/x/y` is `1.0.0` now, was not given",
        ),
        (
            ask(RELEASES, settings=[setting("x/y", "^1")]),
            RANGE,
            "`settings.starter/x/y.version` is `^1` now, was not given",
        ),
        (
            ask(dict(reversed(RELEASES.items()))),
            RANGE,
            "the order of `releases` is another one now",
        ),
    ],
)
def test_each_change_is_told(question: Question, kubernetes: str, expected: str) -> None:
    """One line for one change, as far as the lock tells."""
    assert (expected,) == what_changed(LOCK, asked_of(question, kubernetes))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            ask({**RELEASES, "two": "data/db ^1"}),
            "release `two` asks for `^1` now; locked is 2.0.0",
        ),
        (
            ask(RELEASES, bind={"shop": {"db": "two"}}),
            "release `shop` binds `db` to `two` now, was `one`",
        ),
        (ask(RELEASES, prereleases=True), UNTOLD),
    ],
)
def test_a_lock_that_does_not_note_what_was_asked(question: Question, expected: str) -> None:
    """What its pins contradict is told, and otherwise the one thing that is known."""
    assert (expected,) == what_changed(replace(LOCK, asked=None), asked_of(question, RANGE))


def test_inputs_that_count_are_told_without_their_values() -> None:
    """Only those that a condition reads."""
    world = World().add("data/db", "1.0.0")
    needs = {"db": dependency("data/db", when="inputs.tls")}
    world.add("apps/shop", "1.0.0", needs, inputs=TLS)
    lock = lock_of(world, asking({"shop": "apps/shop"}, inputs={"shop": {"tls": True, "n": 1}}))
    asked = asked_of(asking({"shop": "apps/shop"}, inputs={"shop": {"tls": False, "n": 2}}))

    assert ("`releases.shop.inputs`: what requirements depend on changed",) == what_changed(
        lock, asked
    )


def test_all_changes_are_told_at_once() -> None:
    """Releases by name, Kubernetes, then what else is written otherwise."""
    asked = asked_of(asking({"x": "data/db", "one": "data/db ^2"}, minors="1.31"), "1.31")

    assert (
        "release `x` is new",
        "release `shop` is no longer asked for",
        "release `two` is no longer asked for",
        "Kubernetes is 1.31 now, was 1.31 to 1.32",
        "`releases.one.version` is `^2` now, was `^1`",
    ) == what_changed(LOCK, asked)


def test_a_release_that_was_pulled_in_can_be_asked_for() -> None:
    """The same release, for another reason."""
    lock = lock_of(WORLD, asking({"shop": "apps/shop"}))

    assert ("release `db` is asked for now, was only pulled in",) == what_changed(
        lock, asked_of(asking({"shop": "apps/shop", "db": "data/db"}))
    )


def test_a_release_without_a_solution_is_not_new() -> None:
    """It stands in the lock, among what is unresolved."""
    lock = lock_of(WORLD, asking({"shop": "apps/shop", "db": "data/db ^7"}))
    asked = asked_of(asking({"shop": "apps/shop", "db": "data/db ^7"}, prereleases=True))

    assert (PRERELEASES,) == what_changed(lock, asked)
