"""What must hold between settings beyond their types: each rule is one function of a value, returning a complaint."""

import ipaddress
import re
from collections.abc import Iterator
from difflib import get_close_matches
from email.headerregistry import Address
from email.utils import getaddresses
from string import Formatter
from urllib.parse import SplitResult, urlsplit

from newsletter.settings.model import PROVIDERS, Settings

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")
LINK_PLACEHOLDERS = frozenset({"year", "month", "day", "slug", "kind"})

Complaint = tuple[str, str, str | None]


def is_loopback(url: str) -> bool:
    """Whether *url* names this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def address_of(text: str) -> Address | None:
    """Return the one mailbox that *text* (`Name <local@domain>` or bare) spells, or None."""
    found = getaddresses([text])
    if len(found) != 1 or _CONTROL.search(text):
        return None
    name, spec = found[0]
    local, at, domain = spec.rpartition("@")
    if not (at and local and "." in domain) or re.search(r"[\s<>,;\"()]", spec) or not local.isascii():
        return None
    return Address(display_name=name, username=local, domain=domain)


def complaints(settings: Settings) -> Iterator[Complaint]:
    """Yield (dotted key, what is wrong, what to do) for all of *settings*."""
    yield from _names(settings)
    yield from _mailboxes(settings)
    yield from _languages(settings)
    yield from _links(settings)
    yield from _digests(settings)
    yield from _provider(settings)
    yield from _theme(settings)


def _names(settings: Settings) -> Iterator[Complaint]:
    newsletter = settings.newsletter
    for name in ("name", "from_", "reply_to", "transactional_from"):
        if _CONTROL.search(getattr(newsletter, name)):
            yield (
                f"newsletter.{name.rstrip('_')}",
                "has a line break or control character.",
                "Keep it on one line.",
            )
    if not newsletter.name.strip():
        yield "newsletter.name", "is empty.", "Write the name readers know you by."


def _mailboxes(settings: Settings) -> Iterator[Complaint]:
    newsletter = settings.newsletter
    for name in ("from_", "reply_to", "transactional_from"):
        value = getattr(newsletter, name)
        if (value or name == "from_") and address_of(value) is None:
            yield (
                f"newsletter.{name.rstrip('_')}",
                f"`{value}` is not one mailbox.",
                "Write Name <local@example.org>.",
            )
    for name in ("editors", "operators"):
        for value in getattr(newsletter, name):
            if address_of(value) is None:
                yield f"newsletter.{name}", f"`{value}` is not one mailbox.", "Write local@example.org."
    if not settings.provider.is_rehearsal and _same_mailbox(newsletter.transactional_from, newsletter.from_):
        yield (
            "newsletter.transactional_from",
            "must be another address than `from` (confirmations and issues build separate reputations).",
            'For example transactional_from = "Network <hello@example.org>".',
        )


def _languages(settings: Settings) -> Iterator[Complaint]:
    newsletter = settings.newsletter
    if not newsletter.languages:
        yield "newsletter.languages", "is empty.", 'Name at least one, e.g. ["en"].'
    for language in newsletter.languages:
        if not _LANGUAGE.fullmatch(language):
            yield (
                "newsletter.languages",
                f"`{language}` is not a language tag.",
                "Write tags such as en, fr, pt-BR.",
            )
    if len(set(newsletter.languages)) < len(newsletter.languages):
        yield "newsletter.languages", "names a language twice.", None


def _same_mailbox(left: str, right: str) -> bool:
    one, two = address_of(left or right), address_of(right)
    return one is not None and two is not None and one.addr_spec.casefold() == two.addr_spec.casefold()


def _split(url: str) -> SplitResult | None:
    """Return the parts of a web address; None when it is none, or names a user."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for one that cannot be
    except ValueError:
        return None
    is_address = parts.scheme in {"http", "https"} and parts.hostname and not re.search(r"[\s@]", url)
    return parts if is_address else None


