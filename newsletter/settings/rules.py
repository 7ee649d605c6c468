"""What must hold between settings, beyond the form of each: a rule is a function of all of them that yields complaints."""

import re
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass

from newsletter.issues.digests import Digest
from newsletter.nearest import did_you_mean
from newsletter.settings.addresses import has_password
from newsletter.settings.environment import by_variable
from newsletter.settings.forms import KINDS, address_of
from newsletter.settings.model import Settings

#: A rule about one digest that its caller brings: dotted key, what is wrong, what to do.
DigestRule = Callable[[Digest], tuple[str, str, str] | None]

_KEY = re.compile(r"[a-z][a-z0-9_]*")
_YEAR_HOURS = 366 * 24
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z0-9]", re.IGNORECASE)
#: Of the services that have any that can be chosen; mail must not leave by another for a slip of the pen.
_REGIONS: Mapping[str, tuple[str, ...]] = {"mailgun": ("eu", "us"), "sendgrid": ("eu",)}


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with a setting, and what to do."""

    key: str
    message: str
    help: str
    #: Keys of other settings that it speaks of.
    because_of: tuple[str, ...] = ()


def complaints(
    settings: Settings, variables: Set[str], digest_rule: DigestRule | None
) -> Iterator[Complaint]:
    """Yield what is wrong with *settings*; *variables*: the keys that do not stand in the file."""
    yield from _transactional(settings)
    yield from _languages(settings)
    yield from _service(settings)
    yield from _passwords(settings, variables)
    for key, digest in settings.digests.items():
        yield from _digest(f"digests.{key}", digest, settings)
        if digest_rule and (found := digest_rule(digest)):
            yield Complaint(*found, because_of=(f"digests.{key}.period",))


def _transactional(settings: Settings) -> Iterator[Complaint]:
    newsletter = settings.newsletter
    chosen = newsletter.transactional_from or newsletter.from_
    if not settings.provider.is_rehearsal and _same_mailbox(chosen, newsletter.from_):
        yield Complaint(
            "newsletter.transactional_from",
            "must be another address than `from` (confirmations and issues build separate reputations).",
            'For example transactional_from = "Network <hello@example.org>".',
        )
    if settings.transactional is None or settings.provider.is_rehearsal:
        return
    if settings.transactional.is_rehearsal:
        yield Complaint(
            "transactional.name",
            f"is `{settings.transactional.name}`: confirmations would stay on this machine, and nobody could sign up.",
            f'For example name = "{settings.provider.name}"; or take [transactional] and its variables out.',
            because_of=("provider.name",),
        )


def _same_mailbox(left: str, right: str) -> bool:
    one, two = address_of(left), address_of(right)
    return one is not None and two is not None and one.addr_spec.casefold() == two.addr_spec.casefold()


def _languages(settings: Settings) -> Iterator[Complaint]:
    languages = settings.newsletter.languages
    if not languages:
        yield Complaint("newsletter.languages", "is empty.", 'Name at least one, e.g. ["en"].')
    if len({language.casefold() for language in languages}) < len(languages):
        yield Complaint("newsletter.languages", "names a language twice.", "Keep one of the two.")


def _service(settings: Settings) -> Iterator[Complaint]:
    for section, provider in (("provider", settings.provider), ("transactional", settings.transactional)):
        if provider is None:
            continue
        if provider.name == "smtp" and not provider.host:
            yield Complaint(
                f"{section}.host",
                "is missing: the mail server's name.",
                'For example host = "smtp.example.org".',
            )
        if provider.name == "mailgun" and not _DOMAIN.fullmatch(provider.domain):
            what = f"`{provider.domain}` is not a domain." if provider.domain else "is missing."
            yield Complaint(
                f"{section}.domain",
                f"{what} Mailgun sends for one of its account's domains.",
                'For example domain = "mg.example.org".',
            )
        if provider.name == "ses" and not provider.region:
            yield Complaint(
                f"{section}.region",
                "is missing: Amazon SES has no default.",
                'For example region = "eu-central-1".',
            )
        regions = _REGIONS.get(provider.name)
        if regions is not None and provider.region not in {"", *regions}:
            yield Complaint(
                f"{section}.region",
                f"{provider.name} has no region `{provider.region}`.",
                f"Write one of {', '.join(regions)}, or leave it out.",
            )


def _passwords(settings: Settings, variables: Set[str]) -> Iterator[Complaint]:
    for key, url in (
        ("database.url", settings.database.url),
        ("alerts.url", settings.alerts.url),
        ("alerts.heartbeat_url", settings.alerts.heartbeat_url),
    ):
        if key not in variables and has_password(url):
            yield Complaint(
                key, "holds a password, which does not belong in the settings file.", by_variable(key)
            )


def _digest(place: str, digest: Digest, settings: Settings) -> Iterator[Complaint]:
    if not _KEY.fullmatch(digest.key):
        yield Complaint(
            place,
            "a digest's key is lower-case letters, digits and _, and begins with a letter.",
            "Write one such as [digests.monthly].",
        )
    if not digest.title.strip():
        yield Complaint(f"{place}.title", "is empty.", "Write what readers subscribe to.")
    if not digest.kinds:
        yield Complaint(
            f"{place}.kinds", "is empty: nothing would be in it.", 'Write ["news", "event"], or leave it out.'
        )
    for kind in digest.kinds:
        if kind not in KINDS:
            yield Complaint(f"{place}.kinds", f"there is no kind `{kind}`.", did_you_mean(kind, KINDS))
    for topic in digest.topics:
        if topic not in settings.topics:
            help_ = (
                did_you_mean(topic, settings.topics)
                if settings.topics
                else "There are none yet: add [topics]."
            )
            yield Complaint(f"{place}.topics", f"there is no topic `{topic}`.", help_, because_of=("topics",))
    for name in ("preview_lead_hours", "max_lateness_hours"):
        if getattr(digest, name) > _YEAR_HOURS:
            yield Complaint(f"{place}.{name}", "is longer than a year.", f"Write at most {_YEAR_HOURS}.")
    if digest.rename_from and digest.rename_from in settings.digests:
        yield Complaint(
            f"{place}.rename_from", f"`{digest.rename_from}` is still a digest.", "Remove one of the two."
        )
