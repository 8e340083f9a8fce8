"""Listings: masks mean what the algebra of versions means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_worlds import World, package_id

from mistpm.model.ranges import eligible, parse_range
from mistpm.model.version import parse_version
from mistpm.resolve.explain.grouping import versions_text
from mistpm.resolve.world.listing import Listing, newest

TEXTS = st.builds(
    "{}.{}.{}{}{}".format,
    *[st.integers(0, 3)] * 3,
    st.sampled_from(["", "", "-rc.1", "-rc.2"]),
    st.sampled_from(["", "", "+1"]),
)
RANGES = st.sampled_from(
    ["*", "^1", "~1.2", ">=1.2.3-rc.1", "<2", ">=0.2 <1 || ^2.1", "=1.0.0", "2.x", ">3", "^0.0.3"]
)


def listing_of(*versions: str) -> Listing:
    """Give the listing of a package with these versions."""
    world = World().add("x/y", " ".join(versions))
    return Listing(package_id("x/y"), world.packages[package_id("x/y")])


@pytest.mark.slow
@given(st.lists(TEXTS, min_size=1, max_size=12, unique=True), RANGES)
def test_eligible_is_what_the_model_says(texts: list[str], range_text: str) -> None:
    """The mask of a range has exactly the versions that are eligible."""
    listing, range_ = listing_of(*texts), parse_range(range_text)
    versions = [candidate.version for candidate in listing.candidates]

    mask = listing.eligible(range_, prereleases=False)
    chosen = [version for place, version in enumerate(versions) if mask >> place & 1]

    assert list(eligible(range_, versions)) == chosen
    assert versions == sorted(versions, reverse=True)


def test_equal_versions_are_one() -> None:
    """Of versions that differ in spelling only one is kept, whatever the order."""
    one, other = listing_of("1.2", "1.2.0", "v1.0"), listing_of("v1.0", "1.2.0", "1.2")

    assert ["1.2", "v1.0"] == [str(candidate.version) for candidate in one.candidates]
    assert one.candidates == other.candidates


def test_series_newest_first() -> None:
    """Series divide the versions."""
    listing = listing_of("1.0.0", "2.0.0", "0.3.1", "0.3.0", "2.1.0-rc.1", "0.0.5")

    assert {"2": 0b11, "1": 0b100, "0.3": 0b11000, "0.0.5": 0b100000} == listing.series
    assert ["2", "1", "0.3", "0.0.5"] == list(listing.series)


def test_places() -> None:
    """The newest version is bit 0, and versions are found."""
    listing = listing_of("1.0.0", "2.0.0", "3.0.0")

    assert (0, 2, None) == tuple(
        listing.place(parse_version(v)) for v in ("3.0.0", "1.0.0", "2.5.0")
    )
    assert (1, 0) == (newest(0b110), newest(0b1))


def test_versions_in_words() -> None:
    """Neighbours are told by their ends, oldest first."""
    listing = listing_of("1.0.0", "1.1.0", "1.2.0", "2.0.0", "3.0.0")

    assert "every version but 2.0.0" == versions_text(listing, 0b11101)
    assert "2.0.0" == versions_text(listing, 0b10)


def test_profiles_put_together_what_says_the_same() -> None:
    """Versions with equal constraints are one profile; a schema counts only with a condition."""
    world = World()
    world.add("x/y", "1.0.0", {"a": "x/a ^1"}, inputs={"type": "object"})
    world.add("x/y", "1.1.0 1.3.0", {"a": "x/a ^1"}).add("x/y", "1.2.0", {"a": "x/a ^2"})
    world.add("x/y", "1.4.0", {"a": "x/a ^1"}, yanked=True)

    listing = Listing(package_id("x/y"), world.packages[package_id("x/y")])

    assert {0b11010, 0b100, 0b1} == {profile.mask for profile in listing.profiles}
