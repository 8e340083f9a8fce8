"""Where registries are written down: in the environment's file, or in the user's own configuration."""

from __future__ import annotations

from pathlib import Path

import msgspec

from mistpm.document.edits import Edit
from mistpm.environment.environment_document import EnvironmentDocument
from mistpm.environment.location import as_written
from mistpm.environment.user_configuration import (
    configuration_folder,
    configuration_path,
    edit_user_configuration,
    read_user_configuration,
)
from mistpm.model.environment import RegistryEntry
from mistpm.registry.kinds import is_remote


class RegistryBook:
    """The registries of an environment's file, or of the user where there is no file (None)."""

    def __init__(self, document: EnvironmentDocument | None) -> None:
        self._document = document

    @property
    def entries(self) -> dict[str, RegistryEntry]:
        """The registries by local alias; raises `DocumentError`."""
        return self._document.environment.registries if self._document else user_registries()

    @property
    def title(self) -> str:
        """How messages call it."""
        return self._document.title if self._document else str(configuration_path())

    @property
    def base(self) -> Path:
        """Where relative paths in it start."""
        return self._document.folder if self._document else configuration_folder()

    def place(self, path: str) -> str:
        """Give a path of the command line as it is written here: what serves all folders is absolute."""
        return as_written(path, self.base) if self._document else str(Path(path).absolute())

    def edit(self, edit: Edit) -> None:
        """Change it; raises `DocumentError`."""
        if self._document:
            self._document.edited(edit).save()
        else:
            edit_user_configuration(edit)


def user_registries() -> dict[str, RegistryEntry]:
    """Give the user's registries, relative paths made absolute: they serve every folder.

    Raises `DocumentError`.
    """
    return {
        alias: _anchored(entry) for alias, entry in read_user_configuration().registries.items()
    }


def _anchored(entry: RegistryEntry) -> RegistryEntry:
    for kind in ("directory", "git"):
        place = getattr(entry, kind)
        if place and not (is_remote(place) or place.startswith("~")):
            anchored = str(configuration_folder().absolute() / place)
            return msgspec.structs.replace(entry, **{kind: anchored})
    return entry
