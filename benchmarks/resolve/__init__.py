"""Measuring the resolver on files of cases and on synthetic families, side by side with others."""
