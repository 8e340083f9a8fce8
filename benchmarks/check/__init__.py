"""Checking manifests, beside kubernetes-validate as it is published."""
