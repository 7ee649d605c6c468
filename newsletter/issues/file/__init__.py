"""The issue file: what an editor decided about one issue; read, drafted, and changed in place."""
