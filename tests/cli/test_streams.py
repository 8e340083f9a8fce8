"""Standard streams that are closed, full, or read by nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

MISTPM = [sys.executable, "-c", "from mistpm.cli import main; main()"]


def in_shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line in which `"$@"` is mistpm."""
    return subprocess.run(
        ["bash", "-c", line, "bash", *MISTPM],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )


def test_a_reader_that_goes_away_is_no_mistake(folder: Path) -> None:
    """As with every other program the exit code is that of a broken pipe, and nothing is said."""
    done = in_shell('"$@" completion bash | true; echo ${PIPESTATUS[0]}', folder)

    assert done.stdout in {"141\n", "0\n"}
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
def test_a_full_disk_behind_standard_output_is_told(folder: Path) -> None:
    """It is an error, and no bug."""
    done = in_shell('"$@" completion bash > /dev/full', folder)

    assert (74, "") == (done.returncode, done.stdout)
    assert (
        "error: standard output cannot be written: No space left on device [output-unwritable]\n"
        "hint: make room, or send it somewhere else\n"
    ) == done.stderr


@pytest.mark.parametrize(("closed", "code"), [(">&-", 0), ("2>&-", 0), ("<&-", 0)])
def test_a_closed_stream_is_as_one_that_nobody_reads(folder: Path, closed: str, code: int) -> None:
    """What is printed does not go into the next file that is opened."""
    done = in_shell(f'"$@" init {closed}', folder)

    assert code == done.returncode
    assert (folder / "mistpm.yaml").read_text(encoding="utf-8").startswith("# What runs here")


def test_a_stream_that_has_no_such_letter_gets_an_escape(folder: Path) -> None:
    """A terminal of another encoding does not make a bug of a name."""
    done = in_shell('PYTHONIOENCODING=latin-1 "$@" 日', folder)

    assert (
        "error: there is no command `\\u65e5` [unknown-command]\nhint: see `mistpm --help`\n"
    ) == done.stderr


def test_an_error_that_nobody_reads_has_its_exit_code(folder: Path) -> None:
    """A program that goes by the code sees the same one whoever listens."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*MISTPM, "nonsense"], cwd=folder, check=False, stdout=subprocess.PIPE, stderr=writer
    )
    os.close(writer)

    assert (64, b"") == (done.returncode, done.stdout)
