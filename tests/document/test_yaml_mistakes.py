"""What is no YAML is told in plain words, with line, column and the text of the line."""

from __future__ import annotations

import pytest

from mistpm import document
from mistpm.errors import DocumentError

ALIGN = "(what belongs together begins in the same column)"
QUOTES = "write the whole text in quotes)"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a:\n\tb: 1\n", "2: a tab is no indentation: column 1 of `b: 1` (write spaces)"),
        (
            "a:\n    b: 1\n   c: 2\n",
            f"3: the indentation of this line fits none above it: column 4 of `c: 2` {ALIGN}",
        ),
        (
            "a: 1\n  b: 2\n",
            "2: this is indented deeper than the line above, which has a value already:"
            f" column 3 of `b: 2` {ALIGN}",
        ),
        (
            "  a: 1\nb: 2\n",
            f"2: this line is indented less than the first one: column 1 of `b: 2` {ALIGN}",
        ),
        (
            "a:\n  b: 1\n  - c\n",
            f"3: an entry of a list stands among the keys of a mapping: column 3 of `- c` {ALIGN}",
        ),
        (
            "a:\n  - b\n  c: 1\n",
            "3: this line is no entry of the list above it: column 3 of `c: 1`"
            " (write `- `, or indent it otherwise)",
        ),
        (
            "a: - b\n",
            "1: a list does not begin on the line of its key: column 4 of `a: - b`"
            " (begin it on the next line)",
        ),
        (
            "a: 1\nreleases\nb: 2\n",
            "2: a key ends in a colon, and here is none: column 1 of `releases` (write `key: value`)",
        ),
        (
            "a:1\nb: 2\n",
            "1: a key ends in a colon and a space: column 1 of `a:1` (write a space behind the colon)",
        ),
        (
            "a: 1\n<<<<<<< HEAD\nb: 2\n",
            "2: this is the mark of a merge that is not finished: column 1 of `<<<<<<< HEAD`"
            " (decide which lines stay)",
        ),
        (
            "a: b: c\n",
            f"1: a second `: ` stands in one line: column 5 of `a: b: c` (is it part of a text? {QUOTES}",
        ),
        (
            'a: "b\nc: 1\n',
            '1: the quote that begins here is not closed: column 4 of `a: "b` (write one at its end)',
        ),
        (
            "a: 'it's'\n",
            "1: something stands behind the end of a value: column 8 of `a: 'it's'`"
            f" (is it part of it? {QUOTES}",
        ),
        ("a: @b\n", f"1: a text cannot begin with `@`: column 4 of `a: @b` ({QUOTES}"),
        ("a: `b`\n", f"1: a text cannot begin with a backtick: column 4 of `a: `b`` ({QUOTES}"),
        (
            'a: "\\d"\n',
            "1: a `\\` in double quotes begins an escape, and this is none:"
            ' column 5 of `a: "\\d"` (write `\\\\`)',
        ),
        (
            "a: {b: 1\nc: 2\n",
            "1: the `{` that begins here is not closed: column 4 of `a: {b: 1` (write `}`, or a comma)",
        ),
        ("a: [", "1: a bracket is not closed: column 5 of `a: [` (write `]` or `}`)"),
        ("a: [1,,2]\n", "1: between brackets a value is missing here: column 7 of `a: [1,,2]`"),
        ("a: 1\n}\n", "2: `}` closes nothing: column 1 of `}` (leave it out)"),
        (
            "a: !<x\n",
            "1: while scanning a tag, did not find the expected '>': column 7 of `a: !<x`",
        ),
    ],
)
def test_each_mistake_is_told_plainly(text: str, told: str) -> None:
    """What nobody foresaw is told as the parser tells it."""
    with pytest.raises(DocumentError) as caught:
        document.load(text, file="f.yaml")

    assert f"`f.yaml` cannot be read\n  f.yaml:{told}" == str(caught.value)


def test_a_text_with_secrets_is_not_quoted() -> None:
    """As a kubeconfig is one; a long line is shortened elsewhere."""
    with pytest.raises(DocumentError) as caught:
        document.load_manifests("token: 'it's", origin="config", quoted=False)
    with pytest.raises(DocumentError) as other:
        document.load("a: b: " + "c" * 80, file="f.yaml")

    assert (
        "config:1: something stands behind the end of a value"
        " (is it part of it? write the whole text in quotes)",
    ) == caught.value.context
    assert (
        f"f.yaml:1: a second `: ` stands in one line: column 5 of `a: b: {'c' * 54}…`"
        " (is it part of a text? write the whole text in quotes)",
    ) == other.value.context
