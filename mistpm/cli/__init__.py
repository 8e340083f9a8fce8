"""The command line: reads what the user says, calls one operation, prints its report."""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run mistpm with the process's arguments and exit with its code."""
    from mistpm.cli.application import run

    sys.exit(run(sys.argv[1:]))
