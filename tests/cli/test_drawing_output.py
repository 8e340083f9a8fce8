"""Forms of a graph, and files that they go to."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_locks import lock_of_edges, seen

from mistpm.cli.drawing_output import Drawing, drawn, parse_drawing, write_drawing
from mistpm.cli.terminal import Terminal
from mistpm.errors import TargetError, UsageError
from mistpm.ops.views.graph import GraphReport, graph

REPORT = graph(seen(lock_of_edges(a="* b", b="")))


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ([], Drawing(form="dot")),
        (["mermaid"], Drawing(form="mermaid")),
        (["a.svg"], Drawing(form="svg", file=Path("a.svg"))),
        (["x/a.GV"], Drawing(form="dot", file=Path("x/a.GV"))),
        (["a.mmd"], Drawing(form="mermaid", file=Path("a.mmd"))),
        (["a.yml"], Drawing(form="yaml", file=Path("a.yml"))),
        (["svg", "a.txt"], Drawing(form="svg", file=Path("a.txt"))),
        (["a.svg", "json"], Drawing(form="json", file=Path("a.svg"))),
    ],
)
def test_a_form_or_a_file_or_both(outputs: list[str], expected: Drawing) -> None:
    """A file's ending tells its form, where none is named."""
    assert expected == parse_drawing(outputs)


@pytest.mark.parametrize("outputs", [["a.png"], ["svgg"], ["svg", "dot"], ["a.svg", "b.svg"]])
def test_what_is_neither_is_refused(outputs: list[str]) -> None:
    """Before anything is drawn."""
    with pytest.raises(UsageError):
        parse_drawing(outputs)


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("dot", 'digraph "mistpm.yaml" {\n'),
        ("mermaid", "flowchart LR\n"),
        ("svg", "<svg xmlns="),
        ("json", '{\n  "environment": "mistpm.yaml",\n'),
        ("yaml", "environment: mistpm.yaml\n"),
    ],
)
def test_every_form_can_be_drawn(form: str, start: str) -> None:
    """Each ends with one line end."""
    text = drawn(REPORT, form)

    assert (True, True, False) == (
        text.startswith(start),
        text.endswith("\n"),
        text.endswith("\n\n"),
    )


def test_a_file_is_written_whole(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Over one that is there; nothing goes to standard output."""
    (folder / "a.svg").write_text("old", encoding="utf-8")
    write_drawing(Terminal(), REPORT, Drawing(form="svg", file=Path("a.svg")))

    assert drawn(REPORT, "svg") == (folder / "a.svg").read_text(encoding="utf-8")
    assert ("", "Wrote a.svg.\n") == tuple(capsys.readouterr())
    assert ["a.svg"] == [path.name for path in folder.iterdir()]


def test_a_file_that_cannot_be_written_is_told(folder: Path) -> None:
    """A folder has the name, say."""
    (folder / "a.svg").mkdir()
    with pytest.raises(TargetError) as caught:
        write_drawing(Terminal(), REPORT, Drawing(form="svg", file=Path("a.svg")))

    assert (
        "`a.svg` cannot be written: Is a directory\n"
        "hint: check the folder, its permissions and its free space"
    ) == str(caught.value)


def crowd(size: int) -> GraphReport:
    """Give a graph with that many arrows."""
    return graph(seen(lock_of_edges(a="* " + " ".join(f"b{n}" for n in range(size)))))


@pytest.mark.parametrize(("size", "is_warned"), [(500, False), (501, True)])
def test_more_arrows_than_mermaid_draws_are_told(
    capsys: pytest.CaptureFixture[str], size: int, is_warned: bool
) -> None:
    """The text is given all the same: whoever embeds Mermaid may allow more."""
    write_drawing(Terminal(), crowd(size), Drawing(form="mermaid"))
    shown = capsys.readouterr()

    assert (size, is_warned) == (shown.out.count("-->"), "Mermaid draws 500 arrows" in shown.err)
