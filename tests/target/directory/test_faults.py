"""Disks that fill up, folders that cannot be written, links, others at work: words, and nothing half done."""

from __future__ import annotations

import errno
import multiprocessing
import os
import shutil
from functools import partial
from pathlib import Path

import pytest
from desired_states import ALL, INSTALLED, STATES, UPGRADED, apply, desired, manifest, release, tree
from filelock import FileLock
from kill_points import Death, Fault, Step, run_until, run_with, trace

from mistpm.errors import TargetError
from mistpm.model.progress import Progress
from mistpm.target.directory.directory import DirectoryTarget
from mistpm.target.protocol import Desired, Permissions

CONFIG = manifest("ConfigMap", "gitea")
SHOP = desired(release("shop", CONFIG))
PLACE = "shop/31-configmap-shop-gitea.yaml"
COMMIT = Step("replace", ".mistpm/next/journal.part")

TAKES_ROOM = frozenset({"open", "write", "fsync", "mkdir", "replace"})
CHANGES = TAKES_ROOM | {"unlink", "rmdir"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a directory that does not exist yet."""
    return tmp_path / "deploy"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Give a folder outside of the directory, with a file in it."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "precious.txt").write_text("precious")
    return folder


def refusal(root: Path, permissions: Permissions | None = None) -> tuple[str, str]:
    """Apply, and give the reference and the text of the error."""
    with pytest.raises(TargetError) as caught:
        apply(root, SHOP, permissions)
    return caught.value.reference, str(caught.value)


def _apply(root: Path, state: Desired) -> None:
    apply(root, state)


@pytest.mark.parametrize(
    ("code", "calls", "error"),
    [
        (
            errno.ENOSPC,
            TAKES_ROOM,
            (
                "disk-full",
                "the disk of the directory deploy is full\n"
                "hint: make room and run the command again",
            ),
        ),
        (errno.EIO, frozenset({"fsync"}), ("target-failed", "")),
        (errno.EROFS, CHANGES, ("target-read-only", "")),
    ],
    ids=["disk full", "disk broken", "read-only"],
)
@pytest.mark.parametrize("name", ["install", "upgrade"])
@pytest.mark.slow
def test_failing_from_any_step_on(
    tmp_path: Path, name: str, code: int, calls: frozenset[str], error: tuple[str, str]
) -> None:
    """Until the journal is complete a failure changes nothing; later ones are mended by the next run."""
    start, work = tmp_path / "start", tmp_path / "deploy"
    if name == "upgrade":
        apply(start, INSTALLED, ALL)
    before = tree(start)

    def reset() -> None:
        shutil.rmtree(work, ignore_errors=True)
        if start.exists():
            shutil.copytree(start, work)

    def run() -> None:
        apply(work, STATES[name], ALL)

    reset()
    steps = trace(run, work)
    expected = tree(work)
    for number, step in enumerate(steps):
        if step.call not in calls:
            continue
        reset()
        reference, text = run_with(run, work, Fault(number, code, calls))
        assert error[0] == reference
        assert error[1] in {"", text}
        if number <= steps.index(COMMIT) and code != errno.EROFS:
            assert (before, start.exists()) == (tree(work), work.exists()), step
        run()
        assert expected == tree(work), step


def test_read_only_directory(root: Path) -> None:
    """A read-only file system is told, and what is there can still be looked at."""
    apply(root, SHOP)
    before = tree(root)
    told = run_with(partial(_apply, root, UPGRADED), root, Fault(0, errno.EROFS, CHANGES))

    assert (
        "target-read-only",
        "the directory deploy cannot be written to\n"
        "hint: change its permissions, or name another target",
    ) == told
    assert before == tree(root)
    assert () == DirectoryTarget(root).diff(SHOP, Permissions()).findings


def test_read_only_folder_of_a_release(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that cannot be written to is found before anything is written."""
    apply(root, SHOP)
    before = tree(root)
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path).name != "shop")
    with pytest.raises(TargetError) as caught:
        apply(root, desired(release("shop", manifest("ConfigMap", "gitea", data={"a": "b"}))))

    assert (
        "the directory deploy cannot be written to\n"
        "  at `shop`\n"
        "hint: change its permissions, or name another target" == str(caught.value)
    )
    assert before == tree(root)


def test_missing_parent(tmp_path: Path) -> None:
    """Only the directory itself is made, not what it would be in."""
    assert (
        "target-missing",
        "the directory deploy cannot be made: the folder that it would be in does not exist\n"
        "hint: make that folder first, or name another target",
    ) == refusal(tmp_path / "nowhere" / "deploy")


def test_no_directory(root: Path) -> None:
    """A file cannot be the target."""
    root.write_text("mine")

    assert ("not-a-directory", "the directory deploy is not a directory") == refusal(root)


def test_directory_that_is_a_link(root: Path, outside: Path) -> None:
    """The directory itself may be a link: whoever names it means what is behind it."""
    root.symlink_to(outside)
    apply(root, SHOP)

    assert PLACE in tree(outside)


@pytest.mark.parametrize("folder", ["shop", ".mistpm"])
def test_folder_that_is_a_link(root: Path, outside: Path, folder: str) -> None:
    """Nothing is written through a link inside the directory."""
    root.mkdir()
    (root / folder).symlink_to(outside)
    before = tree(outside)

    assert (
        "link-in-the-way",
        f"`{folder}` in the directory deploy is a symbolic link, which mistpm does not follow\n"
        "hint: move it away; a whole target may be a link, a folder inside may not",
    ) == refusal(root, Permissions(adopt=True))
    assert before == tree(outside)


