"""Images of items, made fit for mail in a process of their own."""
