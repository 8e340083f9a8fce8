"""Why there is no answer: minimal causes, the order in which they are told, the sentences, the hints."""
