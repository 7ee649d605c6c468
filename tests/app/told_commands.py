"""What mails to editors and operators say, and ask them to type."""

from lxml import etree


def commands_in(text: str) -> list[str]:
    """Return the commands of the plain text *text*, each of which stands on a line of its own."""
    lines = [line for line in text.splitlines() if line.startswith("    newsletter ")]
    return [line.strip() for line in lines]


def unwrapped(text: str) -> str:
    """Return *text* in one line."""
    return " ".join(text.split())


def seen(part: str) -> str:
    """Return the words of *part*, HTML or plain text."""
    if not part.lstrip().startswith("<"):
        return part
    return "".join(map(str, etree.fromstring(part, etree.HTMLParser()).itertext()))