def _links(settings: Settings) -> Iterator[Complaint]:
    for key, url in (
        ("newsletter.site_url", settings.newsletter.site_url),
        ("newsletter.public_url", settings.newsletter.public_url),
    ):
        parts = _split(url)
        if parts is None or parts.query or parts.fragment:
            yield key, f"`{url}` is not a web address.", "Write https://host, with a path if it has one."
        elif key.endswith("public_url") and parts.scheme == "http" and not is_loopback(url):
            yield (
                key,
                "http is only for this machine; readers' links must be https.",
                f"Write https://{parts.netloc}.",
            )
    if settings.provider.base_url:
        parts = _split(settings.provider.base_url)
        if parts is None:
            yield "provider.base_url", f"`{settings.provider.base_url}` is not a web address.", None
        elif parts.scheme == "http" and not is_loopback(settings.provider.base_url):
            yield (
                "provider.base_url",
                "http is only for this machine: it would send the API key in the open.",
                None,
            )
    for kind, pattern in settings.content.links.items():
        if kind not in {"news", "event"}:
            yield f"content.links.{kind}", f"there is no kind `{kind}`.", "Kinds are news and event."
        yield from _placeholders(f"content.links.{kind}", pattern)


def _placeholders(key: str, pattern: str) -> Iterator[Complaint]:
    try:
        used = {name for _, name, _, _ in Formatter().parse(pattern) if name is not None}
    except ValueError as error:
        yield key, f"`{pattern}`: {error}.", None
        return
    for name in sorted(used - LINK_PLACEHOLDERS):
        known = " ".join(f"{{{placeholder}}}" for placeholder in sorted(LINK_PLACEHOLDERS))
        yield key, f"there is no placeholder {{{name}}}.", f"Known: {known}."


def _digests(settings: Settings) -> Iterator[Complaint]:
    for key, digest in settings.digests.items():
        if not _NAME.fullmatch(key):
            yield f"digests.{key}", "a digest's key is lower-case letters, digits and _.", None
        if not digest.kinds:
            yield (
                f"digests.{key}.kinds",
                "is empty: nothing would be in it.",
                'Write ["news", "event"], or leave it out.',
            )
        if not digest.title.strip():
            yield f"digests.{key}.title", "is empty.", "Write what readers subscribe to."
        for kind in digest.kinds:
            if kind not in {"news", "event"}:
                yield f"digests.{key}.kinds", f"there is no kind `{kind}`.", "Kinds are news and event."
        for topic in digest.topics:
            if topic not in settings.topics:
                known = ", ".join(settings.topics) or "none yet: add [topics]"
                yield f"digests.{key}.topics", f"there is no topic `{topic}`.", f"Known topics: {known}."
        if digest.rename_from and digest.rename_from in settings.digests:
            yield (
                f"digests.{key}.rename_from",
                f"`{digest.rename_from}` is still a digest.",
                "Remove one of the two.",
            )


def _provider(settings: Settings) -> Iterator[Complaint]:
    for section, provider in (("provider", settings.provider), ("transactional", settings.transactional)):
        if provider is None:
            continue
        if provider.name not in PROVIDERS:
            nearest = get_close_matches(provider.name, PROVIDERS, n=1)
            meant = f"Did you mean `{nearest[0]}`?" if nearest else f"Known here: {', '.join(PROVIDERS)}."
            yield f"{section}.name", f"there is no provider `{provider.name}`.", meant
        if provider.name == "smtp" and not provider.host:
            yield (
                f"{section}.host",
                "is missing: the mail server's name.",
                'For example host = "smtp.example.org".',
            )


def _theme(settings: Settings) -> Iterator[Complaint]:
    if not _COLOUR.fullmatch(settings.theme.accent):
        yield (
            "theme.accent",
            f"`{settings.theme.accent}` is not a colour.",
            "Write six hex digits, e.g. #0b5cad.",
        )
