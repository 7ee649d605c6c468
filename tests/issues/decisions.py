"""What is decided at which moment: settings, files and states, each with the decision.

The digest is monthly, due on the first Tuesday at nine in Brussels (2026-11-03 08:00 UTC), 24 hours late at most, and was first
seen on 20 October, unless a row says otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from newsletter.content.items import Item
from newsletter.errors import Level, Problem
from newsletter.issues.digests import Approval, Digest, PeriodLength
from newsletter.issues.values import IssueState
from tests.issues.making import digest, event, news

NOVEMBER = "2026-11-03T08:00:00Z"
HASH = "a" * 64
APPROVED = f"approval: {{hash: {HASH}}}"
NEW = (news("news/a", "2026-08-25"), news("news/b", "2026-10-20"))
HELD, SENT, CANCELLED = IssueState.HELD, IssueState.SENT, IssueState.CANCELLED
ERROR = Problem(level=Level.ERROR, rule="too-large", message="The mail is too large.")
WARNING = Problem(level=Level.WARNING, rule="missing-alt", message="A picture has no text.")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A row: what is given, and what is decided."""

    what: str
    now: str = NOVEMBER
    #: By issue: the decision, and its cause.
    decided: Mapping[str, str]
    overtaken: Sequence[str] = ()
    seen: str = "2026-10-20T00:00:00Z"
    past: Mapping[str, IssueState] = field(default_factory=dict)
    #: Fields of issue files by the issue's name.
    files: Mapping[str, str] = field(default_factory=dict)
    items: tuple[Item, ...] = NEW
    facts: Mapping[str, Any] = field(default_factory=dict)
    digest: Digest = field(default_factory=digest)
    zone: str = "Europe/Brussels"
    #: The digest as it was looked at before.
    was: Digest | None = None

    def __str__(self) -> str:
        return self.what


def daily(hour: str, minute: str = "0") -> Digest:
    return digest("daily", PeriodLength.DAY, schedule={"hour": hour, "minute": minute})


OLD = (news("news/a", "2001-01-01"),)
REQUIRED = digest(approval=Approval.REQUIRED)
RESTORED_LATER = {"restored_at": at("2026-11-03T08:10:00Z")}

