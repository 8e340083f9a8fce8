"""Completing what is being typed: the shells' scripts, what commands and arguments offer."""
