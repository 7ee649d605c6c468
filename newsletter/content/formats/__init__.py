"""The formats of front matter, each into `RawFields`."""
