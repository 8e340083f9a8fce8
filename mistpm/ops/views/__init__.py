"""Questions about a resolved environment: why, why not, what is newer, what depends on what."""
