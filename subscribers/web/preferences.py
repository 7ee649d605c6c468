"""`/preferences/{token}`: which digests, which topics, which language. Shows no address: mails are passed on."""

from dataclasses import dataclass
from functools import partial

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from subscribers.consent import Channel
from subscribers.offers import Offer
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

    @property
    def is_nothing(self) -> bool:
        """Whether nothing at all would be mailed; that is leaving, and is asked about."""
        return not self.digests or self.topics == frozenset()

    @classmethod
    def of_reader(cls, reader: Subscriber) -> "Choices":
        """Return what is stored. Where digests differ in their topics, the page shows them together."""
        wishes = [each.topics for each in reader.wanted.values()]
        topics = None if None in wishes else frozenset(topic for wish in wishes for topic in wish or ())
        return cls(digests=frozenset(reader.wanted), topics=topics, lang=reader.lang)

    @classmethod
    def of_form(cls, form: Form, offer: Offer, reader: Subscriber) -> "Choices":
        """Return what the form says; what is not offered counts for nothing."""
        # A page that offers no choice has no field for it.
        digests = frozenset(form.get("digest", ()) if len(offer.digests) > 1 else offer.digests)
        is_some = bool(offer.topics) and first(form, "topics") == "some"
        lang = first(form, "lang")
        return cls(
            digests=digests & frozenset(offer.digests),
            topics=frozenset(form.get("topic", ())) & frozenset(offer.topics) if is_some else None,
            lang=lang if lang in offer.languages else reader.lang,
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
        if request.method != "POST":
            return self._form(request, reader, Choices.of_reader(reader))
        form = await read_form(request)
        if first(form, "action") == "all":
            return await self._leave(request, token)
        return await self._save(request, reader, Choices.of_form(form, self._site.offer, reader))

    async def _save(self, request: Request, reader: Subscriber, choices: Choices) -> Response:
        if choices.is_nothing:
            return self._form(request, reader, choices, status=422, said="nothing")
        choose = partial(
            self._site.storage.choose,
            reader.ref,
            digests={digest: digest in choices.digests for digest in self._site.offer.digests},
            topics=choices.topics,
            lang=choices.lang,
            at=self._site.now(),
        )
        after = await to_thread.run_sync(choose)
        if after is None:
            return self._not_subscribed(request, None)
        return self._form(request, after, Choices.of_reader(after), said="saved")

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
        return self._site.page(
            request,
            "preferences.html",
            reader=reader,
            status=status,
            said=said,
            choices=choices,
            digests=offer.digests,
            topics={topic: offer.topic_label(topic, lang) for topic in offer.topics},
            languages={language: own_name(language) for language in offer.languages},
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
