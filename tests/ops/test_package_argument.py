"""What stands behind `-p`."""

from __future__ import annotations

import pytest

from mistpm.errors import UsageError
from mistpm.ops.packages.package_argument import is_path, parse_package_argument


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("./x", True),
        ("../x", True),
        ("/x/y", True),
        ("x.wasm", True),
        ("sub/x.wasm", True),
        ("starter/data/redis", False),
        ("starter/data/redis:7.2.1", False),
        (".hidden/a/b", False),
    ],
)
def test_paths_are_told_from_packages(text: str, expected: bool) -> None:
    """As in Mistletoe: a path starts with `./`, `../` or `/`, or ends in `.wasm`."""
    assert expected == is_path(text)


@pytest.mark.parametrize(
    ("text", "package", "version"),
    [
        ("starter/data/redis", "starter/data/redis", "*"),
        ("starter/data/redis:7.2.1", "starter/data/redis", "=7.2.1"),
        ("starter/data/redis:^7", "starter/data/redis", "^7"),
        ("starter/data/redis:1.2.3+4", "starter/data/redis", "=1.2.3+4"),
    ],
)
def test_packages_are_read_with_their_version(text: str, package: str, version: str) -> None:
    """A whole version means exactly this one, anything else is a range."""
    argument = parse_package_argument(text)

    assert (package, version) == (argument.package, argument.range.text)


def test_what_is_neither_is_told_how_to_be_written() -> None:
    """A name without a registry is not guessed."""
    with pytest.raises(UsageError) as caught:
        parse_package_argument("redis")

    assert (
        "`redis` is neither a package nor a path\n"
        "hint: write REGISTRY/GROUP/NAME[:VERSION] (`mistpm search` lists them), or a path that starts with ./ or ends in .wasm"
    ) == str(caught.value)


def test_a_version_that_cannot_be_read_is_told_apart() -> None:
    """The package is understood, only its versions are not."""
    with pytest.raises(UsageError) as caught:
        parse_package_argument("starter/data/redis:^^7")

    assert "invalid-range" == caught.value.reference
    assert "`starter/data/redis:^^7` asks for versions that cannot be read" == caught.value.message
