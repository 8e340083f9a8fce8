"""A run that is killed at any point and then repeated leaves what a run that was not killed leaves."""

from __future__ import annotations

import multiprocessing
import re
import shutil
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from desired_states import ALL, STATES, UPGRADED, apply, tree
from kill_points import Death, Step, deaths, run_until, trace

from mistpm.target.protocol import Desired


class Scenario:
    """One change of the directory: the tree before, and after a run that was not killed."""

    def __init__(self, start: Path, work: Path, state: Desired) -> None:
        self.start = start
        self.work = work
        self.state = state
        self.reset()
        self.steps = trace(self.run, work)
        self.expected = tree(work)

    def reset(self) -> None:
        """Put the tree back to where it was before."""
        shutil.rmtree(self.work, ignore_errors=True)
        if self.start.exists():
            shutil.copytree(self.start, self.work)

    def run(self) -> None:
        """Do what a command does."""
        apply(self.work, self.state, ALL)

    def die(self, death: Death) -> None:
        """Do it up to a point, from the beginning."""
        self.reset()
        assert run_until(self.run, self.work, death)


@pytest.fixture(params=list(STATES))
def scenario(request: pytest.FixtureRequest, tmp_path: Path) -> Scenario:
    """Give an installation, an upgrade, and an uninstallation, with files of the user's around."""
    start = tmp_path / "start"
    for name, state in STATES.items():
        if name == request.param:
            break
        apply(start, state, ALL)
        (start / "README.md").write_text("mine")
        (start / "db" / "notes.txt").write_text("mine")
    return Scenario(start, tmp_path / "deploy", STATES[request.param])


def say(capsys: pytest.CaptureFixture[str], text: str) -> None:
    """Show a line in the test's output, captured or not."""
    with capsys.disabled():
        sys.stdout.write(f"\n{text}\n")


@pytest.mark.slow
def test_killed_at_every_point(scenario: Scenario, capsys: pytest.CaptureFixture[str]) -> None:
    """Before, halfway through and after each step: the next run ends where an unkilled one does."""
    moments = deaths(scenario.steps)
    for death in moments:
        scenario.die(death)
        scenario.run()
        assert scenario.expected == tree(scenario.work), death

    say(capsys, f"kill points: {len(scenario.steps)} steps, {len(moments)} moments")
    assert {"open", "write", "fsync", "mkdir", "replace", "unlink", "rmdir"} == {
        step.call for step in scenario.steps
    }


@pytest.mark.slow
def test_killed_twice(scenario: Scenario) -> None:
    """The run that mends what a killed one left may be killed too."""
    for death in [death for death in deaths(scenario.steps) if death.moment == "after"][::4]:
        scenario.die(death)
        steps = trace(scenario.run, scenario.work)
        for number in {death.number % len(steps), death.number * 7 % len(steps)} if steps else ():
            scenario.die(death)
            assert run_until(scenario.run, scenario.work, Death(number, "after"))
            scenario.run()
            assert scenario.expected == tree(scenario.work), (death, number)


@pytest.mark.slow
def test_killed_and_changed_my_mind(scenario: Scenario, tmp_path: Path) -> None:
    """After a killed run something else may be wanted: what was left half done is no obstacle."""
    other = tmp_path / "other"
    if scenario.start.exists():
        shutil.copytree(scenario.start, other)
    apply(other, UPGRADED, ALL)
    expected = tree(other)
    for death in [death for death in deaths(scenario.steps) if death.moment == "after"][::2]:
        scenario.die(death)
        apply(scenario.work, UPGRADED, ALL)
        assert expected == tree(scenario.work), death


@pytest.mark.slow
def test_killed_by_the_clock(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Twenty times SIGKILL, spread over a whole installation, upgrade and uninstallation."""
    work = tmp_path / "deploy"
    expected = []
    start = time.monotonic()
    for state in STATES.values():
        apply(work, state, ALL)
        expected.append(tree(work))
    seconds = time.monotonic() - start
    killed = 0
    for number in range(20):
        child = multiprocessing.get_context("fork").Process(target=partial(_run_all, work))
        child.start()
        child.join(seconds * (number + 0.5) / 20)
        child.kill()
        child.join()
        killed += child.exitcode != 0
        for state, tree_of_state in zip(STATES.values(), expected, strict=True):
            apply(work, state, ALL)
            assert tree_of_state == tree(work)

    say(capsys, f"timed kills: 20, of which {killed} met a run under way")


def test_every_change_is_a_kill_point(tmp_path: Path) -> None:
    """The trace names each file by its path; what went past it would be told."""

    def write() -> None:
        (tmp_path / "b").write_bytes(b"")

    assert [Step("mkdir", "a")] == trace((tmp_path / "a").mkdir, tmp_path)
    with pytest.raises(AssertionError, match=re.escape("not traced: [('open', 'b')]")):
        trace(write, tmp_path)


def _run_all(work: Path) -> None:
    for state in STATES.values():
        apply(work, state, ALL)