def test_file_that_is_a_link(root: Path, outside: Path) -> None:
    """A link in a file's place is replaced when it may be, what it leads to is not touched."""
    (root / "shop").mkdir(parents=True)
    (root / PLACE).symlink_to(outside / "precious.txt")

    assert (
        "file-in-the-way",
        "in the directory deploy a file is in the way that mistpm did not write\n"
        f"  `{PLACE}`\n"
        "hint: move it away, or take it over with `--adopt`",
    ) == refusal(root)

    apply(root, SHOP, Permissions(adopt=True))

    assert not (root / PLACE).is_symlink()
    assert {"precious.txt": b"precious"} == tree(outside)


def test_our_file_became_a_link(root: Path, outside: Path) -> None:
    """Where a link took the place of a file of ours, uninstalling removes the link alone."""
    apply(root, SHOP)
    (root / PLACE).unlink()
    (root / PLACE).symlink_to(outside / "precious.txt")
    diff = apply(root, desired())

    assert ["edited-by-hand"] == [finding.code for finding in diff.findings]
    assert ({}, {"precious.txt": b"precious"}) == (tree(root), tree(outside))


def test_our_file_became_a_folder(root: Path) -> None:
    """Where a folder took the place of a file of ours, it is somebody else's and stays."""
    apply(root, SHOP)
    (root / PLACE).unlink()
    (root / PLACE).mkdir()
    apply(root, desired())

    assert {"shop": None, PLACE: None} == tree(root)


def test_file_where_our_folder_belongs(root: Path) -> None:
    """A file called `.mistpm` is not ours."""
    root.mkdir()
    (root / ".mistpm").write_text("mine")

    assert (
        "file-in-the-way",
        "`.mistpm` in the directory deploy is a file, where a folder belongs\nhint: move it away",
    ) == refusal(root)


def test_interrupted_between_two_files(root: Path) -> None:
    """After Ctrl-C at any time the next run finishes what was begun."""
    apply(root, INSTALLED)
    target = DirectoryTarget(root)
    diff = target.diff(UPGRADED, ALL)

    def interrupt(_progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        target.apply(UPGRADED, diff, ALL, hear=interrupt)

    assert ".mistpm/next/journal" in tree(root)

    target.state()
    finished = tree(root)

    assert ".mistpm/next" not in finished
    assert apply(root, UPGRADED, ALL).is_empty
    assert finished == tree(root)


def test_another_run_is_busy(root: Path) -> None:
    """Two do not write at once: the second waits for a while, then says so."""
    apply(root, SHOP)
    (root / ".mistpm" / "next").mkdir()
    target = DirectoryTarget(root, title="directory deploy", patience=0)
    with FileLock(root / ".mistpm" / "next" / "lock"), pytest.raises(TargetError) as caught:
        target.state()

    assert (
        "another run of mistpm is writing to the directory deploy\n"
        "hint: wait until it is done and run the command again"
    ) == str(caught.value)


@pytest.mark.slow
def test_many_at_once(root: Path) -> None:
    """Several at once take turns; one that finds the directory moved says so, and nothing is mixed."""
    apply(root, INSTALLED, ALL)
    children = [
        multiprocessing.get_context("fork").Process(target=_apply_often, args=(root, number))
        for number in range(4)
    ]
    for child in children:
        child.start()
    for child in children:
        child.join()

    assert [0] * len(children) == [child.exitcode for child in children]
    assert ".mistpm/next" not in tree(root)

    left = tree(root)
    expected = []
    for state in (INSTALLED, UPGRADED):
        apply(root, state, ALL)
        expected.append(tree(root))

    assert left in expected


def _apply_often(root: Path, number: int) -> None:
    """Apply one state and the other in turn; exits 0 if nothing but `target-moved` happened."""
    for turn in range(10):
        try:
            apply(root, (INSTALLED, UPGRADED)[(number + turn) % 2], ALL)
        except TargetError as error:
            if error.reference != "target-moved":
                raise


def test_journal_that_cannot_be_used(root: Path) -> None:
    """A journal that was tampered with is not carried out."""
    apply(root, SHOP)
    (root / ".mistpm" / "next").mkdir()
    journal = root / ".mistpm" / "next" / "journal"
    for content in (
        b"",
        b"{",
        b"[]",
        b'[{"place": "../precious", "before": ""}]',
        b'[{"place": "stolen", "before": "", "ready": "../../../precious"}]',
    ):
        journal.write_bytes(content)

        assert (
            "invalid-journal",
            "a run that was cut short left a journal in the directory deploy that cannot be used\n"
            "hint: remove `.mistpm/next`, take the rest from version control, and run the command again",
        ) == refusal(root)

    shutil.rmtree(journal.parent)

    assert apply(root, SHOP).is_empty


def test_file_that_came_after_the_kill(root: Path) -> None:
    """What came into a file's place since the run was killed is not overwritten by finishing it."""
    steps = trace(partial(_apply, root, SHOP), root)
    expected = tree(root)
    shutil.rmtree(root)
    assert run_until(partial(_apply, root, SHOP), root, Death(steps.index(COMMIT), "after"))
    (root / "shop").mkdir()
    (root / PLACE).write_text("mine")

    assert (
        "file-in-the-way",
        f"`{PLACE}` in the directory deploy was changed while mistpm was writing\n"
        "hint: move it away and run the command again; what was begun is finished then",
    ) == refusal(root)
    assert b"mine" == tree(root)[PLACE]

    (root / PLACE).unlink()
    apply(root, SHOP)

    assert expected == tree(root)
