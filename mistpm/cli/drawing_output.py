"""The forms in which a graph is printed or written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from mistpm.cli.terminal import Terminal
from mistpm.errors import TargetError, UsageError
from mistpm.ops.views.graph import GraphReport

FORMS = ("dot", "mermaid", "svg", "json", "yaml")
ENDINGS = {
    ".dot": "dot",
    ".gv": "dot",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".svg": "svg",
    ".json": "json",
    ".yaml": "yaml",
    ".yml": "yaml",
}


class Drawing(Struct, frozen=True, kw_only=True):
    """A form, and the file that it goes to; None for standard output."""

    form: str = "dot"
    file: Path | None = None


def parse_drawing(outputs: Sequence[str]) -> Drawing:
    """Read what `--output` says: a form, a file whose ending tells the form, or one of each."""
    forms = [text for text in outputs if text in FORMS]
    files = [Path(text) for text in outputs if text not in FORMS]
    if len(forms) > 1 or len(files) > 1:
        raise UsageError(
            "one-output",
            f"{', '.join(f'`{text}`' for text in outputs)} are more than one form and one file",
            hint="give one of each at most: --output svg --output FILE",
        )
    file = files[0] if files else None
    if forms or file is None:
        return Drawing(form=forms[0] if forms else "dot", file=file)
    form = ENDINGS.get(file.suffix.lower())
    if form is None:
        raise UsageError(
            "unknown-output",
            f"`{file}` is no form of output, and its ending tells none",
            hint=f"write --output {', '.join(FORMS)}, or a file such as graph.svg",
        )
    return Drawing(form=form, file=file)


def write_drawing(terminal: Terminal, report: GraphReport, drawing: Drawing) -> None:
    """Print a graph, or write it to its file, which is whole or as it was before.

    Raises `TargetError` where it cannot be written.
    """
    text = drawn(report, drawing.form)
    if drawing.form == "mermaid":
        from mistpm.draw.mermaid import MOST_ARROWS

        if len(report.graph.edges) > MOST_ARROWS:
            terminal.finding(
                "warning",
                f"Mermaid draws {MOST_ARROWS} arrows at most, and here are {len(report.graph.edges)};"
                " name a release to draw what it needs, or draw an SVG",
            )
    if drawing.file is None:
        terminal.show(text.rstrip("\n"))
        return
    from mistpm.atomic import write_atomically

    try:
        write_atomically(drawing.file, text.encode())
    except OSError as error:
        raise TargetError(
            "output-unwritable",
            f"`{drawing.file}` cannot be written: {error.strerror}",
            hint="check the folder, its permissions and its free space",
        ) from error
    terminal.say(f"Wrote {drawing.file}.")


def drawn(report: GraphReport, form: str) -> str:
    """Give a graph in a form."""
    if form == "dot":
        from mistpm.draw.dot import dot

        return dot(report.graph)
    if form == "mermaid":
        from mistpm.draw.mermaid import mermaid

        return mermaid(report.graph)
    if form == "svg":
        from mistpm.draw.svg import svg

        return svg(report.graph)
    from mistpm import document

    data = document.to_builtins(report)
    return (
        json.dumps(data, indent=2, ensure_ascii=False) + "\n"
        if form == "json"
        else document.dump(data)
    )
