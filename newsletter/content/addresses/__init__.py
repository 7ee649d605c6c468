"""Addresses in content: whole, encoded once, of a kind that mail programs open."""
