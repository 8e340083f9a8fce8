"""Running a component, in a process of its own."""
