"""What is shown while a proposal is carried out."""

from __future__ import annotations

import io
import json
import re
import threading
from contextlib import suppress
from types import SimpleNamespace

import pytest
from rich.console import Console

from mistpm.cli import apply_lines, live_tree
from mistpm.cli.apply_lines import LineView
from mistpm.cli.apply_view import ApplyView
from mistpm.cli.events import Events, EventView
from mistpm.cli.live_tree import TreeView
from mistpm.cli.options import Output
from mistpm.cli.terminal import Terminal
from mistpm.model.change import Action, Change, Diff
from mistpm.model.progress import Phase, Progress
from mistpm.model.resource import ResourceId

NAMESPACE = ResourceId("", "Namespace", "", "shop")
CONFIG = ResourceId("", "ConfigMap", "shop", "web")
WEB = ResourceId("apps", "Deployment", "shop", "web")
OLD = ResourceId("apps", "Deployment", "shop", "old")


@pytest.fixture(autouse=True)
def _no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nothing take seconds, which would be told, however slow the machine is."""
    for module in (apply_lines, live_tree):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: 0.0))
    monkeypatch.setattr(apply_lines, "HEARTBEAT", threading.TIMEOUT_MAX)


def planned() -> Diff:
    """Plan a namespace, two objects of a release, and the end of another one's."""
    wanted: list[tuple[Action, ResourceId, str]] = [
        ("create", NAMESPACE, ""),
        ("update", CONFIG, "web"),
        ("create", WEB, "web"),
        ("delete", OLD, "old"),
    ]
    return Diff(
        changes=tuple(
            Change(action=action, resource=resource, release=release)
            for action, resource, release in wanted
        )
    )


def happen(view: ApplyView, resource: ResourceId | None, phase: Phase, message: str = "") -> None:
    """Let a view hear something."""
    releases = {NAMESPACE: "", CONFIG: "web", WEB: "web", OLD: "old"}
    release = releases[resource] if resource else ""
    view.hear(Progress(phase=phase, resource=resource, release=release, message=message))


def begin(view: ApplyView) -> None:
    """Let everything happen up to the point at which one object is waited for."""
    happen(view, None, "locked")
    happen(view, NAMESPACE, "applied", "create")
    happen(view, NAMESPACE, "ready", "it is active")
    happen(view, CONFIG, "applied", "update")
    happen(view, CONFIG, "ready", "it is there")
    happen(view, WEB, "applied", "create")
    happen(view, WEB, "waiting", "0 of 1 replicas are ready")


def end(view: ApplyView) -> None:
    """Let the rest happen."""
    happen(view, WEB, "ready", "1 of 1 replicas are ready")
    happen(view, OLD, "deleting", "its Pods end")
    happen(view, OLD, "deleted")


def test_an_object_has_a_line_when_it_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error; what lies between is not told."""
    with LineView(Terminal(), planned(), waits=True) as view:
        begin(view)
        end(view)

    assert (
        "",
        "  + Namespace shop created, ready\n"
        "  ~ ConfigMap shop/web changed, ready\n"
        "  + Deployment.apps shop/web created, ready\n"
        "  - Deployment.apps shop/old deleted\n",
    ) == tuple(capsys.readouterr())


def test_without_waiting_what_is_written_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody says that it is ready."""
    with LineView(Terminal(), planned(), waits=False) as view:
        happen(view, CONFIG, "applied", "update")
        happen(view, WEB, "applied", "adopt")

    assert "  ~ ConfigMap shop/web changed\n  < Deployment.apps shop/web adopted\n" == (
        capsys.readouterr().err
    )


def test_what_fails_is_told_at_once_and_what_waits_at_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With the reason."""
    view = LineView(Terminal(), planned(), waits=True)
    with suppress(RuntimeError), view:
        begin(view)
        happen(view, CONFIG, "failed", "it is not valid")
        raise RuntimeError

    assert (
        "  + Namespace shop created, ready\n"
        "  ~ ConfigMap shop/web changed, ready\n"
        "  ! ConfigMap shop/web failed: it is not valid\n"
        "  + Deployment.apps shop/web created, not ready: 0 of 1 replicas are ready\n"
    ) == capsys.readouterr().err


def test_under_v_everything_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Also what is tried again, and what nobody had to wait for."""
    with LineView(Terminal(verbose=1), planned(), waits=True) as view:
        happen(view, CONFIG, "unchanged")
        happen(view, CONFIG, "ready")
        happen(view, None, "note", "PATCH /api: 503, again")
        happen(view, WEB, "waiting", "why\nnot")
        happen(view, WEB, "ready")

    assert (
        "    ConfigMap shop/web unchanged\n"
        "    ConfigMap shop/web ready\n"
        "  PATCH /api: 503, again\n"
        "    Deployment.apps shop/web waiting: why\n  not\n"
        "  = Deployment.apps shop/web ready\n"
    ) == capsys.readouterr().err


def test_who_had_the_lock_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Where it was taken over, or is waited for."""
    with LineView(Terminal(), planned(), waits=True) as view:
        happen(view, None, "waiting", "anna@laptop is changing this environment")
        happen(view, None, "locked", "taken over from anna@laptop")

    assert (
        "  anna@laptop is changing this environment\n  taken over from anna@laptop\n"
    ) == capsys.readouterr().err


def test_a_long_wait_gives_signs_of_life(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Now and then it says what it waits for."""
    monkeypatch.setattr(apply_lines, "HEARTBEAT", 0.001)
    with LineView(Terminal(), planned(), waits=True) as view:
        begin(view)
        said = ""
        while "waiting" not in said:
            said += capsys.readouterr().err

    assert "  Deployment.apps shop/web waiting: 0 of 1 replicas are ready\n" in said


