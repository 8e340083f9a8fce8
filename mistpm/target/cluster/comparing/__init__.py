"""What is there against what is wanted: which objects are made, changed, adopted, removed, refused."""
