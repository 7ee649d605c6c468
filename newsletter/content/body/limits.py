"""How much one body may hold: parsers need quadratic time for what nobody writes."""

#: Elements. Inside each other, 10,000 take the HTML parser half a second, 200,000 eight minutes.
MAX_ELEMENTS = 10_000
#: Opening square brackets. Left open, 5,000 take the Markdown parser a quarter of a second, 200,000 many minutes.
MAX_BRACKETS = 5_000


class TooLargeError(ValueError):
    """A body goes beyond a limit; the text says which, as the end of a sentence."""


def check_brackets(markdown: str) -> None:
    """Raise `TooLargeError` for *markdown* that would take too long."""
    if markdown.count("[") > MAX_BRACKETS:
        raise TooLargeError(f"it has more than {MAX_BRACKETS:,} links, or square brackets")
