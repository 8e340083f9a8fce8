"""Environments as they are written down: read, edited, saved."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mistpm import document
from mistpm.document.edits import Edit, Put, Remove, Rename
from mistpm.environment.environment_document import (
    EnvironmentDocument,
    decode_environment,
    read_environment,
)
from mistpm.errors import DocumentError
from mistpm.model.environment import Environment, RegistryEntry, ReleaseEntry

TEXT = """\
# our shop
apiVersion: mistpm.dev/v1
kind: Environment
name: shop
id: 5f0c
releases:
  db: {package: starter/data/postgresql, version: "^16"}  # keep at 16
"""


def write(folder: Path, text: str = TEXT) -> Path:
    """Write an environment's file, and name it as the user would."""
    (folder / "mistpm.yaml").write_text(text, encoding="utf-8")
    return Path("mistpm.yaml")


def test_a_file_is_read(folder: Path) -> None:
    """Its meaning, its text, its folder, its name."""
    read = read_environment(write(folder))

    assert ("shop", ["db"]) == (read.environment.name, list(read.environment.releases))
    assert (TEXT, Path(), "mistpm.yaml") == (read.text, read.folder, read.title)


MISTAKEN = """\
apiVersion: mistpm.dev/v2
kind: Environment
name: My Shop
kubernetes: 1.30
target: {directory: ./deploy, context: prod}
regsitries: {}
registries:
  a: {}
  b: {http: "https://example.org/", ref: main}
provided: {apis: [nonsense], packages: {starter/data/redis: seven}}
settings:
  starter/data/redis: {inputs: 3, package: x}
releases:
  kubernetes: {package: starter/data/redis}
  shop: {version: "^^1", namespace: Not_A_Label, patches: [{select: {kind: 3}}]}
policy: {prereleases: maybe}
"""
ALL_MISTAKES = """\
`mistpm.yaml` has 16 mistakes
  mistpm.yaml:1: apiVersion: `mistpm.dev/v2` is not one of `mistpm.dev/v1` (did you mean `mistpm.dev/v1`?)
  mistpm.yaml:3: name: `My Shop` does not fit; write lower-case letters, digits, `-` and `.`
  mistpm.yaml:4: kubernetes: 1.30 is a number; write it in quotes: "1.30"
  mistpm.yaml:5: target: a target has exactly one of `directory` and `context`
  mistpm.yaml:6: regsitries: `regsitries` is not known here (did you mean `registries`?)
  mistpm.yaml:8: registries.a: a registry has exactly one of `directory`, `git` and `http`
  mistpm.yaml:9: registries.b: `ref` goes with `git`
  mistpm.yaml:10: provided.apis[0]: `nonsense` is not an API; write `group/version/Kind`, such as `apps/v1/Deployment`, or `v1/Pod` for the core group
  mistpm.yaml:10: provided.packages.starter/data/redis: `seven` is not a version: `seven` is not a number
  mistpm.yaml:12: settings.starter/data/redis.inputs: expected a mapping, found the number 3
  mistpm.yaml:12: settings.starter/data/redis.package: `package` is not known here (known: `bind`, `inputs`, `name`, `namespace`, `patches`, `version`)
  mistpm.yaml:15: releases.shop: `package` is missing
  mistpm.yaml:15: releases.shop.namespace: `Not_A_Label` does not fit; write a DNS label: lower-case letters, digits and `-`
  mistpm.yaml:15: releases.shop.patches[0].select.kind: 3 is a number; write it in quotes: "3"
  mistpm.yaml:15: releases.shop.version: `^^1` is not a range: at character 1, `^^` is not an operator
  mistpm.yaml:16: policy.prereleases: expected `true` or `false`, found a text"""


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    """Each with its line and its place, whatever kind it is of."""
    with pytest.raises(DocumentError) as caught:
        _ = read_environment(write(folder, MISTAKEN)).environment

    assert ALL_MISTAKES == str(caught.value)


