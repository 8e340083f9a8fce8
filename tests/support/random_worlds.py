"""Small random worlds and questions, with everything in them that a constraint can come from."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from small_worlds import World, asking, dependency, package_id, setting

from mistpm.model.descriptor import Dependency
from mistpm.model.question import Held, Question
from mistpm.model.version import parse_version

T = TypeVar("T")
Pick = Callable[[Sequence[T]], T]

VERSIONS = ("0.0.1", "0.1.0", "0.2.0", "1.0.0", "1.1.0", "2.0.0-rc.1", "2.0.0", "2.1.0")
RANGES = ("*", "*", "*", "*", "^1", ">=1", "<2", "<1.1", "^2", "0.x", ">=0.1 <2", ">=2.0.0-rc.1")
APIS = ("a.b/v1/K", "a.b/v1/L", "a.b/v2/K", "c.d/v1/M")
BUILT_IN = "v1/Pod"
SCHEMA = {"type": "object", "properties": {"on": {"type": "boolean", "default": True}}}

FLAVOURS = {
    "mixed": ("install",) * 3 + ("call",) * 4 + ("api",),
    "apis": ("install",) * 2 + ("api",) * 3,
    "calls": ("install",) * 2 + ("call",) * 5,
}
"""What dependencies are of, by flavour; a world of all kinds has few solutions."""


class Chance:
    """Where choices come from: Hypothesis or a seed."""

    def __init__(self, pick: Callable[[Sequence[Any]], Any]) -> None:
        self.pick = pick

    def one_in(self, count: int) -> bool:
        """Be true once in a while; false is simpler."""
        return bool(self.pick((False,) * (count - 1) + (True,)))


def seeded(seed: int) -> Chance:
    """Draw from a seed."""
    return Chance(random.Random(seed).choice)  # noqa: S311 - nothing secret


def world_and_question(chance: Chance) -> tuple[World, Question, Held]:
    """Make a world of up to four packages, a question and what was held."""
    names = [f"g/p{number}" for number in range(chance.pick((2, 3, 4)))]
    flavour = chance.pick(sorted(FLAVOURS))
    apis = {name: chance.pick(APIS) for name in names}
    world = World()
    for name in names:
        versions = sorted({chance.pick(VERSIONS) for _ in range(chance.pick((1, 2, 3, 4)))})
        for version in versions:
            _publish(world, (name, version), apis, flavour, chance)
    return world, _question(names, chance), _held(world, names, chance)


def _publish(
    world: World, what: tuple[str, str], apis: dict[str, str], flavour: str, chance: Chance
) -> None:
    name, version = what
    needs: dict[str, str | Dependency] = {}
    for alias in ("x", "y", "z")[: chance.pick((0, 0, 1, 1, 2, 3))]:
        needs[alias] = _dependency(apis, flavour, chance)
    names = sorted(apis)
    provided = (apis[name], apis[name], chance.pick(APIS), "")
    provides = chance.pick(provided if flavour == "apis" else (*provided, *[""] * 8))
    world.add(
        name,
        version,
        needs,
        kubernetes=chance.pick(("",) * 8 + (">=1.33", "<1.33")),
        provides=[provides] if provides else (),
        conflicts=[f"{chance.pick(names)} {chance.pick(RANGES)}"] if chance.one_in(10) else (),
        cluster=chance.one_in(12),
        yanked=chance.one_in(12),
        inputs=SCHEMA if chance.one_in(2) else {},
    )


def _dependency(apis: dict[str, str], flavour: str, chance: Chance) -> Dependency:
    kind = chance.pick(FLAVOURS[flavour])
    when = chance.pick(("", "", "", "", "inputs.on", "!inputs.on"))
    name = chance.pick(sorted(apis))
    if kind == "api":
        api = chance.pick((apis[name], apis[name], chance.pick(APIS), BUILT_IN))
        forms = ("api {} default {}", "api {} default {}", "api {}", "optional api {}")
        return dependency(chance.pick(forms).format(api, name), when=when)
    with_ = chance.pick(({}, {}, {"on": True}, {"on": False})) if kind == "call" else {}
    text = f"{name} {chance.pick(RANGES)}"
    return dependency(f"call {text}" if kind == "call" else text, when=when, with_=with_)


def _question(names: list[str], chance: Chance) -> Question:
    count = chance.pick((1, 1, 2, 2, 3))
    releases = {f"r{n}": f"{chance.pick(names)} {chance.pick(RANGES)}" for n in range(count)}
    bind = {
        name: {chance.pick(("x", "y", "x.x", "x.y")): chance.pick(sorted(releases))}
        for name in releases
        if chance.one_in(8)
    }
    settings = [
        setting(
            name,
            chance.pick(("*", "^1", "<2")),
            name=chance.pick(("", "", "other")),
            bind={chance.pick(("x", "y")): chance.pick(sorted(releases))}
            if chance.one_in(12)
            else {},
            inputs={"on": chance.pick((True, False))},
        )
        for name in names
        if chance.one_in(4)
    ]
    # A release needs every input that a condition reads; a missing one is a mistake, tested elsewhere.
    inputs = {name: {"on": chance.pick((True, False))} for name in releases}
    named = {str(s.package) for s in settings}
    settings += [
        setting(name, inputs={"on": True}) for name in names if str(package_id(name)) not in named
    ]
    return asking(
        releases,
        bind=bind,
        inputs=inputs,
        settings=settings,
        minors=chance.pick(("1.33", "1.33", "1.32 1.33")),
        provided_apis=[chance.pick(APIS)] if chance.one_in(8) else (),
        provided={chance.pick(names): chance.pick(VERSIONS)} if chance.one_in(8) else {},
        prereleases=chance.one_in(10),
    )


def _held(world: World, names: list[str], chance: Chance) -> Held:
    if chance.one_in(2):
        return Held()
    releases = {}
    for name in ("r0", "r1", "p0", "p1", "p2", "other"):
        if chance.one_in(2):
            package = package_id(chance.pick(names))
            candidates = world.packages[package]
            releases[name] = (package, chance.pick([c.version for c in candidates]))
    called = {}
    for key, version in (
        ("p0@1", "1.0.0"),
        ("p1@2", "2.0.0"),
        ("p1@0.1", "0.1.0"),
        ("p2@1", "1.1.0"),
    ):
        if chance.one_in(2):
            called[f"starter/g/{key}"] = parse_version(version)
    free = frozenset(name for name in ("r0", "p1", "starter/g/p1@2") if chance.one_in(4))
    return Held(releases=releases, called=called, free=free)
