"""Values of Secrets: read from where they are, generated, filled in."""
