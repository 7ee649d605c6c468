"""Brevo: one request for up to a thousand readers, each a message version with the reader's own links as `params`.

Brevo reads contents and subject as templates: the links stand there as `{{params.…}}`, and a brace of our own that
would open something of Brevo's is a parameter too, so that it reaches readers as it was written. Variables are escaped
by default in its template language, and perhaps not in contents sent along: links therefore have no character that
escaping would change. A repeat under the same key within 30 minutes is refused, which proves that it was accepted.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from typing import Any
from urllib.parse import quote
from uuid import UUID

import msgspec

from newsletter.delivery.bounces import bounce_of, status_in
from newsletter.delivery.events import Bounce, Event, EventKind, Posted, diagnostic
from newsletter.delivery.letter import Letter, LetterKind
from newsletter.delivery.providers.asking import is_to, known
from newsletter.delivery.providers.base import Capabilities, LookUp
from newsletter.delivery.providers.http import HttpSession, Reply
from newsletter.delivery.providers.reading import address, decoded, event_id, fields, moment, ours, text
from newsletter.delivery.providers.sending_domains import about_domains, above, domain_of
from newsletter.delivery.providers.verifying import require_password
from newsletter.delivery.values import Receipt, Recipient, Verdict
from newsletter.errors import (
    AccountError,
    OutcomeUnknownError,
    RefusedError,
    UnreadableEventError,
)
from newsletter.rendering.values import Slot
from newsletter.settings.model import NO_SECRET, Secret, Webhook

URL = "https://api.brevo.com"

CAPABILITIES = Capabilities(
    max_batch=1000,
    key_window_s=30 * 60,
    look_up=LookUp.ACCEPTANCE,
    reports_events=True,
    shortcomings=(
        "Brevo adds a List-Unsubscribe of its own: send yourself a mail and see that our pair arrives, once and unchanged.",
        "Headers of a single reader's mail are not documented at Brevo; the Date and the Message-ID are its own.",
        "Tracking of links is a setting of the account at Brevo: switch it off there. A request refuses only the pixel.",
        "Issue and delivery stand in a header that the reader can see.",
        "Brevo may drop a sender's name that has both a comma and letters outside ASCII.",
        "A doubt older than Brevo's keys, 30 minutes, ends when an event comes, or when the mail is found in Brevo's log.",
        "Whether a key counts that was answered with an error is not documented: a refused repeat counts as accepted.",
        "An address that Brevo finds invalid refuses the whole request with all its readers.",
    ),
)

#: Bytes of one version's `params`, and of all of them together.
_VERSION_BYTES, _ALL_BYTES = 100_000, 1_000_000
_NAME_LENGTH = 70

#: Fields of their own in a request, or, as Date and Message-ID, not ours to set.
_NOT_HEADERS = frozenset({"Date", "Message-ID", "Reply-To", "To"})

_SLOTS = "|".join(re.escape(slot) for slot in Slot)
#: A slot, or a brace that would open something of Brevo's, also together with the slot's placeholder behind it.
_PLACE = re.compile(rf"\{{(?=[{{%#]|{_SLOTS})|{_SLOTS}")
_PLACEHOLDERS = {str(slot): f"{{{{params.{slot.name.lower()}}}}}" for slot in Slot} | {
    "{": "{{params.brace}}"
}
#: The same whether or not it is escaped for HTML: no ampersand, no quote, no angle bracket, and no brace.
_PLAIN_LINK = re.compile(r"[A-Za-z0-9:/.?=_~%+,;@\[\]-]*")

_CODE = re.compile(r'"code"\s*:\s*"(\w+)"')
#: Codes of errors that every other request would meet too, whatever their status.
_ABOUT_US = frozenset({"account_under_validation", "not_enough_credits", "permission_denied", "unauthorized"})

#: By name without its underscores: in settings and exports of Brevo's they are `hardBounce` and the like.
_KINDS = {
    "request": EventKind.ACCEPTED,
    "sent": EventKind.ACCEPTED,
    "delivered": EventKind.DELIVERED,
    "deferred": EventKind.DEFERRED,
    "hardbounce": EventKind.BOUNCED,
    "softbounce": EventKind.BOUNCED,
    "invalid": EventKind.BOUNCED,
    "invalidemail": EventKind.BOUNCED,
    "blocked": EventKind.REJECTED,
    "error": EventKind.REJECTED,
    "spam": EventKind.COMPLAINED,
    "complaint": EventKind.COMPLAINED,
    "unsubscribe": EventKind.UNSUBSCRIBED,
    "unsubscribed": EventKind.UNSUBSCRIBED,
    "opened": EventKind.OPENED,
    "uniqueopened": EventKind.OPENED,
    # Fetched ahead by a machine.
    "proxyopen": EventKind.OPENED,
    "uniqueproxyopen": EventKind.OPENED,
    "loadedbyproxy": EventKind.OPENED,
    "click": EventKind.CLICKED,
    "clicked": EventKind.CLICKED,
}
_SOFT_BOUNCE = "softbounce"
#: The last is of the account's own time zone: good for telling events apart, not for telling the time.
_TIMES, _DATE = ("ts_epoch", "ts_event", "ts"), "date"


class _Answer(msgspec.Struct, frozen=True, rename="camel"):
    """The ids in the order of the versions, or the only one."""

    message_ids: tuple[str, ...] = ()
    message_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brevo:
    """An account at Brevo."""

    base_url: str = ""
    api_key: Secret = NO_SECRET
    name: str = "brevo"
    capabilities: Capabilities = CAPABILITIES

    def open(self) -> "BrevoSession":
        """Return a session that connects with its first request."""
        return BrevoSession(self._http())

    def _http(self) -> HttpSession:
        headers = {
            "api-key": self.api_key.reveal(),
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        return HttpSession(self.base_url or URL, headers)

    def look_up(self, letter: Letter, recipients: Sequence[Recipient]) -> frozenset[int]:
        """Ask its log of events (`GET /v3/smtp/statistics/events`), of the last 30 days."""
        tag = letter.mailing
        return known(
            self._http(),
            recipients,
            path="/v3/smtp/statistics/events",
            query=lambda reader: {"email": reader.email, "tags": tag, "limit": "100"},
            listed="events",
            # The tag also where it is written as a list, as in webhooks: `["tag"]`.
            is_theirs=lambda reader, event: (
                is_to(reader, event.get("email")) and text(event.get("tag")).strip('[]"') == tag
            ),
        )

    def check(self, sender: str = "") -> str:
        """Ask whose key it is: `GET /v3/account`."""
        account = fields(self._http().get_once("/v3/account"))
        if sender:
            self._require_domain(domain_of(sender))
        return f"Brevo knows the key: it is of the account `{text(account.get('companyName'))}`."

    def _require_domain(self, author: str) -> None:
        """Raise AccountError when Brevo would put its own domain in the place of *author*: `GET /v3/senders/domains/{domainName}`.

        Each is asked for by name: the list of all comes in pages, and how to turn them is not documented.
        """
        for domain in (author, *above(author)):
            found = about_domains(self._http(), f"/v3/senders/domains/{quote(domain, safe='')}", "Brevo")
            if found is None:
                continue
            said = fields(found).get("authenticated")
            if said is True:
                return
            if said is not False:
                raise OutcomeUnknownError(f"Brevo knows the key, and does not say how {domain} stands.")
        raise AccountError(
            f"Brevo has not authenticated {author}, and sends from a domain of its own instead. Authenticate it there."
        )


@dataclass(slots=True)
class BrevoSession:
    """One connection to Brevo."""

    #: Not shown: it holds the key.
    _http: HttpSession = field(repr=False)

    def send(self, letter: Letter, recipients: Sequence[Recipient]) -> Sequence[Receipt]:
        """Send a mail to each reader in one request, which may be repeated for 30 minutes."""
        body = msgspec.json.encode(_request(letter, recipients))
        try:
            reply = self._http.post("/v3/smtp/email", body)
        except RefusedError as error:
            return _receipts_of_refusal(error, recipients)
        return _receipts(reply, recipients)

    def close(self) -> None:
        """End the connection."""
        self._http.close()


def _request(letter: Letter, recipients: Sequence[Recipient]) -> dict[str, Any]:
    """Return the request. Raises AccountError for a letter that Brevo cannot send as it is."""
    shared = {name: value for name, value in letter.shared_headers().items() if name not in _NOT_HEADERS}
    request = {"sender": _person(letter.sender.address), "tags": [letter.mailing]}
    if letter.sender.reply_to:
        request["replyTo"] = _person(letter.sender.reply_to)
    if any(_PLACE.search(value) for value in shared.values()):
        raise AccountError("Brevo may fill in `{{`, `{%` or `{#` in a header. Change the newsletter's name.")
    if letter.kind is not LetterKind.TEST:
        # A second test within half an hour is a new one.
        request["headers"] = {"idempotencyKey": str(UUID(hex=letter.request_key(recipients), version=4))}
    versions = [_version(letter, shared, recipient) for recipient in recipients]
    _check_size(versions)
    return request | {
        "subject": _template(letter.subject),
        "htmlContent": _template(letter.html),
        "textContent": _template(letter.text),
        "messageVersions": versions,
    }


def _person(address: Address) -> dict[str, str]:
    name = address.display_name
    if len(name) > _NAME_LENGTH or _PLACE.search(name):
        raise AccountError(
            f"Brevo takes names of at most {_NAME_LENGTH} characters, without `{{{{`, `{{%` and `{{#`. Change `{name}`."
        )
    return {"email": address.addr_spec} | ({"name": name} if name else {})


def _template(text: str) -> str:
    """Return *text* as Brevo's template language has to read it."""
    return _PLACE.sub(lambda found: _PLACEHOLDERS[found[0]], text)


