"""A digest: a recurring kind of issue, with its schedule and what it takes in."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

Count = Annotated[int, Meta(ge=0)]


class PeriodLength(StrEnum):
    """What one issue of a digest stands for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Approval(StrEnum):
    """Who lets an issue go."""

    #: It goes when it is due, unless an editor holds it.
    AUTOMATIC = "automatic"
    #: It goes when an editor approved it.
    REQUIRED = "required"


#: APScheduler's cron fields as written in the settings, or a crontab line under the key `crontab`.
Schedule = Mapping[str, str]

#: Used when a digest names no schedule: the first Tuesday at nine, or what comes closest.
DEFAULT_SCHEDULES: Mapping[PeriodLength, Schedule] = {
    PeriodLength.DAY: {"hour": "9"},
    PeriodLength.WEEK: {"day_of_week": "tue", "hour": "9"},
    PeriodLength.MONTH: {"day": "1st tue", "hour": "9"},
    PeriodLength.QUARTER: {"month": "1,4,7,10", "day": "1st tue", "hour": "9"},
    PeriodLength.YEAR: {"month": "1", "day": "1st tue", "hour": "9"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One table `[digests.KEY]` of the settings."""

    key: str
    title: str
    period: PeriodLength
    schedule: Schedule
    kinds: tuple[str, ...] = ("news", "event")
    #: Empty: all.
    topics: tuple[str, ...] = ()
    #: New items, repeated announcements not counted; fewer and the issue is skipped.
    min_items: Count = 1
    approval: Approval = Approval.AUTOMATIC
    preview_lead_hours: Count = 72
    max_lateness_hours: Count = 24
    max_variants: Annotated[int, Meta(ge=1)] = 100
    rename_from: str = ""
    paused: bool = False
