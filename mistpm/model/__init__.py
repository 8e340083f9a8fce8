"""The nouns that rooms hand to each other, and the algebra of versions; nothing here reads or writes."""
