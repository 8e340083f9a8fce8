"""The answer depends on what there is, not on the order in which it is told."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from random_worlds import random_case, seeded
from small_worlds import World
from smaller_worlds import copied

from mistpm.errors import ResolutionError
from mistpm.model.descriptor import Dependency
from mistpm.model.question import Held, Question


def answer(world: World, question: Question, held: Held) -> list[str]:
    """Give everything that a resolution says but the descriptors, or the error."""
    try:
        resolution = world.resolve(question, held)
    except ResolutionError as error:
        return [str(error)]
    chosen = {**resolution.releases, **resolution.called}
    return [
        *(f"{name} {c.candidate} {c.edges} {c.when} {c.reads}" for name, c in chosen.items()),
        *(f"{part}" for part in resolution.unresolved),
    ]


def shuffled(world: World, luck: random.Random) -> World:
    """Give the same world, its versions and dependencies told in another order."""
    other = copied(world)
    other.packages = {}
    for package in luck.sample(sorted(world.packages), len(world.packages)):
        candidates = world.packages[package]
        other.packages[package] = [
            replace(
                candidate,
                descriptor=replace(
                    candidate.descriptor,
                    dependencies=dict(
                        luck.sample(
                            sorted(candidate.descriptor.dependencies.items()),
                            len(candidate.descriptor.dependencies),
                        )
                    ),
                ),
            )
            for candidate in luck.sample(candidates, len(candidates))
        ]
    return other


def test_order_does_not_matter() -> None:
    """Shuffled registries, versions, dependencies and settings give the same answer, to the letter."""
    for seed in range(150):
        world, question, held = random_case(seeded(seed))
        luck = random.Random(seed)  # noqa: S311 - nothing secret
        settings = tuple(luck.sample(question.settings, len(question.settings)))
        other = replace(question, settings=settings)

        expected = answer(world, question, held)

        assert expected == answer(shuffled(world, luck), other, held), seed


@pytest.mark.slow
def test_hash_seed_does_not_matter() -> None:
    """Two processes whose hashes differ give the same answers."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from random_worlds import random_case, seeded\n"
        "from mistpm.errors import ResolutionError\n"
        "for seed in range(100):\n"
        "    world, question, held = random_case(seeded(seed))\n"
        "    try: print(world.resolve(question, held))\n"
        "    except ResolutionError as error: print(error)\n"
    )
    support = Path(__file__).parent.parent / "support"
    outputs = [
        subprocess.run(
            [sys.executable, "-c", program, str(support)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    ]

    assert outputs[0] == outputs[1]


def test_versions_that_nothing_can_select_change_nothing() -> None:
    """A version that Kubernetes rules out leaves a solution as it is."""
    solved = 0
    for seed in range(100):
        world, question, held = random_case(seeded(seed))
        before = answer(world, question, held)
        for package, candidates in world.packages.items():
            if all(candidate.version.is_prerelease for candidate in candidates):
                continue  # what a range means depends on whether there is anything else
            world.add(package, "99.0.0", {"x": "x/nowhere"}, kubernetes="<1.0")
        if not any("Unresolved" in line for line in before):
            solved += 1
            assert before == answer(world, question, held), seed

    assert 20 < solved


def without(world: World, drop: Callable[[Dependency], bool]) -> World:
    """Give the same world without some dependencies."""
    other = copied(world)
    other.packages = {}
    for package, candidates in world.packages.items():
        for candidate in candidates:
            descriptor = candidate.descriptor
            kept = {a: need for a, need in descriptor.dependencies.items() if not drop(need)}
            changed = replace(candidate, descriptor=replace(descriptor, dependencies=kept))
            other.packages.setdefault(package, []).append(changed)
    return other


def test_removing_a_requirement_never_makes_a_question_unsatisfiable() -> None:
    """Less to ask for is never too much, as long as nobody lives on what others bring along."""
    tried = 0
    for seed in range(150):
        world, question, held = random_case(seeded(seed))
        plain = without(world, lambda need: need.api is not None)
        unbound = replace(
            question,
            releases=tuple(replace(wanted, bind={}) for wanted in question.releases),
            settings=tuple(replace(setting, bind={}) for setting in question.settings),
        )
        if "Unresolved" not in str(answer(plain, unbound, held)):
            lesser = without(plain, lambda need: need.use == "call")
            tried += 1
            assert "Unresolved" not in str(answer(lesser, unbound, held)), seed

    assert 50 < tried
