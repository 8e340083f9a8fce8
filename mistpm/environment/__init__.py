"""Reading and editing `mistpm.yaml`, and the user's own configuration."""
