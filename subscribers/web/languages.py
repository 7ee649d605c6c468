"""The language of a page: what the browser asks for, what it calls itself, which way it runs."""

from functools import lru_cache

from subscribers.offers import match_language

#: Of one header; the rest is not looked at.
_MAX_WISHES = 20


def preferred_language(accept_language: str, languages: tuple[str, ...]) -> str:
    """Return the one of *languages* that the header Accept-Language (RFC 9110, 12.5.4) likes best, else the first."""
    wishes = [_wish(part) for part in accept_language.split(",")[:_MAX_WISHES]]
    # Sorting is stable: equally liked ones stay in the order of the header.
    for _, tag in sorted((wish for wish in wishes if wish[0] > 0), key=lambda wish: -wish[0]):
        found = match_language(tag, languages)
        if found is not None:
            return found
    return languages[0]


def _wish(part: str) -> tuple[float, str]:
    tag, _, parameter = part.partition(";")
    name, _, value = parameter.partition("=")
    if name.strip().casefold() != "q":
        return 1.0, tag
    try:
        return float(value), tag
    except ValueError:
        return 0.0, tag


@lru_cache(maxsize=64)
def own_name(lang: str) -> str:
    """Return what the language *lang* calls itself, with a capital letter as in a list: `Français`."""
    from babel import Locale, UnknownLocaleError

    try:
        name = Locale.parse(lang, sep="-").get_display_name() or lang
    except (UnknownLocaleError, ValueError):
        return lang
    return name[:1].upper() + name[1:]


@lru_cache(maxsize=64)
def direction(lang: str) -> str:
    """Return `rtl` for a language that is written from right to left, else `ltr`."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(lang, sep="-").text_direction
    except (UnknownLocaleError, ValueError):
        return "ltr"
