"""Where the page is: on this machine alone, under a token that nobody guesses."""

import secrets

HOST = "127.0.0.1"
#: So long that no log line holds the token, whatever is logged.
TOKEN_BYTES = 32


def new_token() -> str:
    """Return a token that nobody guesses."""
    return secrets.token_urlsafe(TOKEN_BYTES)
