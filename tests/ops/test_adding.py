"""Adding releases, and changing them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from made_shop import HEAD, Shop

from mistpm.errors import MistError
from mistpm.ops.options import Options
from mistpm.ops.reporter import Reporter
from mistpm.ops.settings.adding import Added, Addition, add_release, draft_release
from mistpm.ops.workspace import open_workspace


def add(name: str, package: str = "", **rest: Any) -> Added:
    """Do what `mistpm add` does."""
    return add_release(Options(), Addition(name=name, package=package, **rest))


def refusal(name: str, package: str = "", **rest: Any) -> MistError:
    """Give the error that adding ends with."""
    with pytest.raises(MistError) as caught:
        add(name, package, **rest)
    return caught.value


def test_a_release_is_written_into_the_file(shop: Shop) -> None:
    """With all that is said of it, and nothing else."""
    body = "releases:\n  safe: {package: toy/data/backup}\n"
    shop.file.write_text(HEAD + body)
    added = add(
        "db",
        "toy/data/db",
        version="^1",
        namespace="data",
        settings=("size: 3, backup: true", "size: 4"),
        bindings=("backup=safe",),
    )

    assert (
        Added(file="mistpm.yaml", name="db", package="toy/data/db", version="^1", newest="2.0.0")
        == added
    )
    assert (
        HEAD
        + body
        + """\
  db:
    package: toy/data/db
    version: ^1
    namespace: data
    inputs:
      size: 4
      backup: true
    bind:
      backup: safe
"""
        == shop.file.read_text()
    )


def test_what_is_not_said_of_a_release_stays(shop: Shop) -> None:
    """Inputs are laid upon those that are there, comments and order stay."""
    body = """\
releases:
  db:  # the database
    package: toy/data/db
    version: ^1   # not yet 2
    inputs: {size: 3, backup: false}  # small
  one: {package: toy/apps/lonely}
"""
    shop.file.write_text(HEAD + body)
    added = add("db", "toy/data/db", settings=("size: 4",))

    assert (True, "^1") == (added.existed, added.version)
    assert HEAD + body.replace("size: 3", "size: 4") == shop.file.read_text()


def test_another_package_has_another_range(shop: Shop) -> None:
    """The old one's range says nothing about it."""
    shop.write(releases={"db": {"package": "toy/data/db", "version": "^1", "namespace": "data"}})
    add("db", "toy/data/backup")

    assert "  db:\n    package: toy/data/backup\n    namespace: data\n" in shop.file.read_text()


@pytest.mark.parametrize(
    ("package", "version"),
    [("toy/data/db:1.0.0", "=1.0.0"), ("toy/data/db:^1", "^1"), ("toy/data/db", "*")],
)
def test_a_version_may_stand_behind_the_package(package: str, version: str, shop: Shop) -> None:
    """As in Mistletoe; a whole version means exactly that one."""
    shop.write()

    assert version == add("db", package).version


def test_a_package_may_be_a_file(shop: Shop, packages: Path) -> None:
    """Its path is written from the environment's folder, wherever the command runs."""
    shop.write()
    shutil.copy(packages / "data/backup/backup-1.0.0.mist-pack.wasm", shop.folder.parent / "x.wasm")
    added = add("x", "../x.wasm")

    assert ("../x.wasm", "1.0.0") == (added.package, added.newest)


