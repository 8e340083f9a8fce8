"""What mistpm does, as pipelines through the rooms; returns reports, prints nothing."""
