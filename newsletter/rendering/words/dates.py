"""Dates, ranges and periods in words, in a reader's language (CLDR, through Babel)."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from newsletter.content.items import When
from newsletter.issues.digests import PeriodLength

if TYPE_CHECKING:
    from babel import Locale

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"

#: French says `1er octobre`, CLDR does not.
_FIRST_OF_MONTH = re.compile(r"\b1(?=[ –])")
_SPACES = re.compile(r"[ \N{THIN SPACE}\N{NARROW NO-BREAK SPACE}\N{NO-BREAK SPACE}]+")


@lru_cache(maxsize=64)
def locale_of(lang: str) -> "Locale":
    """Return Babel's locale for the language tag *lang*; an unknown one is written like English.

    Plain `en` is the English of European institutions: 8 October 2025, 14:30.
    """
    from babel import Locale, UnknownLocaleError

    if lang == "en":
        return Locale("en", "150")
    try:
        return Locale.parse(lang, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en", "150")


@lru_cache(maxsize=64)
def direction_of(lang: str) -> str:
    """Return `rtl` for a language written from right to left, else `ltr`."""
    return locale_of(lang).text_direction


@lru_cache(maxsize=512)
def _written(day: date, pattern: str, lang: str) -> str:
    from babel.dates import format_date

    return format_date(day, pattern, locale_of(lang))


@lru_cache(maxsize=512)
def _written_as(skeleton: str, day: date, lang: str) -> str:
    from babel.dates import format_skeleton

    return format_skeleton(skeleton, day, locale=locale_of(lang))


@lru_cache(maxsize=512)
def _written_time(hours: time, lang: str) -> str:
    from babel.dates import format_time

    return format_time(hours, "short", locale=locale_of(lang))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """Writes dates for readers of one language; instants are shown in *timezone*.

    Words of one date are joined by no-break spaces; between two dates a line may end after the dash.
    """

    lang: str
    timezone: ZoneInfo

    def day(self, when: When) -> str:
        """8 October 2025."""
        return self._joined(_written(self._local_day(when), "long", self.lang))

    def days(self, start: When, end: When | None = None, *, timezone: str = "") -> str:
        """8 October 2025; 8–10 October 2025; 30 June – 2 July 2025; 30 December 2025 – 2 January 2026."""
        first = self._local_day(start, timezone)
        last = self._local_day(end, timezone) if end is not None else first
        if last <= first:
            return self.day(first)
        field = "y" if first.year != last.year else "M" if first.month != last.month else "d"
        pattern = self._locale.interval_formats.get("yMMMd", {}).get(field)
        if not pattern or len(pattern) != 2:
            return f"{self.day(first)} – {self.day(last)}"
        halves = [
            _written(day, half.replace("MMM", "MMMM"), self.lang)
            for day, half in zip((first, last), pattern, strict=True)
        ]
        return self._joined("".join(halves))

    def hours(self, start: When, end: When | None = None, *, timezone: str = "") -> str:
        """09:30–17:00, with the city when it is in another zone: 09:30 (Lisbon); empty for whole days."""
        if not isinstance(start, datetime):
            return ""
        from babel.dates import get_timezone_location

        zone = ZoneInfo(timezone) if timezone else self.timezone
        local = start.astimezone(zone)
        written = _written_time(local.time(), self.lang)
        if isinstance(end, datetime) and end.astimezone(zone).date() == local.date() and end > start:
            written += f"–{_written_time(end.astimezone(zone).time(), self.lang)}"
        if zone.key != self.timezone.key:
            written += f" ({get_timezone_location(zone, locale=self._locale, return_city=True)})"
        return _joined(written)

    def leaf(self, start: When, *, timezone: str = "") -> tuple[str, str, str]:
        """Return day and short month for a calendar leaf, and both as one short date: `8`, `Oct`, `8 Oct`."""
        day = self._local_day(start, timezone)
        # Not `LLL`: Babel 2.18 hands out another locale's months once that locale was used (aliases are shared).
        return (
            _written(day, "d", self.lang),
            _written(day, "MMM", self.lang),
            _joined(_written_as("MMMd", day, self.lang)),
        )

    def period(self, length: PeriodLength, period: str) -> str:
        """Return a digest's *period* in words: `2026-11` is November 2026, `2026-W46` 9–15 November 2026."""
        match length:
            case PeriodLength.YEAR:
                return period
            case PeriodLength.QUARTER:
                year, quarter = period.split("-Q")
                first = date(int(year), 3 * int(quarter) - 2, 1)
                return _joined(_written_as("yQQQQ", first, self.lang))
            case PeriodLength.MONTH:
                year, month = period.split("-")
                return _joined(_written_as("yMMMM", date(int(year), int(month), 1), self.lang))
            case PeriodLength.WEEK:
                year, week = period.split("-W")
                monday = date.fromisocalendar(int(year), int(week), 1)
                return self.days(monday, monday + timedelta(days=6))
            case PeriodLength.DAY:
                return self.day(date.fromisoformat(period))

    @property
    def _locale(self) -> "Locale":
        return locale_of(self.lang)

    def _joined(self, words: str) -> str:
        if self._locale.language == "fr":
            words = _FIRST_OF_MONTH.sub("1er", words)
        return _joined(words)

    def _local_day(self, when: When, timezone: str = "") -> date:
        if not isinstance(when, datetime):
            return when
        return when.astimezone(ZoneInfo(timezone) if timezone else self.timezone).date()


def _joined(words: str) -> str:
    """Return *words* with no-break spaces, but an ordinary one after the dash of a range."""
    bound = NO_BREAK_SPACE.join(_SPACES.split(words))
    return bound.replace(f"{NO_BREAK_SPACE}–{NO_BREAK_SPACE}", f"{NO_BREAK_SPACE}– ")
