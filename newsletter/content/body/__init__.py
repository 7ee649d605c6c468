"""The body of an item: Markdown or HTML → a document of few elements → blocks of safe HTML, and plain text."""
