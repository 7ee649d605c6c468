"""Why an item is not in an issue: each rule once, in words an editor understands."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from newsletter.content.items import EventReport, Item, Kind, When
from newsletter.issues.calendar.periods import midnight
from newsletter.issues.digests import Digest
from newsletter.issues.ledger import Ledger
from newsletter.issues.newsroom import Newsroom
from newsletter.issues.phases import Phase, ends_at, moment, phase, publication
from newsletter.issues.values import Story


class Cause(StrEnum):
    """Which rule keeps an item out."""

    #: It went out before.
    SENT = "sent"
    DRAFT = "draft"
    #: Neither a date nor, for an event, a start.
    UNDATED = "undated"
    #: Its date lies behind the cut-off.
    EMBARGO = "embargo"
    EXPIRED = "expired"
    #: The digest takes no items of its kind or topics.
    UNWANTED = "unwanted"
    #: An event that is taking place, or of which there is no report.
    NOT_REPORTED = "not reported"
    #: Dated before `since`.
    BEFORE_SINCE = "before since"
    #: The issue file says so.
    DECIDED = "decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an item is not in the issue, and what would change that."""

    cause: Cause
    text: str
    help: str = ""
    #: The issue in which the item went out.
    issue: str = ""

    @property
    def is_firm(self) -> bool:
        """Whether even an editor's list cannot overrule it: the item's own file says "not yet"."""
        return self.cause in {Cause.DRAFT, Cause.EMBARGO}

    @property
    def is_settled(self) -> bool:
        """Whether an editor need not look at it."""
        return self.cause in {Cause.SENT, Cause.BEFORE_SINCE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one issue takes in."""

    newsroom: Newsroom
    digest: Digest
    #: The digest's, unless the issue file names others; empty: all.
    topics: tuple[str, ...]
    ledger: Ledger
    cut_off: datetime

    def phase(self, story: Story) -> Phase:
        """Return where *story* stands at the cut-off."""
        return self._phase(story.item)

    def against(self, story: Story) -> Reason | None:
        """Return the first reason against *story*, or None: it is in the issue unless an editor says otherwise."""
        item = story.item
        stands = self._phase(item)
        return (
            self._sent(story, stands)
            or self._unready(item, stands)
            or self._undated(item, stands)
            or self._unwanted(item)
            or self._unreported(item, stands)
            or self._too_old(item)
        )

    def not_ready(self, item: Item) -> Reason | None:
        """Return why this file, be it a translation, is not for readers at the cut-off; None: it is."""
        return self._unready(item, self._phase(item))

    def _phase(self, item: Item) -> Phase:
        return phase(item, self.cut_off, self.newsroom.zone)

    def _sent(self, story: Story, stands: Phase) -> Reason | None:
        # An event's file may be used again for its next meeting, which is announced though the last one was reported.
        if stands is Phase.UPCOMING or not (earlier := self.ledger.earlier(story)):
            return None
        row = earlier.row
        if earlier.alike:
            return Reason(
                cause=Cause.SENT,
                text=f"already in {row.issue} as {row.key}, renamed since: {earlier.alike}",
                help="If it is another item, change what they have in common.",
                issue=row.issue,
            )
        return Reason(cause=Cause.SENT, text=f"already in {row.issue}", issue=row.issue)

    def _unready(self, item: Item, stands: Phase) -> Reason | None:
        if item.draft:
            return Reason(cause=Cause.DRAFT, text="a draft", help="Remove `draft` when it is finished.")
        if stands is Phase.EMBARGOED:
            return Reason(
                cause=Cause.EMBARGO,
                text=f"dated {self._said(self._embargo(item))}, after this issue's cut-off ({self._said(self.cut_off)})",
                help="It waits for a later issue.",
            )
        if item.expires is not None and moment(item.expires, self.newsroom.zone) <= self.cut_off:
            return Reason(
                cause=Cause.EXPIRED,
                text=f"expired on {self._said(item.expires)}",
                help="Remove or move `expires` to have it in an issue.",
            )
        return None

    def _embargo(self, item: Item) -> When:
        """Return the date that lies behind the cut-off: the item's own, else that of an event's report."""
        dates = (item.date, publication(item, self.newsroom.zone))
        return next(when for when in dates if when and moment(when, self.newsroom.zone) > self.cut_off)

    def _undated(self, item: Item, stands: Phase) -> Reason | None:
        if stands is not Phase.UNDATED:
            return None
        missing = "start" if isinstance(item, EventReport) else "date"
        text, help = f"has no {missing}", f"Add `{missing}: YYYY-MM-DD`."
        if problem := item.date_problem:
            text, help = problem.message.rstrip("."), problem.help or help
        return Reason(cause=Cause.UNDATED, text=text, help=help)

    def _unwanted(self, item: Item) -> Reason | None:
        if item.kind not in self.digest.kinds:
            what = "events" if item.kind is Kind.EVENT else "news"
            return Reason(
                cause=Cause.UNWANTED,
                text=f"{self.digest.title} takes no {what}",
                help=f"Add it to `include` in the issue file, or `{item.kind}` to kinds in {self._settings}.",
            )
        if self.topics and item.topics and not set(self.topics) & set(item.topics):
            return Reason(
                cause=Cause.UNWANTED,
                text=f"none of its topics ({', '.join(item.topics)}) is wanted",
                help=f"Add it to `include` in the issue file, or a topic to {self._settings}.",
            )
        return None

    @property
    def _settings(self) -> str:
        return f"[digests.{self.digest.key}]"

    def _unreported(self, item: Item, stands: Phase) -> Reason | None:
        if not isinstance(item, EventReport) or item.start is None:
            return None
        if stands is Phase.RUNNING:
            return Reason(
                cause=Cause.NOT_REPORTED,
                text="the event is taking place at the cut-off",
                help=f"A report can stand in an issue after {self._said(ends_at(item, self.newsroom.zone))}.",
            )
        if stands is Phase.UNREPORTED:
            return Reason(
                cause=Cause.NOT_REPORTED,
                text="announced, no report yet",
                help=f"When the report is written, set `date` to a day or time not before the event's start "
                f"({self._said(item.start)}; a day counts from midnight).",
            )
        return None

    def _too_old(self, item: Item) -> Reason | None:
        zone, since = self.newsroom.zone, self.newsroom.since
        published = publication(item, zone)
        if since and published and moment(published, zone) < midnight(since, zone):
            return Reason(
                cause=Cause.BEFORE_SINCE,
                text=f"dated {self._said(published)}, before `since` ({since}): counts as already sent",
                help="Add it to `include` in the issue file, or move `since` in [content] back.",
            )
        return None

    def _said(self, when: When) -> str:
        """Return *when* as an editor of the newsletter would write it."""
        if isinstance(when, datetime):
            local = when.astimezone(self.newsroom.zone).replace(tzinfo=None)
            return local.isoformat(sep=" ", timespec="minutes")
        return when.isoformat()
