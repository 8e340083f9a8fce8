"""Guessing what a mistyped name was meant to be."""

from __future__ import annotations

from collections.abc import Iterable


def closest(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Give a line for an error's context, or none: the closest of the known names."""
    import difflib  # only mistakes need it

    found = difflib.get_close_matches(name, sorted(known), n=1)
    return (f"did you mean `{found[0]}`?",) if found else ()


def closest_package(package: str, known: Iterable[str]) -> tuple[str, ...]:
    """Do the same for `GROUP/NAME`: the same name in another group is closer than any likeness."""
    names = sorted(known)
    same = [each for each in names if each.split("/")[-1] == package.rsplit("/", maxsplit=1)[-1]]
    return closest(package, same or names) or closest(package.rsplit("/", maxsplit=1)[-1], ())
