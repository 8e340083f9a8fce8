"""Compiling modules in a process of its own, and keeping the machine code."""
