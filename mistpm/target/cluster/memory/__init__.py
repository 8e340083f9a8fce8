"""What a cluster remembers of an environment: state, revisions, inventory, who works on it."""
