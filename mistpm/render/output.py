"""Showing what was rendered: as one stream of YAML, or as the packages' own files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from mistpm import document
from mistpm.atomic import write_atomically
from mistpm.errors import TargetError
from mistpm.model.resource import RenderedRelease


def manifest_stream(releases: Iterable[RenderedRelease]) -> str:
    """Give all manifests as YAML documents, each with a comment that says where it comes from.

    Secrets are placeholders in it.
    """
    return "".join(
        f"---\n# {release.name}: {manifest.origin}\n{document.dump(manifest.data)}"
        for release in releases
        for manifest in release.manifests
    )


def file_stream(releases: Iterable[RenderedRelease]) -> str:
    """Give the packages' own files behind each other, untouched but for a comment and a last newline."""
    return "".join(
        f"---\n# {name}\n{text}" + ("" if text.endswith("\n") else "\n")
        for name, text in own_files(releases).items()
    )


def own_files(releases: Iterable[RenderedRelease]) -> dict[str, str]:
    """Give the packages' own files by relative path, those of several releases in a folder each.

    Manifests that a package answers without a file are in `objects.yaml`.
    """
    releases = tuple(releases)
    found: dict[str, str] = {}
    for release in releases:
        folder = f"{release.name}/" if len(releases) > 1 else ""
        files = release.files or {"objects.yaml": manifest_stream([release])}
        found |= {folder + name: text for name, text in files.items()}
    return found


def write_files(files: Mapping[str, str], folder: Path) -> tuple[Path, ...]:
    """Write files below a folder, each whole or not at all; what else is there stays.

    Raises `TargetError` (`folder-unwritable`).
    """
    written = []
    for name, text in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, text.encode())
        except OSError as error:
            raise TargetError(
                "folder-unwritable", f"`{path}` cannot be written: {error.strerror}"
            ) from error
        written.append(path)
    return tuple(written)
