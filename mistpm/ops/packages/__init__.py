"""One package: searched, inspected, rendered alone, packed."""
