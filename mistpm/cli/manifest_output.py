"""Writing rendered manifests: a stream, a list, or files."""

from __future__ import annotations

import json
from pathlib import Path

from mistpm import document
from mistpm.atomic import write_atomically
from mistpm.cli.terminal import Terminal, count
from mistpm.errors import TargetError, UsageError
from mistpm.model.resource import RenderedRelease


def write_manifests(
    terminal: Terminal, releases: tuple[RenderedRelease, ...], form: str, folder: Path | None
) -> None:
    """Write manifests in one of the forms `yaml`, `json`, `raw`, and `dir` with a folder.

    Raises `UsageError` for another form, `TargetError` when the folder cannot be written.
    """
    manifests = [manifest.data for release in releases for manifest in release.manifests]
    if form == "yaml":
        terminal.show_bytes("".join(f"---\n{document.dump(data)}" for data in manifests).encode())
    elif form == "json":
        terminal.show(json.dumps(manifests, indent=2, ensure_ascii=False))
    elif form == "raw":
        for release in releases:
            for path, text in release.files.items():
                terminal.show_bytes(f"# {path}\n{text}".encode())
    elif form == "dir" and folder is not None:
        _write_folder(terminal, releases, folder)
    else:
        raise UsageError(
            "unknown-output",
            f"`-o {form}` is not a form of output",
            hint="write -o yaml, -o json, -o raw or -o dir=PATH",
        )


def _write_folder(terminal: Terminal, releases: tuple[RenderedRelease, ...], folder: Path) -> None:
    files = {
        Path(release.name) / path if len(releases) > 1 else Path(path): text
        for release in releases
        for path, text in release.files.items()
    }
    try:
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            write_atomically(folder / path, text.encode())
    except OSError as error:
        raise TargetError(
            "folder-unwritable", f"`{folder}` cannot be written: {error.strerror}"
        ) from error
    terminal.say(f"Wrote {count(len(files), 'file')} to {folder}.")