@pytest.mark.parametrize(
    ("targets", "told"),
    [
        (
            "target: {directory: ./a/}\ntargets: {b: {directory: a, inputs: {db: {x: 1}}}}",
            "`target` and `targets.b` are the same place, directory a, and say different things of it",
        ),
        (
            "targets: {b: {context: c}, d: {context: c, state: {namespace: n}}}",
            "`targets.b` and `targets.d` are the same place, context c, and say different things of it",
        ),
    ],
)
def test_targets_that_are_one_place_must_agree(folder: Path, targets: str, told: str) -> None:
    """Each would undo what the other one does."""
    with pytest.raises(DocumentError) as caught:
        _ = read_environment(write(folder, f"{TEXT}{targets}\n")).environment

    assert told in str(caught.value)


def test_a_target_may_have_a_name_too(folder: Path) -> None:
    """The same place twice, with the same to say of it, is no mistake."""
    text = f"{TEXT}target: {{context: c}}\ntargets: {{prod: {{context: c}}, a: {{directory: c}}}}\n"

    assert ["prod", "a"] == list(read_environment(write(folder, text)).environment.targets)


def test_no_text_is_told(folder: Path) -> None:
    """Bytes that are no UTF-8."""
    (folder / "mistpm.yaml").write_bytes(b"name: \xff\n")
    with pytest.raises(DocumentError) as caught:
        read_environment(Path("mistpm.yaml"))

    assert (
        "`mistpm.yaml` is not UTF-8 text: byte 6 is wrong\nhint: save the file as UTF-8"
    ) == str(caught.value)


def make_folder(path: Path) -> None:
    """Put a folder in the file's place."""
    path.mkdir()


def make_loop(path: Path) -> None:
    """Put a link to itself in the file's place."""
    path.symlink_to(path)


def make_nothing(_path: Path) -> None:
    """Leave the file's place empty."""


@pytest.mark.parametrize(
    ("make", "number"),
    [(make_folder, errno.EISDIR), (make_loop, errno.ELOOP), (make_nothing, errno.ENOENT)],
)
def test_what_cannot_be_read_is_told(
    make: Callable[[Path], None], number: int, folder: Path
) -> None:
    """A folder, a link to itself, nothing."""
    make(folder / "mistpm.yaml")
    with pytest.raises(DocumentError) as caught:
        read_environment(Path("mistpm.yaml"))

    assert f"`mistpm.yaml` cannot be read: {os.strerror(number)}" == str(caught.value)


def test_a_folder_is_no_file_but_has_one(folder: Path) -> None:
    """As in `--environment .`."""
    write(folder)
    with pytest.raises(DocumentError) as caught:
        read_environment(Path())

    assert (
        f"`.` cannot be read: {os.strerror(errno.EISDIR)}\nhint: name the file in it: `mistpm.yaml`"
    ) == str(caught.value)


def test_an_edit_that_makes_it_invalid_is_refused(folder: Path) -> None:
    """It is told what would be wrong; nothing is written."""
    read = read_environment(write(folder))
    with pytest.raises(DocumentError) as caught:
        read.edited(Put(path=("releases", "x"), value={"version": "^1"}))

    assert (
        "`mistpm.yaml` would not be valid any more, so it is left as it is\n"
        "  releases.x: `package` is missing"
    ) == str(caught.value)
    assert TEXT == (folder / "mistpm.yaml").read_text(encoding="utf-8")


def test_what_is_edited_is_written_only_when_it_is_saved(folder: Path) -> None:
    """Documents are values."""
    read = read_environment(write(folder))
    edited = read.edited(Remove(path=("releases", "db")))

    assert TEXT == (folder / "mistpm.yaml").read_text(encoding="utf-8")
    edited.save()
    assert edited.text == (folder / "mistpm.yaml").read_text(encoding="utf-8")
    assert TEXT == read.text


def test_saving_what_is_there_writes_nothing(folder: Path) -> None:
    """Not even for a moment: an editor would notice."""
    read = read_environment(write(folder))
    (folder / "mistpm.yaml").chmod(0o444)
    before = (folder / "mistpm.yaml").stat()
    read.save()

    assert before == (folder / "mistpm.yaml").stat()


