"""Editing a YAML document in place."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from mistpm import document
from mistpm.document.edits import Edit, Put, Remove, Rename, apply_edits
from mistpm.errors import DocumentError

TEXT = """\
# our shop
name: shop   # its name

releases:
    # the database
    db: {package: starter/data/postgresql, version: "^16"}  # keep at 16
    shop:
        package: starter/apps/gitea
        inputs:
            text: 'single quotes'   # comment
            tilde: ~
            list:
            - 0o17
            - {a: b}
    # the end of the releases
# the end
"""


def edited(text: str, *edits: Edit) -> str:
    """Edit a text that is called `mistpm.yaml`."""
    return apply_edits(text, edits, file="mistpm.yaml")


def test_what_is_not_edited_stays_to_the_byte() -> None:
    """Comments, order, indentation and spelling survive an edit elsewhere."""
    text = edited(TEXT, Put(path=("goal",), value={"kubernetes": "1.37"}))

    assert TEXT.replace("# the end\n", "# the end\n") + "" != text
    assert TEXT == text.replace('goal:\n  kubernetes: "1.37"\n', "")


def test_a_value_is_put_inside() -> None:
    """Mappings on the way to a new value are made."""
    path = ("releases", "db", "version")

    assert "name: shop\nreleases:\n  db:\n    version: ^16\n" == edited(
        "name: shop\n", Put(path=path, value="^16")
    )


def test_a_new_entry_stands_behind_the_last_one() -> None:
    """It is indented as its neighbours are, and comments below stay below."""
    text = edited(TEXT, Put(path=("releases", "web"), value={"package": "starter/apps/web"}))

    assert (
        TEXT.replace(
            "            - {a: b}\n",
            "            - {a: b}\n    web:\n      package: starter/apps/web\n",
        )
        == text
    )


def test_a_value_is_replaced_where_it_stands() -> None:
    """The comment on its line stays; a mapping is only touched where it differs."""
    value = {
        "package": "starter/apps/gitea",
        "inputs": {"text": "other", "tilde": None, "list": [15, {"a": "b"}]},
    }

    assert TEXT.replace("'single quotes'   # c", "other   # c") == edited(
        TEXT, Put(path=("releases", "shop"), value=value)
    )


def test_flow_mappings_stay_in_their_line() -> None:
    """What is written in braces is edited within them."""
    text = edited(
        TEXT,
        Put(path=("releases", "db", "version"), value="^17"),
        Put(path=("releases", "db", "inputs", "args"), value=["a,b", "{c}", "1.30", 'q"']),
        Remove(path=("releases", "db", "package")),
    )

    assert (
        '    db: {version: ^17, inputs: {args: ["a,b", "{c}", "1.30", q"]}}  # keep at 16\n' in text
    )


def test_a_removal_takes_empty_parents_with_it() -> None:
    """Taking the last release away takes `releases` away."""
    assert "name: shop\n" == edited(
        "name: shop\nreleases:\n  db: {}\n", Remove(path=("releases", "db"))
    )


def test_removing_what_is_not_there_changes_nothing() -> None:
    """A removal is about the result, not about the way there."""
    assert TEXT == edited(
        TEXT, Remove(path=("releases", "web")), Remove(path=("targets", "x", "y"))
    )


def test_putting_what_is_there_changes_nothing() -> None:
    """Not even the way in which a value is written."""
    assert TEXT == edited(
        TEXT, Put(path=("releases", "shop", "inputs", "list"), value=[15, {"a": "b"}])
    )


def test_a_removed_release_leaves_comments() -> None:
    """A comment on a line of its own may be about anything."""
    text = edited(TEXT, Remove(path=("releases", "db")))

    assert re.sub(r"    db: .*\n", "", TEXT) == text


def test_a_renamed_key_keeps_its_place_and_value() -> None:
    """Only the name is written anew."""
    text = edited(TEXT, Rename(path=("releases", "db"), name="store"))

    assert TEXT.replace("    db:", "    store:") == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "registries:\n  a:\n    directory: x\n"),
        ("{}\n", "registries:\n  a:\n    directory: x\n\n"),
        ("# mine", "# mine\nregistries:\n  a:\n    directory: x\n"),
        ("registries:  # mine\n", "registries:  # mine\n  a:\n    directory: x\n"),
        ("registries: {} # mine", "registries: # mine\n  a:\n    directory: x\n"),
        ("{registries: {}}", "{registries: {a: {directory: x}}}"),
        ('{"b": 1}', '{"b": 1, registries: {a: {directory: x}}}'),
        ("b: |+\n  x\n\n", "b: |+\n  x\n\nregistries:\n  a:\n    directory: x\n"),
        ("b: |\n  x\n\n# c", "b: |\n  x\nregistries:\n  a:\n    directory: x\n\n# c"),
        ("b: 1", "b: 1\nregistries:\n  a:\n    directory: x\n"),
        ("b: 1\r\n# c\r\n", "b: 1\r\nregistries:\r\n  a:\r\n    directory: x\r\n# c\r\n"),
        ("\ufeffb: 1\n", "\ufeffb: 1\nregistries:\n  a:\n    directory: x\n"),
        ("a: &x 1\nb: *x\n", "a: &x 1\nb: *x\nregistries:\n  a:\n    directory: x\n"),
    ],
)
def test_however_a_text_is_written_it_can_be_added_to(text: str, expected: str) -> None:
    """Empty, in braces, without a last line end, with other line ends, with aliases."""
    assert expected == edited(text, Put(path=("registries", "a"), value={"directory": "x"}))


@pytest.mark.parametrize(
    "text",
    [
        "a: &x {c: 1}\nb: *x\n",
        "? a\n: {c: 1}\n",
        "--- {a: {c: 1}}\n",
        '{"a": {"c": "\\ud83d\\ude00"}}',
    ],
)
def test_what_cannot_be_edited_alone_is_not_edited(text: str) -> None:
    """Where an edit would change something else, the user is told to make it."""
    with pytest.raises(DocumentError) as caught:
        edited(text, Put(path=("a", "d"), value=1), Remove(path=("a",)), Put(path=("e",), value=2))

    assert (
        "`mistpm.yaml` cannot be edited by mistpm without changing more in it than it should\n"
        "note: it is YAML of an unusual form, such as an anchor or a key that begins with `?`\n"
        "hint: make the change by hand, or write that place plainly"
    ) == str(caught.value)


KEYS = st.sampled_from(["a", "b", "c", "long key", "1.30", "on", "ü", 'q"', "-x", "a,b"])
TEXTS = st.sampled_from(
    [
        *("", "x", "yes", "on", "~", "null", "1.30", "0x1F", "-", "a:", "a: b", "a #b", "# c"),
        *("{}", "[a, b]", "*x", "&y", "'", '"', " s", "t\n", "two\nlines", "three\n\nlines\n\n"),
        *("é😀", "\t", "\u2028"),
    ]
)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(
    TEXTS | SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
MAPPINGS = st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES, max_size=3) | VALUES, max_size=4)


class Written:
    """A mapping as somebody may have written it; knows below which path each comment stands."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any], data: dict[str, Any]) -> None:
        self._draw = draw
        self._step = draw(st.sampled_from([1, 2, 4]))
        self.comments: dict[str, tuple[str, ...]] = {}
        self.text = "".join(self._mapping(data, (), ""))
        cut = self.text.removesuffix("\n")
        if draw(st.booleans()) and document.load(cut, file="x") == (data or None):
            self.text = cut

    def _mapping(self, data: dict[str, Any], path: tuple[str, ...], indent: str) -> list[str]:
        lines = []
        for key, value in data.items():
            here = (*path, key)
            if self._draw(st.integers(0, 3)) == 0:
                lines.append(f"{indent}{self._comment(path)}\n")
            name = document.dump({key: 0}).removesuffix(" 0\n")
            if value and isinstance(value, dict) and self._draw(st.booleans()):
                lines.append(f"{indent}{name}{self._trailing(here)}\n")
                lines += self._mapping(value, here, indent + " " * self._step)
            elif self._draw(st.booleans()):
                inline = document.dump_inline(value)
                lines.append(f"{indent}{name} {inline}{self._trailing(here)}\n")
            else:
                block = document.dump({key: value}).removesuffix("\n").split("\n")
                lines += [f"{indent}{line}\n" if line else "\n" for line in block]
        return lines

    def _trailing(self, path: tuple[str, ...]) -> str:
        return f"  {self._comment(path)}" if self._draw(st.integers(0, 2)) == 0 else ""

    def _comment(self, path: tuple[str, ...]) -> str:
        text = f"# comment {len(self.comments)}"
        self.comments[text] = path
        return text


