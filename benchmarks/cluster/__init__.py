"""Applying to a cluster, beside kubectl and Helm on the same control plane."""
