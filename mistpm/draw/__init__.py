"""Graphs as text that others draw (dot, Mermaid) and as drawings (SVG)."""
