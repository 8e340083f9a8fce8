"""How the status of an environment, and its revisions, look."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from mistpm.cli.terminal import Terminal
from mistpm.cli.text.status import how_it_ended, show_status
from mistpm.model.revision import RevisionStatus, RevisionSummary
from mistpm.ops.status import ReleaseStatus, Status


def revision(status: RevisionStatus) -> RevisionSummary:
    """Give a revision that is so."""
    why = "interrupted" if status == "failed" else ""
    return RevisionSummary(number=2, status=status, started="2026-01-31T12:00:00Z", why=why)


def differing(last: RevisionSummary) -> Status:
    """Give the status of an environment of which one object differs from what is wanted."""
    web = ReleaseStatus(
        release="web",
        package="toy/apps/web",
        version="1.0.0",
        applied="1.0.0",
        state="differs",
        resources=1,
        differences=("update ConfigMap shop/web: drifted",),
        health="ready",
    )
    return Status(
        environment="shop",
        target="cluster test",
        is_current=False,
        releases=(web,),
        revision=last,
    )


def test_what_mends_it_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    """After a run that failed, the line about that run has the commands."""
    show_status(Terminal(), differing(revision("applied")))
    after_success = capsys.readouterr().out.splitlines()
    show_status(Terminal(), differing(revision("failed")))
    after_failure = capsys.readouterr().out.splitlines()

    assert [
        "Revision 2 was applied 2026-01-31T12:00:00Z.",
        "`mistpm plan` shows what differs, `mistpm install` mends it.",
    ] == after_success[-2:]
    assert [
        "  web: update ConfigMap shop/web: drifted",
        "Revision 2 failed 2026-01-31T12:00:00Z: interrupted",
        "`mistpm install` finishes what is wanted now, `mistpm rollback` goes back.",
        "`mistpm plan` shows what differs.",
    ] == after_failure[-4:]


def test_a_rollback_that_did_not_end_is_gone_on_with(capsys: pytest.CaptureFixture[str]) -> None:
    """By another one; what installing does depends on what the file says."""
    show_status(Terminal(), differing(replace(revision("applying"), reason="rollback 1")))

    assert (
        "`mistpm install` applies what the file wants, `mistpm rollback` finishes that.\n"
        in capsys.readouterr().out
    )


def test_flags_that_mending_needs(capsys: pytest.CaptureFixture[str]) -> None:
    """Where others own fields, or objects, installing takes saying so."""
    status = replace(differing(revision("applied")), flags=("--adopt", "--force-conflicts"))

    show_status(Terminal(), status)

    last = capsys.readouterr().out.splitlines()[-1]
    assert (
        "`mistpm plan` shows what differs, `mistpm install --adopt --force-conflicts` mends it."
        == last
    )


def test_an_environment_without_releases_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Not only its name."""
    empty = Status(environment="shop", target="cluster test", is_current=True, releases=())
    show_status(Terminal(), empty)

    assert "Environment shop in cluster test\nNo releases.\n" == capsys.readouterr().out


def test_only_the_newest_revision_may_be_under_way() -> None:
    """An older one that did not end was killed."""
    assert "applying" == how_it_ended(revision("applying"), newest=True)
    assert "killed" == how_it_ended(revision("applying"), newest=False)
    assert "failed" == how_it_ended(revision("failed"), newest=False)
