"""The oracle without one of its rules: a case is about a rule if the answer is another without it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from brute_force import Oracle, TooManyStatesError
from brute_force_objective import Objective
from brute_force_rules import CONDITIONS
from random_worlds import Case

from mistpm.model.minors import supports
from mistpm.model.presence import is_built_in
from mistpm.model.ranges import eligible


def _never(*_: Any) -> bool:
    return False


def _always(*_: Any) -> bool:
    return True


def _nothing(*_: Any) -> None:
    return None


def _empty(*_: Any) -> dict[str, Any]:
    return {}


RULES: Final[dict[str, tuple[str, Callable[..., Any]]]] = {
    "ranges": ("admitted", lambda _, __, versions: versions),
    "pre-releases are for who asks": (
        "admitted",
        lambda _, range_, versions: tuple(v for v in versions if v in range_.versions),
    ),
    "policy: pre-releases": ("admitted", lambda _, range_, versions: eligible(range_, versions)),
    "yanked": ("is_withdrawn", _never),
    "yanked but held": ("is_withdrawn", lambda _, __, candidate: bool(candidate.yanked)),
    "Kubernetes": ("lacks_kubernetes", _never),
    "several minors": (
        "lacks_kubernetes",
        lambda self, candidate: (
            candidate.descriptor.kubernetes is not None
            and not supports(candidate.descriptor.kubernetes, self.question.minors[0])
        ),
    ),
    "conflict": ("refuses", _never),
    "conflict with what is provided": ("refuses_a_fact", _never),
    "once in a cluster": ("is_second", _never),
    "one owner": ("owns_the_same", _never),
    "provided kinds have an owner": ("owns_a_fact", _never),
    "what cannot be called": ("is_not_callable", _never),
    "series": ("series", lambda *_: ""),
    "identity by registry": ("identity", lambda _, reference, __: reference.within("starter")),
    "settings: version": ("is_outside_settings", _never),
    "settings: name": ("name", lambda _, p: p.package.name if p.kind == "pulled-in" else p.name),
    "settings: inputs": (
        "inputs",
        lambda self, use: {} if use.place.kind == "pulled-in" else Oracle.inputs(self, use),
    ),
    "settings: bind": (
        "bind",
        lambda self, place: {} if place.kind == "pulled-in" else Oracle.bind(self, place),
    ),
    "bind": ("bind", _empty),
    "bind below a call": ("bind_below", lambda *_: ()),
    "when": ("decided", _always),
    "with": (
        "inputs",
        lambda self, use: {} if use.place.kind == "called" else Oracle.inputs(self, use),
    ),
    "inputs": (
        "inputs",
        lambda self, use: {} if use.place.kind == "asked" else Oracle.inputs(self, use),
    ),
    "defaults of inputs": ("defaults", _empty),
    "undecided is true": (
        "decided",
        lambda self, use, candidate, condition: (
            not condition
            or CONDITIONS[condition](
                {"on": False, "size": 0, **self.defaults(candidate), **self.inputs(use)}
            )
        ),
    ),
    "computed": ("answered", _empty),
    "default of an API": ("default", _nothing),
    "provided API": ("is_provided_fact", _never),
    "API of Kubernetes": ("is_served", _never),
    "API at all minors": (
        "is_served",
        lambda self, api: any(is_built_in(api, minor) for minor in self.question.minors),
    ),
    "provided package": ("fact", _nothing),
    "lock": ("held_at", _nothing),
}
"""What a rule is called, the method that has it, and what stands in its place."""

LEVELS: Final[dict[str, tuple[str, Callable[..., Any]]]] = {
    "1: fewest changes": ("keep_fewest_changes", _nothing),
    "1: what is named may move": ("is_free", _never),
    "1: fewest exchanges": ("keep_fewest_exchanges", _nothing),
    "2: newest of the file": ("keep_newest_of_the_file", _nothing),
    "3: fewest series": ("keep_fewest_series", _nothing),
    "4: everything else": ("walk", _nothing),
    "4: by package": ("order", lambda _, need: need.alias),
    "4: breadth-first": ("following", lambda self: self.waiting.pop()),
    "4: newest series": ("age_of_series", lambda *_: 0),
    "5: defaults": ("default", _nothing),
    "yanked are last": (
        "age",
        lambda self, solution, place: sum(
            version > solution.versions[place] for version in self.oracle.packages[place.package]
        ),
    ),
}
"""The same for the objective."""


def oracles_without() -> dict[str, type[Oracle]]:
    """Give an oracle for each rule, which does not have it."""
    found = {
        name: type("Without", (Oracle,), {method: instead, "most_states": 400})
        for name, (method, instead) in RULES.items()
    }
    for name, (method, instead) in LEVELS.items():
        objective = type("Without", (Objective,), {method: instead})
        found[name] = type("Without", (Oracle,), {"objective": objective})
    return found


def answer(kind: type[Oracle], case: Case) -> str:
    """Give what an oracle says of a case, whole."""
    oracle = kind(case.question, case.world.packages, case.held, computed=case.world.answers)
    try:
        solutions = oracle.solutions()
        best = oracle.objective(oracle, solutions).best() if solutions else []
    except (TooManyStatesError, AssertionError, KeyError):
        return "cannot tell"
    said = [(oracle.told(one), oracle.targets(one), sorted(oracle.mistakes(one))) for one in best]
    return json.dumps([(versions, sorted(edges.items()), m) for versions, edges, m in said])


def rules_that_matter(case: Case) -> list[str]:
    """Give the rules without which the answer to a case would be another."""
    expected = answer(Oracle, case)
    return [name for name, kind in oracles_without().items() if answer(kind, case) != expected]
