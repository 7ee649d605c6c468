"""Items as entries of a letter: kicker, headline, summary, links, picture."""

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.content.items import EventReport, Item
from newsletter.content.topics import Topic
from newsletter.rendering.addresses import ascii_address
from newsletter.rendering.bodies import Bodies
from newsletter.rendering.dates import Dates, direction_of
from newsletter.rendering.manuscript import DateBlock, Entry, Link, Prose
from newsletter.rendering.pictures import Pictures
from newsletter.rendering.texts import Texts
from newsletter.rendering.typography import bound_at_end, cut, cut_words

BETWEEN = " · "

#: Characters of a headline that are repeated in its link's text.
_LINKED_HEADLINE = 56
_LEAD_WORDS = 60
_SUMMARY_WORDS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryMaker:
    """Makes entries in one language."""

    texts: Texts
    dates: Dates
    topics: Mapping[str, Topic]
    pictures: Pictures
    bodies: Bodies

    def lead(self, item: Item, anchor: str) -> Entry:
        """Return *item* to be set large."""
        return self._told(item, anchor, words=_LEAD_WORDS, is_lead=True)

    def told(self, item: Item, anchor: str) -> Entry:
        """Return a news item, or the report of an event."""
        return self._told(item, anchor, words=_SUMMARY_WORDS, is_lead=False)

    def upcoming(self, item: Item, anchor: str) -> Entry:
        """Return the announcement of an event."""
        assert isinstance(item, EventReport)
        assert item.start is not None
        day, month, label = self.dates.leaf(item.start, timezone=item.timezone)
        return Entry(
            anchor=anchor,
            lang=item.lang,
            dir=direction_of(item.lang),
            headline=bound_at_end(item.title),
            kicker=self._when_and_where(item),
            summary="" if item.link else item.summary,
            figure=None,
            prose=self._prose(item),
            links=tuple(self._register_link(item)),
            url=ascii_address(item.link) if item.link else "",
            date_block=DateBlock(day=day, month=month, label=label),
        )

    def _told(self, item: Item, anchor: str, *, words: int, is_lead: bool) -> Entry:
        prose = self._prose(item)
        picture = item.picture
        return Entry(
            anchor=anchor,
            lang=item.lang,
            dir=direction_of(item.lang),
            headline=bound_at_end(item.title),
            kicker=self._kicker(item),
            summary="" if prose else cut_words(item.summary, words),
            figure=self.pictures.of(picture, is_wide=is_lead) if picture else None,
            prose=prose,
            links=tuple(self._report_link(item)),
        )

    def _prose(self, item: Item) -> Prose | None:
        return None if item.link or not item.body.strip() else self.bodies.of_item(item)

    def _kicker(self, item: Item) -> str:
        if isinstance(item, EventReport) and item.start is not None:
            days = self.dates.days(item.start, item.end, timezone=item.timezone)
            return BETWEEN.join(filter(None, (item.location, days)))
        labels = (self.topics[key].label(item.lang) for key in item.topics if key in self.topics)
        day = self.dates.day(item.date) if item.date is not None else ""
        return BETWEEN.join(filter(None, (day, *labels)))

    def _when_and_where(self, event: EventReport) -> str:
        assert event.start is not None
        return BETWEEN.join(
            filter(
                None,
                (
                    self.dates.days(event.start, event.end, timezone=event.timezone),
                    self.dates.hours(event.start, event.end, timezone=event.timezone),
                    event.location,
                ),
            )
        )

    def _report_link(self, item: Item) -> list[Link]:
        if item.link is None:
            return []
        headline = cut(item.title, _LINKED_HEADLINE)
        text = (
            self.texts.gettext("Read the report: {headline}", headline=headline)
            if isinstance(item, EventReport)
            else self.texts.gettext("Read the article: {headline}", headline=headline)
        )
        return [Link(url=ascii_address(item.link), text=text)]

    def _register_link(self, event: EventReport) -> list[Link]:
        if event.register is None:
            return []
        headline = cut(event.title, _LINKED_HEADLINE)
        if event.register_by is None:
            text = self.texts.gettext("Register: {headline}", headline=headline)
        else:
            day = self.dates.day(event.register_by)
            text = self.texts.gettext("Register by {date}: {headline}", date=day, headline=headline)
        return [Link(url=ascii_address(event.register), text=text)]
