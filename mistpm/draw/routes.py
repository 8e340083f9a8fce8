"""Routes: the lines from box to box, level where they pass a layer, bent between layers."""

from __future__ import annotations

from typing import Final

from mistpm.draw.layers import Layers
from mistpm.draw.placing import Places

PORTS: Final = 7.0
"""How far apart lines leave the side of a box, at most."""

CORNER: Final = 6.0
"""How much of a box's side stays free of lines at both ends."""

UNDERLINE: Final = 6.0
"""How far below the middle of a label its line runs."""


class Routes:
    """The paths of all links of placed layers."""

    def __init__(self, layers: Layers, places: Places) -> None:
        self._layers = layers
        self._places = places
        self._ports = dict(self._all_ports())

    def path(self, number: int) -> str:
        """Give the `d` of a link's path, from left to right; empty for a link from a box to itself."""
        chain = self._layers.chains[number]
        if not chain:
            return ""
        first, last = chain[0], chain[-1]
        places, slots = self._places, self._layers.slots
        y = places.middles[first] + self._ports[number, first]
        start = places.left_of(first)
        x = start + places.widths[places.column_of[first]]
        path = [f"M{shown(start + slots[first].width)} {shown(y)} H{shown(x)}"]
        for slot in chain[1:]:
            left, to = places.left_of(slot), places.middles[slot]
            if slot == last:
                to += self._ports[number, last]
            elif slots[slot].height:
                to += UNDERLINE
            bend = shown((x + left) / 2)
            path.append(f"C{bend} {shown(y)} {bend} {shown(to)} {shown(left)} {shown(to)}")
            x, y = left + places.widths[places.column_of[slot]], to
            if slot != last:
                path.append(f"H{shown(x)}")
        return " ".join(path)

    def loop(self, box: int, far: float) -> str:
        """Give a path from a box to itself that stays within `far` of its right side."""
        x = self._places.left_of(box) + self._layers.slots[box].width
        y = self._places.middles[box]
        bend = f"C{shown(x + far)} {shown(y - 16)} {shown(x + far)} {shown(y + 16)}"
        return f"M{shown(x)} {shown(y - 8)} {bend} {shown(x)} {shown(y + 8)}"

    def _all_ports(self) -> list[tuple[tuple[int, int], float]]:
        """Give for each end of a link how far from the middle of its box it is.

        The lines at a side stand in the order of where they lead, so that they do not cross there.
        """
        sides: dict[tuple[int, bool], list[tuple[float, int]]] = {}
        for number, chain in enumerate(self._layers.chains):
            if chain:
                middles = self._places.middles
                sides.setdefault((chain[0], True), []).append((middles[chain[1]], number))
                sides.setdefault((chain[-1], False), []).append((middles[chain[-2]], number))
        found = []
        for (box, _right), ends in sides.items():
            room = self._layers.slots[box].height - 2 * CORNER
            step = min(PORTS, room / max(len(ends) - 1, 1))
            for place, (_middle, number) in enumerate(sorted(ends)):
                found.append(((number, box), (place - (len(ends) - 1) / 2) * step))
        return found


def shown(number: float) -> str:
    """Write a length with at most one digit behind the point."""
    return f"{round(number, 1) + 0.0:.1f}".removesuffix(".0")
