"""Writing rendered manifests: a stream, a list, or files."""

from __future__ import annotations

import json
from pathlib import Path

from msgspec import Struct

from mistpm import document
from mistpm.atomic import write_atomically
from mistpm.cli.terminal import Terminal, count
from mistpm.errors import TargetError, UsageError
from mistpm.model.resource import RenderedRelease

FORMS = ("yaml", "json", "raw", "dir=")


class Form(Struct, frozen=True, kw_only=True):
    """How manifests are written; `folder` goes with the name `dir`."""

    name: str
    folder: Path = Path()


def parse_form(text: str) -> Form:
    """Read what `render -o` takes: `yaml`, `json`, `raw` or `dir=PATH`; raises `UsageError`."""
    name, _, folder = text.partition("=")
    if name == "dir" and folder:
        return Form(name=name, folder=Path(folder))
    if text in FORMS and name != "dir":
        return Form(name=name)
    raise UsageError(
        "unknown-output",
        f"`-o {text}` is not a form of output",
        hint="write -o yaml, -o json, -o raw or -o dir=PATH",
    )


def write_manifests(terminal: Terminal, releases: tuple[RenderedRelease, ...], form: Form) -> None:
    """Write manifests in a form; raises `TargetError` when they cannot be written."""
    manifests = [manifest.data for release in releases for manifest in release.manifests]
    if form.name == "yaml":
        terminal.show_bytes("".join(f"---\n{document.dump(data)}" for data in manifests).encode())
    elif form.name == "json":
        terminal.show(json.dumps(manifests, indent=2, ensure_ascii=False))
    elif form.name == "raw":
        for path, text in _own_files(releases).items():
            ending = "" if text.endswith("\n") else "\n"
            terminal.show_bytes(f"# {path.as_posix()}\n{text}{ending}".encode())
    else:
        _write_folder(terminal, _own_files(releases), form.folder)


def _own_files(releases: tuple[RenderedRelease, ...]) -> dict[Path, str]:
    """Give the packages' own files, each release's in a folder of its own where there are several."""
    return {
        Path(release.name) / path if len(releases) > 1 else Path(path): text
        for release in releases
        for path, text in release.files.items()
    }


def _write_folder(terminal: Terminal, files: dict[Path, str], folder: Path) -> None:
    try:
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            write_atomically(folder / path, text.encode())
    except OSError as error:
        raise TargetError(
            "folder-unwritable", f"`{folder}` cannot be written: {error.strerror}"
        ) from error
    terminal.say(f"Wrote {count(len(files), 'file')} to {folder}.")
