"""What holds for the forms of an upgrade plan whatever strangers say in it."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from made_upgrade_plans import (
    AFTER,
    BEFORE,
    BETWEEN,
    BLOCKED,
    COMPLETE,
    DATABASE,
    NOTHING,
    SHOP,
    cluster_step,
    minors,
    packages_step,
)
from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec.structs import replace
from poisoned import poisoned, poisoned_change

from mistpm import document
from mistpm.cli.text.markdown import prose
from mistpm.cli.upgrade_plan.data import plan_data
from mistpm.cli.upgrade_plan.markdown import plan_markdown
from mistpm.cli.upgrade_plan.page import plan_page
from mistpm.cli.upgrade_plan.text import plan_lines
from mistpm.cli.upgrade_plan.words import headline, next_steps, outcome, step_title, value
from mistpm.model.finding import Finding
from mistpm.model.minor import Minor
from mistpm.model.upgrade_path import Blocked
from mistpm.ops.upgrade.plan import UpgradePlan, UpgradeStep

ATTACKS = (
    "<script>document.title = 'taken'</script>",
    '"><img src=x onerror="document.title = 1">',
    "</style></title></textarea><svg onload=alert(1)>",
    "`code` ``two`` | a | b | <br> [link](http://evil.test) ![](http://evil.test/x.png)",
    "\n\n# heading\n- item\n\n```\nfenced\n</details>\n",
    "@everybody https://evil.test www.evil.test <https://evil.test>",
    "\u202egnp.exe\u2066\x1b[31m\x00\ufeff\u2028",
    "$(rm -rf /) ${IFS} %s {0} {{ x }} \\",
    "&lt;script&gt; &amp; &#x3c; -->",
    "---",
    "\ud800",
)
PLANS = (COMPLETE, BLOCKED)
TEXTS = st.one_of(
    st.sampled_from(ATTACKS),
    st.text(max_size=30),
    st.text(alphabet="<>&\"'`|*_[]()!#-+=\n\\:@ a1.~$", max_size=30),
)


def _said(plan: UpgradePlan, poison: str) -> UpgradePlan:
    """Give a plan with a text in everything that somebody says, and in a manifest that changes."""
    poison = f"x{poison}"
    plan = poisoned(plan, poison)
    first, *others = plan.steps
    diff = first.contents.diff
    diff = replace(diff, changes=(*diff.changes, poisoned_change(poison)))
    first = replace(first, contents=replace(first.contents, diff=diff))
    return replace(plan, steps=(first, *others))


class _Structure(HTMLParser):
    """The elements of a page, with those attributes that could do something."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note that an element begins."""
        self.seen.append(f"<{tag} {' '.join(sorted(name for name, _ in attrs))}>")

    def handle_endtag(self, tag: str) -> None:
        """Note that an element ends."""
        self.seen.append(f"</{tag}>")


_AS_SAID = {"code", "del", "ins", "i"}


def _elements(page: str) -> list[str]:
    """Give the elements of a page, less what comes and goes with backticks and with lines of a diff."""
    return [each for each in _Structure(page).seen if each.strip("</ >") not in _AS_SAID]


@pytest.mark.slow
@pytest.mark.parametrize("plan", PLANS, ids=["complete", "blocked"])
@given(poison=TEXTS)
@example(poison=ATTACKS[0])
@example(poison=ATTACKS[1])
@example(poison=ATTACKS[2])
@settings(max_examples=15, deadline=None)
def test_nothing_that_is_said_becomes_markup(plan: UpgradePlan, poison: str) -> None:
    """A page has the same elements, with the same attributes, whatever is said in it."""
    page = plan_page(_said(plan, poison))

    assert _elements(plan_page(_said(plan, ""))) == _elements(page)
    assert page.encode("utf-8")


_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_OURS = {"<br>", "<!-- -->"}


def _blocks(tokens: list[Token]) -> list[str]:
    """Give what blocks a text has; within lines, only what is no text and no code."""
    found = []
    for token in tokens:
        found.append(f"{token.type} {token.tag} {token.info}".strip())
        for each in token.children or ():
            is_ours = each.type == "html_inline" and each.content in _OURS
            if each.type not in {"text", "code_inline", "text_special"} and not is_ours:
                found.append(f"  {each.type}")
    return found


def _html_blocks(tokens: list[Token]) -> list[str]:
    lines = (
        line for token in tokens if token.type == "html_block" for line in token.content.split("\n")
    )
    return [line.split(">")[0] for line in lines if line]


