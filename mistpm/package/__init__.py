"""Package files: the sections of a module, the descriptor, what authors write."""
