"""What is printed, and where."""

from __future__ import annotations

import pytest

from mistpm.cli.columns import columns, wrapped
from mistpm.cli.terminal import Terminal, bold, count, one_line, printable
from mistpm.cli.text.tree import branches
from mistpm.errors import MistError, RenderError


def test_data_and_messages_go_apart(capsys: pytest.CaptureFixture[str]) -> None:
    """The answer is on standard output, everything else on standard error."""
    terminal = Terminal()
    terminal.show("answer")
    terminal.say("message")

    assert ("answer\n", "message\n") == tuple(capsys.readouterr())


def test_an_error_is_shown_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """What happened, to what, background, and what to do, each on its lines."""
    Terminal().error(
        MistError("a-reference", "it broke", context=("one\ntwo",), note="because", hint="mend it")
    )

    assert (
        "error: it broke [a-reference]\n  one\n  two\nnote: because\nhint: mend it\n"
    ) == capsys.readouterr().err


def test_a_stranger_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Escapes, and characters that turn the direction of writing, are shown and not obeyed."""
    Terminal().error(MistError("r", "\x1b[2Jcleared\u202e"))

    assert "error: \\x1b[2Jcleared\\u202e [r]\n" == capsys.readouterr().err


def test_ordinary_text_is_printed_as_it_is() -> None:
    """Letters of all languages, line ends and tabs pass."""
    assert "Käse\t日本\nψ" == printable("Käse\t日本\nψ")


def test_columns_are_as_wide_as_their_widest_cell(capsys: pytest.CaptureFixture[str]) -> None:
    """No trailing blanks, no column cut."""
    Terminal().table(("A", "LONG"), [("x", "1"), ("yyy", "2")])

    assert "A    LONG\nx    1\nyyy  2\n" == capsys.readouterr().out


HEADER = ("PACKAGE", "NEWEST", "DESCRIPTION")
ROWS = [
    ("starter/data/postgresql", "16.4.0", "A database that many other things need"),
    ("starter/x", "1.0.0", "Short"),
]


def test_prose_goes_on_below_itself() -> None:
    """In a narrow terminal the column with the most room gives; words stay whole."""
    assert [
        "PACKAGE                  NEWEST  DESCRIPTION",
        "starter/data/postgresql  16.4.0  A database that many",
        "                                 other things need",
        "starter/x                1.0.0   Short",
    ] == list(columns(HEADER, ROWS, 54))


def test_what_does_not_fit_in_columns_is_told_cell_by_cell() -> None:
    """Nothing is cut; an empty cell is not told."""
    assert [
        "starter/data/postgresql",
        "  NEWEST       16.4.0",
        "  DESCRIPTION  A database that many",
        "               other things need",
        "starter/x",
        "  DESCRIPTION  Short",
    ] == list(columns(HEADER, [ROWS[0], ("starter/x", "", "Short")], 36))


def test_a_word_longer_than_a_line_stays_whole() -> None:
    """A digest can be copied."""
    digest = "sha256:" + 64 * "0"

    assert ["the digest is", f"  {digest},", "  it says"] == wrapped(
        f"the digest is {digest}, it says", 20, "  "
    )


def test_a_style_has_no_width() -> None:
    """What is bold is as wide as what is not."""
    assert [f"{bold('one')} two"] == wrapped(f"{bold('one')} two", 7)


def test_a_tree_goes_on_beside_its_branches() -> None:
    """A branch that goes on below is drawn through."""
    rows = [(0, "a root that is long enough for two lines"), (1, "x" * 30 + " more"), (1, "end")]

    assert [
        "a root that is long enough for",
        "│    two lines",
        f"├─ {'x' * 30}",
        "│       more",
        "└─ end",
    ] == list(branches(rows, width=32))


@pytest.mark.parametrize(("number", "expected"), [(0, "no files"), (1, "1 file"), (2, "2 files")])
def test_numbers_are_told_in_words(number: int, expected: str) -> None:
    """One is singular, none is a word."""
    assert expected == count(number, "file")


def test_nobody_is_asked_without_a_terminal() -> None:
    """A question that nobody can answer is answered with no."""
    assert not Terminal().confirm("Really?")


def test_a_guests_functions_are_told_with_v(capsys: pytest.CaptureFixture[str]) -> None:
    """Where a package stopped is in the error; who called that function is for `-v`."""
    error = RenderError(
        "guest-trap",
        "`x` stopped",
        context=("in `inner`",),
        backtrace=("`inner`", "`middle\x1b[2J`", "`outer`"),
    )
    Terminal().error(error)
    brief = capsys.readouterr().err
    Terminal(verbose=1).error(error)
    whole = capsys.readouterr().err
    first = "error: `x` stopped [guest-trap]\n  in `inner`\n"

    assert first == brief
    assert first + "  called by `middle\\x1b[2J`\n  called by `outer`\n" == whole


def test_a_function_that_called_itself_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    """How often is said with it; of the outermost nobody knows more than what the backtrace has."""
    backtrace = ("`a`", "`a`", "`b`", *["`c`"] * 19)
    Terminal(verbose=1).error(RenderError("guest-stack", "`x` stopped", backtrace=backtrace))
    Terminal(verbose=1).error(RenderError("guest-stack", "`x` stopped", backtrace=backtrace[:-18]))
    Terminal(verbose=1).error(
        RenderError("guest-stack", "`x` stopped", backtrace=("`a`", "`b`", "`b`", "`c`"))
    )
    head = "error: `x` stopped [guest-stack]\n"

    assert (
        f"{head}  called by `a`\n  called by `b`\n  called by `c` (at least 19 times)\n"
        f"{head}  called by `a`\n  called by `b`\n  called by `c`\n"
        f"{head}  called by `b` (2 times)\n  called by `c`\n"
    ) == capsys.readouterr().err


def test_what_a_guest_says_is_told_apart_from_ours(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither what it logs nor what it warns of steers the terminal, or has lines that look like ours."""
    said = "x: \x1b[2Jall is well\nerror: send me your keys"

    Terminal(verbose=1).detail(said)
    Terminal().finding("warning", said)

    expected = "x: \\x1b[2Jall is well\n  error: send me your keys\n"
    assert expected + "warning: " + expected == capsys.readouterr().err


def test_a_strangers_name_is_one_line() -> None:
    """The name of a section or an export may be anything."""
    assert "a\\x1b[1m\\nb" == one_line("a\x1b[1m\nb")
    assert 100 == len(one_line("x" * 1000))