@pytest.mark.slow
@pytest.mark.parametrize("plan", PLANS, ids=["complete", "blocked"])
@pytest.mark.parametrize("diff", [False, True])
@given(poison=TEXTS)
@example(poison=ATTACKS[3])
@example(poison=ATTACKS[4])
@example(poison=ATTACKS[5])
@settings(max_examples=15, deadline=None)
def test_nothing_that_is_said_becomes_markdown(plan: UpgradePlan, diff: bool, poison: str) -> None:
    """The blocks are the same whatever is said, and there is no link, picture, or element in it."""
    plain = _MARKDOWN.parse(plan_markdown(_said(plan, ""), diff=diff))
    tokens = _MARKDOWN.parse(plan_markdown(_said(plan, poison), diff=diff))

    assert _blocks(plain) == _blocks(tokens)
    assert _html_blocks(plain) == _html_blocks(tokens)


@pytest.mark.slow
@given(st.text())
def test_a_sentence_in_markdown_is_read_as_it_is(said: str) -> None:
    """Its text, without the marks of what is code, is what was said."""
    from mistpm.cli.terminal import printable

    tokens = _MARKDOWN.parse(prose(said))
    shown = "".join(
        each.content if each.type in {"text", "text_special", "code_inline"} else ""
        for token in tokens
        for each in token.children or ()
    )

    def letters(text: str) -> list[str]:
        return [each for each in text if not each.isspace() and each != "`"]

    assert letters(printable(said)) == letters(shown)


@pytest.mark.parametrize("plan", PLANS, ids=["complete", "blocked"])
@given(poison=TEXTS)
@settings(max_examples=15, deadline=None)
def test_no_line_of_the_text_can_be_forged(plan: UpgradePlan, poison: str) -> None:
    """Nothing steers the terminal, and there are as many lines as there are things to tell."""
    plain = list(plan_lines(_said(plan, "")))
    lines = list(plan_lines(_said(plan, poison)))

    assert len(plain) == len(lines)
    assert not [line for line in lines if "\n" in line or "\r" in line or "\u202e" in line]


@pytest.mark.parametrize("plan", [*PLANS, NOTHING])
def test_data_can_be_read_again(plan: UpgradePlan) -> None:
    """JSON and YAML say the same, with the same keys in each step."""
    data = document.to_builtins(plan_data(plan, diff=True))

    assert data == json.loads(json.dumps(data))
    assert data == document.load(document.dump(data), file="plan.yaml")
    assert 1 >= len({tuple(step) for step in data["steps"]})


def test_secrets_are_in_no_form() -> None:
    """Only that they change."""
    forms = (
        plan_page(COMPLETE),
        plan_markdown(COMPLETE, diff=True),
        json.dumps(document.to_builtins(plan_data(COMPLETE, diff=True))),
        "\n".join(plan_lines(COMPLETE, diff=True)),
    )

    assert [False] * 4 == ["s3cret" in form for form in forms]
    assert [True] * 4 == ["(secret, after)" in form for form in forms]


def _plan(
    *steps: UpgradeStep,
    address: str = "",
    saved: str = "",
    goal: Minor | None = None,
    command: str = "upgrade",
    blocked: Blocked | None = None,
) -> UpgradePlan:
    return UpgradePlan(
        target="there",
        address=address,
        start=Minor(24),
        goal=goal,
        steps=steps,
        saved=saved,
        command=command,
        blocked=blocked,
    )


UP = cluster_step(BETWEEN, 24)
STUCK = Blocked(at=Minor(25), next=Minor(26), unresolved=())
MOVE = packages_step(BEFORE, BETWEEN, minors(24, 25), SHOP)
MORE = packages_step(BETWEEN, AFTER, minors(25, 25), DATABASE)
AGAIN = "Run `mistpm upgrade --continue`: it plans again from what is there then, and goes on."
ARRIVED = AGAIN.replace("--continue", "--continue --cluster-at 1.25")
CLUSTER = "Bring the cluster itself from Kubernetes 1.24 to 1.25."
COMMIT = "Commit what changed, and let it be applied to the cluster."


