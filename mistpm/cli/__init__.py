"""The command line: reads what the user says, calls one operation, prints its report."""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run mistpm with the process's arguments and exit with its code."""
    from mistpm.cli.application import run
    from mistpm.cli.terminal import open_standard_streams

    open_standard_streams()
    sys.exit(run(sys.argv[1:]))
