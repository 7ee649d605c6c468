"""What an editor would want to know before an issue goes out, a rule a function."""
