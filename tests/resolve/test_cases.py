"""Cases in the format of other resolvers' suites, solved as the benchmark does and judged apart from it.

Ours are beside this file; a folder with others may be named by `MISTPM_RESOLVER_CASES`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import resolver_cases
from resolver_cases_verdicts import faults

from benchmarks.resolve.case_file import read_cases
from benchmarks.resolve.solving import Solving
from mistpm.resolve import Limits

OURS = sorted(
    path for path in (Path(__file__).parent / "cases").iterdir() if "universe" not in path.name
)
FOLDER = os.environ.get("MISTPM_RESOLVER_CASES", "")
OTHERS = [
    path
    for path in sorted(Path(FOLDER).glob("*.json.gz") if FOLDER else ())
    if path.name != "helm_dates.json.gz"
]
MOST = 2500
"""So many questions of a file are judged; of a longer one, some in equal steps."""


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.name)
def test_our_cases(file: Path) -> None:
    """What we made up is answered as it says, down to the whole solution."""
    asked = list(resolver_cases.read(file))
    outcomes = list(Solving(limits=Limits()).solve_all(read_cases(file)))

    assert [case.name for case in asked] == [outcome.name for outcome in outcomes]
    for case, outcome in zip(asked, outcomes, strict=True):
        assert [] == list(faults(case, outcome)), case.name
        assert case.expect["sat"] == (outcome.verdict == "sat"), case.name
        assert case.expect.get("solution", {}) == outcome.solution, case.name
        assert outcome.minimal, case.name


@pytest.mark.slow
@pytest.mark.skipif(not OTHERS, reason="MISTPM_RESOLVER_CASES names no folder of cases")
@pytest.mark.parametrize("file", OTHERS, ids=lambda file: file.name)
def test_other_cases(file: Path) -> None:
    """Verdicts are exact, solutions hold and are the best, explanations suffice and are minimal."""
    asked = list(resolver_cases.read(file))
    cases = read_cases(file)

    assert [case.name for case in asked] == [case.name for case in cases]
    step = -(-len(asked) // MOST) or 1
    solving = Solving(limits=Limits())
    wrong = {
        case.name: found
        for case, mine in zip(asked[::step], cases[::step], strict=True)
        if (found := list(faults(case, solving.solve(mine))))
    }

    assert {} == wrong
