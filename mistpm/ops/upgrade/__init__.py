"""Upgrades: what moves, in which steps, what each step changes; plans that are saved and carried out later."""