@st.composite
def paths(draw: DrawFn, data: dict[str, Any]) -> tuple[str, ...]:
    """Give a path that often leads somewhere, and never through what is no mapping."""
    path: tuple[str, ...] = ()
    value: Any = data
    while isinstance(value, dict):
        key = draw(st.sampled_from(sorted(value)) | KEYS if value else KEYS)
        path = (*path, key)
        value = value.get(key)
        if draw(st.booleans()):
            break
    return path


def changed(data: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Put a value into a copy of plain data."""
    data = copy.deepcopy(data)
    inner = data
    for key in path[:-1]:
        if not isinstance(inner.get(key), dict):
            inner[key] = {}
        inner = inner[key]
    inner[path[-1]] = value
    return data


def removed(data: Any, path: tuple[str, ...]) -> tuple[Any, int]:
    """Take a value out of a copy, and the mappings that it leaves empty; tells how many keys of the path stay."""
    if not isinstance(data, dict) or path[0] not in data:
        return data, len(path)
    rest = {key: value for key, value in data.items() if key != path[0]}
    if len(path) == 1:
        return rest, 0
    inner, depth = removed(data[path[0]], path[1:])
    if inner or depth == len(path) - 1:
        return {key: inner if key == path[0] else value for key, value in data.items()}, depth + 1
    return rest, 0


def lasting(written: Written, path: tuple[str, ...]) -> list[str]:
    """Give the comments that are not below a path."""
    return [text for text, place in written.comments.items() if place[: len(path)] != path]


def comments_in(text: str) -> set[str]:
    """Find the comments that `Written` made."""
    return set(re.findall(r"# comment \d+", text))


@pytest.mark.slow
@given(st.data())
def test_a_put_value_stands_there_and_nothing_else_changes(data: st.DataObject) -> None:
    """Whatever the text and the value, and comments elsewhere survive."""
    before = data.draw(MAPPINGS)
    written = Written(data.draw, before)
    path, value = data.draw(paths(before)), data.draw(VALUES)
    text = edited(written.text, Put(path=path, value=value))

    assert document.to_json(changed(before, path, value)) == document.to_json(
        document.load(text, file="x")
    )
    assert set(lasting(written, path)) <= comments_in(text)


@pytest.mark.slow
@given(st.data())
def test_a_removed_value_is_gone_and_nothing_else_changes(data: st.DataObject) -> None:
    """Whatever the text, and comments elsewhere survive."""
    before = data.draw(MAPPINGS.filter(bool))
    written = Written(data.draw, before)
    path = data.draw(paths(before))
    text = edited(written.text, Remove(path=path))
    after, depth = removed(before, path)

    assert document.to_json(after) == document.to_json(document.load(text, file="x") or {})
    assert set(lasting(written, path[: depth + 1])) <= comments_in(text)


@pytest.mark.slow
@given(st.data())
def test_a_renamed_key_is_the_only_thing_that_changes(data: st.DataObject) -> None:
    """The order of the keys stays, and all comments."""
    before = data.draw(MAPPINGS.filter(bool))
    written = Written(data.draw, before)
    old = data.draw(st.sampled_from(sorted(before)))
    text = edited(written.text, Rename(path=(old,), name="new name"))
    after = {"new name" if key == old else key: value for key, value in before.items()}

    assert document.dump(after) == document.dump(document.load(text, file="x"))
    assert set(written.comments) == comments_in(text)
