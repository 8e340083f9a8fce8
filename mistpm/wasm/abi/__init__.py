"""What a module is and what it may have: its form, its imports and exports, its limits."""