def _version(letter: Letter, shared: Mapping[str, str], recipient: Recipient) -> dict[str, Any]:
    """Return what differs from reader to reader, with all headers: whether the request's would be kept is not told."""
    slots = letter.slots(recipient)
    own = letter.own_headers(recipient, slots).items()
    metadata = msgspec.json.encode(letter.metadata(recipient)).decode("ascii")
    params = {slot.name.lower(): link for slot, link in slots.items()}
    if not all(_PLAIN_LINK.fullmatch(link) for link in params.values()):
        raise AccountError(
            "Brevo may change a character of the readers' links. Use a public_url of letters, digits and `-._~:/` only."
        )
    return {
        # Whether the pixel may be put into this reader's mail.
        "to": [{"email": recipient.email, "contactPixelTrackingConsent": False}],
        "headers": {
            **shared,
            **{name: value for name, value in own if name not in _NOT_HEADERS},
            "X-Mailin-custom": metadata,
        },
        # The brace last: filled in one after the other, it makes no placeholder either.
        "params": {**params, "brace": "{"},
    }


def _check_size(versions: Sequence[Mapping[str, Any]]) -> None:
    sizes = [len(msgspec.json.encode(version["params"])) for version in versions]
    if max(sizes) > _VERSION_BYTES or sum(sizes) > _ALL_BYTES:
        raise AccountError(
            f"The links of {len(versions)} readers have {sum(sizes)} bytes; Brevo takes {_ALL_BYTES}, and "
            f"{_VERSION_BYTES} of one reader. Use a shorter public_url."
        )


