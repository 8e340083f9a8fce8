"""What the system tells of a process and its processors."""

from __future__ import annotations

from pathlib import Path


def waited(process: int | str) -> float:
    """Give the seconds that all threads of a process have waited for a processor; 0 where nobody counts.

    A thread that ends takes its seconds along.
    """
    nanoseconds = 0
    for file in Path(f"/proc/{process}/task").glob("*/schedstat"):
        try:
            nanoseconds += int(file.read_text("ascii").split()[1])
        except (OSError, IndexError):
            continue  # the thread has ended, or the system does not count
    return nanoseconds / 1e9
