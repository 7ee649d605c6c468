"""Items as entries of a letter: kicker, headline, summary, links, picture."""

from dataclasses import dataclass, replace

from newsletter.content.items import EventReport, Item
from newsletter.rendering.look import Look
from newsletter.rendering.manuscript import DateBlock, Entry, Link, Prose
from newsletter.rendering.material import Material
from newsletter.rendering.words.dates import Dates, direction_of
from newsletter.rendering.words.texts import Texts
from newsletter.rendering.words.typography import bound, bound_headline, cut, cut_words

BETWEEN = " · "

#: Characters of a headline that are repeated in its link's text: two lines on a phone.
_LINKED_HEADLINE = 80
_LEAD_WORDS = 60
_SUMMARY_WORDS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryMaker:
    """Makes entries in one language."""

    texts: Texts
    dates: Dates
    look: Look
    material: Material
    #: False: items without a page of their own are told by their summary, and stand whole in the web version.
    prints_whole: bool = True
    web_url: str = ""

    def lead(self, item: Item, anchor: str, *, is_upcoming: bool) -> Entry:
        """Return *item* to be set large; an editor may choose an event that lies ahead."""
        entry = self._told(item, anchor, words=_LEAD_WORDS)
        figure = self.material.pictures.of_lead(item)
        if is_upcoming and isinstance(item, EventReport):
            links = (*self._about_link(item), *self._register_link(item), *self._calendar_link(item))
            return replace(entry, figure=figure, kicker=self._when_and_where(item), links=links)
        return replace(entry, figure=figure)

    def told(self, item: Item, anchor: str) -> Entry:
        """Return a news item, or the report of an event."""
        figure = self.material.pictures.beside(item)
        return replace(self._told(item, anchor, words=_SUMMARY_WORDS), figure=figure)

    def brief(self, item: Item, anchor: str) -> Entry:
        """Return the headline of *item* alone, which leads to the rest."""
        return Entry(
            anchor=anchor,
            lang=item.lang,
            dir=direction_of(item.lang),
            headline=bound_headline(item.title),
            kicker=self._kicker(item),
            summary="",
            url=item.link or self._on_the_web(anchor),
            is_brief=True,
        )

    def upcoming(self, item: Item, anchor: str) -> Entry:
        """Return the announcement of an event, whose headline itself is the link."""
        assert isinstance(item, EventReport)
        assert item.start is not None
        day, month, label = self.dates.leaf(item.start, timezone=item.timezone)
        prose = self._prose(item)
        return Entry(
            anchor=anchor,
            lang=item.lang,
            dir=direction_of(item.lang),
            headline=bound_headline(item.title),
            kicker=self._when_and_where(item),
            summary="" if prose or item.link else bound(cut_words(item.summary, _SUMMARY_WORDS)),
            prose=prose,
            links=(*self._register_link(item), *self._calendar_link(item)),
            url=item.link or ("" if prose else self._on_the_web(anchor)),
            date_block=DateBlock(day=day, month=month, label=label),
        )

    def _told(self, item: Item, anchor: str, *, words: int) -> Entry:
        prose = self._prose(item)
        return Entry(
            anchor=anchor,
            lang=item.lang,
            dir=direction_of(item.lang),
            headline=bound_headline(item.title),
            kicker=self._kicker(item),
            summary="" if prose else bound(cut_words(item.summary, words)),
            prose=prose,
            links=self._report_link(item, anchor),
        )

    def _prose(self, item: Item) -> Prose | None:
        return self.material.prose(item) if self.prints_whole else None

    def _on_the_web(self, anchor: str) -> str:
        return f"{self.web_url}#{anchor}" if self.web_url and not self.prints_whole else ""

    def _kicker(self, item: Item) -> str:
        if isinstance(item, EventReport) and item.start is not None:
            days = self.dates.days(item.start, item.end, timezone=item.timezone)
            return BETWEEN.join(filter(None, (item.location, days)))
        topics = self.look.topics
        labels = (topics[key].label(item.lang) for key in item.topics if key in topics)
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

    def _report_link(self, item: Item, anchor: str) -> tuple[Link, ...]:
        url = item.link or self._on_the_web(anchor)
        if not url:
            return ()
        headline = cut(item.title, _LINKED_HEADLINE)
        if isinstance(item, EventReport):
            text = self.texts.gettext("Read the report: {headline}", headline=headline)
        else:
            text = self.texts.gettext("Read the article: {headline}", headline=headline)
        return (Link(url=url, text=text),)

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
        if event.register_by is None:
            return (Link(url=event.register, text=self.texts.gettext("Register")),)
        day = self.dates.day(event.register_by)
        return (Link(url=event.register, text=self.texts.gettext("Register by {date}", date=day)),)

    def _calendar_link(self, event: EventReport) -> tuple[Link, ...]:
        # The site has entries of events that stand in a public issue.
        if not self.look.has_archive:
            return ()
        text = self.texts.gettext("Add to calendar")
        return (Link(url=self.look.calendar_url(event.key), text=text),)