def _receipts_of_refusal(error: RefusedError, recipients: Sequence[Recipient]) -> list[Receipt]:
    """Return the receipts of a repeat; raise what any other refusal means for us."""
    found = _CODE.search(str(error))
    code = found[1] if found else ""
    if code == "duplicate_parameter":
        words = "accepted at an earlier try; the ids are not known"
        return [Receipt(recipient.subscriber_id, Verdict.ACCEPTED, words) for recipient in recipients]
    if code == "duplicate_request":
        raise OutcomeUnknownError(f"an earlier request may have been accepted: {error}") from error
    if code in _ABOUT_US or "sender" in str(error).lower():
        raise AccountError(f"{error} Check the account, its credit and the sender at Brevo.") from error
    raise error


def _receipts(reply: Reply, recipients: Sequence[Recipient]) -> list[Receipt]:
    """Read an answer reader by reader. Raises OutcomeUnknownError when it does not account for each of them."""
    answer = reply.read(_Answer, "a list of ids")
    ids = answer.message_ids or (answer.message_id,)
    if len(ids) != len(recipients) or not all(ids):
        raise OutcomeUnknownError(
            f"the answer ({reply.status}) has {len(list(filter(None, ids)))} ids for {len(recipients)} readers"
        )
    return [
        Receipt(recipient.subscriber_id, Verdict.ACCEPTED, provider_id=provider_id)
        for recipient, provider_id in zip(recipients, ids, strict=True)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class BrevoReceiver:
    """Brevo's webhooks: an event or a list of them, without a signature, so a password tells who sends them."""

    settings: Webhook

    def verify(self, posted: Posted, now: datetime) -> None:
        """Raise ForgedEventError unless the password is right."""
        require_password(posted, self.settings)

    def read(self, posted: Posted, now: datetime) -> Iterable[Event]:
        """Return the events that name a reader."""
        found = decoded(posted.body)
        if not isinstance(found, dict | list):
            raise UnreadableEventError("Brevo's events are neither an object nor a list")
        entries = found if isinstance(found, list) else [found]
        events = (
            _event({name.lower(): value for name, value in fields(one).items()}, now) for one in entries
        )
        return (event for event in events if event.email)


def _event(data: Mapping[str, Any], now: datetime) -> Event:
    name = re.sub(r"[_\s]", "", text(data.get("event")).lower())
    kind = _KINDS.get(name, EventKind.UNKNOWN)
    email, message = address(data.get("email")), text(data.get("message-id"))
    words = diagnostic(data.get("reason"))
    status = status_in(words)
    times = [data.get(key) for key in _TIMES]
    stamp = next(filter(None, map(text, [*times, data.get(_DATE)])), "")
    issue, delivery = ours(_custom(data.get("x-mailin-custom")))
    return Event(
        provider="brevo",
        # `id` is the webhook's.
        id=event_id(message, email, name, stamp),
        kind=kind,
        bounce=_bounce(name, status, words) if kind is EventKind.BOUNCED else None,
        at=moment(*times, now=now),
        email=email,
        issue=issue,
        delivery=delivery,
        # In brackets, as in the answers to our requests.
        message=message,
        status=status,
        diagnostic=words,
    )


def _bounce(name: str, status: str, words: str) -> Bounce:
    return bounce_of(is_permanent=name != _SOFT_BOUNCE, status=status, words=words)


def _custom(value: object) -> object:
    """Return the metadata that we sent along as JSON; nothing for anything else."""
    try:
        return decoded(value.encode("utf-8", "replace")) if isinstance(value, str) else value
    except UnreadableEventError:
        return None
