"""What is wrong with what `benchmarks.resolve` says of cases, judged apart from it."""

from __future__ import annotations

from collections.abc import Iterator

from resolver_cases import Asked
from resolver_cases_sat import best, explanation_faults, is_possible, solution_faults

from benchmarks.resolve.outcome import Outcome


def faults(case: Asked, outcome: Outcome) -> Iterator[str]:
    """Find everything that is wrong: verdict, solution, optimum, causes; nothing is left to trust.

    What a file expects counts for the verdict (but under another ecosystem's rules) and for the
    solution that it calls the best.
    """
    possible = is_possible(case)
    verdict = "sat" if possible else "unsat"
    if case.name != outcome.name:
        yield f"it is called {outcome.name}"
    if not case.other_rules and case.expect.get("sat", possible) != possible:
        yield "the file expects another verdict than exact search finds"
    if outcome.verdict != verdict:
        yield f"the verdict is {outcome.verdict}"
    elif possible:
        yield from solution_faults(case, outcome.solution)
        wanted = best(case)
        if wanted != outcome.solution:
            yield f"the best is {wanted}, not {outcome.solution}"
        if case.expect.get("lex_solution", wanted) != wanted:
            yield f"the file expects {case.expect['lex_solution']} to be the best"
        if outcome.causes:
            yield "a solution has no causes"
    else:
        found = list(explanation_faults(case, outcome.causes))
        superfluous = [fault for fault in found if fault.endswith("is not needed")]
        yield from (fault for fault in found if fault not in superfluous or outcome.minimal)
        if outcome.solution:
            yield "what is impossible has no solution"
