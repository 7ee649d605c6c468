"""Lists of readers from files: read a row, decide what it changes, write a batch, say what was refused and why."""
