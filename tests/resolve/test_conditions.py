"""Conditions: what `when` sees, decides and reads."""

from __future__ import annotations

from typing import Any

import pytest
from small_worlds import World, asking, dependency, edges, setting, told

from mistpm.errors import ResolutionError
from mistpm.resolve.world.conditions import Condition, InvalidConditionError, evaluate, paths_read

SCHEMA = {
    "type": "object",
    "properties": {
        "tls": {"type": "boolean", "default": False},
        "backup": {"type": "object", "properties": {"enabled": {"default": True}}},
        "password": {"type": "string", "writeOnly": True},
        "size": {"type": "integer"},
    },
}


@pytest.mark.parametrize(
    ("expression", "inputs", "expected"),
    [
        ("inputs.tls", {"tls": True}, True),
        ("!inputs.tls || inputs.a.b == 'x'", {"tls": True, "a": {"b": "y"}}, False),
        ("inputs.size > 2 && inputs.list.exists(i, i == 3)", {"size": 3, "list": [1, 3]}, True),
        ("has(inputs.other)", {}, False),
        ("inputs['a-b'] == 1.5", {"a-b": 1.5}, True),
        ("inputs.none == null", {"none": None}, True),
        ("inputs.huge > 1.0", {"huge": 2**70}, True),
        ("inputs.tls || inputs.missing", {"tls": True}, True),
    ],
)
def test_conditions_hold_or_do_not(expression: str, inputs: dict[str, Any], expected: bool) -> None:
    """CEL over JSON-like inputs."""
    assert Condition(holds=expected) == evaluate(expression, inputs)


def test_a_missing_input_leaves_a_condition_undecided() -> None:
    """What is missing is told by its path."""
    assert Condition(holds=None, missing=("a.b",)) == evaluate("inputs.a.b", {"a": {}})


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("inputs.tls &&", "it cannot be read: inputs.tls &&"),
        ("inputs.size", "it gives a value of type int, not true or false"),
        ("1 / 0 == 1", "it cannot be evaluated: modulus or divide by zero"),
        (
            "inputs.size == 'x'",
            "it cannot be evaluated: an operator is applied to values of types that do not fit",
        ),
        ("unknown", "it cannot be evaluated: undeclared reference to 'unknown'"),
    ],
)
def test_expressions_that_cannot_be_used(expression: str, message: str) -> None:
    """What cannot be read or evaluated, or gives something else, is refused."""
    with pytest.raises(InvalidConditionError) as caught:
        evaluate(expression, {"size": 1, "tls": True})

    assert message == str(caught.value)


@pytest.mark.parametrize(
    ("expression", "paths"),
    [
        ("inputs.tls && inputs.a.b.c > 1", ("a.b.c", "tls")),
        ("has(inputs.a.b) || inputs['x-y']['z']", ("a.b", "x-y.z")),
        ("inputs.list[0].name == 'q'", ("list",)),
        ("inputs.list.exists(i, i.inputs == 2)", ("list",)),
        ("inputs[inputs.key]", ("*", "key")),
        ("size(inputs) > 0", ("*",)),
        ("true", ()),
    ],
)
def test_what_an_expression_reads(expression: str, paths: tuple[str, ...]) -> None:
    """The paths are as long as they are written out; a whole is a star."""
    assert paths == paths_read(expression)


@pytest.fixture
def world() -> World:
    """Make a shop with two conditional dependencies."""
    world = World()
    world.add(
        "apps/shop",
        "1.0.0",
        {
            "certs": dependency("sec/certs", when="inputs.tls"),
            "store": dependency("data/store", when="inputs.backup.enabled"),
        },
        inputs=SCHEMA,
    )
    return world.add("sec/certs", "1.0.0").add("data/store", "1.0.0")


def test_defaults_of_the_schema_decide(world: World) -> None:
    """Inputs that nobody gave have the schema's defaults, nested ones too."""
    resolution = world.resolve(asking({"shop": "apps/shop"}))

    assert {"shop": "1.0.0", "store": "1.0.0"} == told(resolution)
    assert {"certs": False, "store": True} == resolution.releases["shop"].when
    assert ("backup.enabled", "tls") == resolution.releases["shop"].reads


