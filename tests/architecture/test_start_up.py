"""What start-up may cost: libraries that a command does not need are not imported by it."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {
    "celpy",
    "jsonschema_rs",
    "kubernetes",
    "networkx",
    "pysat",
    "resolvelib",
    "rich",
    "ruamel",
    "urllib3",
    "wasmtime",
}

PROGRAM = """
import sys
from mistpm.cli.application import run
code = run({arguments!r})
print(",".join(sorted({{name.split(".")[0] for name in sys.modules}})), file=sys.stderr)
sys.exit(code)
"""


def loaded(arguments: list[str]) -> set[str]:
    """Run mistpm in a new process and give the top-level modules that it imported."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(arguments=arguments)],
        check=True,
        capture_output=True,
        text=True,
    )
    return set(done.stderr.splitlines()[-1].split(","))


def test_help_loads_nothing_heavy() -> None:
    """`mistpm --help` needs none of the big libraries."""
    assert loaded(["--help"]) & HEAVY == set()


def test_help_of_a_command_loads_nothing_heavy() -> None:
    """`mistpm install --help` needs none of the big libraries."""
    assert loaded(["install", "--help"]) & HEAVY == set()
