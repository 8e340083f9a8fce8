"""Finding the best selection: a SAT solver that hears of a clause when it matters."""
