"""Compares the resolver with the oracle, and holds laws against it, on as many worlds as one has time for.

python tests/support/campaign.py --worlds 100000 --seed 0     what differs is told, made as small as it gets
python tests/support/campaign.py --worlds 1000 --laws         the same with laws, on larger worlds too
python tests/support/campaign.py --worlds 1000 --coverage     how many of the worlds are about each rule
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections import Counter
from collections.abc import Callable

from brute_force import TooManyStatesError
from brute_force_comparison import compare
from brute_force_without import oracles_without, rules_that_matter
from laws import LAWS, Law
from random_worlds import LARGE, SMALL, Case, Chance, Size, random_case, seeded
from smaller_worlds import smallest, told_case

Check = Callable[[Case, Chance], str]
"""Looks at one case and says what kind it is; what is wrong is raised."""


def by_oracle(case: Case, chance: Chance) -> str:
    """Compare a case with the oracle."""
    del chance
    try:
        return compare(case)
    except TooManyStatesError:
        return "too many states"


def by_law(law: Law) -> Check:
    """Hold a law against a case."""
    return lambda case, chance: f"{law.__name__} {law(case, chance)}"


class Campaign:
    """Makes checks seed by seed, and counts."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()

    def check(self, check: Check, seed: int, size: Size) -> None:
        """Make one check; what is wrong is told, small, the first few times."""
        found = outcome(check, random_case(seeded(seed), size), seed)
        self.outcomes[found] += 1
        if found.startswith("WRONG") and self.outcomes[found] <= 3:
            small = smallest(
                random_case(seeded(seed), size),
                lambda case: bool(case.question.releases) and outcome(check, case, seed) == found,
            )
            say(f"seed {seed}, {size}: {found}\n{told_case(small)}\n")

    def tell(self) -> int:
        """Tell what came out; gives how many were wrong."""
        for name, number in sorted(self.outcomes.items()):
            say(f"{number:8} {name}")
        return sum(self.outcomes[name] for name in self.outcomes if name.startswith("WRONG"))


def outcome(check: Check, case: Case, seed: int) -> str:
    """Give what kind of case it is, or where it is wrong."""
    try:
        return check(case, seeded(seed))
    except Exception as error:  # noqa: BLE001 - whatever is wrong is what is looked for
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"WRONG: {type(error).__name__} in {place.name}, line {place.lineno}: {place.line}"


def cover(first: int, count: int) -> None:
    """Tell for each rule how many worlds have another answer without it."""
    about: Counter[str] = Counter()
    for seed in range(first, first + count):
        about.update(rules_that_matter(random_case(seeded(seed))))
    for name in oracles_without():
        say(f"{name:32}{about[name]:7}{100 * about[name] / count:7.1f} %")


def say(line: str) -> None:
    """Tell something at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run a campaign; what is wrong makes it fail."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0, help="the first one")
    parser.add_argument("--coverage", action="store_true")
    parser.add_argument("--laws", action="store_true")
    options = parser.parse_args()
    if options.coverage:
        cover(options.seed, options.worlds)
        return 0
    campaign = Campaign()
    for seed in range(options.seed, options.seed + options.worlds):
        if options.laws:
            for law in LAWS:
                campaign.check(by_law(law), seed, SMALL)
                campaign.check(by_law(law), seed, LARGE)
        else:
            campaign.check(by_oracle, seed, SMALL)
        if (seed + 1) % 10_000 == 0:
            say(f"up to seed {seed}: {dict(campaign.outcomes)}")
    return 1 if campaign.tell() else 0


if __name__ == "__main__":
    sys.exit(main())
