"""A file's bytes into front matter and body, in every format that site generators write."""
