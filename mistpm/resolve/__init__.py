"""Deciding which versions: SAT for the verdict and the optimum, resolvelib for the consistent set."""
