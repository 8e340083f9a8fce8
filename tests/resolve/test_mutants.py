"""Whatever is left out of the solver's work, some world shows it.

Of the modules that decide an answer, each statement that only calls, yields or raises is left out in
turn: each kind of clause, each guard of the walk, each level of the objective.  The oracle vouches
for what the answers should be.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from importlib import import_module

import pytest
from brute_force import Oracle
from brute_force_comparison import compare
from mutant_verdicts import (
    killer,
    other_models,
    verdict,
    without_explanations,
    without_forcing,
    without_walk,
)
from mutants import Mutant, mutants
from random_worlds import Case, random_case, seeded
from telling_cases import telling_cases

from mistpm.resolve import Limits

MODULES = (
    "search.clashes",
    "search.counting",
    "world.exclusion",
    "search.improvement",
    "search.optimum",
    "search.selection",
    "search.sketch",
    "search.solutions",
    "search.walk",
)
SEEDS = (1, 3, 5, 10, 18, 19, 20)
LATER = "it matters to `why-not` alone, which pins versions"
SOONER = "it saves time, or round trips"
TOLD = "it is told when the time is over"
KNOWN = "the solver has just found it out, or learns it from what is fixed next"
DECIDED = "then the solver decides"
TWICE = "of releases both say the same, and nothing else provides an API"
HARMLESS = {
    "exclusion.exclusions: yield Exclusion(cause=cause, mask=listing.all & ~pinned)": LATER,
    "optimum.Optimum.renew_roots: self._deadline.settled.append(node.name)": TOLD,
    "optimum.Optimum._newest: self._tell(node)": TOLD,
    "optimum.Optimum._newest: self._decided.add(node)": "it would be decided again, and fixed again",
    "optimum.Optimum._decide: self._sketch.add(-pick)": KNOWN,
    "optimum.Optimum._decide: self._sketch.add(pick)": KNOWN,
    "optimum.Optimum._decide_default: self._sketch.add(pulled_in)": KNOWN,
    "improvement.Improvement._give_up: self._formula.add(-failed[0])": KNOWN,
    "selection._Needed._reach: self._guess(requirement)": SOONER,
    "sketch.Sketch._constrain: self._cover(node, node.listing.yanked)": "exclusions divide, and `best` knows",
    "sketch.Sketch.write: self.enter(node)": "what is reached was entered before",
    "sketch.Sketch.pick: self.enter(option.node)": "what is written was entered before",
    "sketch.Sketch.pick: self.add(-one, -other)": "of several picks the newest one counts",
    "sketch.Sketch._halve: self.novel.discard(block.literal)": SOONER,
    "sketch.Sketch.acquaint: self.novel.discard(self._block(node, 1 << place).literal)": SOONER,
    "sketch.Sketch.foresee: masks.setdefault(requirement.context.node, []).append("
    "requirement.holders)": SOONER,
    "sketch.Sketch.foresee: masks.setdefault(option.node, []).append(option.mask)": SOONER,
    "sketch.Sketch.foresee: self.enter(node)": SOONER,
    "sketch.Sketch.foresee: self._divide(node, told_apart)": SOONER,
    "sketch.Sketch._divide: found.setdefault(self._block(node, part), []).append(part)": SOONER,
    "solutions.Solutions._write: self._unknown.update(((sketch, context) for context in contexts))": SOONER,
    "solutions.Solutions._write: sketch.universe.require(context, profile)": SOONER,
    "solutions.Solutions._write: sketch.foresee(everything)": SOONER,
    "solutions.Solutions._write: _acquaint(selection)": SOONER,
    "solutions._acquaint: sketch.acquaint(node, block.place)": SOONER,
    "solutions.Solutions._tell: self.solver.prefer(formula.phases)": SOONER,
    "solutions.Solutions._tell: formula.phases.clear()": SOONER,
    "solutions._unfounded: sketch.add(-sketch.use(context), *supports)": TWICE,
    "solutions._unfounded: sketch.add(-sketch.presence(context.node), *supports)": TWICE,
    "walk._Walk.choice: self._expect(level)": SOONER,
    "walk._Walk._expect: self.universe.expect(((context, context.node.listing.profile("
    "self.places[context.node])) for context in level if context.node in self.places))": SOONER,
    "walk._Walk._default: self.universe.expect_defaults(unprovided)": SOONER,
    "walk._Walk.choice: waiting.extend(self._default(deferred))": DECIDED,
    "walk._Walk._default: find_default(self.universe, requirement)": DECIDED,
}
"""What may be left out, and why no answer is another without it."""


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """Give worlds in which everything matters."""
    return telling_cases() + [random_case(seeded(seed)) for seed in SEEDS]


def all_mutants(name: str) -> Iterator[Mutant]:
    """Give the mutants of a module of the resolver."""
    return mutants(import_module(f"mistpm.resolve.{name}"))


@pytest.mark.slow
@pytest.mark.parametrize("name", MODULES)
def test_every_statement_is_needed(name: str, cases: list[Case]) -> None:
    """Leaving out a clause, a guard or a level changes the answer to some world."""
    survivors: list[str] = []
    with ExitStack() as stack:
        stack.enter_context(without_explanations())
        stack.enter_context(without_forcing())
        if name not in {"search.walk", "world.exclusion"}:
            stack.enter_context(without_walk())
            stack.enter_context(other_models())
        expected = [verdict(case, Limits()) for case in cases]
        survivors += [
            mutant.label
            for mutant in all_mutants(name)
            if mutant.label not in HARMLESS and killer(mutant, cases, expected) is None
        ]

    assert [] == survivors


@pytest.mark.slow
def test_the_oracle_vouches_for_what_is_expected(
    cases: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answers that mutants are held against are right, whatever models the solver begins with."""
    monkeypatch.setattr(Oracle, "most_states", 20_000)
    for case in cases:
        compare(case)
        with without_explanations():
            expected = verdict(case, Limits())
            with without_walk(), without_forcing(), other_models():
                assert expected == verdict(case, Limits())


@pytest.mark.slow
def test_what_is_harmless_is_there() -> None:
    """Nothing is excused that is no longer in the code."""
    labels = {mutant.label for name in MODULES for mutant in all_mutants(name)}

    assert set() == HARMLESS.keys() - labels
