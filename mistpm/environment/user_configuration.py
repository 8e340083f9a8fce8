"""What a user keeps for all environments that have no file: the registries."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from mistpm import document
from mistpm.atomic import write_atomically
from mistpm.document.edits import Edit, apply_edits
from mistpm.environment.invalid_edit import invalid_edit
from mistpm.errors import DocumentError
from mistpm.model.descriptor import Name
from mistpm.model.environment import RegistryEntry
from mistpm.model.wire import Wire


class UserConfiguration(Wire, frozen=True, kw_only=True):
    """The whole of `config.yaml`; relative paths in it start at its folder."""

    registries: dict[Name, RegistryEntry] = {}


def configuration_folder() -> Path:
    """Where the configuration is: `MISTPM_CONFIG_DIR`, or what the system says."""
    if given := os.environ.get("MISTPM_CONFIG_DIR"):
        return Path(given)
    from platformdirs import user_config_path

    return _in_the_home(user_config_path)


def configuration_path() -> Path:
    """Where the configuration's file is; it need not exist."""
    return configuration_folder() / "config.yaml"


def cache_folder() -> Path:
    """Where modules, indexes and machine code are kept: `MISTPM_CACHE_DIR`, or what the system says."""
    if given := os.environ.get("MISTPM_CACHE_DIR"):
        return Path(given)
    from platformdirs import user_cache_path

    return _in_the_home(user_cache_path)


def _in_the_home(find: Callable[[str], Path]) -> Path:
    """Give a folder of the user's; where nobody knows the user's home, one in which nothing can be."""
    try:
        return find("mistpm")
    except RuntimeError:
        return Path(os.devnull, "no-home")


def read_user_configuration() -> UserConfiguration:
    """Read it; an absent file is an empty configuration.  Raises `DocumentError`."""
    return _configuration(_text())


def edit_user_configuration(*edits: Edit) -> None:
    """Change it and write it back.

    Raises `DocumentError`, `invalid-edit` when it would not be valid any more; then it stays as it is.
    """
    path = configuration_path()
    before = _text()
    _configuration(before)
    text = apply_edits(before, edits, file=str(path))
    try:
        _configuration(text)
    except DocumentError as error:
        raise invalid_edit(str(path), error) from error
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path.resolve(), text.encode())
    except OSError as error:
        raise DocumentError(
            "configuration-unwritable",
            f"`{path}` cannot be written: {error.strerror}",
            hint="`MISTPM_CONFIG_DIR` names another folder",
        ) from error


def _text() -> str:
    path = configuration_path()
    try:
        return path.read_bytes().decode()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise DocumentError(
            "invalid-configuration",
            f"`{path}` cannot be read: {reason}",
            hint="mend it, or delete it and add the registries again",
        ) from error


def _configuration(text: str) -> UserConfiguration:
    file = str(configuration_path())
    if document.load(text, file=file) is None:
        return UserConfiguration()
    return document.read(
        text, UserConfiguration, file=file, reference="invalid-configuration", by_hand=True
    )
