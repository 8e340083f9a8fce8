"""Which versions of mistpm a package works with: a specifier as Python writes them (PEP 440)."""

from __future__ import annotations

from functools import cache

from mistpm import __version__
from mistpm.errors import PackageError


def fault(specifier: str) -> str:
    """Say what is wrong with a specifier; empty where nothing is."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        SpecifierSet(specifier)
    except InvalidSpecifier:
        return f"`{specifier}` is not a specifier of versions; write one as `>=0.1,<1`"
    return ""


@cache
def admits(specifier: str, version: str = __version__) -> bool:
    """Tell whether a package whose descriptor says `mistpm: SPECIFIER` works with this mistpm.

    An empty specifier admits everything, one that cannot be read nothing.
    """
    if not specifier:
        return True
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(specifier).contains(version, prereleases=True)
    except InvalidSpecifier:
        return False


def require_this_mistpm(specifier: str, *, source: str) -> None:
    """Raise `PackageError` (`mistpm-too-old`) unless this mistpm is admitted."""
    if not admits(specifier):
        raise PackageError(
            "mistpm-too-old",
            f"`{source}` needs mistpm {specifier}, and this is {__version__}",
            hint="install a mistpm of that range, or choose another version of the package",
        )
