"""Checking manifests of environments, files and clusters; what is waived, and remembered."""
