"""The same lock gives the same bytes, whatever the process's hash seed, time zone and language."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from made_shop import Shop

VIEWS = (
    "tree --output json",
    "tree --invert engines/jinja",
    "why engines/jinja --paths 3 --output json",
    "why meter --held",
    "why-not db --output json",
    "why-not app@1.0.0",
    "outdated --all --output json",
    "graph",
    "graph --output mermaid",
    "graph --output svg",
    "graph --output json",
)
PROGRAM = """
import sys
from mistpm.cli.application import run
for line in sys.argv[1:]:
    assert run(line.split()) == 0, line
"""


def seen(seed: str, zone: str, language: str) -> bytes:
    """Give what all views print in a process of their own."""
    variables = {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *VIEWS],
        capture_output=True,
        check=True,
        env={**os.environ, **variables},
    )
    return done.stdout + done.stderr


@pytest.mark.slow
def test_views_are_the_same_everywhere(shop: Shop) -> None:
    """Every view, in three processes."""
    shop.write(
        releases={
            "one": {"package": "toy/data/db", "version": "^1", "inputs": {"backup": True}},
            "app": {"package": "toy/apps/app", "bind": {"db": "one"}},
            "second": {"package": "toy/apps/app", "bind": {"db": "one"}},
        }
    )
    shop.install()
    first = seen("0", "UTC", "C")

    assert first == seen("1", "Asia/Tokyo", "C.UTF-8") == seen("2", "America/Lima", "tr_TR.UTF-8")
