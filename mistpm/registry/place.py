"""Where a registry is, and how messages say so: without credentials, always with a way out."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from msgspec import Struct

from mistpm.errors import RegistryError

BLOT: Final = "***"

_MOST_PROBLEMS: Final = 20

_USERINFO: Final = re.compile(r"^([a-z][a-z0-9+.-]*://)([^/]*)@", re.IGNORECASE)


class Place(Struct, frozen=True, kw_only=True):
    """A registry's local alias and its address, as users wrote them but for credentials."""

    alias: str
    address: str

    def unreachable(self, why: str, *, hint: str = "", remembered: bool = False) -> RegistryError:
        """Give the error for a registry that does not answer as it must.

        `remembered` tells that something of it was fetched before, which the hint then offers.
        """
        hint = hint or "check the address and the network, then run it again"
        if remembered:
            hint += "; or work with what was fetched before: --offline"
        return RegistryError(
            "registry-unreachable",
            f"the registry `{self.alias}` cannot be reached",
            context=(f"address: {self.address}", *filter(None, map(str.strip, why.splitlines()))),
            hint=hint,
        )

    def not_remembered(self, what: str) -> RegistryError:
        """Give the error for something that was never fetched, when the network may not be used."""
        return RegistryError(
            "not-fetched",
            f"{what} was never fetched, and --offline keeps mistpm from fetching it now",
            context=(f"registry: `{self.alias}` at {self.address}",),
            hint="run it once without --offline",
        )

    def too_large(self, what: str, limit: int) -> RegistryError:
        """Give the error for a file with more bytes than it may have."""
        return RegistryError(
            "too-large",
            f"`{what}` of the registry `{self.alias}` has more than {limit:,} bytes",
            context=(f"address: {self.address}",),
            note="an index line says how many bytes a module has; without one there is a fixed limit",
            hint="tell the registry's keeper",
        )

    def invalid(self, file: str, problems: tuple[str, ...]) -> RegistryError:
        """Give the error for a file of the registry that cannot be used, with the first problems."""
        more = len(problems) - _MOST_PROBLEMS
        if more > 0:
            problems = (*problems[:_MOST_PROBLEMS], f"and {more:,} more")
        return RegistryError(
            "invalid-registry",
            f"the registry `{self.alias}` has a file that cannot be used: `{file}`",
            context=(f"address: {self.address}", *problems),
            hint="tell the registry's keeper; `mistpm registry index DIR --check` shows what is wrong there",
        )


def without_credentials(address: str) -> str:
    """Blot out what may be secret in a URL: user and password (of ssh the password), and the query."""
    match = _USERINFO.match(address)
    if match:
        scheme, userinfo = match.groups()
        user, colon, _ = userinfo.partition(":")
        if scheme.lower() in {"ssh://", "git+ssh://", "file://"}:
            shown = f"{user}:{BLOT}@" if colon else f"{user}@"
        else:
            shown = f"{BLOT}@"
        address = scheme + shown + address[match.end() :]
    plain, question, _ = address.partition("?")
    return f"{plain}?{BLOT}" if question and "://" in address else address


def blotted(text: str, address: str) -> str:
    """Take the credentials of `address` out of a text that a program wrote about it."""
    shown = without_credentials(address)
    text = text.replace(address, shown)
    match = _USERINFO.match(address)
    if match and shown != address:
        secret = match.group(2).split(":", 1)[-1]
        for written in {secret, unquote(secret)} - {""}:
            text = text.replace(written, BLOT)
    return text
