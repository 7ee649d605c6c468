"""`/preferences/{token}`: which digests, which topics, which language, and a pause. Shows no address: mails are passed on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from subscribers.consent import Channel
from subscribers.offers import Offer
from subscribers.pausing import MAX_PAUSE, end_of_pause
from subscribers.states import State
from subscribers.tokens import Token
from subscribers.values import Subscriber
from subscribers.web.forms import Form, first, read_form
from subscribers.web.languages import own_name
from subscribers.web.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the form says, or what is stored."""

    digests: frozenset[str]
    #: None: all, future ones included.
    topics: frozenset[str] | None
    lang: str
    #: The day on which a pause ends, as the field has it; "" for none.
    pause: str

    @property
    def is_nothing(self) -> bool:
        """Whether nothing at all would be mailed; that is leaving, and is asked about."""
        return not self.digests or self.topics == frozenset()

    @classmethod
    def of_reader(cls, reader: Subscriber, site: Site) -> "Choices":
        """Return what is stored. Where digests differ in their topics, the page shows them together."""
        wishes = [each.topics for each in reader.wanted.values()]
        topics = None if None in wishes else frozenset(topic for wish in wishes for topic in wish or ())
        until = reader.paused_until if reader.is_paused(site.now()) else None
        return cls(
            digests=frozenset(reader.wanted),
            topics=topics,
            lang=reader.lang,
            pause=until.astimezone(site.timezone).date().isoformat() if until else "",
        )

    @classmethod
    def of_form(cls, form: Form, offer: Offer, stored: "Choices") -> "Choices":
        """Return what the form says; what is not offered counts for nothing."""
        # A page that offers no choice has no field for it.
        digests = frozenset(form.get("digest", ()) if len(offer.digests) > 1 else offer.digests)
        is_some = bool(offer.topics) and first(form, "topics") == "some"
        lang = first(form, "lang")
        return cls(
            digests=digests & frozenset(offer.digests),
            topics=frozenset(form.get("topic", ())) & frozenset(offer.topics) if is_some else None,
            lang=lang if lang in offer.languages else stored.lang,
            pause=first(form, "pause").strip() if "pause" in form else stored.pause,
        )


class PreferencesPage:
    """The page of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def answer(self, request: Request, token: Token) -> Response:
        """Answer a request with a genuine token."""
        reader = await to_thread.run_sync(self._site.storage.find, token.ref)
        if reader is None or reader.state not in {State.ACTIVE, State.PAUSED}:
            return self._not_subscribed(request, reader)
        stored = Choices.of_reader(reader, self._site)
        if request.method != "POST":
            return self._form(request, reader, stored)
        form = await read_form(request)
        if first(form, "action") == "all":
            return await self._leave(request, token)
        choices = Choices.of_form(form, self._site.offer, stored)
        if choices.is_nothing:
            return self._form(request, reader, choices, status=422, said="nothing")
        try:
            until = self._end_of_pause(reader, stored, choices)
        except ValueError:
            return self._form(request, reader, choices, status=422, said="pause")
        return await self._save(request, reader, choices, until)

    def _end_of_pause(self, reader: Subscriber, stored: Choices, choices: Choices) -> datetime | None:
        """Return when the chosen pause ends. Raises ValueError for a day on which none may end."""
        if choices.pause and choices.pause == stored.pause:
            # An operator may have named the hour.
            return reader.paused_until
        return end_of_pause(choices.pause, self._site.now(), self._site.timezone)

    async def _save(
        self, request: Request, reader: Subscriber, choices: Choices, paused_until: datetime | None
    ) -> Response:
        choose = partial(
            self._site.storage.choose,
            reader.ref,
            digests={digest: digest in choices.digests for digest in self._site.offer.digests},
            topics=choices.topics,
            lang=choices.lang,
            paused_until=paused_until,
            at=self._site.now(),
        )
        after = await to_thread.run_sync(choose)
        if after is None:
            return self._not_subscribed(request, None)
        return self._form(request, after, Choices.of_reader(after, self._site), said="saved")

    async def _leave(self, request: Request, token: Token) -> Response:
        leave = partial(
            self._site.storage.unsubscribe,
            token.ref,
            digest=None,
            at=self._site.now(),
            channel=Channel.PREFERENCES_PAGE,
            scope=token.scope,
        )
        reader = await to_thread.run_sync(leave)
        return self._site.page(
            request, "unsubscribed.html", reader=reader, digest=self._site.name, others=[], can_undo=False
        )

    def _form(
        self, request: Request, reader: Subscriber, choices: Choices, *, status: int = 200, said: str = ""
    ) -> Response:
        offer = self._site.offer
        lang = self._site.language(request, reader)
        today = self._site.now().astimezone(self._site.timezone).date()
        return self._site.page(
            request,
            "preferences.html",
            reader=reader,
            status=status,
            said=said,
            choices=choices,
            digests=offer.digests,
            frequencies=offer.frequencies,
            topics={topic: offer.topic_label(topic, lang) for topic in offer.topics},
            languages={language: own_name(language) for language in offer.languages},
            first_day=today + timedelta(days=1),
            last_day=today + MAX_PAUSE,
        )

    def _not_subscribed(self, request: Request, reader: Subscriber | None) -> Response:
        return self._site.page(
            request,
            "message.html",
            reader=reader,
            title="You are not subscribed",
            texts=["So there is nothing to choose. To get the newsletter, please sign up."],
            offers_sign_up=True,
        )
