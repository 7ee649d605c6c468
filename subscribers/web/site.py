"""What the pages need to know, and how one is made: a template, a language, words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Protocol

from starlette.requests import Request
from starlette.responses import HTMLResponse

from subscribers.offers import Offer
from subscribers.storage import SubscriberStorage
from subscribers.tokens import TokenKeys
from subscribers.values import Subscriber
from subscribers.web.languages import direction, preferred_language


class Words(Protocol):
    """The fixed texts in one language."""

    def gettext(self, message: str, **values: object) -> str:
        """Return *message* in that language, its `{placeholders}` filled with *values*."""

    def known(self, text: str) -> str:
        """Return *text*, which is data such as a title, in that language if there happen to be words for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the pages need to know."""

    name: str
    #: The path of the public URL, without a slash at its end.
    base_path: str = ""
    storage: SubscriberStorage
    keys: TokenKeys
    offer: Offer
    #: From the scope of a token, an issue's id or a digest's key, to the digest; None: nobody knows any more. May ask
    #: the database.
    digest_of: Callable[[str], str | None]
    #: Template name and values → text; what is inserted into HTML is escaped.
    render: Callable[[str, Mapping[str, object]], str]
    #: Language → its words.
    words: Callable[[str], Words]
    #: What `web/style.css` is filled with.
    theme: object
    now: Callable[[], datetime]
    #: In which a date begins that a reader names.
    timezone: tzinfo = UTC
    #: Where a person is reached when nothing here helps; "" for nowhere.
    contact: str = ""
    privacy_url: str = ""
    #: Which one of the notices that stood there.
    privacy_version: str = ""
    imprint_url: str = ""

    def page(
        self,
        request: Request,
        template: str,
        *,
        reader: Subscriber | None = None,
        lang: str = "",
        status: int = 200,
        **values: object,
    ) -> HTMLResponse:
        """Return the page *template* in *lang* or the reader's language, else the one that the browser asks for.

        Templates get `say`, which translates, `known` for data, the *values*, and what every page shows.
        """
        lang = lang if lang in self.offer.languages else self.language(request, reader)
        words = self.words(lang)
        shown = {
            "lang": lang,
            "direction": direction(lang),
            "say": words.gettext,
            "known": words.known,
            "newsletter": self.name,
            "base_path": self.base_path,
            "privacy_url": self.privacy_url,
            "imprint_url": self.imprint_url,
            **values,
        }
        return HTMLResponse(self.render(f"web/{template}", shown), status_code=status)

    def language(self, request: Request, reader: Subscriber | None) -> str:
        """Return the language of the page that answers *request*."""
        if reader is not None and reader.lang in self.offer.languages:
            return reader.lang
        return preferred_language(request.headers.get("accept-language", ""), self.offer.languages)
