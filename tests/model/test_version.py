"""Versions: what is read, what is refused and why, and the order."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistpm.model.version import InvalidVersionError, Version, parse_version

NUMBERS = st.integers(0, 12).map(str)
WORDS = st.text("019aAz-", min_size=1, max_size=3)
BUILDS = st.lists(NUMBERS | WORDS, max_size=3).map(".".join)
PRERELEASES = st.lists(NUMBERS | WORDS.filter(lambda word: not word.isdigit()), max_size=3)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Draw the text of a version, near others in the order."""
    prefix = draw(st.sampled_from(["", "v"]))
    core = ".".join(draw(st.lists(NUMBERS, min_size=2, max_size=3)))
    prerelease, build = ".".join(draw(PRERELEASES)), draw(BUILDS)
    return prefix + core + (prerelease and f"-{prerelease}") + (build and f"+{build}")


VERSIONS = texts().map(parse_version)

ASCENDING = (
    "0.0.0-0",
    "0.0.0-0.0",
    "0.0.0",
    "1.0.0-0",
    "1.0.0-2",
    "1.0.0-11",
    "1.0.0-Z",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0-rc.1+5",
    "1.0.0",
    "1.0.0+1",
    "1.0.0+1.1",
    "1.0.0+2",
    "1.0.0+11",
    "1.0.0+007",
    "1.0.0+a",
    "1.0.1-0",
    "1.0.1",
    "1.2.0",
    "1.10.0",
    "2.0.0",
)


def test_order_of_semver() -> None:
    """Versions ascend as SemVer has it; build metadata decides last, numbers before words."""
    versions = [parse_version(text) for text in reversed(ASCENDING)]

    assert list(ASCENDING) == [str(version) for version in sorted(versions)]
    assert all(high > low and not high <= low for high, low in pairwise(versions))


@pytest.mark.parametrize(
    ("text", "numbers", "prerelease", "build"),
    [
        ("1.2.3", (1, 2, 3), "", ""),
        ("v1.2", (1, 2, 0), "", ""),
        ("1.2-rc.1", (1, 2, 0), "rc.1", ""),
        ("1.2.3--.-0", (1, 2, 3), "-.-0", ""),
        ("v16.4.0-rc.1+build.007", (16, 4, 0), "rc.1", "build.007"),
        ("1.2.3+a-b", (1, 2, 3), "", "a-b"),
        ("2024.11.20", (2024, 11, 20), "", ""),
        ("1.0.99999999999999999999", (1, 0, 99999999999999999999), "", ""),
    ],
)
def test_fields(text: str, numbers: tuple[int, int, int], prerelease: str, build: str) -> None:
    """A version has its numbers and its suffixes, and prints as it was written."""
    version = parse_version(text)

    assert numbers == (version.major, version.minor, version.patch)
    assert (prerelease, build) == (version.prerelease, version.build)
    assert (prerelease != "") == version.is_prerelease
    assert text == str(version)


def test_spellings_are_equal() -> None:
    """A leading `v` and a patch of 0 are spelling; everything else tells versions apart."""
    assert 1 == len({parse_version(text) for text in ("1.2.0", "v1.2.0", "1.2", "v1.2")})
    assert parse_version("1.2.0") != parse_version("1.2.0+0")
    assert parse_version("1.2.0+7") != parse_version("1.2.0+07")
    assert parse_version("1.2.0") != "1.2.0"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "`` is not a version: it is empty."),
        ("  ", "`  ` is not a version: it is empty."),
        (" 1.2.3", "` 1.2.3` is not a version: it contains ` `."),
        ("1.2.3\n", "`1.2.3\n` is not a version: it contains `\n`."),
        ("16", "`16` is not a version: it has one number only; write `16.0.0`."),
        ("v16-rc.1", "`v16-rc.1` is not a version: it has one number only; write `16.0.0-rc.1`."),
        ("1.2.3.4", "`1.2.3.4` is not a version: it has more than three numbers."),
        ("1.x", "`1.x` is not a version: `x` is not a number."),
        ("latest", "`latest` is not a version: `latest` is not a number."),
        ("1.2rc1", "`1.2rc1` is not a version: `2rc1` is not a number."),
        ("1..3", "`1..3` is not a version: a number is missing."),
        ("-rc.1", "`-rc.1` is not a version: a number is missing."),
        ("V1.2.3", "`V1.2.3` is not a version: `V1` is not a number."),
        ("01.2.3", "`01.2.3` is not a version: the number `01` has a leading zero."),
        ("1.2.3-", "`1.2.3-` is not a version: an identifier after `-` is empty."),
        ("1.2.3-a..b", "`1.2.3-a..b` is not a version: an identifier after `-` is empty."),
        ("1.2.3+", "`1.2.3+` is not a version: an identifier after `+` is empty."),
        ("1.2.3+1+2", "`1.2.3+1+2` is not a version: it has more than one `+`."),
        (
            "1.2.3-rc.01",
            "`1.2.3-rc.01` is not a version: the pre-release number `01` has a leading zero.",
        ),
        ("1.٢.3", "`1.٢.3` is not a version: it contains `٢`."),
        (
            "1." + "2" * 300,
            f"`1.{'2' * 38}…` is not a version: it has more than 256 characters.",
        ),
    ],
)
def test_refusals(text: str, message: str) -> None:
    """What is no version is refused with the reason."""
    with pytest.raises(InvalidVersionError) as caught:
        parse_version(text)

    assert message == str(caught.value)


@given(st.text("v0123.-+ax \n", max_size=12) | st.text(max_size=8))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text does anything but give a version that prints it, or a refusal with a reason."""
    try:
        outcome = str(parse_version(text))
    except InvalidVersionError as error:
        outcome = text if error.fault else "refused without a reason"

    assert text == outcome


@given(texts())
def test_text_survives(text: str) -> None:
    """A version prints the text that it was read from."""
    assert text == str(parse_version(text))


@pytest.mark.slow
@given(VERSIONS, VERSIONS)
def test_order_is_total(one: Version, other: Version) -> None:
    """Exactly one of less, equal and greater holds; equal versions have equal hashes."""
    assert [True] == [order for order in (one < other, one == other, one > other) if order]
    assert (one <= other, one >= other) == (not one > other, not one < other)
    assert one != other or hash(one) == hash(other)


@pytest.mark.slow
@given(VERSIONS, VERSIONS, VERSIONS)
def test_order_is_transitive(one: Version, two: Version, three: Version) -> None:
    """Sorting any three puts the least before the greatest."""
    low, middle, high = sorted([one, two, three])

    assert low <= middle <= high
    assert low <= high


@given(VERSIONS, VERSIONS)
def test_equal_means_same_spelling_apart_from_v_and_patch(one: Version, other: Version) -> None:
    """Versions are equal just when numbers, pre-release and build are written alike."""

    def parts(version: Version) -> tuple[object, ...]:
        return version.major, version.minor, version.patch, version.prerelease, version.build

    assert (one == other) == (parts(one) == parts(other))
