"""The forms of a plan: text, data, Markdown for a pull request, and a page."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mistpm.cli.options import Output
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal
from mistpm.errors import UsageError

if TYPE_CHECKING:
    from mistpm.ops.upgrade.plan import UpgradePlan


class PlanOutput(enum.StrEnum):
    """Forms in which a plan is printed; the last two are for plans only."""

    TEXT = "text"
    JSON = "json"
    YAML = "yaml"
    MARKDOWN = "markdown"
    HTML = "html"


PlanOutputOption = Annotated[
    PlanOutput,
    typer.Option("--output", "-o", help="How to print the plan.", show_default=True),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help="Save the plan; `mistpm apply FILE` does exactly what it shows.",
    ),
]


def report_form(form: PlanOutput) -> Output:
    """Give the form in which what is done is told; raises `UsageError` for those that only a plan has."""
    if form in {PlanOutput.MARKDOWN, PlanOutput.HTML}:
        raise UsageError(
            "plan-form-only",
            f"`--output {form}` is a form of plans, and this does more than show one",
            hint="add --plan",
        )
    return Output(form.value)


def emit_plan(
    terminal: Terminal, form: PlanOutput, plan: UpgradePlan, *, diff: bool = False
) -> None:
    """Print a plan in one of its forms."""
    if form is PlanOutput.MARKDOWN:
        from mistpm.cli.upgrade_plan.markdown import plan_markdown

        terminal.show(plan_markdown(plan).rstrip("\n"))
    elif form is PlanOutput.HTML:
        from mistpm.cli.upgrade_plan.page import plan_page

        terminal.show(plan_page(plan).rstrip("\n"))
    else:
        from mistpm.cli.upgrade_plan.data import plan_data
        from mistpm.cli.upgrade_plan.text import show_plan

        emit(
            terminal,
            Output(form.value),
            plan_data(plan, diff=diff) if form is not PlanOutput.TEXT else None,
            lambda: show_plan(terminal, plan, diff=diff),
        )


def tell_saved(terminal: Terminal, saved: str) -> None:
    """Tell where a plan is."""
    terminal.say(f"Saved in {saved}: `mistpm apply {saved}` does exactly this.")