def test_inputs_of_the_file_decide(world: World) -> None:
    """The user's inputs win over defaults."""
    inputs = {"shop": {"tls": True, "backup": {"enabled": False}}}

    resolution = world.resolve(asking({"shop": "apps/shop"}, inputs=inputs))

    assert {"certs": "certs"} == edges(resolution, "shop")


def test_settings_decide_for_what_is_pulled_in(world: World) -> None:
    """A pulled-in release has its inputs from the settings."""
    world.add("apps/mall", "1.0.0", {"shop": "apps/shop"})
    settings = [setting("apps/shop", inputs={"tls": True})]

    resolution = world.resolve(asking({"mall": "apps/mall"}, settings=settings))

    assert {"certs": "certs", "store": "store"} == edges(resolution, "shop")


def test_each_candidate_has_its_own_defaults() -> None:
    """A newer version's default may need what cannot be had; an older one's does not."""
    world = World()
    for version, default in (("1.0.0", False), ("2.0.0", True)):
        world.add(
            "apps/shop",
            version,
            {"certs": dependency("sec/certs ^9", when="inputs.tls")},
            inputs={"properties": {"tls": {"default": default}}},
        )
    world.add("sec/certs", "1.0.0")

    assert {"shop": "1.0.0"} == told(world.resolve(asking({"shop": "apps/shop"})))
    off = asking({"shop": "apps/shop"}, inputs={"shop": {"tls": False}})
    assert {"shop": "2.0.0"} == told(world.resolve(off))


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("inputs.tls +", "it cannot be read: inputs.tls +"),
        ("inputs.tls ? 1 : 2", "it gives a value of type int, not true or false"),
        (
            "inputs.size > 2",
            "it reads the input `size`, which is not given and has no default",
        ),
        ("has(inputs.password)", "it reads the secret input `password`"),
    ],
)
def test_conditions_of_a_chosen_version_must_be_usable(expression: str, reason: str) -> None:
    """The error names version, alias, expression and reason."""
    world = World().add("data/pg", "1.0.0")
    world.add("apps/shop", "1.0.0", {"db": dependency("data/pg", when=expression)}, inputs=SCHEMA)

    with pytest.raises(ResolutionError) as caught:
        world.resolve(asking({"shop": "apps/shop"}))

    assert (
        "invalid-condition",
        "the condition of `db` in `starter/apps/shop@1.0.0` cannot be used for `shop`\n"
        f"  when: {expression}\n"
        f"  {reason}",
    ) == (caught.value.reference, str(caught.value))


def test_conditions_of_other_versions_do_not_matter() -> None:
    """A version that is not chosen may be as wrong as it likes."""
    world = World().add("data/pg", "1.0.0")
    world.add("apps/shop", "1.0.0", {"db": dependency("data/pg", when="inputs.")}, inputs=SCHEMA)
    world.add("apps/shop", "2.0.0", inputs=SCHEMA)

    assert {"shop": "2.0.0"} == told(world.resolve(asking({"shop": "apps/shop"})))


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        (
            "inputs.a.all(b, inputs.a.all(c, inputs.a.all(d, b + c + d > 0)))",
            "it would go over its inputs too often to end soon",
        ),
        ("true" + " || true" * 300, "it has more than 2000 characters"),
    ],
)
def test_conditions_that_would_not_end(expression: str, why: str) -> None:
    """A package's condition keeps nobody busy; it is refused before it is begun."""
    with pytest.raises(InvalidConditionError, match=why):
        evaluate(expression, {"a": [1] * 100})


def test_conditions_walk_over_what_there_is() -> None:
    """Lists in lists are looked through."""
    inputs = {"hosts": [{"paths": ["/", "/a"]}] * 30}

    assert evaluate("inputs.hosts.all(h, h.paths.exists(p, p == '/'))", inputs).holds