def test_ctrl_c_says_what_state_things_are_in(capsys: pytest.CaptureFixture[str]) -> None:
    """What is done, what is begun, what is waited for."""
    view = LineView(Terminal(), planned(), waits=True)
    with suppress(KeyboardInterrupt), view:
        begin(view)
        capsys.readouterr()
        raise KeyboardInterrupt

    assert (
        "  + Deployment.apps shop/web created, not ready: 0 of 1 replicas are ready\n"
        "2 of 4 changes done, 1 begun, 1 not begun\n"
        "  Deployment.apps shop/web waiting: 0 of 1 replicas are ready\n"
    ) == capsys.readouterr().err


def test_ctrl_c_while_only_waiting_tells_what_is_waited_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A run that goes on from an earlier one has perhaps nothing left to change."""
    view = LineView(Terminal(), Diff(changes=()), waits=True)
    with suppress(KeyboardInterrupt), view:
        happen(view, WEB, "waiting", "0 of 1 replicas are ready")
        raise KeyboardInterrupt

    assert (
        "nothing was changed\n  Deployment.apps shop/web waiting: 0 of 1 replicas are ready\n"
    ) == capsys.readouterr().err


def test_what_a_cluster_says_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Messages come from strangers."""
    with LineView(Terminal(), planned(), waits=True) as view:
        happen(view, WEB, "failed", "\x1b[2J")

    assert "  ! Deployment.apps shop/web failed: \\x1b[2J\n" == capsys.readouterr().err


def drawn(view: TreeView, console: Console) -> list[str]:
    """Give what the tree shows now, times left out."""
    with console.capture() as captured:
        console.print(view.tree())
    return [re.sub(r"  \d+ s$", "", line.rstrip()) for line in captured.get().splitlines()]


def tree_view(height: int = 40) -> tuple[TreeView, Console]:
    """Give a tree on a screen of that height."""
    console = Console(file=io.StringIO(), width=80, height=height)
    return TreeView(Terminal(), planned(), waits=True, console=console), console


def test_a_tree_shows_what_is_not_done() -> None:
    """Below its release, with the reason."""
    view, console = tree_view()

    assert [
        "· namespaces  0 of 1 object done",
        "· web  0 of 2 objects done",
        "· old  0 of 1 object done",
    ] == drawn(view, console)
    begin(view)
    assert [
        "✓ namespaces  1 of 1 object done",
        "· web  1 of 2 objects done",
        "└── · Deployment.apps shop/web  0 of 1 replicas are ready",
        "· old  0 of 1 object done",
    ] == drawn(view, console)
    happen(view, WEB, "failed", "no such image\nand more")
    happen(view, OLD, "deleting", "its Pods end")
    assert [
        "✓ namespaces  1 of 1 object done",
        "✗ web  1 of 2 objects done",
        "└── ✗ Deployment.apps shop/web  no such image",
        "· old  0 of 1 object done",
        "└── · Deployment.apps shop/old  its Pods end",
    ] == drawn(view, console)


def test_a_tree_is_not_higher_than_the_screen() -> None:
    """The rest is counted."""
    view, console = tree_view(height=8)
    others = [ResourceId("", "Pod", "shop", f"p-{at}") for at in range(50)]
    begin(view)
    for each in others:
        view.hear(Progress(phase="waiting", resource=each, release="web", message="it starts"))

    assert [
        "✓ namespaces  1 of 1 object done",
        "· web  1 of 52 objects done",
        "├── · Deployment.apps shop/web  0 of 1 replicas are ready",
        "└── and 50 more",
        "· old  0 of 1 object done",
    ] == drawn(view, console)


def test_a_tree_leaves_a_line_for_each_release() -> None:
    """It is drawn in its place, and in the end only that is left."""
    view, console = tree_view()
    with view:
        begin(view)
        end(view)
    stream = console.file
    assert isinstance(stream, io.StringIO)

    assert (
        "✓ namespaces  1 of 1 object done\n✓ web  2 of 2 objects done\n✓ old  1 of 1 object done\n"
    ) == stream.getvalue().lstrip("\n")


def test_a_tree_has_no_line_for_releases_of_which_nothing_is_told() -> None:
    """Only what does not change was seen of them."""
    console = Console(file=io.StringIO(), width=80, height=40)
    with TreeView(Terminal(), Diff(changes=()), waits=True, console=console) as view:
        happen(view, NAMESPACE, "unchanged")
        happen(view, WEB, "waiting", "0 of 1 replicas are ready")
        happen(view, WEB, "ready")
    stream = console.file
    assert isinstance(stream, io.StringIO)

    assert "✓ web  1 of 1 object done\n" == stream.getvalue().lstrip("\n")


def test_events_are_documents_one_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """For programs; nothing else is on standard output."""
    terminal = Terminal()
    events = Events(terminal, Output.JSON)
    with EventView(terminal, planned(), events, waits=True) as view:
        happen(view, None, "note", "again")
        happen(view, WEB, "waiting", "why not")
    events.tell("done", {"changes": 1})

    assert [
        {"event": "progress", "phase": "note", "resource": "", "release": "", "message": "again"},
        {
            "event": "progress",
            "phase": "waiting",
            "resource": "Deployment.apps shop/web",
            "release": "web",
            "message": "why not",
        },
        {"event": "done", "changes": 1},
    ] == [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_events_can_be_yaml(capsys: pytest.CaptureFixture[str]) -> None:
    """A stream of documents."""
    events = Events(Terminal(), Output.YAML)
    events.tell("done", {"changes": 1})
    events.tell("done", {"changes": 2})

    assert "---\nevent: done\nchanges: 1\n---\nevent: done\nchanges: 2\n" == (
        capsys.readouterr().out
    )
