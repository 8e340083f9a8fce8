"""Going back to older versions is told."""

from __future__ import annotations

import json

import pytest
from made_shop import Shop

from mistpm.cli.application import run
from mistpm.ops.locking import Move, solve, write_lock


def test_what_goes_back_is_marked_and_named(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """In the plan, in one warning, and as data; also where `mistpm lock` was there first."""
    shop.write(
        releases={
            "app": {"package": "toy/apps/app"},
            "db": {"package": "toy/data/db", "version": ">=1.1 <2"},
        }
    )
    shop.install()
    shop.edit(">=1.1 <2", "=1.0.0")
    shop.edit("toy/apps/app", "toy/apps/app\n    version: =1.0.0")
    moves = shop.propose().moves
    assert 0 == run(["plan"])
    seen = capsys.readouterr()
    assert 0 == run(["plan", "--output", "json"])
    data = json.loads(capsys.readouterr().out)
    workspace = shop.open()
    write_lock(workspace, solve(workspace).lockfile)
    after = shop.propose()

    warning = "this goes back to older versions: `app` 1.1.0 -> 1.0.0, `db` 1.1.0 -> 1.0.0"
    assert [
        Move(node="app", package="toy/apps/app", before="1.1.0", after="1.0.0", direction="older"),
        Move(node="db", package="toy/data/db", before="1.1.0", after="1.0.0", direction="older"),
    ] == list(moves)
    assert "  ~ db   toy/data/db 1.1.0 -> 1.0.0 (older)" in seen.out.splitlines()
    assert (
        f"warning: {warning} (look at what their authors say of going back, and at their data)"
    ) in seen.err.splitlines()
    assert ["older", "older"] == [each["direction"] for each in data["moves"]]
    assert [("warning", "older-version")] == [
        (each["severity"], each["code"]) for each in data["findings"]
    ]
    assert ((), [warning]) == (after.moves, [each.message for each in after.findings])
    shop.install()
    assert () == shop.propose().findings
