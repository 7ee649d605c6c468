"""Lines that hold a date and little else: a place, a byline, a category."""

import re

from newsletter.content.importing.dates import Precision, Span, find_dates
from newsletter.content.importing.furniture import furniture, is_category
from newsletter.content.importing.labels import read_label
from newsletter.content.importing.wording import plain

_PIECES = re.compile(r"\s*[|·•/]\s*|\s+[–—-]\s+|,\s+|\s{2,}")
_INSIDE_NAMES = frozenset({"de", "la", "am", "an", "der", "den", "upon", "sur", "of", "the", "und", "and"})
#: Who signs in small letters.
_OFFICES = frozenset(
    {
        "secretariat",
        "team",
        "editors",
        "staff",
        "office",
        "admin",
        "webmaster",
        "rédaction",
        "redazione",
        "redactie",
        "redacción",
    }
)
_LEADS_TO_DATE = re.compile(r"\s+(?:vom|am|den|of|from|on|du|le|del|van|di)$", re.IGNORECASE)
_BYLINE = re.compile(r"(?:by|von|par|por|di|door|posted by|author:?)\s+\S.{1,50}", re.IGNORECASE)

#: `Press release No 88/2026`
_REFERENCE = re.compile(r"\s*(?:\b(?:no|nr|n°|num|ref)\b\.?\s*)?\d+(?:[/-]\d+)?$", re.IGNORECASE)
_COUNT = re.compile(
    r"\d+ (?:min|mins|words?|wörter|mots|views?|reads?|palabras|parole|woorden|minut\w*)(?: \w+)?",
    re.IGNORECASE,
)


def read_dated_line(text: str, language: str) -> tuple[Span, str] | None:
    """Return date and place of a line that holds little else, such as `Riga, 12 March 2025`."""
    if len(text) > 120 or text.endswith((".", ":")) or read_label(text):
        return None
    spans = [span for span in find_dates(text, language) if span.precision is not Precision.NO_YEAR]
    if not spans:
        return None
    span = spans[0]
    rest = text
    for each in reversed(spans):
        rest = f"{rest[: each.begin]} | {rest[each.end :]}"
    pieces = [piece.strip(" ,.:()–—-") for piece in _PIECES.split(rest)]
    pieces = [_REFERENCE.sub("", piece) for piece in pieces]
    pieces = [_LEADS_TO_DATE.sub("", piece).strip() for piece in pieces]
    words = [piece for piece in pieces if _says_something(piece)]
    if any(_COUNT.fullmatch(piece) for piece in pieces) and all(len(word.split()) <= 4 for word in words):
        # `24 February · 2 min · 296 words · The editors`: what a website says of every page.
        return span, ""
    if len(words) > 2 or not all(_is_name(word) for word in words):
        return None
    return span, ", ".join(words)


def is_byline(text: str) -> bool:
    """Whether *text* says who wrote the page: `By Maria Rossi, Harbour network`."""
    found = _BYLINE.fullmatch(text)
    words = text.partition(" ")[2].replace(",", " ").split()
    words = [word for word in words if word not in _OFFICES]
    return (
        found is not None
        and len(words) <= 7
        and all(word[:1].isupper() or word in _INSIDE_NAMES for word in words)
    )


def _is_name(words: str) -> bool:
    """Whether *words* may name a place: each with a capital, but for what stands inside names."""
    parts = words.split()
    return len(parts) <= 4 and all(part[:1].isupper() or part in _INSIDE_NAMES for part in parts)


def _says_something(piece: str) -> bool:
    if (
        not re.search(r"[^\W\d_]{2,}", piece)
        or furniture(piece)
        or is_category(piece)
        or _BYLINE.fullmatch(piece)
        or _COUNT.fullmatch(piece)
    ):
        return False
    return plain(piece) not in {
        "published",
        "posted",
        "on",
        "date",
        "veroffentlicht",
        "am",
        "publie",
        "le",
        "publiele",
        "cet",
        "cest",
        "uhr",
        "publishedon",
        "postedon",
        "pm",
        "from",
        "the",
    }
