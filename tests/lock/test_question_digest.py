"""What makes a lock stale, and what does not."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_locks import asked_of, lock_of
from msgspec.structs import replace
from small_worlds import World, asking, dependency, package_id, setting

from mistpm.lock.freshness import is_fresh
from mistpm.lock.question_digest import Asked, digest_question, read_inputs
from mistpm.model.lockfile import Lockfile
from mistpm.model.presence import parse_api
from mistpm.model.question import Question
from mistpm.model.ranges import parse_range
from mistpm.model.version import parse_version

MONITORED = {"type": "object", "properties": {"monitor": {"type": "object"}}}


def world() -> World:
    """Give packages of which two read an input, one asked for and one pulled in."""
    return (
        World()
        .add(
            "apps/shop",
            "1.0.0 1.1.0",
            {
                "db": "data/db ^1",
                "extra": dependency("data/extra", when="inputs.tls.on"),
            },
            inputs={"properties": {"tls": {"properties": {"on": {"default": False}}}}},
        )
        .add(
            "data/db",
            "1.0.0 1.1.0",
            {"extra": dependency("data/extra", when="inputs.backup")},
            inputs={"properties": {"backup": {"default": False}}},
        )
        .add("data/extra", "1.0.0")
        .add("apps/other", "1.0.0")
    )


def question() -> Question:
    """Ask for two releases, with everything that a question can have."""
    return asking(
        {"shop": "apps/shop ^1", "other": "apps/other"},
        inputs={"shop": {"tls": {"on": False, "host": "a"}, "size": 1}},
        settings=[
            setting("data/db", "<2", inputs={"backup": False, "size": 1}),
            setting("data/extra", name="extra", inputs={"backup": True}),
        ],
        provided_apis=["a.b/v1/K", "a.b/v1/L"],
        provided={"data/queue": "1.0.0"},
    )


BASE = question()
LOCK = lock_of(world(), BASE, kubernetes=">=1.33 <1.34")
ASKED = asked_of(BASE, ">=1.33 <1.34")


def release(**changes: Any) -> Question:
    """Change the first release."""
    first, *rest = BASE.releases
    return replace(BASE, releases=(replace(first, **changes), *rest))


def settings(**changes: Any) -> Question:
    """Change the setting of what is pulled in."""
    first, *rest = BASE.settings
    return replace(BASE, settings=(replace(first, **changes), *rest))


STALE: dict[str, Question] = {
    "a release is added": asking(
        {"shop": "apps/shop ^1", "other": "apps/other", "x": "data/extra"}
    ),
    "a release is removed": replace(BASE, releases=BASE.releases[:1]),
    "the order of releases": replace(BASE, releases=BASE.releases[::-1]),
    "a release's name": release(name="store"),
    "a release's package": release(package=package_id("apps/other")),
    "a release's range": release(range=parse_range("^1.0")),
    "a release's binding": release(bind={"db": "other"}),
    "an input that a condition reads": release(
        inputs={"tls": {"on": True, "host": "a"}, "size": 1}
    ),
    "an input that a condition reads, gone": release(inputs={"tls": {"host": "a"}, "size": 1}),
    "an input that a condition reads, gone with what holds it": release(inputs={"size": 1}),
    "an input that a condition reads, of another type": release(
        inputs={"tls": {"on": 0, "host": "a"}}
    ),
    "what holds an input that a condition reads": release(inputs={"tls": "yes", "size": 1}),
    "a setting is removed": replace(BASE, settings=BASE.settings[1:]),
    "a setting is added": replace(BASE, settings=(*BASE.settings, setting("apps/other"))),
    "a setting's package": settings(package=package_id("apps/other")),
    "a setting's range": settings(range=parse_range("<3")),
    "a setting's name": settings(name="store"),
    "a setting's binding": settings(bind={"extra": "other"}),
    "a setting's input that a condition reads": settings(inputs={"backup": True, "size": 1}),
    "an API is provided": replace(BASE, provided_apis=(*BASE.provided_apis, parse_api("v1/Pod"))),
    "an API is no longer provided": replace(BASE, provided_apis=BASE.provided_apis[:1]),
    "a package is provided": replace(
        BASE,
        provided_packages={
            **BASE.provided_packages,
            package_id("data/extra"): parse_version("1.0.0"),
        },
    ),
    "a provided package's version": replace(
        BASE, provided_packages={package_id("data/queue"): parse_version("1.0.1")}
    ),
    "pre-releases": replace(BASE, prereleases=True),
    "other Kubernetes versions": replace(BASE, minors=asking({}, minors="1.33 1.34").minors),
}

FRESH: dict[str, Question] = {
    "nothing": question(),
    "an input that no condition reads": release(
        inputs={"tls": {"on": False, "host": "b"}, "size": 2}
    ),
    "the order of inputs": release(inputs={"size": 1, "tls": {"host": "a", "on": False}}),
    "a setting's input that no condition reads": settings(inputs={"backup": False, "size": 2}),
    "an input of a setting for what is not pulled in": replace(
        BASE,
        settings=(BASE.settings[0], replace(BASE.settings[1], inputs={"backup": False})),
    ),
    "the order of settings": replace(BASE, settings=BASE.settings[::-1]),
    "the order of provided APIs": replace(BASE, provided_apis=BASE.provided_apis[::-1]),
    "an API that is provided twice": replace(BASE, provided_apis=BASE.provided_apis * 2),
}


@pytest.mark.parametrize("changed", STALE.values(), ids=STALE)
def test_what_decides_a_resolution_makes_a_lock_stale(changed: Question) -> None:
    """Each part of a question that the resolver looks at."""
    assert not is_fresh(LOCK, asked_of(changed, ASKED.kubernetes))


@pytest.mark.parametrize("changed", FRESH.values(), ids=FRESH)
def test_nothing_else_makes_a_lock_stale(changed: Question) -> None:
    """What only renders, and what only is written in another order."""
    assert is_fresh(LOCK, asked_of(changed, ASKED.kubernetes))


def test_the_range_of_kubernetes_versions_counts_as_written() -> None:
    """Even where it means the same versions."""
    assert is_fresh(LOCK, ASKED)
    assert not is_fresh(LOCK, asked_of(BASE, "1.33"))


def test_a_package_given_by_path_counts_with_its_bytes() -> None:
    """The file may change under one version."""
    shop = package_id("apps/shop")
    digests = {
        digest_question(replace(ASKED, files=files), LOCK.releases)
        for files in ({}, {shop: "sha256:1"}, {shop: "sha256:2"}, {package_id("x/y"): "sha256:3"})
    }

    assert 3 == len(digests)


def test_a_release_of_a_settings_name_does_not_lend_it_what_it_reads() -> None:
    """A release called as the package of a setting is another package's."""
    wanted = asking(
        {"db": "apps/shop"},
        inputs={"db": {"tls": {"on": False}}},
        settings=[setting("data/db", name="store", inputs={"tls": {"on": True}})],
    )
    lock = lock_of(world(), wanted)
    changed = replace(
        wanted, settings=(replace(wanted.settings[0], inputs={"tls": {"on": False}}),)
    )

    assert is_fresh(lock, asked_of(changed))


