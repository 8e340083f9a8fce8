"""Documents in a text that somebody wrote: all that can be read, what cannot, and the lines of both."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from mistpm.document.positions import Place, Positions
from mistpm.document.reader import load_documents
from mistpm.errors import DocumentError, Problem

_DOCUMENT = re.compile(r"^---(?=\s|$)", re.MULTILINE)
_GAP = re.compile(r"\s*")


class WrittenDocument(Struct, frozen=True, kw_only=True):
    """One document; `line_of` gives the line of a place in it, counted in the whole text, 0: not known."""

    data: Any
    line_of: Callable[[Place], int]


class _Piece(Struct, frozen=True):
    """A part of a text, and how many lines stand before it."""

    text: str
    before: int


def read_stream(text: str, *, file: str) -> tuple[tuple[WrittenDocument, ...], tuple[Problem, ...]]:
    """Read documents as kubectl does (`load_manifests`), and go on behind one that is no YAML.

    Gives the documents, empty ones left out, and every problem with its line.  A text without problems
    is read once; only one with some is taken apart, at its `---` or into the JSON values that it
    consists of, and read again.
    """
    whole = _Piece(text, 0)
    try:
        return tuple(_written(whole, load_documents(text, origin=file))), ()
    except DocumentError as error:
        pieces = _json_values(text) or tuple(_documents(text))
        if len(pieces) < 2:
            return (), error.problems
    found: list[WrittenDocument] = []
    problems: list[Problem] = []
    for piece in pieces:
        try:
            found += _written(piece, load_documents(piece.text, origin=file))
        except DocumentError as error:
            problems += (replace(each, line=each.line + piece.before) for each in error.problems)
    return tuple(found), tuple(sorted(problems))


def _written(piece: _Piece, documents: list[Any]) -> Iterator[WrittenDocument]:
    positions = Positions(piece.text, before=piece.before)
    for number, data in enumerate(documents):
        if data is not None:
            yield WrittenDocument(data=data, line_of=partial(positions.line, document=number))


def _documents(text: str) -> Iterator[_Piece]:
    """Cut a text before each line that begins a document."""
    starts = [0, *(match.start() for match in _DOCUMENT.finditer(text) if match.start())]
    before = 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        piece = text[start:end]
        if any(line.strip() and line[0] not in "#%" for line in piece.splitlines()):
            yield _Piece(piece, before)
        before += piece.count("\n")


def _json_values(text: str) -> tuple[_Piece, ...]:
    """Give the texts of JSON objects that follow each other, as `jq` prints them; none for anything else."""
    found: list[_Piece] = []
    at = _gap(text, 0)
    before = text.count("\n", 0, at)
    while text[at : at + 1] == "{":
        try:
            _value, end = json.JSONDecoder().raw_decode(text, at)
        except (ValueError, RecursionError):
            return ()
        found.append(_Piece(text[at:end], before))
        following = _gap(text, end)
        before += text.count("\n", at, following)
        at = following
    return tuple(found) if at == len(text) else ()


def _gap(text: str, at: int) -> int:
    match = _GAP.match(text, at)
    return match.end() if match else at
