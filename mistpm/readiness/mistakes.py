"""What is wrong with a readiness condition that an author wrote, told before anybody waits for it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Final

from mistpm.model.kinds import kind_table
from mistpm.model.readiness import ReadinessCondition
from mistpm.readiness.cel import InvalidCelError, read_cel
from mistpm.readiness.json_path import InvalidJsonPathError, read_json_path

_KIND: Final = re.compile(r"([A-Z][A-Za-z0-9]*)(?:\.([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?))?")
_CONDITION: Final = re.compile(r"[A-Za-z](?:[\w./-]*\w)?(?:=(.*))?")
_STATUSES: Final = ("True", "False", "Unknown")


def readiness_mistakes(wanted: ReadinessCondition) -> Iterator[tuple[str, str, str]]:
    """Give every mistake in a condition: its key, what is wrong, and what to do about it."""
    yield from _kind_mistakes(wanted.kind)
    if wanted.condition:
        yield from _condition_mistakes(wanted.condition)
    if wanted.json_path:
        try:
            read_json_path(wanted.json_path)
        except InvalidJsonPathError as error:
            yield "jsonPath", f"`{wanted.json_path}` cannot be read: {error}", ""
        if isinstance(wanted.value, dict | list):
            message = "what a JSONPath leads to is compared with a text, a number, or true or false"
            yield "value", message, ""
    if wanted.cel:
        try:
            expression = read_cel(wanted.cel)
        except InvalidCelError as error:
            yield "cel", f"it cannot be read: {error}", ""
        else:
            if not expression.reads_self:
                yield "cel", "it does not read the object, which is `self`", ""


def _kind_mistakes(text: str) -> Iterator[tuple[str, str, str]]:
    match = _KIND.fullmatch(text)
    if match is None:
        hint = "write `Kind` or `Kind.group`, such as `Certificate.cert-manager.io`"
        yield "kind", f"`{text}` is no kind", hint
        return
    kind, group = match.groups()
    own = sorted({row.kind for row in kind_table().kinds if row.group == group})
    if own and kind not in own:
        close = difflib.get_close_matches(kind, own, n=1)
        hint = f"did you mean `{close[0]}.{group}`?" if close else ""
        yield "kind", f"Kubernetes has no kind `{kind}` in `{group}`", hint


def _condition_mistakes(text: str) -> Iterator[tuple[str, str, str]]:
    match = _CONDITION.fullmatch(text)
    if match is None:
        yield "condition", f"`{text}` is no condition", "write `Ready` or `Ready=False`"
    elif match[1] is not None and match[1] not in _STATUSES:
        message = f"`{match[1]}` is no status of a condition"
        yield "condition", message, "a status is `True`, `False` or `Unknown`"
