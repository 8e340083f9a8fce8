"""Running a core module: its memory, its calls, its system interface, its end."""
