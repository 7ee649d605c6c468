"""How quick it is, and how much memory it takes: a module each, run by `make bench`."""
