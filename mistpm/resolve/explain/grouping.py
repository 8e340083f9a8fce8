"""Versions put together for reading: `1.0.0, 1.2.0 to 1.4.0`, `every version but 1.3.5`."""

from __future__ import annotations

from typing import Final

from mistpm.resolve.world.listing import Listing

EVERY: Final = "every version"
_MOST_RUNS: Final = 4


def versions_text(listing: Listing, mask: int) -> str:
    """Tell some versions of a package, oldest first: all but a few, runs of neighbours, or how many."""
    runs = _runs(listing, mask)
    if len(listing.candidates) > 1:
        others = _runs(listing, listing.all & ~mask)
        if not others:
            return EVERY
        if len(others) == 1 and len(runs) > 1:
            return f"{EVERY} but {others[0]}"
    if len(runs) > _MOST_RUNS:
        first, last = runs[0].split(" to ")[0], runs[-1].split(" to ")[-1]
        return f"{first} to {last}, {mask.bit_count()} versions of these"
    return ", ".join(runs)


def _runs(listing: Listing, mask: int) -> list[str]:
    """Tell neighbours together, oldest first."""
    texts = []
    while mask:
        oldest = mask.bit_length() - 1
        newest = (~mask & (1 << oldest) - 1).bit_length()
        mask &= (1 << newest) - 1
        first, last = listing.candidates[oldest].version, listing.candidates[newest].version
        texts.append(f"{first} to {last}" if oldest != newest else str(first))
    return texts
