"""From front matter and text to the fields of an item."""
