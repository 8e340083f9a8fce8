"""Condensed nogoods say the same as those that they stand for: of every set of causes."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator
from itertools import combinations, product

import pytest

from mistpm.model.cause import Asked, Cause
from mistpm.resolve import Limits
from mistpm.resolve.explain.condensing import Condensed
from mistpm.resolve.explain.nogood import Nogood, Variable
from mistpm.resolve.explain.nogood_cores import NogoodCores
from mistpm.resolve.world.limits import Deadline

SEEDS = [*range(60), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(60, 200))]


def random_nogoods(seed: int) -> list[Nogood]:
    """Make up nogoods over a few variables, some of which say something without a cause."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    variables = [Variable((1 << chance.randint(2, 4)) - 1) for _ in range(4)]
    causes = [Asked(release=name, package=name, range="*") for name in "abcde"]
    nogoods = []
    for _ in range(chance.randint(4, 12)):
        its = chance.sample(variables, chance.randint(1, 3))
        terms = tuple((variable, chance.randrange(1, variable.all)) for variable in its)
        nogoods.append(Nogood(terms, chance.choice((*causes, *causes, None))))
    return nogoods


def can_hold(nogoods: Iterable[Nogood], causes: Collection[Cause]) -> bool:
    """Try all values."""
    active = [nogood for nogood in nogoods if nogood.cause is None or nogood.cause in causes]
    variables = list(dict.fromkeys(variable for nogood in active for variable, _ in nogood.terms))
    for values in product(*(range(variable.all.bit_length()) for variable in variables)):
        chosen = {variable: 1 << value for variable, value in zip(variables, values, strict=True)}
        if not any(all(chosen[v] & mask for v, mask in nogood.terms) for nogood in active):
            return True
    return False


def subsets(nogoods: Iterable[Nogood]) -> Iterator[tuple[Cause, ...]]:
    """Give all sets of the causes of nogoods."""
    causes = list(dict.fromkeys(n.cause for n in nogoods if n.cause is not None))
    for size in range(len(causes) + 1):
        yield from combinations(causes, size)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_cannot_hold_together_stays_so(seed: int) -> None:
    """A cause counts where all that it stands for are there."""
    nogoods = random_nogoods(seed)
    condensed = Condensed(nogoods)
    for causes in subsets(nogoods):
        heads = [
            head
            for head, members in condensed.standing_for.items()
            if all(member in causes for member in members)
        ]

        assert can_hold(nogoods, causes) == can_hold(condensed.nogoods, heads)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_solver_says_what_trying_says(seed: int) -> None:
    """And the values that it gives are such that everything asked about holds."""
    nogoods = random_nogoods(seed)
    with NogoodCores(nogoods, Deadline(Limits())) as cores:
        for causes in subsets(nogoods):
            expected = can_hold(nogoods, causes)

            assert expected == cores.can_hold(causes, conflicts=100)
            if expected:
                values = cores.values()
                for nogood in nogoods:
                    if nogood.cause is None or nogood.cause in causes:
                        assert not all(values[v] & mask for v, mask in nogood.terms)
            else:
                assert not can_hold(nogoods, cores.core())


def test_a_chain_is_one_nogood() -> None:
    """What only leads from one package to the next is not asked about one by one."""
    packages = [Variable(0b11) for _ in range(2000)]
    causes = [Asked(release=str(n), package=str(n), range="*") for n in range(2001)]
    steps = zip(packages, packages[1:], causes[1:], strict=False)
    condensed = Condensed(
        (
            Nogood(((packages[0], 0b10),), causes[0]),
            *(Nogood(((one, 0b01), (other, 0b10)), cause) for one, other, cause in steps),
            Nogood(((packages[-1], 0b01),), causes[-1]),
        )
    )

    assert [()] == [nogood.terms for nogood in condensed.nogoods]
    assert [set(causes)] == [set(members) for members in condensed.standing_for.values()]
