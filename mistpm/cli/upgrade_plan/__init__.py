"""The forms of an upgrade plan: text, Markdown, one HTML page, data; and the words that they share."""
