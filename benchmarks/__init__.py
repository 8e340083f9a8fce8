"""Measurements: whole processes, side by side with a peer, as ratios."""
