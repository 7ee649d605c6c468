"""Web addresses as they stand in a mail: ASCII, so that no step of the pipeline changes them."""

import string
from urllib.parse import quote, urlsplit, urlunsplit


def ascii_address(address: str) -> str:
    """Return *address* with an ASCII host (IDNA) and everything else beyond ASCII percent-encoded (RFC 3986).

    What is encoded already stays as it is.
    """
    if address.isascii() and " " not in address:
        return address
    parts = urlsplit(address)
    try:
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode("ascii")
    except UnicodeError:
        host = parts.netloc
    return quote(urlunsplit(parts._replace(netloc=host)), safe=string.punctuation)