@pytest.mark.parametrize("other", ["name: other\n", None], ids=["edited", "deleted"])
def test_a_file_that_somebody_else_changed_is_not_written_over(
    other: str | None, folder: Path
) -> None:
    """Two runs that add a release at once: the second one is told."""
    edited = read_environment(write(folder)).edited(Put(path=("name",), value="mine"))
    if other is None:
        (folder / "mistpm.yaml").unlink()
    else:
        write(folder, other)
    with pytest.raises(DocumentError) as caught:
        edited.save()

    assert (
        "`mistpm.yaml` was changed meanwhile, by somebody else or another mistpm\n"
        "hint: nothing was changed by this command; run it again"
    ) == str(caught.value)
    assert [other] == ([other] if other is None else [(folder / "mistpm.yaml").read_text()])


def test_a_run_that_was_killed_after_saving_can_be_repeated(folder: Path) -> None:
    """What it wanted to write is there already."""
    edited = read_environment(write(folder)).edited(Put(path=("name",), value="mine"))
    edited.save()
    edited.save()

    assert edited.text == (folder / "mistpm.yaml").read_text(encoding="utf-8")


def test_a_new_file_is_not_written_over_one_that_appeared(folder: Path) -> None:
    """Two `init` at once."""
    made = EnvironmentDocument(TEXT, Path("mistpm.yaml"))
    write(folder, "name: other\n")
    with pytest.raises(DocumentError) as caught:
        made.save()

    assert "environment-changed" == caught.value.reference


def test_a_folder_that_is_gone_is_told(folder: Path) -> None:
    """Nothing can be written where there is no folder."""
    with pytest.raises(DocumentError) as caught:
        EnvironmentDocument(TEXT, Path("gone/mistpm.yaml")).save()

    assert (
        "`gone/mistpm.yaml` cannot be written: No such file or directory\n"
        "hint: nothing was changed; check the folder's permissions and free space"
    ) == str(caught.value)
    assert [] == list(folder.iterdir())


def test_a_link_stays_a_link(folder: Path) -> None:
    """What it leads to is written."""
    (folder / "shared").mkdir()
    (folder / "shared" / "shop.yaml").write_text(TEXT, encoding="utf-8")
    (folder / "mistpm.yaml").symlink_to("shared/shop.yaml")
    read_environment(Path("mistpm.yaml")).edited(Put(path=("name",), value="mine")).save()

    assert (folder / "mistpm.yaml").is_symlink()
    assert "name: mine\n" in (folder / "shared" / "shop.yaml").read_text(encoding="utf-8")


def test_line_ends_stay(folder: Path) -> None:
    """A file of somebody's other system keeps its line ends."""
    (folder / "mistpm.yaml").write_bytes(TEXT.replace("\n", "\r\n").encode())
    edited = read_environment(Path("mistpm.yaml")).edited(Put(path=("name",), value="mine"))
    edited.save()

    assert (
        TEXT.replace("name: shop", "name: mine").replace("\n", "\r\n").encode()
        == (folder / "mistpm.yaml").read_bytes()
    )


def test_what_a_target_remembers_is_not_saved() -> None:
    """The target stores it."""
    remembered = decode_environment(TEXT.encode(), None, title="the environment of directory out")
    remembered.edited(Put(path=("name",), value="mine")).save()

    assert "the environment of directory out" == remembered.title


def test_what_a_target_remembers_must_be_text() -> None:
    """The error says whose it is."""
    with pytest.raises(DocumentError) as caught:
        decode_environment(b"\xff", None, title="the environment of directory out")

    assert "`the environment of directory out` is not UTF-8 text: byte 0 is wrong" == (
        caught.value.message
    )


