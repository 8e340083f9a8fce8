"""An environment as it is written down: in a file of the user's, or remembered by a target."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from mistpm import document
from mistpm.atomic import write_atomically
from mistpm.document.edits import Edit, apply_edits
from mistpm.environment.invalid_edit import invalid_edit
from mistpm.environment.location import FILE_NAME, is_file
from mistpm.errors import DocumentError
from mistpm.model.environment import Environment


class EnvironmentDocument:
    """The text of an environment and what it means; `path` is None when a target remembers it.

    Immutable: `edited` gives a new one, and nothing is written before `save`.  `read` is the text that
    was in the file, None for a file that is yet to be made.
    """

    def __init__(
        self, text: str, path: Path | None, *, title: str = "", read: str | None = None
    ) -> None:
        self.text = text
        self.path = path
        self.title = title or (str(path) if path else "the remembered environment")
        self._read = read

    @cached_property
    def environment(self) -> Environment:
        """What the text means; raises `DocumentError` with everything that is wrong in it."""
        return document.read(
            self.text,
            Environment,
            file=self.title,
            reference="invalid-environment",
            by_hand=True,
        )

    @property
    def folder(self) -> Path:
        """Where relative paths in it start."""
        return self.path.parent if self.path else Path()

    def edited(self, *edits: Edit) -> EnvironmentDocument:
        """Give the environment with these edits.

        Raises `DocumentError`: `invalid-environment` for what is wrong already, `invalid-edit` for
        what would be wrong then.
        """
        _ = self.environment
        text = apply_edits(self.text, edits, file=self.title)
        changed = EnvironmentDocument(text, self.path, title=self.title, read=self._read)
        try:
            _ = changed.environment
        except DocumentError as error:
            raise invalid_edit(self.title, error) from error
        return changed

    def save(self) -> None:
        """Write it where it came from, if that changes the file; a remembered one is its target's to store.

        Raises `DocumentError`: `environment-changed` when the file is not what was read any more, or
        `environment-unwritable`; then the file stays as it is.
        """
        if self.path is None:
            return
        try:
            there = self.path.read_bytes() if self.path.exists() else None
            if there == self.text.encode():
                return
            if there != (None if self._read is None else self._read.encode()):
                raise DocumentError(
                    "environment-changed",
                    f"`{self.title}` was changed meanwhile, by somebody else or another mistpm",
                    hint="nothing was changed by this command; run it again",
                )
            write_atomically(self.path.resolve(), self.text.encode())
        except OSError as error:
            raise DocumentError(
                "environment-unwritable",
                f"`{self.title}` cannot be written: {error.strerror}",
                hint="nothing was changed; check the folder's permissions and free space",
            ) from error


def read_environment(path: Path) -> EnvironmentDocument:
    """Read a `mistpm.yaml`; raises `DocumentError` when it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    return decode_environment(data, path, title=str(path))


def decode_environment(data: bytes, path: Path | None, *, title: str) -> EnvironmentDocument:
    """Give the document that consists of these bytes; raises `DocumentError` when they are no text."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise DocumentError(
            "invalid-environment",
            f"`{title}` is not UTF-8 text: byte {error.start} is wrong",
            hint="save the file as UTF-8",
        ) from error
    return EnvironmentDocument(text, path, title=title, read=text)


def _unreadable(path: Path, error: OSError) -> DocumentError:
    inside = path / FILE_NAME
    return DocumentError(
        "environment-unreadable",
        f"`{path}` cannot be read: {error.strerror}",
        hint=f"name the file in it: `{inside}`" if is_file(inside) else "",
    )
