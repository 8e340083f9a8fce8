"""Carrying a comparison out: writing, waiting, pruning, and noting what was done."""
