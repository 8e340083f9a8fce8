"""Compares the resolver with the oracle on as many random worlds as one has time for.

python tests/support/campaign.py --worlds 100000 --seed 0     what differs is told, made as small as it gets
python tests/support/campaign.py --worlds 1000 --coverage     how many of the worlds are about each rule
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections import Counter

from brute_force import TooManyStatesError
from brute_force_comparison import compare
from brute_force_without import oracles_without, rules_that_matter
from random_worlds import Case, random_case, seeded
from smaller_worlds import smallest, told_case


def outcome(case: Case) -> str:
    """Give what kind of case it is, or where the comparison failed."""
    try:
        return compare(case)
    except TooManyStatesError:
        return "too many states"
    except Exception as error:  # noqa: BLE001 - whatever is wrong is what is looked for
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"WRONG: {type(error).__name__} in {place.name}, line {place.lineno}: {place.line}"


def compare_all(first: int, count: int) -> int:
    """Compare worlds, tell those that differ; gives how many did."""
    outcomes: Counter[str] = Counter()
    for seed in range(first, first + count):
        case = random_case(seeded(seed))
        found = outcome(case)
        outcomes[found] += 1
        if found.startswith("WRONG") and outcomes[found] <= 3:
            small = smallest(case, lambda other: outcome(other) == found)  # noqa: B023 - called at once
            say(f"seed {seed}: {found}\n{told_case(small)}\n")
        if (seed - first + 1) % 10_000 == 0:
            say(f"{seed - first + 1} worlds: {dict(outcomes)}")
    for name, number in sorted(outcomes.items()):
        say(f"{number:8} {name}")
    return sum(number for name, number in outcomes.items() if name.startswith("WRONG"))


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
    options = parser.parse_args()
    if options.coverage:
        cover(options.seed, options.worlds)
        return 0
    return 1 if compare_all(options.seed, options.worlds) else 0


if __name__ == "__main__":
    sys.exit(main())
