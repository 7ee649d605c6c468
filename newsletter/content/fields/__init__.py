"""Raw front matter into the fields of an item, under all their names, in the types they must have."""
