"""Rows in columns, and texts in lines, for a terminal of some width: nothing is ever cut, so that all can be copied."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final

_GAP: Final = "  "
_INDENT: Final = "  "
_NARROWEST: Final = 20
"""A column of prose narrower than this cannot be read."""
_STYLE: Final = re.compile("\x1b\\[[0-9;]*m")


def columns(
    header: Sequence[str], rows: Sequence[Sequence[str]], width: int | None = None
) -> Iterator[str]:
    """Give the header's line and those of each row, columns as wide as their widest cell.

    Where that is more than `width`, prose goes on below itself; where that does not do either, a row is told cell by
    cell, and there is no header.
    """
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    if width is not None and _whole(widths) > width:
        narrowest = [_narrowest(column) for column in zip(header, *rows, strict=True)]
        if _whole(narrowest) > width:
            yield from _one_below_the_other(header, rows, width)
            return
        while _whole(widths) > width:
            shrinking = max(
                (at for at, least in enumerate(narrowest) if widths[at] > least),
                key=lambda at: widths[at],
            )
            widths[shrinking] -= 1
    for row in (header, *rows):
        cells = [wrapped(cell, wide) for cell, wide in zip(row, widths, strict=True)]
        for line in zip_longest(*cells, fillvalue=""):
            padded = (cell.ljust(wide) for cell, wide in zip(line, widths, strict=True))
            yield _GAP.join(padded).rstrip()


def wrapped(text: str, width: int | None, indent: str = "") -> list[str]:
    """Give a text in lines of at most `width`, the later ones indented; a word that is longer stays whole.

    What only styles a text has no width.
    """
    if width is None or _length(text) <= width:
        return [text]
    lines: list[str] = []
    line = ""
    for word in re.findall(r"\s*\S+", text):
        if line and _length(line) + _length(word) > width:
            lines.append(line)
            line = indent + word.lstrip()
        else:
            line += word
    return [*lines, line]


def _narrowest(column: Sequence[str]) -> int:
    """Give the least width of a column: of its longest word, and of prose that can be read."""
    words = [len(word) for cell in column for word in cell.split()]
    return max([*words, min(_NARROWEST, max(map(len, column))), 0])


def _one_below_the_other(
    header: Sequence[str], rows: Sequence[Sequence[str]], width: int
) -> Iterator[str]:
    name = max(map(len, header[1:]), default=0)
    start = f"{_INDENT}{'':{name}}{_GAP}"
    for first, *cells in rows:
        yield from wrapped(first, width, _INDENT)
        for title, cell in zip(header[1:], cells, strict=True):
            if cell:
                yield from wrapped(f"{_INDENT}{title:{name}}{_GAP}{cell}", width, start)


def _whole(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _length(text: str) -> int:
    return len(_STYLE.sub("", text))
