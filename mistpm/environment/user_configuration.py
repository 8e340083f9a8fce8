"""What a user keeps for all environments that have no file: the registries."""

from __future__ import annotations

import os
from pathlib import Path

from mistpm import document
from mistpm.atomic import write_atomically
from mistpm.environment.edit import Edit, apply_edits
from mistpm.errors import DocumentError
from mistpm.model.descriptor import Name
from mistpm.model.environment import RegistryEntry
from mistpm.model.wire import Wire


class UserConfiguration(Wire, frozen=True, kw_only=True):
    """The whole of `config.yaml`."""

    registries: dict[Name, RegistryEntry] = {}


def configuration_folder() -> Path:
    """Where the configuration is: `MISTPM_CONFIG_DIR`, or what the system says."""
    if given := os.environ.get("MISTPM_CONFIG_DIR"):
        return Path(given)
    from platformdirs import user_config_path

    return user_config_path("mistpm")


def cache_folder() -> Path:
    """Where modules, indexes and machine code are kept: `MISTPM_CACHE_DIR`, or what the system says."""
    if given := os.environ.get("MISTPM_CACHE_DIR"):
        return Path(given)
    from platformdirs import user_cache_path

    return user_cache_path("mistpm")


def read_user_configuration() -> UserConfiguration:
    """Read it; an absent file is an empty configuration.  Raises `DocumentError`."""
    path = configuration_folder() / "config.yaml"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return UserConfiguration()
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError("invalid-configuration", f"`{path}` cannot be read: {error}") from error
    return document.read(
        text or "{}", UserConfiguration, file=str(path), reference="invalid-configuration"
    )


def edit_user_configuration(*edits: Edit) -> None:
    """Change it and write it back; raises `DocumentError`."""
    read_user_configuration()
    path = configuration_folder() / "config.yaml"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        write_atomically(path, apply_edits(text, edits).encode())
    except OSError as error:
        raise DocumentError(
            "configuration-unwritable", f"`{path}` cannot be written: {error.strerror}"
        ) from error
