"""A mail as a document of its own: light or dark whatever this machine prefers, its links in new windows."""

import re

from newsletter.preview.view import Images, Scheme

_STYLES = re.compile(r"<style\b[^>]*>.*?</style>|\smedia=(?:\"[^\"]*\"|'[^']*')", re.DOTALL | re.IGNORECASE)
_PREFERENCE = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)", re.IGNORECASE)
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)
#: True and false of every window.
_ALWAYS, _NEVER = "(min-width: 0px)", "(max-width: 0px)"

#: No script runs, nothing is sent; what the mail links to opens beside it, and learns nothing of this page's address.
SANDBOX = "allow-same-origin allow-popups allow-popups-to-escape-sandbox"


def as_shown(html: str, scheme: Scheme) -> str:
    """Return *html* as a reader with *scheme* sees it."""

    def choose(preference: re.Match[str]) -> str:
        return _ALWAYS if preference[1].lower() == scheme else _NEVER

    # Only in style sheets and media queries: an article may be about them.
    chosen = _STYLES.sub(lambda style: _PREFERENCE.sub(choose, style[0]), html)
    own = f'<base target="_blank"><style>:root {{ color-scheme: {scheme}; }}</style>'
    return _HEAD.sub(lambda head: head[0] + own, chosen, count=1)


def policy(images: Images) -> str:
    """Return the Content-Security-Policy of a mail."""
    sources = "'self' data: https:" if images is Images.ON else "'none'"
    return (
        f"default-src 'none'; img-src {sources}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors 'self'; sandbox {SANDBOX}"
    )