NAMES = st.sampled_from(["a", "b", "shop", "1", "on", "null", "1e3", "0x1f", "x.y-z"])
INPUTS = st.dictionaries(
    st.sampled_from(["size", "tls", "on", "1"]),
    st.recursive(
        st.integers()
        | st.booleans()
        | st.none()
        | st.sampled_from(["", "a: b", "# c", "1.30", "é\n"]),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
        max_leaves=4,
    ),
    max_size=3,
)
RELEASES = st.fixed_dictionaries(
    {"package": st.sampled_from(["starter/data/redis", "./x.wasm"])},
    optional={
        "version": st.sampled_from(["^1", "1.30", ">=1 <3"]),
        "namespace": st.sampled_from(["shop", "1"]),
        "inputs": INPUTS.filter(bool),
        "bind": st.dictionaries(st.sampled_from(["db", "cache.db"]), NAMES, min_size=1),
    },
)
REGISTRIES = st.fixed_dictionaries({"directory": st.sampled_from(["../x", "./a b", "~/x"])})
COMMENT = "# a comment that stays\n"


@st.composite
def environments(draw: st.DrawFn) -> str:
    """Write an environment, now in lines, now in braces, with comments between."""
    data: dict[str, Any] = {
        "name": draw(NAMES),
        "id": draw(st.sampled_from(["5f0c", "12345678", "1e10"])),
        "registries": draw(st.dictionaries(NAMES, REGISTRIES, max_size=2)),
        "releases": draw(st.dictionaries(NAMES, RELEASES, max_size=3)),
        "goal": {"kubernetes": "1.37"},
    }
    parts = ["apiVersion: mistpm.dev/v1\nkind: Environment\n"]
    for key, value in data.items():
        if draw(st.booleans()):
            parts.append(document.dump({key: value}))
        else:
            parts.append(f"{key}: {document.dump_inline(value)}  {COMMENT}")
        parts.append(draw(st.sampled_from(["", "\n", COMMENT])))
    return "".join(parts)


@st.composite
def edits(draw: st.DrawFn) -> Edit:
    """Draw what commands do to a file."""
    name = draw(NAMES)
    drawn: Edit = draw(
        st.one_of(
            st.builds(Put, path=st.just(("releases", name)), value=RELEASES),
            st.builds(Remove, path=st.just(("releases", name))),
            st.builds(Rename, path=st.just(("releases", name)), name=NAMES),
            st.builds(Put, path=st.just(("registries", name)), value=REGISTRIES),
            st.builds(Remove, path=st.just(("registries", name))),
            st.builds(Put, path=st.just(("id",)), value=st.sampled_from(["77", "0e1", "abc"])),
        )
    )
    return drawn


def changed(environment: Environment, edit: Edit) -> Environment:
    """Make an edit in what an environment means."""
    if edit.path == ("id",) and isinstance(edit, Put):
        return replace(environment, id=edit.value)
    kind, name = edit.path
    entries: dict[str, Any] = dict(getattr(environment, kind))
    if isinstance(edit, Put):
        form = ReleaseEntry if kind == "releases" else RegistryEntry
        entries[name] = document.convert(edit.value, form, file="x", reference="x")
    elif isinstance(edit, Remove):
        entries.pop(name, None)
    elif name in entries and edit.name not in entries:
        entries = {edit.name if key == name else key: value for key, value in entries.items()}
    return replace(environment, **{kind: entries})


@pytest.mark.slow
@settings(max_examples=50)
@given(environments(), st.lists(edits(), min_size=1, max_size=4))
def test_an_edited_environment_means_what_was_asked(text: str, asked: list[Edit]) -> None:
    """And nothing else: not another value, not another order of releases, no comment less."""
    before = EnvironmentDocument(text, None)
    expected = before.environment
    done = []
    for edit in asked:
        if isinstance(edit, Rename):
            releases = expected.releases
            if edit.path[1] not in releases or edit.name in releases:
                continue
        expected = changed(expected, edit)
        done.append(edit)
    after = before.edited(*done)

    assert expected == after.environment
    assert list(expected.releases) == list(after.environment.releases)
    assert text.count(f"\n{COMMENT}") <= after.text.count(f"\n{COMMENT}")
