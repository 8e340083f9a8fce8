"""How packages are named: by the registry that publishes them, a group and a name."""

from __future__ import annotations

import re
from functools import cache

from mistpm.model.text_types import register

_PART = r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?"
_IDENTITY = re.compile(rf"({_PART})/({_PART})/({_PART})")
_REFERENCE = re.compile(rf"(?:({_PART})/)?({_PART})/({_PART})")

FILE_REGISTRY = "file"
"""The registry part of a package that was given by its path."""


class InvalidIdentityError(ValueError):
    """A text does not name a package."""


class PackageId(str):
    """A package's identity, `registry/group/name`; the registry part is the registry's own name.

    It is its text, so it sorts, hashes and prints as users write it.
    """

    __slots__ = ()

    @classmethod
    def of(cls, registry: str, group: str, name: str) -> PackageId:
        """Put an identity together from its parts."""
        return cls(f"{registry}/{group}/{name}")

    @property
    def registry(self) -> str:
        """The registry's own name, or `file`."""
        return self.split("/")[0]

    @property
    def group(self) -> str:
        """The group, such as `data`."""
        return self.split("/")[1]

    @property
    def name(self) -> str:
        """The name, such as `postgresql`."""
        return self.split("/")[2]


class PackageReference(str):
    """A package as a descriptor names it: `group/name`, or `registry/group/name` for another registry."""

    __slots__ = ()

    def within(self, registry: str) -> PackageId:
        """Give the identity that this means in a package of `registry`."""
        return PackageId(self if self.count("/") == 2 else f"{registry}/{self}")


def parse_package_id(text: str) -> PackageId:
    """Read `registry/group/name`; raises `InvalidIdentityError`."""
    if not _IDENTITY.fullmatch(text):
        raise InvalidIdentityError(
            f"`{text}` is not a package: write `REGISTRY/GROUP/NAME` in lower case, such as `starter/data/postgresql`"
        )
    return PackageId(text)


def parse_package_reference(text: str) -> PackageReference:
    """Read `group/name` or `registry/group/name`; raises `InvalidIdentityError`."""
    if not _REFERENCE.fullmatch(text):
        raise InvalidIdentityError(
            f"`{text}` is not a package: write `GROUP/NAME` or `REGISTRY/GROUP/NAME` in lower case"
        )
    return PackageReference(text)


register(PackageId, cache(parse_package_id), "a package such as `starter/data/postgresql`")
register(PackageReference, cache(parse_package_reference), "a package such as `data/postgresql`")
