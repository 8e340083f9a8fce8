"""A process that ended is known to be dead, and nobody else is taken for dead."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mistpm.target.cluster.memory.sign_of_life import SignOfLife, clear, is_surely_dead

NAME = "0123456789abcdef"
HOLD = f"""
import sys
from mistpm.target.cluster.memory.sign_of_life import SignOfLife
sign = SignOfLife({NAME!r})
print("there", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have the signs in a folder of this test, for its child processes, too."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


def test_a_killed_process_is_dead() -> None:
    """SIGKILL leaves a sign that nobody holds."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        alive = is_surely_dead(NAME)
        child.kill()
        child.wait()
        dead = is_surely_dead(NAME)
    clear(NAME)

    assert (False, True, False) == (alive, dead, is_surely_dead(NAME))


def test_who_was_never_here_is_not_known_to_be_dead() -> None:
    """A holder on another machine, or one that ended well, has no sign."""
    SignOfLife(NAME).end()

    assert not is_surely_dead(NAME)
    assert not is_surely_dead("another")


@pytest.mark.parametrize("name", ["", "../passwd", "a/b", "a.b"])
def test_names_stay_in_the_folder(name: str) -> None:
    """The name comes from a Lease that others can write: it is never a path."""
    assert not is_surely_dead(name)


def test_a_folder_that_others_can_write_is_not_trusted(temporary: Path) -> None:
    """Somebody else could put a sign there, and so kill a lease that is alive."""
    SignOfLife(NAME).end()
    [folder] = temporary.iterdir()
    (folder / NAME).touch()
    trusted = is_surely_dead(NAME)
    folder.chmod(0o777)

    assert (True, False) == (trusted, is_surely_dead(NAME))


def test_no_place_for_a_sign_is_no_error(temporary: Path) -> None:
    """Where nothing can be written the sign is just not seen."""
    SignOfLife(NAME).end()
    [folder] = temporary.iterdir()
    folder.rmdir()
    folder.touch()

    SignOfLife(NAME).end()

    assert not is_surely_dead(NAME)