@pytest.mark.parametrize(
    ("inputs", "seen"),
    [
        ({}, {}),
        ({"a": {"b": 1, "c": 2}}, {"a.b": [1]}),
        ({"a": {"b": None}}, {"a.b": [None]}),
        ({"a": {}}, {"a.b": "a"}),
        ({"a": {"c": 1}}, {"a.b": "a"}),
        ({"a": None}, {"a.b": "a"}),
        ({"a": [{"b": 1}]}, {"a.b": "a"}),
    ],
)
def test_a_path_counts_as_far_as_it_leads(inputs: dict[str, Any], seen: dict[str, Any]) -> None:
    """Below a mapping that is given, other defaults hold than below one that is missing."""
    assert seen == read_inputs(inputs, ("a.b",))


def test_a_condition_may_read_all_inputs() -> None:
    """Then all of them count."""
    assert {"*": {"a": 1}} == read_inputs({"a": 1}, ("*", "b"))


KEYS = st.sampled_from("abc")
VALUES = st.recursive(
    st.integers(0, 1) | st.booleans() | st.none(),
    lambda inner: st.dictionaries(KEYS, inner),
    max_leaves=6,
)
PATHS = st.lists(KEYS, min_size=1, max_size=3).map(".".join)


def put(inputs: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Put a value at a path, whatever is there."""
    changed = copy.deepcopy(inputs)
    inner = changed
    *way, last = path.split(".")
    for key in way:
        if not isinstance(inner.get(key), dict):
            inner[key] = {}
        inner = inner[key]
    inner[last] = value
    return changed


def are_apart(one: str, other: str) -> bool:
    """Tell whether neither path leads through the other."""
    first, second = one.split("."), other.split(".")
    length = min(len(first), len(second))
    return first[:length] != second[:length]


@pytest.mark.slow
@given(st.dictionaries(KEYS, VALUES), st.lists(PATHS, max_size=3), PATHS, VALUES)
def test_only_what_is_read_counts(
    inputs: dict[str, Any], reads: list[str], path: str, value: Any
) -> None:
    """An input beside every path that is read changes nothing, unless it makes or breaks the way there."""
    changed = put(inputs, path, value)
    holder: Any = inputs
    for key in path.split(".")[:-1]:
        holder = holder.get(key) if isinstance(holder, dict) else None
    if isinstance(holder, dict) and all(are_apart(path, read) for read in reads):
        assert read_inputs(inputs, tuple(reads)) == read_inputs(changed, tuple(reads))


@pytest.mark.slow
@given(st.dictionaries(KEYS, VALUES), st.lists(PATHS, max_size=3), VALUES)
def test_a_value_that_is_read_counts(inputs: dict[str, Any], reads: list[str], value: Any) -> None:
    """After putting a value where a condition reads, it sees exactly this value."""
    for path in reads:
        assert [value] == read_inputs(put(inputs, path, value), (path,))[path]


def shuffled(lock: Lockfile, turn: Callable[[list[Any]], list[Any]]) -> Lockfile:
    """Write the mappings of a lock in another order."""
    return replace(lock, releases=dict(turn(list(lock.releases.items()))))


@pytest.mark.slow
@given(st.randoms(use_true_random=False))
def test_the_digest_does_not_depend_on_any_other_order(random: Any) -> None:
    """Not on that of the lock's releases, nor of mappings in the question."""

    def turn(entries: list[Any]) -> list[Any]:
        mixed: list[Any] = random.sample(entries, len(entries))
        return mixed

    def turned(inputs: Any) -> Any:
        if not isinstance(inputs, dict):
            return inputs
        return {key: turned(value) for key, value in turn(list(inputs.items()))}

    other = replace(
        BASE,
        releases=tuple(replace(each, inputs=turned(each.inputs)) for each in BASE.releases),
        settings=tuple(turn([replace(each, inputs=turned(each.inputs)) for each in BASE.settings])),
        provided_apis=tuple(turn(list(BASE.provided_apis))),
    )
    asked = Asked(question=other, kubernetes=ASKED.kubernetes)

    assert LOCK.question == digest_question(asked, shuffled(LOCK, turn).releases)
