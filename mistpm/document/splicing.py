"""Cutting and pasting in the text of a YAML mapping, where its parser says that things stand."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

import yaml

from mistpm.document.writer import dump, dump_inline

Entry: TypeAlias = tuple[yaml.Node, yaml.Node]
"""A key and its value."""

_ALIAS = re.compile(r"\*[^\s,\[\]{}]+")
_BOM = "\ufeff"


class NotEditableError(Exception):
    """A place in a text is written in a form that is not cut into."""


class Splicing:
    """One text in which one change is made; `specs/environment.md`, "Edits", has the rules.

    Each change raises `NotEditableError` where it meets a form that it cannot change.
    """

    def __init__(self, text: str) -> None:
        self._bom = _BOM if text.startswith(_BOM) else ""
        self._text = text.removeprefix(_BOM)
        self._line_end = "\r\n" if "\r\n" in text else "\n"
        try:
            self._root = yaml.compose(self._text, yaml.CSafeLoader)
        except yaml.YAMLError as error:
            raise NotEditableError from error

    def put(self, path: tuple[str, ...], value: Any) -> str:
        """Give the text with `value` at `path`."""
        if self._root is None or not self._root.value:
            return self._put_alone(path, value)
        mapping = _mapping(self._root)
        for position, key in enumerate(path):
            entry = _entry(mapping, key)
            inner = path[position + 1 :]
            if entry is None:
                return self._insert(mapping, key, _nested(inner, value))
            if not inner or not isinstance(entry[1], yaml.MappingNode) or not entry[1].value:
                return self._replace(mapping, entry, _nested(inner, value))
            mapping = entry[1]
        raise NotEditableError

    def remove(self, path: tuple[str, ...]) -> str:
        """Give the text without what is at `path`, which is there."""
        chain = self._chain(path)
        while len(chain) > 1 and len(chain[-1][0].value) == 1:
            chain.pop()
        mapping, entry = chain[-1]
        if mapping.flow_style:
            return self._remove_from_flow(mapping, entry)
        start = self._line_start(entry[0])
        return self._joined(start, "", self._next_line(self._end(entry[1], self._colon(entry))))

    def rename(self, path: tuple[str, ...], name: str) -> str:
        """Give the text with another key for what is at `path`, which is there."""
        _, (key, _value) = self._chain(path)[-1]
        return self._joined(key.start_mark.index, dump_inline(name), key.end_mark.index)

    def _chain(self, path: tuple[str, ...]) -> list[tuple[yaml.MappingNode, Entry]]:
        """Give the mappings and entries that lead to `path`."""
        node = self._root
        found = []
        for key in path:
            mapping = _mapping(node)
            entry = _entry(mapping, key)
            if entry is None:
                raise NotEditableError
            found.append((mapping, entry))
            node = entry[1]
        return found

    def _put_alone(self, path: tuple[str, ...], value: Any) -> str:
        """Write into a text that holds nothing, or an empty mapping."""
        block = dump(_nested(path, value)).replace("\n", self._line_end)
        if self._root is not None:
            return self._joined(self._root.start_mark.index, block, self._root.end_mark.index)
        gap = "" if not self._text or self._text.endswith("\n") else self._line_end
        return self._bom + self._text + gap + block

    def _replace(self, mapping: yaml.MappingNode, entry: Entry, value: Any) -> str:
        """Write another value behind a key; a comment on the key's line stays."""
        key, old = entry
        colon = self._colon(entry)
        end = self._end(old, colon)
        start = max(old.start_mark.index, colon)
        if mapping.flow_style:
            gap = "" if start > colon else " "
            return self._joined(start, gap + dump_inline(value), end)
        first, rest = self._block(key, value)
        if start > self._line_end_after(colon):  # the old value begins below its key
            comment, gap, stop = self._text[colon : self._line_end_after(colon)], first[:1], end
        else:
            comment = self._text[end : self._line_end_after(end)]
            gap = self._text[colon:start] if first and start > colon else first[:1]
            stop = end + len(comment)
        if rest and stop == len(self._text):
            rest += self._line_end
        return self._joined(colon, gap + first[1:] + comment + rest, stop)

    def _insert(self, mapping: yaml.MappingNode, key: str, value: Any) -> str:
        """Write a new entry behind the last one of a mapping."""
        last = mapping.value[-1]
        end = self._end(last[1], self._colon(last))
        if mapping.flow_style:
            return self._joined(end, f", {dump_inline(key)}: {dump_inline(value)}", end)
        lines = self._lines({key: value}, self._indent(last[0]))
        place = self._next_line(end)
        gap = "" if self._text[:place].endswith("\n") else self._line_end
        return self._joined(place, gap + "".join(line + self._line_end for line in lines), place)

    def _remove_from_flow(self, mapping: yaml.MappingNode, entry: Entry) -> str:
        if len(mapping.value) == 1:  # the whole document is one entry
            return self._joined(mapping.start_mark.index, "{}", mapping.end_mark.index)
        position = mapping.value.index(entry)
        if position + 1 < len(mapping.value):
            following = mapping.value[position + 1][0].start_mark.index
            return self._joined(entry[0].start_mark.index, "", following)
        before = mapping.value[position - 1]
        end = self._end(before[1], self._colon(before))
        return self._joined(end, "", self._end(entry[1], self._colon(entry)))

    def _block(self, key: yaml.Node, value: Any) -> tuple[str, str]:
        """Give what stands behind a key's colon: the rest of its line, and the lines below it."""
        first, *rest = self._lines({"k": value}, self._indent(key))
        return first.partition("k:")[2], "".join(self._line_end + line for line in rest)

    def _lines(self, data: Any, indent: str) -> list[str]:
        lines = dump(data).removesuffix("\n").split("\n")
        return [indent + line if line else line for line in lines]

    def _colon(self, entry: Entry) -> int:
        """Give the place behind the colon of an entry, or behind a key that has none."""
        key, value = entry
        behind = re.compile(r"\s*:").match(self._text, key.end_mark.index)
        if behind is None and value.start_mark.index != value.end_mark.index:
            raise NotEditableError
        return behind.end() if behind else key.end_mark.index

    def _end(self, node: yaml.Node, after: int) -> int:
        """Give the place behind a value that begins after `after`."""
        if node.start_mark.index < after:  # the node stands where its anchor is
            alias = _ALIAS.search(self._text, after)
            if alias is None:
                raise NotEditableError
            return alias.end()
        if isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
            if isinstance(node, yaml.MappingNode):
                return self._end(node.value[-1][1], self._colon(node.value[-1]))
            after = node.value[-2].end_mark.index if len(node.value) > 1 else after
            return self._end(node.value[-1], after)
        end: int = node.end_mark.index
        if isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}:
            written = self._text[node.start_mark.index : end]
            kept = written.rstrip("\r\n") if "+" not in written.split("\n")[0] else written[:-1]
            end = node.start_mark.index + len(kept)
        return end

    def _indent(self, key: yaml.Node) -> str:
        start = self._line_start(key)
        return self._text[start : key.start_mark.index]

    def _line_start(self, key: yaml.Node) -> int:
        """Give where the line of a key begins, with nothing but spaces before the key."""
        start: int = self._text.rfind("\n", 0, key.start_mark.index) + 1
        if self._text[start : key.start_mark.index].strip(" "):
            raise NotEditableError
        return start

    def _line_end_after(self, place: int) -> int:
        found = re.compile(r"\r?\n|\Z").search(self._text, place)
        return found.start() if found else len(self._text)

    def _next_line(self, place: int) -> int:
        """Give where the next line begins."""
        found = self._text.find("\n", place)
        return len(self._text) if found < 0 else found + 1

    def _joined(self, start: int, middle: str, end: int) -> str:
        return self._bom + self._text[:start] + middle + self._text[end:]


def _mapping(node: yaml.Node | None) -> yaml.MappingNode:
    if not isinstance(node, yaml.MappingNode):
        raise NotEditableError
    return node


def _entry(mapping: yaml.MappingNode, key: str) -> Entry | None:
    return next((entry for entry in mapping.value if entry[0].value == key), None)


def _nested(path: tuple[str, ...], value: Any) -> Any:
    for key in reversed(path):
        value = {key: value}
    return value
