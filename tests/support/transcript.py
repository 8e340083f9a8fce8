"""What a user types and sees, as text that is compared whole with a file under `tests/golden/transcripts`."""

from __future__ import annotations

import io
import os
import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

from mistpm.cli.application import run

FOLDER = Path(__file__).parents[1] / "golden" / "transcripts"


class Transcript:
    """A session in one folder: commands, their output on both streams, exit codes other than 0."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.text = ""
        self._replaced: dict[str, str] = {}
        self._patterns: dict[str, str] = {}
        self._unordered = ""

    def say(self, text: str) -> None:
        """Tell what happens between commands."""
        self.text += f"# {text}\n"

    def replace(self, text: str, by: str) -> None:
        """Show `by` wherever `text` would be shown: for folders that differ between runs."""
        self._replaced[text] = by

    def replace_pattern(self, pattern: str, by: str) -> None:
        """Show `by` for whatever matches: for what differs between runs, such as times."""
        self._patterns[pattern] = by

    def sort(self, pattern: str) -> None:
        """Show neighbouring lines that match in one order: for what happens at the same time."""
        self._unordered = pattern

    def run(self, command: str) -> int:
        """Run `mistpm …` in this process and write down what is seen."""
        program, *arguments = shlex.split(command)
        assert program == "mistpm"
        with _captured() as seen:
            code = run(arguments)
        shown = f"$ {command}\n{seen.getvalue().decode()}"
        for text, by in self._replaced.items():
            shown = shown.replace(text, by)
        for pattern, by in self._patterns.items():
            shown = re.sub(pattern, by, shown)
        if self._unordered:
            lines = shown.splitlines(keepends=True)
            runs = groupby(lines, key=lambda line: bool(re.search(self._unordered, line)))
            shown = "".join(
                line for matches, run in runs for line in (sorted(run) if matches else run)
            )
        self.text += shown
        if code:
            self.text += f"[exit code {code}]\n"
        self.text += "\n"
        return code

    def prepare(self, command: str) -> None:
        """Run a command that is not a part of what is told; it must work."""
        before = self.text
        code = self.run(command)
        told, self.text = self.text, before

        assert code == 0, told

    def show(self, path: str) -> None:
        """Write down a file's text."""
        text = (self.folder / path).read_text(encoding="utf-8")
        self.text += f"$ cat {path}\n{text}\n"

    def expect(self, name: str) -> None:
        """Compare with the golden file; `GOLDEN=write` writes it instead."""
        path = FOLDER / f"{name}.txt"
        if os.environ.get("GOLDEN") == "write":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.text, encoding="utf-8")

        assert path.read_text(encoding="utf-8") == self.text


@contextmanager
def _captured() -> Iterator[io.BytesIO]:
    seen = io.BytesIO()
    stream = io.TextIOWrapper(seen, encoding="utf-8", write_through=True)
    before = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = stream
    try:
        yield seen
    finally:
        stream.flush()
        sys.stdout, sys.stderr = before
        stream.detach()
