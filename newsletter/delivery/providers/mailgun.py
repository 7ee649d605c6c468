"""Mailgun: one request for up to a thousand readers, with each reader's own values beside the shared body.

`%recipient.NAME%` is replaced literally, wherever it stands: what goes into the HTML is escaped here, and content that
spells a placeholder of Mailgun's is refused before anything leaves.
"""

import base64
import html
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

import msgspec

from newsletter.delivery.letter import Letter
from newsletter.delivery.pattern import Pattern
from newsletter.delivery.providers.asking import is_of, known
from newsletter.delivery.providers.base import Capabilities, LookUp
from newsletter.delivery.providers.http import HttpSession, Reply, words_of
from newsletter.delivery.providers.reading import fields, text
from newsletter.delivery.providers.sending_domains import domain_of, is_within
from newsletter.delivery.values import Receipt, Recipient, Verdict
from newsletter.errors import (
    AccountError,
    OutcomeUnknownError,
    RefusedError,
    TemporaryError,
)
from newsletter.rendering.values import Slot
from newsletter.settings.model import NO_SECRET, Secret

_HOSTS = {"eu": "https://api.eu.mailgun.net", "us": "https://api.mailgun.net"}

#: Mailgun's own names: of batches, of mailing lists, of its unsubscribe pages.
_PLACEHOLDER = re.compile(r"%(?i:recipient[._%]|\w*unsubscribe_(?:url|email)%)")
_PLACEHOLDER_OR_LINE_BREAK = re.compile(rf"{_PLACEHOLDER.pattern}|[\r\n]")
#: In JSON.
_PLACEHOLDER_OR_ESCAPED_LINE_BREAK = re.compile(rf"{_PLACEHOLDER.pattern}|\\[rn]")
#: Of the placeholders that we fill: a link as it is, and with this ending escaped for HTML.
_NAMES = {slot: slot.name.lower() for slot in Slot}
_HTML = "_html"
#: A comma would make two readers of one address.
_UNFIT_ADDRESS = re.compile(r'[\s,;:<>()"]|%recipient', re.IGNORECASE)
#: The wish stands in the words of a 429, not in `Retry-After`.
_WAIT = re.compile(r"try again after (\d+) seconds")
#: A refusal that every other batch would meet too: a domain that is disabled.
_ABOUT_US = re.compile("not allowed to send")
#: Statuses of a key that is wrong, or right for something else.
_NO_ENTRY = re.compile(r"\((?:401|403):")

