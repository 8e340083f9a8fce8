"""Keys under which nothing is written are as good as none, where a mapping or list may be left out."""

from __future__ import annotations

from mistpm import document
from mistpm.document.emptiness import without_empty
from mistpm.errors import DocumentError
from mistpm.model.environment import Environment, Patch

HEAD = "apiVersion: mistpm.dev/v1\nkind: Environment\nname: shop\n"


def read(text: str, *, by_hand: bool = True) -> Environment:
    """Read an environment."""
    return document.read(text, Environment, file="f.yaml", reference="invalid", by_hand=by_hand)


def test_mappings_and_lists_may_be_empty() -> None:
    """At every level; an input that is null stays an input."""
    body = """\
registries:
waivers:  # none
provided:
policy:
targets:
  far: {context: far, inputs: , patches: }
settings:
releases:
  one: {package: ./x.wasm, bind: , patches: , inputs: {size: null}}
  two: {package: ./x.wasm, inputs: }
"""
    found = read(HEAD + body)

    assert {"size": None} == found.releases["one"].inputs
    assert ({}, {}, (), {}) == (
        found.releases["two"].inputs,
        found.registries,
        found.waivers,
        found.settings,
    )


def test_what_must_be_there_may_not_be_empty() -> None:
    """Nor texts, nor entries; a document of a machine may have nothing empty at all."""
    wrong = (
        HEAD.replace("shop", "") + "releases:\n  one:\n  two: {package: x, version: }\nwaivers:\n"
    )

    assert (
        "f.yaml:3: name: nothing is written here; expected a text",
        "f.yaml:5: releases.one: nothing is written here; expected a mapping",
        "f.yaml:6: releases.two.version: nothing is written here; expected a range such as `^16`",
    ) == problems(wrong)
    assert ("f.yaml:4: waivers: nothing is written here; expected a list",) == problems(
        HEAD + "waivers:\n", by_hand=False
    )


def problems(text: str, *, by_hand: bool = True) -> tuple[str, ...]:
    """Give what is wrong with an environment."""
    try:
        read(text, by_hand=by_hand)
    except DocumentError as error:
        return error.context
    return ()


def test_only_what_is_empty_is_left_out() -> None:
    """What the type does not know stays for others to refuse."""
    data = {"merge": None, "select": None, "json": [{"x": None}], "odd": None}

    assert {"json": [{"x": None}], "odd": None} == without_empty(data, Patch)
