"""Templates to MJML to HTML, with a guard after each step."""