CASES = [
    Case(what="a second before", now="2026-11-03T07:59:59Z", decided={}),
    Case(what="at the very moment", decided={"monthly-2026-11": "go"}),
    Case(
        what="sent already",
        now="2026-11-03T08:00:30Z",
        past={"monthly-2026-11": SENT},
        decided={},
    ),
    Case(what="first seen afterwards", seen="2026-11-03T08:00:10Z", now="2026-11-03T08:00:10Z", decided={}),
    Case(what="first seen at the very moment", seen=NOVEMBER, decided={}),
    Case(
        what="the schedule was changed to an hour that is over",
        was=digest(schedule={"day": "1st tue", "hour": "10"}),
        now="2026-11-03T08:30:00Z",
        decided={},
    ),
    Case(
        what="back after exactly the lateness",
        now="2026-11-04T08:00:00Z",
        decided={"monthly-2026-11": "go"},
    ),
    Case(
        what="back a second later",
        now="2026-11-04T08:00:01Z",
        decided={"monthly-2026-11": "hold: late"},
    ),
    Case(
        what="back in time after three periods",
        seen="2026-08-20T00:00:00Z",
        now="2026-11-03T10:00:00Z",
        decided={"monthly-2026-11": "go"},
        overtaken=["monthly-2026-10", "monthly-2026-09"],
    ),
    Case(
        what="back too late after three periods",
        seen="2026-08-20T00:00:00Z",
        now="2026-11-06T00:00:00Z",
        decided={"monthly-2026-11": "hold: late"},
        overtaken=["monthly-2026-10", "monthly-2026-09"],
    ),
    Case(
        what="the one before is held",
        seen="2026-08-20T00:00:00Z",
        past={"monthly-2026-10": HELD},
        decided={"monthly-2026-11": "go"},
    ),
    Case(
        what="the one before is held, and this one skipped",
        seen="2026-08-20T00:00:00Z",
        past={"monthly-2026-10": HELD},
        files={"monthly-2026-11": "skip: true"},
        decided={"monthly-2026-11": "skip: skip"},
    ),
    Case(
        what="moved behind the next one, which goes",
        files={"monthly-2026-11": "send_at: 2026-12-05T09:00+01:00"},
        now="2026-12-01T08:00:00Z",
        decided={"monthly-2026-12": "go"},
    ),
    Case(
        what="moved behind the next one, and then goes",
        files={"monthly-2026-11": "send_at: 2026-12-05T09:00+01:00"},
        past={"monthly-2026-12": SENT},
        now="2026-12-05T08:00:00Z",
        decided={"monthly-2026-11": "go"},
    ),
    Case(
        what="moved to a time that is over",
        files={"monthly-2026-11": "send_at: 2026-11-01T09:00+01:00"},
        now="2026-11-02T12:00:00Z",
        decided={"monthly-2026-11": "hold: late"},
    ),
    Case(what="cancelled by a person", past={"monthly-2026-11": CANCELLED}, decided={}),
    Case(what="sent early", past={"monthly-2026-11": SENT}, decided={}),
    Case(
        what="paused while it would have been due",
        was=digest(paused=True),
        now="2026-11-10T00:00:00Z",
        decided={},
    ),
    Case(what="still paused", digest=digest(paused=True), decided={}),
    Case(
        what="sent under the digest's old name",
        digest=digest("digest", rename_from="monthly"),
        past={"monthly-2026-11": SENT, "digest-2026-11": SENT},
        decided={},
    ),
    Case(what="no approval", digest=REQUIRED, decided={"monthly-2026-11": "hold: approval"}),
    Case(
        what="approved after it was due, in time",
        digest=REQUIRED,
        past={"monthly-2026-11": HELD},
        files={"monthly-2026-11": APPROVED},
        now="2026-11-03T12:01:00Z",
        decided={"monthly-2026-11": "go"},
    ),
    Case(
        what="approved too late",
        digest=REQUIRED,
        past={"monthly-2026-11": HELD},
        files={"monthly-2026-11": APPROVED},
        now="2026-11-05T00:00:00Z",
        decided={"monthly-2026-11": "hold: late"},
    ),
    Case(
        what="an item came after the approval",
        digest=REQUIRED,
        files={"monthly-2026-11": f"items: [news/a]\n{APPROVED}"},
        decided={"monthly-2026-11": "go"},
    ),
    Case(
        what="held by an editor",
        files={"monthly-2026-11": "hold: the minister"},
        decided={"monthly-2026-11": "hold: editor"},
    ),
    Case(
        what="the hold was taken back in time",
        past={"monthly-2026-11": HELD},
        now="2026-11-04T08:00:00Z",
        decided={"monthly-2026-11": "go"},
    ),
    Case(what="nothing new", items=(), decided={"monthly-2026-11": "skip: too few"}),
    Case(
        what="announcements alone",
        items=(event("events/soon", "2026-11-20"),),
        decided={"monthly-2026-11": "skip: too few"},
    ),
    Case(
        what="nothing new, and late",
        items=(),
        now="2026-11-10T00:00:00Z",
        decided={"monthly-2026-11": "skip: too few"},
    ),
    Case(
        what="too few, but approved",
        digest=digest(min_items=3),
        files={"monthly-2026-11": APPROVED},
        decided={"monthly-2026-11": "go"},
    ),
    Case(
        what="a file was written a moment ago",
        facts={"rests_at": at("2026-11-03T08:00:40Z")},
        decided={"monthly-2026-11": "wait"},
    ),
    Case(
        what="the files have come to rest",
        facts={"rests_at": at("2026-11-03T08:00:40Z")},
        now="2026-11-03T08:00:40Z",
        decided={"monthly-2026-11": "go"},
    ),
    Case(
        what="the files never come to rest",
        facts={"rests_at": at("2026-11-04T08:01:30Z")},
        now="2026-11-04T08:01:00Z",
        decided={"monthly-2026-11": "hold: late"},
    ),
    Case(
        what="the update failed",
        facts={"update_failure": "git pull: 1"},
        decided={"monthly-2026-11": "hold: update"},
    ),
    Case(
        what="the update failed: whether there is anything new is not known",
        items=(),
        facts={"update_failure": "git pull: 1"},
        decided={"monthly-2026-11": "hold: update"},
    ),
    Case(
        what="the update works again",
        past={"monthly-2026-11": HELD},
        now="2026-11-03T08:05:00Z",
        decided={"monthly-2026-11": "go"},
    ),
    Case(
        what="a mistake in the issue file",
        files={"monthly-2026-11": "lead: [news/nowhere]"},
        decided={"monthly-2026-11": "hold: errors"},
    ),
    Case(
        what="a mistake in the finished mail",
        facts={"findings": (WARNING, ERROR)},
        decided={"monthly-2026-11": "hold: errors"},
    ),
    Case(
        what="a warning of the finished mail",
        facts={"findings": (WARNING,)},
        decided={"monthly-2026-11": "go"},
    ),
    Case(
        what="the self-check failed",
        facts={"defects": ("https://example.org/unsubscribe: 301, must answer 200 itself",)},
        decided={"monthly-2026-11": "hold: self-check"},
    ),
    Case(what="no reader", facts={"readers": 0}, decided={"monthly-2026-11": "skip: no readers"}),
    Case(
        what="no reader, and late",
        facts={"readers": 0},
        now="2026-11-10T00:00:00Z",
        decided={"monthly-2026-11": "skip: no readers"},
    ),
    Case(
        what="a backup was restored after it was due",
        facts=RESTORED_LATER,
        now="2026-11-03T08:11:00Z",
        decided={"monthly-2026-11": "hold: restored"},
    ),
    Case(
        what="a backup was restored after it was due, and a person let go of another hold",
        facts=RESTORED_LATER,
        past={"monthly-2026-11": HELD},
        files={"monthly-2026-11": APPROVED},
        now="2026-11-03T08:11:00Z",
        decided={"monthly-2026-11": "hold: restored"},
    ),
    Case(
        what="a backup was restored, and there is nothing new",
        facts=RESTORED_LATER,
        items=(),
        now="2026-11-03T08:11:00Z",
        decided={"monthly-2026-11": "skip: too few"},
    ),
    Case(
        what="a backup was restored before it was due",
        facts={"restored_at": at("2026-11-03T07:50:00Z")},
        decided={"monthly-2026-11": "go"},
    ),
    Case(
        what="sent, and the clock was set back",
        past={"monthly-2026-11": SENT},
        now=NOVEMBER,
        decided={},
    ),
    Case(
        what="an hour that clocks skip",
        digest=daily("2", "30"),
        seen="2026-03-28T12:00:00Z",
        now="2026-03-29T01:30:00Z",
        items=OLD,
        decided={"daily-2026-03-29": "go"},
    ),
    Case(
        what="an hour that clocks skip, before it is as much later",
        digest=daily("2", "30"),
        seen="2026-03-28T12:00:00Z",
        now="2026-03-29T01:29:59Z",
        items=OLD,
        decided={},
    ),
    Case(
        what="an hour that clocks repeat, the first time",
        digest=daily("2", "30"),
        seen="2026-10-24T12:00:00Z",
        now="2026-10-25T00:30:00Z",
        items=OLD,
        decided={"daily-2026-10-25": "go"},
    ),
    Case(
        what="an hour that clocks repeat, the second time",
        digest=daily("2", "30"),
        seen="2026-10-24T12:00:00Z",
        now="2026-10-25T01:30:00Z",
        past={"daily-2026-10-25": SENT},
        items=OLD,
        decided={},
    ),
    Case(
        what="a midnight that clocks skip",
        digest=daily("0"),
        zone="America/Sao_Paulo",
        seen="2018-11-03T12:00:00Z",
        now="2018-11-04T03:00:00Z",
        items=OLD,
        decided={"daily-2018-11-04": "go"},
    ),
    Case(
        what="an end of the day that clocks skip",
        digest=daily("23", "30"),
        zone="America/Nuuk",
        seen="2024-03-30T12:00:00Z",
        now="2024-03-31T01:30:00Z",
        items=OLD,
        decided={"daily-2024-03-30": "go"},
    ),
    Case(
        what="a day that the zone skips",
        digest=daily("9"),
        zone="Pacific/Apia",
        seen="2011-12-29T20:00:00Z",
        now="2011-12-30T19:00:00Z",
        items=OLD,
        decided={"daily-2011-12-31": "go"},
    ),
    Case(
        what="the last Sunday of a year with 53 weeks",
        digest=digest("weekly", PeriodLength.WEEK, schedule={"day_of_week": "sun", "hour": "9"}),
        seen="2026-12-31T00:00:00Z",
        now="2027-01-03T08:00:00Z",
        decided={"weekly-2026-W53": "go"},
    ),
    Case(
        what="a special whose file came after its time",
        files={"summer": "digest: monthly\nsend_at: 2026-10-25T09:00Z"},
        now="2026-10-25T09:06:00Z",
        decided={"summer": "go"},
    ),
    Case(
        what="an old special, when the digest is first seen",
        files={"summer": "digest: monthly\nsend_at: 2024-10-25T09:00Z"},
        now="2026-10-25T09:06:00Z",
        decided={},
    ),
    Case(
        what="a special that a person sends",
        files={"summer": "digest: monthly"},
        now="2026-10-25T09:06:00Z",
        decided={},
    ),
    Case(
        what="a special and a regular issue at once",
        files={"summer": "digest: monthly\nitems: [news/a]\nsend_at: 2026-11-03T08:00Z"},
        decided={"monthly-2026-11": "go", "summer": "go"},
    ),
    Case(
        what="rehearsed, and first seen for real since",
        seen="2026-11-10T00:00:00Z",
        now="2026-11-10T00:01:00Z",
        decided={},
    ),
]
