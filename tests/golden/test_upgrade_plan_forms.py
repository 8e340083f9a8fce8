"""The forms of an upgrade plan, whole: `make golden` writes them again."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from golden_file import expect
from made_upgrade_plans import BLOCKED, COMPLETE, NOTHING

from mistpm import document
from mistpm.cli.terminal import Terminal
from mistpm.cli.upgrade_plan.data import plan_data
from mistpm.cli.upgrade_plan.markdown import plan_markdown
from mistpm.cli.upgrade_plan.page import plan_page
from mistpm.cli.upgrade_plan.text import show_plan
from mistpm.ops.upgrade.plan import UpgradePlan

PLANS = {"complete": COMPLETE, "blocked": BLOCKED, "nothing": NOTHING}


def _json(plan: UpgradePlan) -> str:
    data = document.to_builtins(plan_data(plan))
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


FORMS: dict[str, Callable[[UpgradePlan], str]] = {
    "md": plan_markdown,
    "json": _json,
    "html": plan_page,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", PLANS)
def test_a_form_of_a_plan(name: str, form: str) -> None:
    """Each form tells all: what moves and why, what changes, what is lost, where it ends."""
    expect(f"upgrade-plans/{name}.{form}", FORMS[form](PLANS[name]))


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_as_text(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """All of it is the answer, so it goes to standard output."""
    show_plan(Terminal(), PLANS[name])
    shown, said = capsys.readouterr()

    assert "" == said

    expect(f"upgrade-plans/{name}.txt", shown)


def test_a_plan_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    """With `--diff`, as text and as Markdown."""
    show_plan(Terminal(), COMPLETE, diff=True)

    expect("upgrade-plans/complete-diff.txt", capsys.readouterr().out)
    expect("upgrade-plans/complete-diff.md", plan_markdown(COMPLETE, diff=True))
