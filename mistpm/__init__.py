"""mistpm: a package manager for Kubernetes."""