def test_a_file_is_found_from_where_the_user_is(
    shop: Shop, packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And written from where the file is."""
    shop.write()
    inner = shop.folder / "inner"
    inner.mkdir()
    shutil.copy(packages / "data/backup/backup-1.0.0.mist-pack.wasm", inner / "x.wasm")
    monkeypatch.chdir(inner)

    assert "./inner/x.wasm" == add("x", "./x.wasm").package


@pytest.mark.parametrize(
    ("package", "rest", "reference"),
    [
        ("toy/data/nothing", {}, "package-not-found"),
        ("tuy/data/db", {}, "registry-unknown"),
        ("toy/data/db", {"version": "^7"}, "no-matching-version"),
        ("toy/data/db", {"version": "^^"}, "invalid-range"),
        ("toy/data/db:1.0.0", {"version": "^1"}, "two-versions"),
        ("./nothing.wasm", {}, "no-such-file"),
        ("./" + "a" * 300, {}, "no-such-file"),
        ("/", {}, "no-such-file"),
        ("toy/data/db", {"bindings": ("db",)}, "invalid-binding"),
        ("toy/data/db", {"settings": ("size",)}, "invalid-set"),
        ("toy/data/db", {"settings": ("\udcff: 1",)}, "invalid-set"),
        ("toy/data/db", {"inputs_file": Path("nothing.yaml")}, "inputs-unreadable"),
        ("toy/data/db", {"inputs_file": Path()}, "inputs-unreadable"),
        ("toy/data/db", {"namespace": "Not_A_Label"}, "invalid-edit"),
        ("toy", {}, "invalid-package"),
        ("", {}, "no-package"),
    ],
)
def test_mistakes_leave_the_file_alone(
    package: str, rest: dict[str, Any], reference: str, shop: Shop
) -> None:
    """Each has a name of its own."""
    shop.write()

    assert reference == refusal("db", package, **rest).reference
    assert HEAD == shop.file.read_text()


def test_keys_that_hold_nothing_yet_are_filled(shop: Shop) -> None:
    """`releases:` and then a comment or nothing; comments stay where they are."""
    body = "waivers:\nreleases:  # none yet\n  # more of them below\nsettings:\n"
    shop.file.write_text(HEAD + body)
    add("one", "toy/apps/lonely")
    add("two", "toy/apps/lonely")

    assert (
        HEAD
        + """\
waivers:
releases:  # none yet
  one:
    package: toy/apps/lonely
  two:
    package: toy/apps/lonely
  # more of them below
settings:
"""
        == shop.file.read_text()
    )


@pytest.mark.parametrize(
    ("package", "binding", "told"),
    [
        (
            "toy/data/db",
            "backap=safe",
            """\
`--bind backap=safe`: `toy/data/db` has no dependency `backap`
  did you mean `backup`?
hint: `mistpm info toy/data/db` lists them""",
        ),
        (
            "toy/data/backup",
            "x.y=safe",
            """\
`--bind x.y=safe`: `toy/data/backup` has no dependency `x`
  known: `engine`
hint: `mistpm info toy/data/backup` lists them""",
        ),
        (
            "toy/data/db",
            "backup=save",
            """\
`--bind backup=save`: there is no release `save` in the environment `shop`
  did you mean `safe`?
hint: add it first: `mistpm add save -p PACKAGE`""",
        ),
    ],
)
def test_bindings_that_mean_nothing_are_refused(
    package: str, binding: str, told: str, shop: Shop
) -> None:
    """An alias that the package does not have, or a release that is not there; the file stays."""
    body = "releases:\n  safe: {package: toy/data/backup}\n"
    shop.file.write_text(HEAD + body)
    error = refusal("db", package, bindings=(binding,))

    assert ("invalid-binding", told) == (error.reference, str(error))
    assert HEAD + body == shop.file.read_text()


def test_the_file_must_be_there(shop: Shop) -> None:
    """A target that remembers is no file."""
    assert "no-environment" == refusal("db", "toy/data/db").reference
    assert [] == list(shop.folder.iterdir())


def test_a_broken_file_is_told_before_anything_else(shop: Shop) -> None:
    """With its own lines."""
    shop.file.write_text(HEAD + "relases: {}\n")
    error = refusal("db", "toy/data/db")

    assert ("invalid-environment", True) == (
        error.reference,
        error.context[0].startswith("mistpm.yaml:8: relases"),
    )


def test_a_release_can_be_changed_without_its_package(shop: Shop) -> None:
    """`mistpm install NAME -s …` changes what is there; nothing is written yet."""
    shop.write(releases={"db": {"package": "toy/data/db", "inputs": {"size": 1}}})
    draft = draft_release(shop.open(), Addition(name="db", settings=("backup: true",)))

    assert {"size": 1, "backup": True} == draft.environment.releases["db"].inputs
    assert {"size": 1} == shop.open().environment.releases["db"].inputs
    with pytest.raises(MistError) as caught:
        draft_release(shop.open(), Addition(name="d", settings=("backup: true",)))
    assert ("no-package", ("did you mean `db`?",)) == (
        (error := caught.value).reference,
        error.context,
    )


class Notes(Reporter):
    """Keeps what is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def note(self, line: str) -> None:
        """Keep it."""
        self.lines.append(line)


def test_a_second_release_of_a_package_leaves_others_bound_as_they_are(shop: Shop) -> None:
    """What held because there was one is written down, and told; nothing moves."""
    shop.write(releases={"main": {"package": "toy/data/db"}, "app": {"package": "toy/apps/app"}})
    shop.install()
    notes = Notes()
    workspace = open_workspace(Options(), notes)
    addition = Addition(name="other", package="toy/data/db", namespace="xx")
    proposal, _ = shop.carry_out(workspace.drafted(draft_release(workspace, addition)))

    assert [("other", "", "2.0.0")] == [
        (move.node, move.before, move.after) for move in proposal.moves
    ]
    assert "main" == proposal.lockfile.releases["app"].dependencies["db"].target
    assert [
        "`app` stays with `main`, which is no longer the only release of its package:"
        " `bind: {db: main}` goes under `releases.app`"
    ] == notes.lines
    assert (
        HEAD
        + """\
releases:
  main:
    package: toy/data/db
  app:
    package: toy/apps/app
    bind:
      db: main
  other:
    package: toy/data/db
    namespace: xx
"""
        == shop.file.read_text()
    )


def test_what_is_pulled_in_stays_bound_by_the_settings(shop: Shop) -> None:
    """It has no entry of its own; `add` tells as well."""
    shop.write(
        releases={
            "safe": {"package": "toy/data/backup"},
            "app": {"package": "toy/apps/app"},
        },
        settings={"toy/data/db": {"inputs": {"backup": True}}},
    )
    shop.install()
    added = add("other", "toy/data/backup")

    assert (
        "`db` stays with `safe`, which is no longer the only release of its package:"
        " `bind: {backup: safe}` goes under `settings.toy/data/db`",
    ) == added.bound
    assert "safe" == shop.propose().lockfile.releases["db"].dependencies["backup"].target


def test_a_binding_that_is_written_needs_no_other(shop: Shop) -> None:
    """Nothing is told, and nothing but the release is written."""
    shop.write(
        releases={
            "main": {"package": "toy/data/db"},
            "app": {"package": "toy/apps/app", "bind": {"db": "main"}},
        }
    )
    shop.install()
    before = shop.file.read_text()
    added = add("other", "toy/data/db")

    assert () == added.bound
    assert before + "  other:\n    package: toy/data/db\n" == shop.file.read_text()


def test_what_is_there_is_changed_without_naming_its_package(shop: Shop) -> None:
    """What is said is changed, the rest stays; what is not there needs a package."""
    shop.write(releases={"app": {"package": "toy/apps/app", "version": "=1.0.0"}})
    add_release(Options(), Addition(name="app", settings=("a: 1, b: 2",)))
    added = add_release(
        Options(), Addition(name="app", version="^1", namespace="web", settings=("a: null",))
    )
    entry = shop.open().environment.releases["app"]

    assert ("toy/apps/app", "^1", True) == (added.package, added.version, added.existed)
    assert ("toy/apps/app", "^1", "web", {"b": 2}) == (
        entry.package,
        entry.version.text,
        entry.namespace,
        entry.inputs,
    )
    with pytest.raises(MistError) as caught:
        add_release(Options(), Addition(name="ap", settings=("a: 1",)))
    assert (
        "there is no release `ap` in the environment `shop`, and no package for it is given\n"
        "  did you mean `app`?\n"
        "hint: `mistpm install ap -p PACKAGE` adds it; `mistpm search` lists packages"
    ) == str(caught.value)
