"""Editing a YAML document in place."""

from __future__ import annotations

from mistpm.environment.edit import Edit, apply_edits

TEXT = """\
# our shop
name: shop   # its name

releases:
  # the database
  db: {package: starter/data/postgresql, version: "^16"}  # keep at 16
  shop:
    package: starter/apps/gitea
    inputs:
      text: 'single quotes'
      long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb ccccccccccc
"""


def test_what_is_not_edited_stays_as_it_was() -> None:
    """Comments, order, quotes and long lines survive an edit elsewhere."""
    edited = apply_edits(TEXT, (Edit(path=("goal",), value={"kubernetes": "1.37"}),))

    assert TEXT + "goal:\n  kubernetes: '1.37'\n" == edited


def test_a_value_is_set_inside() -> None:
    """Mappings on the way to a new value are made."""
    edited = apply_edits("name: shop\n", (Edit(path=("releases", "db", "version"), value="^16"),))

    assert "name: shop\nreleases:\n  db:\n    version: ^16\n" == edited


def test_a_removal_takes_empty_parents_with_it() -> None:
    """Taking the last release away takes `releases` away."""
    edited = apply_edits("name: shop\nreleases:\n  db: {}\n", (Edit(path=("releases", "db")),))

    assert "name: shop\n" == edited


def test_removing_what_is_not_there_changes_nothing() -> None:
    """A removal is about the result, not about the way there."""
    edited = apply_edits("name: shop\n", (Edit(path=("releases", "db")),))

    assert "name: shop\n" == edited


def test_a_renamed_key_keeps_its_place_and_value() -> None:
    """Renaming the first of two releases leaves it the first."""
    text = "releases:\n  a: {package: x}\n  b: {package: y}\n"
    edited = apply_edits(text, (Edit(path=("releases", "a"), rename="c"),))

    assert "releases:\n  c: {package: x}\n  b: {package: y}\n" == edited


def test_an_empty_document_can_be_edited() -> None:
    """The user's configuration begins as an empty file."""
    edited = apply_edits("", (Edit(path=("registries", "a"), value={"directory": "x"}),))

    assert "registries:\n  a:\n    directory: x\n" == edited
