"""Items as entries of a letter: kicker, headline, summary, links, picture."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from newsletter.content.items import EventReport, Item
from newsletter.content.topics import Topic
from newsletter.rendering.manuscript import DateBlock, Entry, Link
from newsletter.rendering.material import Material
from newsletter.rendering.words.dates import Dates, direction_of
from newsletter.rendering.words.texts import Texts
from newsletter.rendering.words.typography import bound, bound_headline, cut, cut_words

BETWEEN = " · "

#: Characters of a headline that are repeated in its link's text.
_LINKED_HEADLINE = 40
_LEAD_WORDS = 60
_SUMMARY_WORDS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryMaker:
    """Makes entries in one language."""

    texts: Texts
    dates: Dates
    topics: Mapping[str, Topic]
    material: Material

    def lead(self, item: Item, anchor: str, *, is_upcoming: bool) -> Entry:
        """Return *item* to be set large; an editor may choose an event that lies ahead."""
        entry = self._told(item, anchor, words=_LEAD_WORDS)
        figure = self.material.pictures.of_lead(item)
        if is_upcoming and isinstance(item, EventReport):
            links = (*self._about_link(item), *self._register_link(item))
            return replace(entry, figure=figure, kicker=self._when_and_where(item), links=links)
        return replace(entry, figure=figure)

    def told(self, item: Item, anchor: str) -> Entry:
        """Return a news item, or the report of an event."""
        figure = self.material.pictures.beside(item)
        return replace(self._told(item, anchor, words=_SUMMARY_WORDS), figure=figure)

    def upcoming(self, item: Item, anchor: str) -> Entry:
        """Return the announcement of an event, whose headline itself is the link."""
        assert isinstance(item, EventReport)
        assert item.start is not None
        day, month, label = self.dates.leaf(item.start, timezone=item.timezone)
        prose = self.material.prose(item)
        return Entry(
            anchor=anchor,
            lang=item.lang,
            dir=direction_of(item.lang),
            headline=bound_headline(item.title),
            kicker=self._when_and_where(item),
            summary="" if prose or item.link else bound(item.summary),
            prose=prose,
            links=self._register_link(item),
            url=item.link or "",
            date_block=DateBlock(day=day, month=month, label=label),
        )

    def _told(self, item: Item, anchor: str, *, words: int) -> Entry:
        prose = self.material.prose(item)
        return Entry(
            anchor=anchor,
            lang=item.lang,
            dir=direction_of(item.lang),
            headline=bound_headline(item.title),
            kicker=self._kicker(item),
            summary="" if prose else bound(cut_words(item.summary, words)),
            prose=prose,
            links=self._report_link(item),
        )

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

    def _report_link(self, item: Item) -> tuple[Link, ...]:
        if item.link is None:
            return ()
        headline = cut(item.title, _LINKED_HEADLINE)
        if isinstance(item, EventReport):
            text = self.texts.gettext("Read the report: {headline}", headline=headline)
        else:
            text = self.texts.gettext("Read the article: {headline}", headline=headline)
        return (Link(url=item.link, text=text),)

    def _about_link(self, event: EventReport) -> tuple[Link, ...]:
        if event.link is None:
            return ()
        headline = cut(event.title, _LINKED_HEADLINE)
        return (
            Link(url=event.link, text=self.texts.gettext("About this event: {headline}", headline=headline)),
        )

    def _register_link(self, event: EventReport) -> tuple[Link, ...]:
        if event.register is None:
            return ()
        headline = cut(event.title, _LINKED_HEADLINE)
        if event.register_by is None:
            text = self.texts.gettext("Register: {headline}", headline=headline)
        else:
            day = self.dates.day(event.register_by)
            text = self.texts.gettext("Register by {date}: {headline}", date=day, headline=headline)
        return (Link(url=event.register, text=text),)
