"""The way from one state to another, move by move."""
