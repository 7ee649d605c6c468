"""What `init` and `new` write: a project folder, and blank items."""
