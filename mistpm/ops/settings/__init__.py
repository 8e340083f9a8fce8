"""What an environment says: its releases, inputs, registries, targets, Kubernetes versions."""
