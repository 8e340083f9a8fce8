"""Manifests in files, folders and on standard input, as a user wrote them or another tool rendered them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from mistpm.check import Subject, subjects_of
from mistpm.document.stream import WrittenDocument, read_stream
from mistpm.model.finding import Finding

STANDARD_INPUT = "<stdin>"
"""What findings call it."""

SUFFIXES = (".json", ".yaml", ".yml")
"""The files of a folder that are read."""

_KUSTOMIZATIONS = frozenset({"kustomization.yaml", "kustomization.yml"})
_TOOLS_GROUPS = ("kustomize.config.k8s.io/", "mistpm.dev/")
"""Whose documents tell a tool something and are never sent to a cluster."""


class ManifestFiles(Struct, frozen=True, kw_only=True):
    """What was read: manifests, how many files they came from, and what could not be read."""

    subjects: tuple[Subject, ...]
    files: int
    findings: tuple[Finding, ...]


def read_manifest_files(arguments: Iterable[str]) -> ManifestFiles:
    """Read files, folders (at any depth, hidden ones left out) and `-`, standard input; each file once.

    Never raises: what cannot be read, or is no manifest, is a finding of severity error.  In a folder,
    documents that are no manifests (no `apiVersion`, no `kind`) are only told of, and kustomizations left out.
    """
    subjects: list[Subject] = []
    findings: list[Finding] = []
    read: set[Path] = set()
    for argument in dict.fromkeys(arguments):
        before = len(subjects) + len(findings)
        if not argument:  # a variable that is not set: `Path` takes it for this folder
            findings.append(_unreadable("", FileNotFoundError(0, "it has no name")))
            continue
        is_folder = argument != "-" and _is_folder(Path(argument))
        files = tuple(_files(Path(argument), findings)) if is_folder else (Path(argument),)
        unread = [file for file in files if file.absolute() not in read]
        for file in unread:
            made, found = _read(file, is_chosen=not is_folder)
            subjects += made
            findings += found
        read.update(file.absolute() for file in unread)
        if len(subjects) + len(findings) == before and len(unread) == len(files):
            findings.append(_nothing(argument, is_folder=is_folder, files=len(files)))
    return ManifestFiles(subjects=tuple(subjects), files=len(read), findings=tuple(findings))


def _files(folder: Path, findings: list[Finding]) -> Iterator[Path]:
    """Give the files below a folder, by name; links to folders are not followed."""
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError as error:
            findings.append(_unreadable(str(here), error))
            continue
        shown = [entry for entry in entries if not entry.name.startswith(".")]
        yield from (
            here / entry.name
            for entry in shown
            if entry.name.endswith(SUFFIXES)
            and entry.name not in _KUSTOMIZATIONS
            and not _is_folder(here / entry.name)
        )
        folders = [entry.name for entry in shown if entry.is_dir(follow_symlinks=False)]
        waiting += reversed([here / name for name in folders])


def _is_folder(path: Path) -> bool:
    """Tell whether there is a folder at a path; what cannot be looked at is none."""
    try:
        return path.is_dir()
    except OSError:  # a folder above it may not be looked into: reading it tells
        return False


def _read(path: Path, *, is_chosen: bool) -> tuple[list[Subject], list[Finding]]:
    """Read one file; `is_chosen` says that the user named it, so that what is in it must be manifests."""
    file = STANDARD_INPUT if str(path) == "-" else str(path)
    try:
        text = (sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()).decode()
    except OSError as error:
        return [], [_unreadable(file, error)]
    except UnicodeDecodeError as error:
        return [], [_not_text(file, error)]
    documents, problems = read_stream(text.removeprefix("\ufeff"), file=file)
    subjects: list[Subject] = []
    findings = [
        Finding(
            severity="error",
            code="invalid-yaml",
            message=f"this is no YAML: {problem.message}",
            hint=_template_hint(text) or problem.hint,
            file=file,
            line=problem.line,
        )
        for problem in problems
    ]
    for document in documents:
        if _is_for_a_tool(document.data):
            continue
        if not is_chosen and _is_something_else(document.data):
            findings.append(_left_out(file, document))
            continue
        made, found = subjects_of(document.data, file=file, line_of=document.line_of)
        subjects += (each for each in made if not _is_for_a_tool(each.data))
        findings += found
    return subjects, findings


def _is_for_a_tool(data: object) -> bool:
    version = data.get("apiVersion") if isinstance(data, dict) else None
    return isinstance(version, str) and version.startswith(_TOOLS_GROUPS)


def _is_something_else(data: object) -> bool:
    return not isinstance(data, dict) or not ({"apiVersion", "kind"} <= data.keys())


def _template_hint(text: str) -> str:
    if "{{" not in text:
        return ""
    return "it looks like a template; check what it renders: `helm template … | mistpm check -f -`"


def _left_out(file: str, document: WrittenDocument) -> Finding:
    return Finding(
        severity="info",
        code="not-a-manifest",
        message="this is no Kubernetes manifest (it has no `apiVersion` or no `kind`) and was left out",
        file=file,
        line=document.line_of(()),
    )


def _nothing(argument: str, *, is_folder: bool, files: int) -> Finding:
    message = "there is no manifest in it"
    if is_folder and not files:
        message = "no file in this folder has a name that ends in .json, .yaml or .yml"
    return Finding(
        severity="error",
        code="no-manifests",
        message=message,
        hint="check the command before the `|`" if argument == "-" else "check the path",
        file=STANDARD_INPUT if argument == "-" else argument,
    )


def _unreadable(file: str, error: OSError) -> Finding:
    return Finding(
        severity="error",
        code="file-unreadable",
        message=f"it cannot be read: {error.strerror}",
        hint="check the path and the permissions",
        file=file,
    )


def _not_text(file: str, error: UnicodeDecodeError) -> Finding:
    return Finding(
        severity="error",
        code="not-text",
        message=f"it is not UTF-8 text: byte {error.start} is wrong",
        hint="manifests are YAML or JSON in UTF-8",
        file=file,
    )
