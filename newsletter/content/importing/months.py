"""Names of months and days of the week, from CLDR, in the languages of the European Union and its neighbours."""

from collections.abc import Mapping
from functools import cache

LANGUAGES = (
    "en", "fr", "de", "es", "it", "nl", "pt", "pl", "sv", "da", "nb", "fi", "et", "lv", "lt", "cs", "sk", "sl", "hu",
    "ro", "bg", "el", "ga", "mt", "hr",
)  # fmt: skip


@cache
def months(language: str = "") -> Mapping[str, int]:
    """Return name → number, in small letters and without a full stop.

    A name that means another month elsewhere (*listopad*) is that of *language*.
    """
    found: dict[str, int] = {}
    first = (language,) if language in LANGUAGES else ()
    for each in (*first, *LANGUAGES):
        for width in ("wide", "abbreviated"):
            for name, number in _names(each, "months", width):
                # Abbreviations that are numbers, or shorter than a word, would be found everywhere.
                if len(name) > 2 and not name[0].isdigit():
                    found.setdefault(name, number)
    # English as it is also written.
    found.setdefault("sept", 9)
    return found


@cache
def full_months() -> frozenset[str]:
    """Return the names that are written in full."""
    return frozenset(name for each in LANGUAGES for name, _ in _names(each, "months", "wide"))


@cache
def weekdays() -> frozenset[str]:
    """Return the names of days, also the short ones, in small letters and without a full stop."""
    return frozenset(
        name
        for each in LANGUAGES
        for width in ("wide", "abbreviated")
        for name, _ in _names(each, "days", width)
        if len(name) > 1
    )


def _names(language: str, what: str, width: str) -> list[tuple[str, int]]:
    from babel import Locale

    contexts = getattr(Locale.parse(language), what)
    return [
        (name.casefold().rstrip("."), number)
        for context in ("format", "stand-alone")
        for number, name in contexts.get(context, {}).get(width, {}).items()
    ]
