"""The tags of site generators: found, taken apart, and turned into what can be known of them."""
