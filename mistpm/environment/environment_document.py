"""An environment as it is written down: in a file of the user's, or remembered by a target."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from mistpm import document
from mistpm.atomic import write_atomically
from mistpm.environment.edit import Edit, apply_edits
from mistpm.errors import DocumentError, MistError
from mistpm.model.environment import Environment


class EnvironmentDocument:
    """The text of an environment and what it means; `path` is None when a target remembers it.

    Immutable: `edited` gives a new one, and nothing is written before `save`.
    """

    def __init__(self, text: str, path: Path | None, *, title: str = "") -> None:
        self.text = text
        self.path = path
        self.title = title or (str(path) if path else "the remembered environment")

    @cached_property
    def environment(self) -> Environment:
        """What the text means; raises `DocumentError` with everything that is wrong in it."""
        return document.read(
            self.text, Environment, file=self.title, reference="invalid-environment"
        )

    @property
    def folder(self) -> Path:
        """Where relative paths in it start."""
        return self.path.parent if self.path else Path()

    def edited(self, *edits: Edit) -> EnvironmentDocument:
        """Give the environment with these edits; raises `DocumentError` if it is not valid then."""
        _ = self.environment
        changed = EnvironmentDocument(apply_edits(self.text, edits), self.path, title=self.title)
        _ = changed.environment
        return changed

    def save(self) -> None:
        """Write it where it came from, if that changes the file; a remembered one is its target's to store."""
        if self.path is None:
            return
        try:
            data = self.text.encode()
            if not (self.path.exists() and self.path.read_bytes() == data):
                write_atomically(self.path, data)
        except OSError as error:
            raise _unwritable(self.path, error) from error


def read_environment(path: Path, *, title: str = "") -> EnvironmentDocument:
    """Read a `mistpm.yaml`; raises `DocumentError` when it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError(
            "invalid-environment",
            f"`{title or path}` is not UTF-8 text: byte {error.start} is wrong",
            hint="save the file as UTF-8",
        ) from error
    except OSError as error:
        raise DocumentError(
            "environment-unreadable", f"`{title or path}` cannot be read: {error.strerror}"
        ) from error
    return EnvironmentDocument(text, path, title=title or str(path))


def _unwritable(path: Path, error: OSError) -> MistError:
    return DocumentError(
        "environment-unwritable",
        f"`{path}` cannot be written: {error.strerror}",
        hint="nothing was changed; check the folder's permissions and free space",
    )
