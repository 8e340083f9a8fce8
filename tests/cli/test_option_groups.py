"""Options that belong together, and how durations are written."""

from __future__ import annotations

from typing import Any

import pytest
import typer

from mistpm.cli import option_groups
from mistpm.cli.application import run
from mistpm.cli.command_app import command_app
from mistpm.cli.option_groups import Allowing, Patience, Where, grouped
from mistpm.ops.options import Options
from mistpm.target.protocol import Permissions, Waiting


@pytest.fixture(autouse=True)
def _a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be the same day always."""
    monkeypatch.setattr(option_groups, "today", lambda: "2026-12-01")


def given(*arguments: str) -> tuple[Options, Permissions, Waiting, str]:
    """Give what a command with groups gets of a command line."""
    app = command_app()
    seen: list[Any] = []

    @app.command()
    @grouped
    def command(
        name: str = "", *, where: Where, allowing: Allowing, patience: Patience, last: str = ""
    ) -> None:
        """Do nothing."""
        seen.append((where.options(), allowing.permissions, patience.waiting, name + last))

    typer.main.get_command(app)(list(arguments), standalone_mode=False)
    [found] = seen
    result: tuple[Options, Permissions, Waiting, str] = found
    return result


def test_a_group_has_the_defaults_of_its_options() -> None:
    """Without any option."""
    assert (Options(today="2026-12-01"), Permissions(), Waiting(), "") == given()


def test_options_of_groups_stand_among_the_others() -> None:
    """In any order."""
    line = "--last x --context prod --adopt --as anna --timeout 1h30m --name n --no-wait --force-conflicts"

    assert (
        Options(target="context:prod", user="anna", today="2026-12-01"),
        Permissions(adopt=True, force_conflicts=True),
        Waiting(wanted=False, seconds=5400),
        "nx",
    ) == given(*line.split())


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("5m", 300), ("1h", 3600), ("1m30s", 90), ("45", 45), ("0.5s", 0.5), ("0", 0)],
)
def test_durations_are_written_as_for_kubectl(text: str, seconds: float) -> None:
    """Also as a number of seconds."""
    assert seconds == given("--timeout", text)[2].seconds


@pytest.mark.parametrize("text", ["", "m", "5 m", "-1s", "1d", "m5", "soon", "1s1m"])
def test_what_is_no_duration_is_told(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With the forms that there are."""
    code = run(["install", "--timeout", text])

    assert 64 == code
    assert (
        f"error: invalid value for `--timeout`: `{text}` is not a duration such as 90s, 5m or 1h30m"
        " [usage]\nhint: see `mistpm install --help`\n"
    ) == capsys.readouterr().err


def test_every_command_shows_the_options_of_its_groups(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In its help, where the group stands."""
    assert 0 == run(["rollback", "--help"])
    said = capsys.readouterr().out

    for option in ("--context", "--as", "--state-namespace", "--yes", "--adopt", "--lock-timeout"):
        assert option in said