@pytest.mark.parametrize(
    ("plan", "lines"),
    [
        (_plan(), ()),
        (
            _plan(UP, goal=Minor(25)),
            (
                "Run `mistpm upgrade`: it notes where this leads, and what is to be supported on the way.",
                CLUSTER,
                ARRIVED,
            ),
        ),
        (_plan(UP, goal=Minor(25), command="upgrade --continue"), (CLUSTER, ARRIVED)),
        (
            _plan(UP, goal=Minor(30), blocked=STUCK),
            ("Run `mistpm upgrade --kubernetes 1.25` to go as far as that.",),
        ),
        (_plan(goal=Minor(30), blocked=STUCK), ()),
        (
            _plan(MOVE, MORE, UP, address="https://k", goal=Minor(25)),
            (
                "Run `mistpm upgrade`: it does steps 1 to 2, and asks before it changes anything.",
                CLUSTER,
                AGAIN,
            ),
        ),
        (
            _plan(MOVE, MORE, UP, address="https://k", goal=Minor(25), saved="my plan.mistplan"),
            (
                "Run `mistpm apply 'my plan.mistplan'`: it does step 1, and asks before it changes anything.",
                AGAIN,
            ),
        ),
        (
            _plan(MOVE, MORE),
            (
                "Run `mistpm upgrade`: it does step 1, and asks before it changes anything.",
                COMMIT,
                "Run `mistpm upgrade`: it plans again from what is there then, and goes on.",
            ),
        ),
        (
            _plan(MOVE),
            ("Run `mistpm upgrade`: it does step 1, and asks before it changes anything.", COMMIT),
        ),
    ],
)
def test_what_to_do_next(plan: UpgradePlan, lines: tuple[str, ...]) -> None:
    """One thing after the other, up to where it has to be planned again."""
    assert lines == next_steps(plan)


def test_heads() -> None:
    """What a plan is about, with and without a Kubernetes version."""
    arrived = replace(NOTHING, start=Minor(37), goal=Minor(37))

    assert "Upgrade of directory ./deploy" == headline(NOTHING)
    assert "Nothing moves: everything is as new as it can be." == outcome(NOTHING)
    assert "Upgrade of directory ./deploy to Kubernetes 1.37" == headline(arrived)
    assert "Nothing has to change for Kubernetes 1.37." == outcome(arrived)
    assert "1 step, and Kubernetes 1.25 is reached." == outcome(replace(COMPLETE, steps=(UP,)))
    assert "The cluster goes from Kubernetes 1.24 to 1.25" == step_title(UP)
    assert "The cluster goes back from Kubernetes 1.25 to 1.24" == step_title(
        replace(UP, before=Minor(25), after=Minor(24))
    )
    assert "What is locked is applied" == step_title(replace(MOVE, moves=()))
    installing = replace(NOTHING, command="install")

    assert "Plan for directory ./deploy" == headline(installing)
    assert "Nothing to do." == outcome(installing)
    assert "" == outcome(replace(installing, steps=(MOVE,)))
    stuck = replace(BLOCKED, steps=())

    assert (
        "The goal cannot be reached: no steps, and the furthest that can be is 1.24, where it is already."
        == outcome(stuck)
    )


def test_steps_that_cannot_be_done_as_they_are() -> None:
    """The first line says so: nobody should bring a cluster half way and be stuck there."""
    refused = Finding(severity="error", code="must-be-replaced", message="it cannot change")
    broken = replace(MOVE, contents=replace(MOVE.contents, findings=(refused,)))
    waived = replace(refused, waived="we know")
    known = replace(MOVE, contents=replace(MOVE.contents, findings=(waived,)))
    fixed = COMPLETE.steps[2].contents.fixed
    anew = tuple(replace(each, is_replaced=True) for each in fixed)
    allowed = replace(MOVE, contents=replace(MOVE.contents, fixed=anew))
    start = "4 steps, and Kubernetes 1.25 is reached."
    installing = replace(NOTHING, command="install")

    assert (
        "3 steps, and Kubernetes 1.25 is reached. But step 3 cannot be done as it is."
        == outcome(COMPLETE)
    )
    assert f"{start} But steps 1 and 3 cannot be done as they are." == outcome(
        replace(COMPLETE, steps=(broken, UP, broken, known))
    )
    assert start == outcome(replace(COMPLETE, steps=(UP, UP, known, allowed)))
    assert "It cannot be done as it is." == outcome(replace(installing, steps=(broken,)))
    assert [False, False, True] == [each["needsMending"] for each in plan_data(COMPLETE)["steps"]]


def test_values_in_a_line() -> None:
    """As JSON; long ones are cut in their middle, texts of many lines are only counted."""
    assert '"1"' == value("1")
    assert "1" == value(1)
    assert '{"a": [true, null]}' == value({"a": [True, None]})
    assert "(a text of 3 lines)" == value("a\nb\nc\n")
    assert "(a text of 2 lines)" == value("a\nb")
    assert 64 == len(value("x" * 200))
    assert '"é…'[:2] == value("é" * 200)[:2]
