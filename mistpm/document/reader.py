"""Reading YAML and JSON texts into JSON-like data.

Values are built straight from libyaml's events: composing nodes and constructing from them, as
PyYAML does, takes three times as long.  A text that is JSON is read as JSON, a hundred times faster.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NoReturn, TypeAlias

import yaml
from msgspec import Struct

from mistpm.document.scalars import (
    NotInJsonError,
    Resolver,
    Scalar,
    core,
    kubectl,
    without_fraction,
)
from mistpm.errors import DocumentError, Problem

DEEPEST: Final = 150
"""How many mappings and lists may stand in each other; custom resource definitions need some 60."""

MOST_ALIASED: Final = 100_000
"""How many values the aliases (`*name`) of a text may stand for in all."""

MOST_ALIASED_TEXT: Final = 10_000_000
"""How many characters they may stand for: one long text can be meant often."""

MOST_VALUES: Final = 1_000_000
"""How many values there may be; a megabyte of manifests has some 40,000, and one takes 100 bytes or more here."""

MOST_PROBLEMS: Final = 100
"""After how many mistakes nothing more is looked for."""

_TAGS: Final[dict[str, type]] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
    "tag:yaml.org,2002:bool": bool,
    "tag:yaml.org,2002:null": type(None),
    "tag:yaml.org,2002:map": dict,
    "tag:yaml.org,2002:seq": list,
}
Event: TypeAlias = Any
"""One of libyaml's events; what it has depends on its class."""

_TEXT_TAGS: Final = {None, "tag:yaml.org,2002:str"}
_NO_TAG: Final = {None, "!"}
_MERGE: Final = "<<"
_LONGEST_SHOWN: Final = 60


class Amount(Struct):
    """How much has been read: values, those that aliases stood for, and the characters of these.

    The limits hold for each text, or for all that are read with one amount.
    """

    values: int = 0
    aliased: int = 0
    aliased_text: int = 0

    def too_much(self) -> str:
        """Say what there is too much of, or nothing."""
        if self.values > MOST_VALUES:
            return f"there are more than {MOST_VALUES:,} values"
        if self.aliased > MOST_ALIASED:
            return f"the aliases stand for more than {MOST_ALIASED:,} values"
        if self.aliased_text > MOST_ALIASED_TEXT:
            return f"the aliases stand for more than {MOST_ALIASED_TEXT:,} characters"
        return ""


def load(text: str, *, file: str) -> Any:
    """Read one document of YAML 1.2's core schema (JSON is a part of it); an empty text gives None.

    Raises `DocumentError` (`invalid-yaml`) with file and line: for what is no YAML, for keys written
    twice (all of them), keys that are not texts, tags and numbers that JSON cannot hold, more than
    `DEEPEST` levels, `MOST_VALUES` values or `MOST_ALIASED` aliased ones.  Takes some 4 ms for 1000 lines.
    """
    if (found := _json(text, _finite, Amount(), file=file)) is not _NO_JSON:
        return found
    documents = _Reader(text, file=file, resolver=core, merging=False).documents(most=1)
    return documents[0] if documents else None


def load_manifests(
    text: str, *, origin: str, quoted: bool = True, amount: Amount | None = None
) -> tuple[dict[str, Any], ...]:
    """Read manifests as kubectl does: several documents, or lists of them; empty ones are left out.

    Octals and booleans are YAML 1.1's, there are no dates, and `<<` merges.  `origin` stands for the
    file's name in messages, which show lines of the text where it is `quoted`.  Texts that are read with one
    `amount` share the limits.  Raises `DocumentError` (`invalid-yaml`) as `load` does, and for a
    document that is no mapping.
    """
    manifests: list[dict[str, Any]] = []
    for document in load_documents(text, origin=origin, quoted=quoted, amount=amount):
        for manifest in _split(document):
            if not isinstance(manifest, dict):
                kind = "a list" if isinstance(manifest, list) else f"`{_shown(manifest)}`"
                problem = Problem(file=origin, message=f"{kind} is not a Kubernetes manifest")
                raise _unreadable(origin, (problem,))
            manifests.append(manifest)
    return tuple(manifests)


def load_documents(
    text: str, *, origin: str, quoted: bool = True, amount: Amount | None = None
) -> list[Any]:
    """Read every document of a text as `load_manifests` does, whatever it holds.

    Raises `DocumentError` (`invalid-yaml`).
    """
    amount = amount or Amount()
    found = _json(text, _go_number, amount, file=origin)
    if found is not _NO_JSON:
        return [found]
    reader = _Reader(
        text, file=origin, resolver=kubectl, merging=True, quoted=quoted, amount=amount
    )
    return reader.documents()


