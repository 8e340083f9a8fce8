"""What is wrong with a text that is no YAML, in plain words where libyaml's are its own.

libyaml says where its grammar failed; what people did there is mostly one of a few things: a tab, an
indentation that fits nothing, a colon or quote that is missing.
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

import yaml

from mistpm.errors import Problem

_Place: TypeAlias = tuple[int, int]
"""Line and column, counted from 0."""
_Told: TypeAlias = tuple[_Place, str, str]
"""Where, what is wrong, and what to do."""

_LONGEST_LINE: Final = 60
_LINE_END: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""Where YAML 1.1, and so libyaml, ends a line."""
_MERGE: Final = re.compile(r"<{7} |={7}$|>{7} ")
_IN_QUOTES: Final = "write the whole text in quotes"
_ALIGN: Final = "what belongs together begins in the same column"
_NAMES: Final = {"`": "a backtick"}
_PLAIN: Final = (
    ("cannot start any token", "a text cannot begin with {}", _IN_QUOTES),
    ("<document start>", "this line is indented less than the first one", _ALIGN),
    (
        "sequence entries",
        "a list does not begin on the line of its key",
        "begin it on the next line",
    ),
    (
        "escape character",
        "a `\\` in double quotes begins an escape, and this is none",
        "write `\\\\`",
    ),
)
"""Words of libyaml, and what they come to, at the place where it stopped."""


def yaml_problem(text: str, error: yaml.MarkedYAMLError, *, file: str, quoted: bool) -> Problem:
    """Give the problem behind a parser's error; `quoted` tells whether the text may be shown."""
    lines = [*_LINE_END.split(text), ""]
    (number, column), message, hint = _told(lines, error)
    line = lines[number].strip() if quoted else ""
    if line:
        shown = line if len(line) <= _LONGEST_LINE else line[:_LONGEST_LINE] + "…"
        message = f"{message}: column {column + 1} of `{shown}`"
    return Problem(file=file, line=number + 1, message=message, hint=hint)


def _told(lines: list[str], error: yaml.MarkedYAMLError) -> _Told:
    here, start = _places(error)
    context, problem = error.context or "", error.problem or ""
    raw = ", ".join(part for part in (context, problem) if part)
    line, column = here
    before, rest = lines[line][:column], lines[line][column:]
    if rest[:1] == "\t" and not before.strip():
        return here, "a tab is no indentation", "write spaces"
    for words, message, hint in _PLAIN:
        if words in problem:
            return here, message.format(_NAMES.get(rest[:1], f"`{rest[:1]}`")), hint
    if "could not find expected ':'" in problem:
        return start, *_lone_key(lines[start[0]])
    if "mapping values" in problem:
        return _second_colon(lines, here)
    if "quoted scalar" in context and "end of stream" in problem:
        return start, "the quote that begins here is not closed", "write one at its end"
    if "flow" in context:
        return _unclosed(lines, here, start, context)
    if "block mapping" in context or "block collection" in context:
        return here, *_misplaced(before, rest, context)
    return here, raw, ""


def _lone_key(line: str) -> tuple[str, str]:
    """Tell what a line is that should be a key with a colon."""
    if _MERGE.match(line):
        return "this is the mark of a merge that is not finished", "decide which lines stay"
    if re.search(r":\S", line):
        return "a key ends in a colon and a space", "write a space behind the colon"
    return "a key ends in a colon, and here is none", "write `key: value`"


def _second_colon(lines: list[str], here: _Place) -> _Told:
    """Tell of a colon that makes no key: in a text, or below a line that lacks one or has a value already."""
    line, column = here
    if ": " in lines[line][:column]:
        return (
            here,
            "a second `: ` stands in one line",
            f"is it part of a text? {_IN_QUOTES}",
        )
    above = _last_written(lines, line)
    if not re.search(r":(\s|$)", lines[above]):
        return (above, 0), *_lone_key(lines[above])
    message = "this is indented deeper than the line above, which has a value already"
    return (line, len(lines[line]) - len(lines[line].lstrip())), message, _ALIGN


def _misplaced(before: str, rest: str, context: str) -> tuple[str, str]:
    if before.strip():
        return "something stands behind the end of a value", f"is it part of it? {_IN_QUOTES}"
    if rest[:1] in {"}", "]"}:
        return f"`{rest[0]}` closes nothing", "leave it out"
    if rest.startswith("- ") and "mapping" in context:
        return "an entry of a list stands among the keys of a mapping", _ALIGN
    if "collection" in context and not rest.startswith("- "):
        return "this line is no entry of the list above it", "write `- `, or indent it otherwise"
    return "the indentation of this line fits none above it", _ALIGN


def _unclosed(lines: list[str], here: _Place, start: _Place, context: str) -> _Told:
    """Tell of brackets; where something is expected inside of them, libyaml says only that."""
    line, column = here
    if "node" in context:
        if lines[line][column:].strip():
            return here, "between brackets a value is missing here", ""
        end = _last_written(lines, line + 1)
        return (end, len(lines[end].rstrip())), "a bracket is not closed", "write `]` or `}`"
    opened = lines[start[0]][start[1] : start[1] + 1]
    close = "]" if opened == "[" else "}"
    return start, f"the `{opened}` that begins here is not closed", f"write `{close}`, or a comma"


def _places(error: yaml.MarkedYAMLError) -> tuple[_Place, _Place]:
    """Give where the parser stopped, and where that began in which it stopped."""
    here = error.problem_mark or error.context_mark
    start = error.context_mark or here
    if here is None or start is None:
        return (0, 0), (0, 0)
    return (here.line, here.column), (start.line, start.column)


def _last_written(lines: list[str], before: int) -> int:
    """Give the last line before this one that is not empty."""
    return next((each for each in range(before - 1, -1, -1) if lines[each].strip()), 0)
