"""What is said of a lock that does not answer any more."""

from __future__ import annotations

from typing import Any

import pytest
from made_locks import asked_of, lock_of
from small_worlds import World, asking

from mistpm.lock.freshness import what_changed
from mistpm.model.question import Question

WORLD = (
    World()
    .add("apps/shop", "1.0.0 1.1.0", {"db": "data/db ^1"})
    .add("data/db", "1.0.0 1.1.0 2.0.0")
    .add("corp/data/db", "1.0.0")
)
RELEASES = {"shop": "apps/shop ^1", "one": "data/db ^1", "two": "data/db ^2"}
BIND = {"shop": {"db": "one"}}
LOCK = lock_of(WORLD, asking(RELEASES, bind=BIND, minors="1.31 1.32"), kubernetes=">=1.31 <1.33")


RANGE = ">=1.31 <1.33"
UNTOLD = (
    "the order of releases, a range, a binding, a setting, what is provided,"
    " or an input that requirements depend on"
)


def ask(releases: dict[str, str], **rest: Any) -> Question:
    """Ask as the lock's question did, but for what is given."""
    return asking(releases, **{"bind": BIND, "minors": "1.31 1.32", **rest})


@pytest.mark.parametrize(
    ("question", "kubernetes", "expected"),
    [
        (ask({**RELEASES, "x": "data/db"}), RANGE, "release `x` is new"),
        (
            ask({**RELEASES, "two": "corp/data/db"}),
            RANGE,
            "release `two` is of corp/data/db now, was of starter/data/db",
        ),
        (
            ask({**RELEASES, "two": "data/db ^1"}),
            RANGE,
            "release `two` asks for `^1` now; locked is 2.0.0",
        ),
        (
            ask(RELEASES, bind={"shop": {"db": "two"}}),
            RANGE,
            "release `shop` binds `db` to `two` now, was `one`",
        ),
        (
            ask({"shop": "apps/shop ^1", "one": "data/db ^1"}),
            RANGE,
            "release `two` is no longer asked for",
        ),
        (ask(RELEASES, minors="1.31"), "1.31", "Kubernetes is 1.31 now, was 1.31 to 1.32"),
        (ask(RELEASES), "", "`kubernetes` says nothing now, was >=1.31 <1.33"),
        (ask(RELEASES, prereleases=True), RANGE, UNTOLD),
    ],
)
def test_each_change_is_told(question: Question, kubernetes: str, expected: str) -> None:
    """One line for one change, as far as the lock tells."""
    assert (expected,) == what_changed(LOCK, asked_of(question, kubernetes))


def test_all_changes_are_told_at_once() -> None:
    """In the order of names, Kubernetes last."""
    asked = asked_of(asking({"x": "data/db", "one": "data/db ^2"}, minors="1.31"), "1.31")

    assert (
        "release `one` asks for `^2` now; locked is 1.1.0",
        "release `x` is new",
        "release `shop` is no longer asked for",
        "release `two` is no longer asked for",
        "Kubernetes is 1.31 now, was 1.31 to 1.32",
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

    assert (UNTOLD,) == what_changed(lock, asked)
