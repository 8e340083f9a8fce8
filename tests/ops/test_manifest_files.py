"""Manifests in files, folders and on standard input."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mistpm.ops.checks.manifest_files import ManifestFiles, read_manifest_files

NOBODY = 65534
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: NAME}\n"


def write(path: str, *names: str) -> None:
    """Write Pods into a file."""
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("---\n".join(POD.replace("NAME", name) for name in names), encoding="utf-8")


def names(found: ManifestFiles) -> list[str]:
    """Give what was read: file, line and name."""
    return [f"{each.file}:{each.line(())} {each.resource.name}" for each in found.subjects]


def told(found: ManifestFiles) -> list[str]:
    """Give what was found."""
    return [
        f"{each.file}:{each.line} {each.severity} {each.code}: {each.message}"
        for each in found.findings
    ]


def test_a_folder_is_read_at_any_depth(folder: Path) -> None:
    """By name; other files, hidden ones, kustomizations and links to folders are left out."""
    write("d/b.yaml", "b1", "b2")
    write("d/a/x.yml", "x")
    write("d/a.json", "skipped")
    (folder / "d/a.json").write_text(
        '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "j"}}'
    )
    write("d/.git/h.yaml", "hidden")
    write("d/.hidden.yaml", "hidden")
    write("d/notes.txt", "text")
    (folder / "d/kustomization.yaml").write_text("resources: [b.yaml]\n", encoding="utf-8")
    (folder / "d/again").symlink_to(folder / "d/a")
    found = read_manifest_files(["d"])

    assert ["d/a.json:1 j", "d/b.yaml:1 b1", "d/b.yaml:5 b2", "d/a/x.yml:1 x"] == names(found)
    assert ([], 3) == (told(found), found.files)


def test_what_is_for_a_tool_is_left_out(folder: Path) -> None:
    """Also where it is named, and in a list."""
    (folder / "mistpm.yaml").write_text(
        "apiVersion: mistpm.dev/v1\nkind: Environment\nname: x\n---\n"
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n---\n" + POD,
        encoding="utf-8",
    )

    assert ["mistpm.yaml:8 NAME"] == names(read_manifest_files(["mistpm.yaml"]))


def test_what_is_no_manifest(folder: Path) -> None:
    """In a folder it is told of; in a file that was named it is an error."""
    (folder / "values.yaml").write_text("replicas: 2\n---\n[1]\n", encoding="utf-8")
    left_out = (
        "this is no Kubernetes manifest (it has no `apiVersion` or no `kind`) and was left out"
    )

    assert [
        f"values.yaml:1 info not-a-manifest: {left_out}",
        f"values.yaml:3 info not-a-manifest: {left_out}",
    ] == told(read_manifest_files(["."]))
    assert [
        "values.yaml:1 error missing-field: `apiVersion` is missing",
        "values.yaml:1 error missing-field: `kind` is missing",
        "values.yaml:3 error wrong-type: a Kubernetes object must be a mapping, not a list",
    ] == sorted(told(read_manifest_files(["values.yaml"])))


def test_every_file_is_read_once(folder: Path) -> None:
    """However often it is meant."""
    write("d/a.yaml", "a")
    found = read_manifest_files(["d/a.yaml", "d", "d", f"{folder}/d/a.yaml"])

    assert ["d/a.yaml:1 a"] == names(found)
    assert [] == told(found)


@contextmanager
def as_nobody(folder: Path) -> Iterator[None]:
    """Be somebody who may look into a folder, and may not read everything, as root may."""
    if os.geteuid() != 0:
        yield
        return
    folder.chmod(0o755)
    try:
        os.seteuid(NOBODY)
    except OSError as error:  # in a container that knows no other user
        pytest.skip(f"nobody else can be had: {error}")
    try:
        yield
    finally:
        os.seteuid(0)


def test_what_may_not_be_read(folder: Path) -> None:
    """A file, and a folder among others."""
    write("d/a.yaml", "a")
    write("d/b.yaml", "b")
    write("d/secret/c.yaml", "c")
    (folder / "d/b.yaml").chmod(0)
    (folder / "d/secret").chmod(0)

    with as_nobody(folder):
        found = read_manifest_files(["d"])

    assert ["d/a.yaml:1 a"] == names(found)
    assert [
        "d/secret:0 error file-unreadable: it cannot be read: Permission denied",
        "d/b.yaml:0 error file-unreadable: it cannot be read: Permission denied",
    ] == told(found)


def test_what_cannot_be_read(folder: Path) -> None:
    """Nothing there, no text, a link to itself, a name that is too long; the others are read."""
    write("a.yaml", "a")
    (folder / "b.yaml").write_bytes(b"\xff\xfe\x00")
    (folder / "loop.yaml").symlink_to(folder / "loop.yaml")
    found = read_manifest_files(["", "nowhere", "b.yaml", "loop.yaml", "x" * 300, "a.yaml"])

    assert ["a.yaml:1 a"] == names(found)
    assert [
        ":0 error file-unreadable: it cannot be read: it has no name",
        "nowhere:0 error file-unreadable: it cannot be read: No such file or directory",
        "b.yaml:0 error not-text: it is not UTF-8 text: byte 0 is wrong",
        "loop.yaml:0 error file-unreadable: it cannot be read: Too many levels of symbolic links",
        f"{'x' * 300}:0 error file-unreadable: it cannot be read: File name too long",
    ] == told(found)


def test_nothing_to_check_is_an_error(folder: Path) -> None:
    """A check that looks at nothing should not pass."""
    (folder / "empty").mkdir()
    (folder / "comments").mkdir()
    for path in ("comments/a.yaml", "b.yaml"):
        (folder / path).write_text("# nothing\n---\n", encoding="utf-8")

    assert [
        "empty:0 error no-manifests: no file in this folder has a name that ends in .json, .yaml or .yml",
        "comments:0 error no-manifests: there is no manifest in it",
        "b.yaml:0 error no-manifests: there is no manifest in it",
    ] == told(read_manifest_files(["empty", "comments", "b.yaml"]))


def test_very_deep_folders_and_documents(folder: Path) -> None:
    """Neither ends in a traceback; what stands too deep is told."""
    deep = folder
    for _ in range(600):
        deep /= "d"
        os.mkdir(deep)  # noqa: PTH102 - a path at a time
    (deep / "a.yaml").write_text(POD, encoding="utf-8")
    (folder / "b.yaml").write_text("a: " + "[" * 500 + "]" * 500, encoding="utf-8")
    found = read_manifest_files(["d", "b.yaml"])

    assert ["NAME"] == [each.resource.name for each in found.subjects]
    assert [
        "b.yaml:1 error invalid-yaml: this is no YAML: more than 150 mappings and lists stand in each other here"
    ] == told(found)


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte order mark and Windows' line ends are nothing special."""
    data = b"\xef\xbb\xbf" + POD.replace("\n", "\r\n").encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    found = read_manifest_files(["-"])

    assert ["<stdin>:1 NAME"] == names(found)


def test_a_template_is_recognised(folder: Path) -> None:
    """The hint says what to do instead."""
    (folder / "t.yaml").write_text("a: {{ .Values.a }}\n", encoding="utf-8")
    [finding] = read_manifest_files(["t.yaml"]).findings

    assert (
        "it looks like a template; check what it renders: `helm template … | mistpm check -f -`"
        == finding.hint
    )
