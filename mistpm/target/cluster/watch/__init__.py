"""Waiting until objects are ready, or will never be, and saying why."""
