"""How days and ranges of days are written, as regular expressions over the names of all languages.

Groups: `d1 m1 y1` is the first day, `d2 m2 y2` the last one. What one of the two lacks, the other has.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from newsletter.content.importing.months import full_months, months, weekdays

_ORDINAL = r"(?:(?:st|nd|rd|th|er|re|º|ª|°|:e|ème|ste|\.)(?![a-z]))?"
_TO = (
    r"\s*(?:[–—‒−‐‑~-]|\b(?:to|until|till?|through|thru|bis|au|al|ao?|à|tot(?:\s+en\s+met)?|t/m|do|til|kuni|iki|līdz)\b)"
    r"\s*(?:\b(?:the|zum|einschließlich|dem)\b\s*)?"
)
_AND = (
    r"\s*(?:[,&/+]|\b(?:and|und|et|y|ed?|en|och|og|ja|ir|un|és|și|i|a|και|и)\b)"
    r"\s*(?:\b(?:on|the|le|den|dem|el|il)\b\s*)*"
)
_TO_OR_AND = rf"(?:{_TO}|{_AND})"
_OF = r"\s*(?:\b(?:of|de|del|di|do)\b\s+|\bd['’]\s*)?"
_BEFORE = r"(?<![\w./-])"


@cache
def patterns() -> tuple[re.Pattern[str], ...]:
    """Return the patterns, those first that say more."""
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in (*_in_words(), *_in_digits(), *_short()))


@cache
def may_hold_date() -> re.Pattern[str]:
    """Return what every date has, which is looked for in a fraction of the time."""
    return re.compile(
        rf"\d[./-]\s?\d|(?<![^\W\d_])(?:{_any_of({*months(), *months('hr')})})(?![^\W\d_])", re.IGNORECASE
    )


def _any_of(names: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


@cache
def _week() -> str:
    """A day of the week that may stand before a day."""
    return rf"(?:\b(?:{_any_of(weekdays())})\b\.?,?\s*(?:(?:the|den|dem|le|el)\s+)?)?"


def _day(number: int) -> str:
    return rf"{_week()}(?P<d{number}>0?[1-9]|[12]\d|3[01])(?!\d){_ORDINAL}"


def _month(number: int) -> str:
    return rf"(?P<m{number}>{_any_of({*months(), *months('hr')})})\b\.?"


def _year(number: int) -> str:
    return rf",?\s*(?:\b(?:of|de|del|do|di)\s+)?(?P<y{number}>(?:19|20)\d\d)(?!\d)"


def _in_words() -> Iterator[str]:
    d1, d2, m1, m2, y1, y2 = _day(1), _day(2), _month(1), _month(2), _year(1), _year(2)
    # 30 June 2025 – 2 July 2025
    yield rf"{_BEFORE}{d1}{_OF}{m1}(?:{y1})?{_TO}{d2}{_OF}{m2}{y2}"
    # 8–10 October 2025, 8., 9. und 10. Oktober 2025
    yield rf"{_BEFORE}{d1}(?:{_TO_OR_AND}\d\d?{_ORDINAL})?{_TO_OR_AND}{d2}{_OF}{m2}{y2}"
    # June 30 – July 2, 2025
    yield rf"\b{_week()}{m1}\s*{d1}(?:{y1})?{_TO}{_week()}{m2}\s*{d2}{y2}"
    # October 8–10, 2025
    yield rf"\b{_week()}{m1}\s*{d1}{_TO_OR_AND}{d2}{y2}"
    # 2025. október 8–10., 2025 m. spalio 8 d.; 2025. gada 8. oktobris
    year = r"\b(?P<y1>(?:19|20)\d\d)(?:\.|\s+m\.|\.?\s+gada)?\s+"
    yield rf"{year}{m1}\s*{d1}(?:{_TO}{d2})?(?!\s*(?:19|20)\d\d)"
    yield rf"{year}{d1}(?:{_TO}{d2})?\s*{m2}(?!\s*(?:19|20)\d\d)"
    # 8 October 2025; October 8, 2025
    yield rf"{_BEFORE}{d1}{_OF}{m1}{y1}"
    yield rf"\b{_week()}{m1}\s*{d1}{y1}"


def _in_digits() -> Iterator[str]:
    iso = r"(?P<y{0}>(?:19|20)\d\d)-(?P<m{0}>\d\d?)-(?P<d{0}>\d\d?)(?!\d)"
    yield rf"{_BEFORE}{iso.format(1)}(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?(?:(?:/|{_TO}){iso.format(2)})?"
    last = r"(?P<d2>\d\d?)(?P<sep>[./])(?P<m2>\d\d?)(?P=sep)(?P<y2>(?:19|20)\d\d)(?!\d)"
    # 28.12.2025 – 02.01.2026, 28.12. – 02.01.2026, 08.–10.10.2025
    yield rf"{_BEFORE}(?P<d1>\d\d?)[./](?P<m1>\d\d?)(?:[./](?P<y1>(?:19|20)\d\d)|\.?){_TO}{_week()}{last}"
    yield rf"{_BEFORE}(?P<d1>\d\d?)\.?{_TO_OR_AND}{last}"
    # 8. 10. 2025, 8.–10. 10. 2025
    spaced = r"\.\s(?P<m{0}>\d\d?)\.\s(?P<y{0}>(?:19|20)\d\d)(?!\d)"
    yield rf"{_BEFORE}(?P<d1>\d\d?)\.{_TO_OR_AND}(?P<d2>\d\d?){spaced.format(2)}"
    yield rf"{_BEFORE}(?P<d1>\d\d?){spaced.format(1)}"
    # 08.10.2025
    yield r"(?<![\w./-])(?P<d1>\d\d?)(?P<sep>[./-])(?P<m1>\d\d?)(?P=sep)(?P<y1>(?:19|20)\d\d)(?!\d)"


def _short() -> Iterator[str]:
    """What says less: a year, a day or a dash is missing."""
    d1, d2, m1, m2, y1, y2 = _day(1), _day(2), _month(1), _month(2), _year(1), _year(2)
    # 810 October 2025: the dash of 8–10 went missing
    yield rf"{_BEFORE}(?P<merged>\d{{2,4}}){_OF}{m1}{y1}"
    # 8–10 October; October 8–10
    yield rf"{_BEFORE}{d1}{_OF}{m1}{_TO}{d2}{_OF}{m2}"
    yield rf"{_BEFORE}{d1}(?:{_TO_OR_AND}\d\d?{_ORDINAL})?{_TO_OR_AND}{d2}{_OF}{m2}"
    full = rf"(?P<m1>{_any_of(full_months())})\b"
    yield rf"\b{full}\s*{d1}(?:{_TO_OR_AND}{d2})?(?![\d:])"
    yield rf"{_BEFORE}{d1}{_OF}{m1}"
    # May 2023; June–July 2023
    yield rf"(?<!\d)(?<!\d )\b{m1}(?:{_TO}{m2}{y2}|{y1})"