CAPABILITIES = Capabilities(
    max_batch=1_000,
    max_bytes=25_000_000,
    is_all_or_nothing=True,
    look_up=LookUp.ACCEPTANCE,
    reports_events=True,
    shortcomings=(
        "Mailgun knows no idempotency keys: a request without an answer is in doubt until its events arrive, or are found in its log.",
        "Mailgun refuses a whole request for one address that it cannot read.",
        "Text like `%recipient.name%` or `%unsubscribe_url%` cannot be sent: Mailgun would fill it.",
        "Unsubscribe tracking must be off in the domain's settings, or Mailgun adds a footer and headers of its own.",
        "Whether Mailgun keeps our Message-ID and Date in a batch is not documented.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailgun:
    """A sending domain at Mailgun."""

    domain: str
    api_key: Secret = NO_SECRET
    #: "eu" or "us"; nothing is "eu".
    region: str = ""
    #: Overrides the region's host; scheme, host, port and an optional prefix.
    base_url: str = ""
    name: str = "mailgun"
    capabilities: Capabilities = CAPABILITIES

    def open(self) -> "MailgunSession":
        """Return a session. Raises AccountError for a region that Mailgun does not have."""
        return MailgunSession(self._http(), f"/v3/{quote(self.domain, safe='')}/messages")

    def _http(self) -> HttpSession:
        host = self.base_url or _HOSTS.get(self.region or "eu")
        if not host:
            raise AccountError(
                f"Mailgun has no region `{self.region}`. Set [provider] region to one of: {', '.join(_HOSTS)}."
            )
        credentials = base64.b64encode(f"api:{self.api_key.reveal()}".encode()).decode("ascii")
        return HttpSession(host, {"Authorization": f"Basic {credentials}"})

    def look_up(self, letter: Letter, recipients: Sequence[Recipient]) -> frozenset[int]:
        """Ask its log of events, which is late: `GET /v3/{domain}/events`, kept for a day at the least."""
        return known(
            self._http(),
            recipients,
            path=f"/v3/{quote(self.domain, safe='')}/events",
            query=lambda reader: {"recipient": reader.email, "limit": "100"},
            listed="items",
            is_theirs=lambda reader, event: is_of(letter, reader, event.get("user-variables")),
        )

    def check(self, sender: str = "") -> str:
        """Ask how the domain stands: `GET /v4/domains/{name}`, which a domain's own sending key may not do."""
        try:
            answer = fields(self._http().get_once(f"/v4/domains/{quote(self.domain, safe='')}"))
        except AccountError as error:
            if not _NO_ENTRY.search(str(error)):
                raise
            raise OutcomeUnknownError(
                f"Mailgun does not let this key look at the domain. A sending key is answered so, and a wrong one too: {error}"
            ) from error
        state = text(fields(answer.get("domain")).get("state"))
        if not state:
            raise OutcomeUnknownError(f"Mailgun knows the key, and does not say how {self.domain} stands.")
        if state != "active":
            raise AccountError(f"{self.domain} is {state} at Mailgun. Look at it there.")
        author = domain_of(sender)
        if author and not (is_within(author, self.domain) or is_within(self.domain, author)):
            raise AccountError(
                f"Mailgun sends for {self.domain}, which cannot vouch for mail from {author}: set `domain` in [provider], or "
                "`from` in [newsletter], so that one lies below the other."
            )
        return f"Mailgun knows the key, and {self.domain} is active."


@dataclass(slots=True)
class MailgunSession:
    """One connection to Mailgun."""

    http: HttpSession
    path: str
    #: Random, so that no content can spell it.
    _boundary: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    #: Of the letter that was sent last, made once.
    _shared: bytes = b""
    _variables: Pattern | None = None

    def send(self, letter: Letter, recipients: Sequence[Recipient]) -> Sequence[Receipt]:
        """Send one request for all readers, unless Mailgun would not read an address as one.

        Such a reader is not left out in silence: were the answer lost, an event about another would speak for them too.
        """
        _require_fit_addresses(recipients)
        return self.send_written(recipients, self.body(letter, recipients))

    def send_written(self, recipients: Sequence[Recipient], body: bytes) -> Sequence[Receipt]:
        """Send a request that is written already; else as `send`."""
        _require_fit_addresses(recipients)
        provider_id = self._accept(body)
        return [
            Receipt(reader.subscriber_id, Verdict.ACCEPTED, provider_id=provider_id) for reader in recipients
        ]

    def close(self) -> None:
        """End the connection."""
        self.http.close()

    def _accept(self, body: bytes) -> str:
        """Send the request and return Mailgun's one id for it."""
        if len(body) > CAPABILITIES.max_bytes:
            raise AccountError(
                f"The request has {len(body)} bytes, and Mailgun takes {CAPABILITIES.max_bytes}. Shorten the issue."
            )
        # Its own: another session may have written it. A form begins with it.
        boundary = body[len(b"--") : body.index(b"\r\n")].decode()
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        try:
            return _provider_id(self.http.post(self.path, body, headers))
        except TemporaryError as error:
            wish = _WAIT.search(str(error))
            if error.retry_after_s is None and wish:
                error.retry_after_s = float(wish[1])
            raise
        except RefusedError as error:
            if _ABOUT_US.search(str(error)):
                raise AccountError(f"{error} Check [provider] domain, region and base_url.") from error
            raise

    def body(self, letter: Letter, recipients: Sequence[Recipient]) -> bytes:
        """Return the form. Raises AccountError for a letter that Mailgun would change."""
        if self._variables is None or self._variables.letter is not letter:
            self._shared = self._parts(_shared_fields(letter, recipients[0]).items())
            self._variables = Pattern.of(letter, _variables)
        variables = f"{{{self._variables.filled(recipients)}}}"
        # Half a million characters: looked through only if a link is odd.
        if "%" in variables or "\\" in variables:
            _check([variables], _PLACEHOLDER_OR_ESCAPED_LINE_BREAK)
        own = [("to", reader.email) for reader in recipients]
        return b"".join((self._shared, self._parts([*own, ("recipient-variables", variables)]), self._end))

    def _parts(self, fields: Iterable[tuple[str, str]]) -> bytes:
        """Return *fields* as parts of a form (RFC 7578): nothing is escaped, so that a large body costs nothing."""
        return "".join(
            f'--{self._boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields
        ).encode()

    @property
    def _end(self) -> bytes:
        return f"--{self._boundary}--\r\n".encode()


def _require_fit_addresses(recipients: Sequence[Recipient]) -> None:
    if _UNFIT_ADDRESS.search("\0".join(reader.email for reader in recipients)):
        raise RefusedError("Mailgun would not read an address as one.")


def _shared_fields(letter: Letter, sample: Recipient) -> dict[str, str]:
    """Return the form without its readers; *sample* is any of them, and shows which values are each reader's own.

    Raises AccountError for a letter that Mailgun would change.
    """
    # RFC 5322, section 2.2.3: a long header may come folded.
    headers = {name: "".join(value.splitlines()) for name, value in letter.shared_headers().items()}
    sender = str(letter.sender.address)
    _check([*headers.values(), letter.html, letter.text], _PLACEHOLDER)
    _check([letter.subject, sender], _PLACEHOLDER_OR_LINE_BREAK)
    return {
        "from": sender,
        "subject": letter.subject,
        "html": _opened(letter.html, _HTML),
        "text": _opened(letter.text, ""),
        **{f"h:{name}": value for name, value in (headers | _own_headers(letter, sample)).items()},
        **{f"v:{name}": _placeholder(name) for name in letter.metadata(sample)},
        "o:tracking": "no",
        "o:tracking-clicks": "no",
        "o:tracking-opens": "no",
        # Readers would see the metadata.
        "o:suppress-headers": "X-Mailgun-Variables",
    }


def _own_headers(letter: Letter, sample: Recipient) -> dict[str, str]:
    """Return each reader's own headers with placeholders; the issue stays in the Message-ID, should it not be filled."""
    own = letter.own_headers(sample, letter.slots(sample))
    delivery = letter.metadata(sample)["delivery"]
    headers = {"Message-ID": own["Message-ID"].replace(delivery, _placeholder("delivery"))}
    if "List-Unsubscribe" in own:
        headers["List-Unsubscribe"] = f"<{_placeholder(_NAMES[Slot.UNSUBSCRIBE])}>"
    return headers


def _variables(letter: Letter, recipient: Recipient) -> str:
    """Return what fills one reader's placeholders, as a member of a JSON object: a link twice, as text and for HTML."""
    values = letter.metadata(recipient)
    for slot, link in letter.slots(recipient).items():
        values[_NAMES[slot]] = link
        values[_NAMES[slot] + _HTML] = html.escape(link)
    return msgspec.json.encode({recipient.email: values}).decode()[1:-1]


def _opened(body: str, suffix: str) -> str:
    """Return *body* with Mailgun's placeholders in place of the slots."""
    for slot, name in _NAMES.items():
        body = body.replace(slot, _placeholder(name + suffix))
    return body


def _placeholder(name: str) -> str:
    return f"%recipient.{name}%"


def _check(texts: Iterable[str], unsafe: re.Pattern[str]) -> None:
    """Raise AccountError when one of *texts* holds what Mailgun would not hand on as written."""
    for passage in texts:
        if found := unsafe.search(passage):
            raise AccountError(
                f"Mailgun cannot send this letter as written: {found[0]!r} has a meaning of its own there. Take it out "
                "of the issue, the newsletter's name and address and the public URL, or choose another provider."
            )


def _provider_id(reply: Reply) -> str:
    """Return the id of an accepted request, without brackets, as in events."""
    if b"Magnificent API" in reply.body:
        raise AccountError("This is not where Mailgun takes messages. Check [provider] base_url and domain.")
    answer = reply.json()
    if isinstance(answer, Mapping) and str(answer.get("message")).startswith("Queued"):
        return str(answer.get("id", "")).strip("<>")
    raise OutcomeUnknownError(f"Mailgun did not say that it queued the request: {words_of(reply.body)}")
