"""Mails to one person, as the tests want them."""

from datetime import timedelta
from functools import cache
from pathlib import Path

from lxml import etree

from newsletter.rendering.occasions import MailKind, Occasion
from newsletter.rendering.transactional import render_mail
from newsletter.rendering.values import RenderedMail
from tests.rendering.sample import sample_look

LINKS = {
    MailKind.SIGN_UP: ("confirm", "block"),
    MailKind.INVITATION: ("confirm", "block"),
    MailKind.WELCOME: ("preferences", "unsubscribe"),
    MailKind.MANAGE: ("manage",),
    MailKind.NEW_ADDRESS: ("confirm", "block"),
    MailKind.ADDRESS_CHANGED: (),
}
#: Of the length that tokens have.
TOKEN = "Zk3yId" + "aB3-dE5_gH7" * 6
LONG_TITLE = (
    "Vierteljährlicher Überblick über Datenschutzgrundverordnungsumsetzungsmaßnahmen und Vergaberecht"
)


def occasion(kind: MailKind, lang: str = "en", **fields: object) -> Occasion:
    """Return the occasion for a mail of *kind*."""
    values: dict[str, object] = {
        "kind": kind,
        "lang": lang,
        "links": frozenset(LINKS[kind]),
        "digests": ("Monthly digest", LONG_TITLE) if kind not in _OF_NO_DIGEST else (),
        "works_for": timedelta(minutes=30) if kind is MailKind.MANAGE else timedelta(hours=72),
        "latest_url": f"https://news.example.org/issues/monthly-2026-11?lang={lang}",
        "contact": "editors@example.org",
        **fields,
    }
    return Occasion(**values)  # type: ignore[arg-type]  # fields of every type


_OF_NO_DIGEST = {MailKind.MANAGE, MailKind.NEW_ADDRESS, MailKind.ADDRESS_CHANGED}


@cache
def rendered(kind: MailKind, lang: str = "en") -> RenderedMail:
    """Return the mail of *kind* in *lang*, with its slots open."""
    return render_mail(occasion(kind, lang), sample_look(Path("there is no such project")))


def links_of(kind: MailKind) -> dict[str, str]:
    """Return one person's links in a mail of *kind*."""
    return {name: f"https://news.example.org/{name}/{TOKEN}" for name in LINKS[kind]}


def finished(kind: MailKind, lang: str = "en") -> tuple[str, str]:
    """Return HTML and text of the mail of *kind* to one person."""
    return rendered(kind, lang).filled(links_of(kind))


def page(html: str) -> "etree._Element":
    """Return *html*, parsed."""
    return etree.fromstring(html, etree.HTMLParser())


def strings(html: str, path: str) -> list[str]:
    """Return the texts that the XPath *path* finds in *html*, each in one line."""
    found = page(html).xpath(path)
    assert isinstance(found, list)
    return [" ".join(_text(each).split()) for each in found]


def _text(found: object) -> str:
    return "".join(map(str, found.itertext())) if isinstance(found, etree._Element) else str(found)