def _split(document: Any) -> Iterator[Any]:
    """Give the manifests in a document: kubectl takes any kind `…List` with `items` apart."""
    if document is None:
        return
    items = None
    if isinstance(document, list):
        items = document
    elif isinstance(document, dict) and str(document.get("kind", "")).endswith("List"):
        items = document.get("items")
    if isinstance(items, list):
        for item in items:
            yield from _split(item)
    else:
        yield document


def _shown(value: object) -> str:
    return _cut(json.dumps(value, ensure_ascii=False))


def _cut(text: str) -> str:
    """Show a text that somebody else wrote, of a long one the beginning."""
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


_NO_JSON: Final = object()


_STARTS: Final = ",[{"
_TEXTS: Final = re.compile(r'"(?:[^"\\]+|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_FEW_VALUES: Final = 100_000


def _json(
    text: str, parse_float: Callable[[str], int | float], amount: Amount, *, file: str
) -> Any:
    """Read a text as JSON; gives `_NO_JSON` where it is none, for the reader of YAML to explain.

    Raises `DocumentError` where it has too many values: JSON's parser takes no notice of anything meanwhile.
    """
    if text.lstrip()[:1] not in {"{", "["}:
        return _NO_JSON
    values = sum(map(text.count, _STARTS))  # at most: some may stand in texts
    if amount.values + values > _FEW_VALUES:
        values = sum(map(_TEXTS.sub("", text).count, _STARTS))
        if amount.values + values > MOST_VALUES:
            amount.values += values
            raise _unreadable(file, (Problem(file=file, message=amount.too_much()),))
    try:
        found = json.loads(
            text, object_pairs_hook=_unique, parse_float=parse_float, parse_constant=_no_constant
        )
        if is_deep(found, DEEPEST):
            return _NO_JSON
        if "\\ud" in text or "\\uD" in text:
            json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        return _NO_JSON
    amount.values += values
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _no_constant(_name: str) -> Any:
    raise ValueError


def _finite(text: str) -> float:
    if (number := float(text)) in {float("inf"), float("-inf")}:
        raise ValueError
    return number


def _go_number(text: str) -> int | float:
    return without_fraction(_finite(text))


def is_deep(value: Any, levels: int) -> bool:
    """Say whether more than so many mappings and lists stand in each other; goes down level by level."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(levels):
        if not level:
            return False
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
    return bool(level)


def _unreadable(file: str, problems: tuple[Problem, ...]) -> DocumentError:
    return DocumentError("invalid-yaml", f"`{file}` cannot be read", problems)


class _Pieces:
    """A text for libyaml, which takes it piece by piece: between two of them Ctrl-C is noticed.

    One value or comment may be as long as the whole text, and libyaml would keep all threads waiting for it.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def read(self, size: int = 65536, /) -> str:
        """Give the next piece, which is empty at the end."""
        start, self._at = self._at, self._at + size
        return self._text[start : self._at]


class _UnreadableError(Exception):
    """Reading cannot go on; the problem is recorded."""


class _Reader:
    """Builds values from one text's events, and records what is wrong with it."""

    def __init__(
        self,
        text: str,
        *,
        file: str,
        resolver: Resolver,
        merging: bool,
        quoted: bool = True,
        amount: Amount | None = None,
    ) -> None:
        self._file = file
        self._resolve = resolver
        self._merging = merging
        self._quoted = quoted
        self._problems: list[Problem] = []
        self._anchors: dict[str, tuple[Any, int, int]] = {}
        self._amount = amount or Amount()
        self._length = 0
        self._text = text

    def documents(self, *, most: int | None = None) -> list[Any]:
        """Give the documents of the text; raises `DocumentError` with every problem."""
        found: list[Any] = []
        try:
            parser = yaml.CSafeLoader(_Pieces(self._text))
            self._next: Callable[[], Event] = parser.get_event
            self._next()
            while isinstance(event := self._next(), yaml.DocumentStartEvent):
                if most is not None and len(found) == most:
                    self._note(event, "a second document begins here; there may be only one")
                    break
                self._anchors.clear()
                found.append(self._value(self._next(), DEEPEST))
                self._next()
        except yaml.MarkedYAMLError as error:
            from mistpm.document.yaml_mistakes import yaml_problem

            told = yaml_problem(self._text, error, file=self._file, quoted=self._quoted)
            self._problems.append(told)
        except (yaml.YAMLError, UnicodeEncodeError):
            index = _unprintable(self._text)
            line = 1 + self._text.count("\n", 0, index)
            column = index - self._text.rfind("\n", 0, index)
            name = f"U+{ord(self._text[index]):04X}"
            message = f"the character {name} in column {column} is not allowed in YAML"
            self._problems.append(Problem(file=self._file, line=line, message=message))
        except _UnreadableError:
            pass
        if self._problems:
            raise _unreadable(self._file, tuple(sorted(self._problems)))
        return found

    def _note(self, event: Event, message: str, hint: str = "") -> None:
        line = event.start_mark.line + 1
        self._problems.append(Problem(file=self._file, line=line, message=message, hint=hint))
        if len(self._problems) >= MOST_PROBLEMS:
            raise _UnreadableError

    def _value(self, event: Event, levels: int) -> Any:
        """Give the value that begins with this event; recursion is bounded by `levels`."""
        self._amount.values += 1
        kind = event.__class__
        if kind is yaml.AliasEvent:
            return self._alias(event)
        before, length_before = self._amount.values, self._length
        if before > MOST_VALUES:
            self._end(event)
        value: Any
        if kind is yaml.ScalarEvent:
            value = self._scalar(event)
        elif levels == 0:
            self._note(event, f"more than {DEEPEST} mappings and lists stand in each other here")
            raise _UnreadableError
        elif kind is yaml.MappingStartEvent:
            value = self._mapping(levels - 1)
        else:
            value = self._sequence(levels - 1)
        if event.tag not in _NO_TAG:
            self._check_tag(event, value)
        if event.anchor is not None:
            values, length = self._amount.values - before + 1, self._length - length_before
            self._anchors[event.anchor] = (value, values, length)
        return value

    def _sequence(self, levels: int) -> list[Any]:
        found: list[Any] = []
        while (event := self._next()).__class__ is not yaml.SequenceEndEvent:
            found.append(self._value(event, levels))
        return found

    def _mapping(self, levels: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        written: set[str] = set()
        while (event := self._next()).__class__ is not yaml.MappingEndEvent:
            if event.__class__ is yaml.ScalarEvent:
                key = self._key(event)
            else:
                self._value(event, levels)
                self._note(
                    event, "a key must be a text", "write what begins with `{` or `[` in quotes"
                )
                key = ""
            value = self._value(self._next(), levels)
            if self._merging and key == _MERGE and event.implicit[0]:
                self._merge(event, value, into=found)
            elif key in written:
                self._note(event, f"the key `{_cut(key)}` is written twice")
            else:
                written.add(key)
                found[key] = value
        return found

    def _key(self, event: Event) -> str:
        value = self._scalar(event)
        if isinstance(value, str):
            return value
        if self._merging and value is not None:
            return json.dumps(value)  # kubectl makes texts of numbers and booleans
        text = event.value or "null"
        shown = _cut(text)
        self._note(event, f"the key `{shown}` is not a text", f'write it in quotes: "{shown}"')
        return text

    def _merge(self, event: Event, value: Any, *, into: dict[str, Any]) -> None:
        """Take in the entries of a `<<`; what stands later wins, in a list what stands earlier."""
        for source in reversed(value) if isinstance(value, list) else [value]:
            if isinstance(source, dict):
                into.update(source)
            else:
                self._note(event, "`<<` merges mappings, and this is none")

    def _scalar(self, event: Event) -> Scalar:
        self._length += len(event.value)
        if event.tag == "!" or (not event.implicit[0] and event.tag in _TEXT_TAGS):
            return str(event.value)
        try:
            return self._resolve(event.value)
        except NotInJsonError as error:
            self._note(event, str(error))
            return None

    def _check_tag(self, event: Event, value: Any) -> None:
        """Note an explicit tag that says something else than the value is."""
        wanted = _TAGS.get(event.tag)
        tag = _cut(event.tag.replace("tag:yaml.org,2002:", "!!", 1))
        if wanted is None:
            self._note(event, f"the tag `{tag}` is not known here")
        elif type(value) is not wanted and (wanted, type(value)) != (float, int):
            self._note(event, f"this is not what the tag `{tag}` says")

    def _alias(self, event: Event) -> Any:
        if event.anchor not in self._anchors:
            self._note(event, f"nothing before this is called `&{_cut(event.anchor)}`")
            raise _UnreadableError
        value, size, length = self._anchors[event.anchor]
        self._amount.aliased += size
        self._amount.values += size
        self._amount.aliased_text += length
        self._length += length
        if self._amount.too_much():
            self._end(event)
        return copy.deepcopy(value)

    def _end(self, event: Event) -> NoReturn:
        """Read nothing more: there is too much."""
        self._note(event, self._amount.too_much())
        raise _UnreadableError


def _unprintable(text: str) -> int:
    """Give the position of the first character that YAML does not allow."""
    match = yaml.reader.Reader.NON_PRINTABLE.search(text)
    return match.start() if match else 0
