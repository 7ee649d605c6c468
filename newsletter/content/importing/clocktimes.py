"""Times of day beside a date: `09:30 – 17:00 CET`, `9.30 Uhr`, `14h30`, `2 pm`."""

import re
from dataclasses import dataclass
from datetime import time

#: In characters: between a date and its time.
_NEAR = 30
_TO = r"\s*(?:–|—|-|\bto\b|\buntil\b|\bbis\b|\bà\b|\bau\b|\ba\b|\btot\b|\balle\b)\s*"
_WITH_COLON = r"(?P<h{0}>[01]?\d|2[0-3])[:.](?P<n{0}>[0-5]\d)(?!\.?\d)(?:\s*(?P<half{0}>[ap])\.?m\b\.?)?"
_HALF = r"(?P<h{0}>1[0-2]|0?[1-9])\s*(?P<half{0}>[ap])\.?m\b\.?"
_HOURS = r"(?P<h{0}>[01]?\d|2[0-3])\s*(?:h(?P<n{0}>[0-5]\d)?\b|Uhr\b)"
_WRITTEN = (_WITH_COLON, _HALF, _HOURS)
_ZONE = r"\s*\(?\b(?P<zone>CES?T|MES?Z|HEC|UTC|GMT|BST|EES?T|WES?T)\b\)?"
_TIMES = tuple(
    re.compile(rf"(?<![\d./:]){way.format(1)}(?:(?:\s*Uhr|\s*h\b)?{_TO}{other.format(2)})?(?:\s*Uhr|\s*h\b)?(?:{_ZONE})?", re.IGNORECASE)
    for way in _WRITTEN
    for other in (way, *(each for each in _WRITTEN if each != way))
)  # fmt: skip
#: `10 bis 18 Uhr`, `9–11 am`: the first hour has no mark.
_SHARED_MARK = re.compile(
    rf"(?<![\d./:])(?P<h1>[01]?\d|2[0-3]){_TO}(?P<h2>[01]?\d|2[0-3])\s*(?:Uhr\b|h\b|(?P<half2>[ap])\.?m\b\.?)(?:{_ZONE})?",
    re.IGNORECASE,
)
#: What may stand between a date and its time.
_BETWEEN = re.compile(
    r"[\s,;:|()@–—-]*(?:(?:at|from|um|von|ab|à|de|dès|a\s+las|alle|ore|om|start(?:ing|s)?(?:\s+at)?|kl\.?|klo|time|uhrzeit|heure)\s*:?\s*)?",
    re.IGNORECASE,
)
#: Abbreviations that stand for one place's clock → a zone that has it.
_ZONES = {
    "CET": "Europe/Brussels",
    "CEST": "Europe/Brussels",
    "MEZ": "Europe/Berlin",
    "MESZ": "Europe/Berlin",
    "HEC": "Europe/Paris",
    "UTC": "UTC",
    "GMT": "Europe/London",
    "BST": "Europe/London",
    "EET": "Europe/Helsinki",
    "EEST": "Europe/Helsinki",
    "WET": "Europe/Lisbon",
    "WEST": "Europe/Lisbon",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """When on its day something begins, and perhaps ends."""

    begins: time
    ends: time | None = None
    #: A time zone such as Europe/Brussels; "": none is named.
    zone: str = ""


def clock_after(text: str, end: int) -> tuple[Clock, int] | None:
    """Return the time of day that stands right after the date that ends at *end*, and where it ends itself."""
    between = _BETWEEN.match(text, end)
    start = between.end() if between else end
    if start - end > _NEAR:
        return None
    matches = [match for pattern in (_SHARED_MARK, *_TIMES) if (match := pattern.match(text, start))]
    if not matches:
        return None
    longest = max(matches, key=lambda match: match.end())
    clock = _clock(longest)
    return (clock, longest.end()) if clock else None


def first_clock(text: str) -> Clock | None:
    """Return the first time of day in *text*."""
    matches = [match for pattern in (_SHARED_MARK, *_TIMES) if (match := pattern.search(text))]
    return _clock(min(matches, key=lambda match: (match.start(), -match.end()))) if matches else None


def _clock(match: re.Match[str]) -> Clock | None:
    parts = match.groupdict()
    half2 = parts.get("half2")
    try:
        begins = _time(parts, 1, parts.get("half1") or half2)
        ends = _time(parts, 2, half2) if parts.get("h2") else None
    except ValueError:
        return None
    return Clock(begins=begins, ends=ends, zone=_ZONES.get((parts.get("zone") or "").upper(), ""))


def _time(parts: dict[str, str | None], number: int, half: str | None) -> time:
    hour = int(parts[f"h{number}"] or 0)
    if half:
        hour = hour % 12 + (12 if half.casefold() == "p" else 0)
    return time(hour, int(parts.get(f"n{number}") or 0))
