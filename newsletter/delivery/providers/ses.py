"""Amazon SES, second version of its API: one request for up to fifty readers, filled from each reader's own values.

`{{NAME}}` is replaced wherever it stands in the subject and the contents: braces of our own that would open something
of Amazon's are values too, so that they reach readers as they were written. Amazon escapes nothing that it fills in
(SES developer guide, "Advanced email personalization"): a link goes along twice, as it is and escaped for HTML.
"""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import formataddr
from typing import Any

import msgspec

from newsletter.delivery.letter import Letter
from newsletter.delivery.providers.base import Capabilities
from newsletter.delivery.providers.http import HttpSession, Reply, words_of
from newsletter.delivery.providers.reading import fields
from newsletter.delivery.providers.ses_identities import require_identity
from newsletter.delivery.values import Receipt, Recipient, Verdict
from newsletter.errors import (
    AccountError,
    NewsletterError,
    OutcomeUnknownError,
    RefusedError,
    TemporaryError,
)
from newsletter.rendering.values import Slot
from newsletter.settings.model import NO_SECRET, Secret

PATH = "/v2/email/outbound-bulk-emails"

CAPABILITIES = Capabilities(
    max_batch=50,
    max_bytes=1_000_000,
    reports_events=True,
    shortcomings=(
        "Amazon SES knows no idempotency keys and cannot be asked: a lost answer leaves its readers in doubt until events tell.",
        "Events come only with a configuration set ([provider] stream) that publishes them to a topic of Amazon SNS.",
        "Amazon SES refuses what is above the sending rate of the account: set [provider] max_per_second to it.",
        "A mail that Amazon SES accepts and cannot fill in is reported by a `Rendering Failure` event only.",
        "The Date, the Message-ID and the Feedback-ID of a mail are Amazon's own.",
    ),
)

#: Set by Amazon itself or refused in a request, and fields of their own.
_NOT_HEADERS = frozenset({"Date", "Feedback-ID", "Message-ID", "Reply-To", "To"})
_ONE_CLICK = "List-Unsubscribe-Post"
_HEADER_VALUE = re.compile(r"[ -~]+")
#: Of a header's name and value together.
_MAX_HEADER = 996
_REGION = re.compile(r"[a-z0-9-]+")
#: A comma would make two readers of one address; other letters than ASCII are refused (RFC 6531 is not supported).
_UNFIT_ADDRESS = re.compile(r'[^!-~]|[,;:<>()"]')

#: Of the values that fill a slot: a link as it is, and with this ending escaped for HTML.
_NAMES = {slot: slot.name.lower() for slot in Slot}
_HTML = "_html"
#: Marks that have a meaning in a template, by what they are called as values.
_MARKS = {"{": "opening", "}": "closing", "\\": "backslash"}
_SLOTS = "|".join(re.escape(slot) for slot in Slot)
_RUN = re.compile(rf"(?:[{{}}\\]|{_SLOTS})+")
_PART = re.compile(rf"{_SLOTS}|[{{}}\\]")
_SPECIAL = re.compile(rf"\{{\{{|{_SLOTS}")

_REFUSED = frozenset({"MESSAGE_REJECTED", "INVALID_PARAMETER"})
#: The rate or the quota is used up, or something failed for now: nothing was accepted.
_LATER = frozenset({"ACCOUNT_THROTTLED", "TRANSIENT_FAILURE", "ACCOUNT_DAILY_QUOTA_EXCEEDED"})
#: The quota counts the last 24 hours: it comes back little by little.
_QUOTA, _QUOTA_WAIT_S = "ACCOUNT_DAILY_QUOTA_EXCEEDED", 3600.0
_ABOUT_US = frozenset(
    {
        "ACCOUNT_SENDING_PAUSED",
        "ACCOUNT_SUSPENDED",
        "CONFIGURATION_SET_NOT_FOUND",
        "CONFIGURATION_SET_SENDING_PAUSED",
        "INVALID_SENDING_POOL_NAME",
        "MAIL_FROM_DOMAIN_NOT_VERIFIED",
        "TEMPLATE_NOT_FOUND",
    }
)
#: Names and words of refusals that every other request would meet too.
_REFUSALS_OF_US = re.compile(
    r"AccountSuspended|SendingPaused|MailFromDomainNotVerified|LimitExceeded|not verified|[Cc]onfiguration ?[Ss]et"
)
_THROTTLED = re.compile(r"Throttl|TooManyRequests")
_ADVICE = (
    "Check the account, its sending limits, the verified sender and the configuration set at Amazon SES."
)


class _Result(msgspec.Struct, frozen=True, rename="pascal"):
    status: str
    error: str | None = None
    message_id: str | None = None


class _Answer(msgspec.Struct, frozen=True, rename="pascal"):
    """A result for each entry, in their order."""

    bulk_email_entry_results: tuple[_Result, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ses:
    """An account at Amazon SES, in one region."""

    #: Such as eu-central-1; part of each signature, also under another `base_url`.
    region: str
    base_url: str = ""
    access_key_id: Secret = NO_SECRET
    secret_access_key: Secret = NO_SECRET
    #: Events and tags need one.
    configuration_set: str = ""
    name: str = "ses"
    capabilities: Capabilities = CAPABILITIES

    def open(self) -> "SesSession":
        """Return a session. Raises AccountError when there is no region or no key to sign with."""
        return SesSession(self._http(), self.configuration_set)

    def _http(self) -> HttpSession:
        from requests_aws4auth import AWS4Auth

        if not _REGION.fullmatch(self.region):
            raise AccountError(
                f"Amazon SES has no region `{self.region}`. Set [provider] region, such as eu-central-1."
            )
        if not (self.access_key_id and self.secret_access_key):
            raise AccountError(
                "A key of Amazon SES is missing. Set NEWSLETTER_PROVIDER__ACCESS_KEY_ID and "
                "NEWSLETTER_PROVIDER__SECRET_ACCESS_KEY."
            )
        return HttpSession(
            self.base_url or f"https://email.{self.region}.amazonaws.com",
            {"Accept": "application/json", "Content-Type": "application/json"},
            sign=AWS4Auth(self.access_key_id.reveal(), self.secret_access_key.reveal(), self.region, "ses"),
            error_header="x-amzn-ErrorType",
        )

    def look_up(self, letter: Letter, recipients: Sequence[Recipient]) -> frozenset[int]:
        """Amazon SES has no search by tag."""
        raise NewsletterError("Amazon SES cannot be asked what it accepted; its events settle a doubt.")

    def check(self, sender: str = "") -> str:
        """Ask how the account stands in this region: `GET /v2/email/account`, for which a key may have no right."""
        try:
            account = fields(self._http().get_once("/v2/email/account"))
        except AccountError as error:
            if "AccessDenied" not in str(error):
                raise
            raise OutcomeUnknownError(
                f"Amazon SES knows the key, which may not look at the account: {error}"
            ) from error
        if not isinstance(account.get("SendingEnabled"), bool):
            raise OutcomeUnknownError("Amazon SES knows the key, and does not say how the account stands.")
        if account.get("SendingEnabled") is not True:
            raise AccountError(f"Sending is paused for the account at Amazon SES in {self.region}. {_ADVICE}")
        if account.get("ProductionAccessEnabled") is not True:
            raise AccountError(
                f"The account at Amazon SES is in the sandbox of {self.region}: only verified addresses get mail. "
                "Ask Amazon for production access."
            )
        if sender:
            require_identity(self._http(), sender, self.region)
        quota = fields(account.get("SendQuota"))
        limits = [
            f"{most:,.0f} mails {span}"
            for name, span in (("MaxSendRate", "a second"), ("Max24HourSend", "a day"))
            # -1: no limit.
            if isinstance(most := quota.get(name), int | float) and most >= 0
        ]
        return f"Amazon SES knows the key, and it may send in {self.region}: {', '.join(limits) or 'no limit is told'}."


@dataclass(slots=True)
class SesSession:
    """One connection to Amazon SES."""

    #: Not shown: it holds the key.
    _http: HttpSession = field(repr=False)
    _configuration_set: str
    _letter: Letter | None = None
    _shared: dict[str, Any] = field(default_factory=dict)

    def send(self, letter: Letter, recipients: Sequence[Recipient]) -> Sequence[Receipt]:
        """Send one request for all readers whose address Amazon reads as one."""
        unfit = {reader.subscriber_id for reader in recipients if _UNFIT_ADDRESS.search(reader.email)}
        fit = [reader for reader in recipients if reader.subscriber_id not in unfit]
        answered = iter(self._accept(letter, fit) if fit else ())
        return [
            Receipt(reader.subscriber_id, Verdict.REFUSED, "Amazon SES would not read this as one address.")
            if reader.subscriber_id in unfit
            else next(answered)
            for reader in recipients
        ]

    def close(self) -> None:
        """End the connection."""
        self._http.close()

    def _accept(self, letter: Letter, recipients: Sequence[Recipient]) -> list[Receipt]:
        one_click = letter.shared_headers().get(_ONE_CLICK, "")
        entries = [_entry(letter, recipient, one_click) for recipient in recipients]
        body = msgspec.json.encode({**self._shared_fields(letter), "BulkEmailEntries": entries})
        if len(body) > CAPABILITIES.max_bytes:
            raise AccountError(
                f"The request has {len(body)} bytes, and Amazon SES takes {CAPABILITIES.max_bytes}. Shorten the issue."
            )
        try:
            reply = self._http.post(PATH, body)
        except RefusedError as error:
            raise _explained(error) from error
        return _receipts(_results(reply, len(recipients)), recipients)

    def _shared_fields(self, letter: Letter) -> dict[str, Any]:
        """Return what all readers share, made once a letter."""
        if self._letter is not letter:
            self._shared = _request(letter, self._configuration_set)
            self._letter = letter
        return self._shared


def _request(letter: Letter, configuration_set: str) -> dict[str, Any]:
    """Return the request without its readers. Raises AccountError for a letter that Amazon SES cannot send as it is."""
    # RFC 5322, section 2.2.3: a long header may come folded.
    headers = {name: "".join(value.splitlines()) for name, value in letter.shared_headers().items()}
    # Stands in the entries, behind the link that it speaks of.
    headers.pop(_ONE_CLICK, None)
    template = {
        "TemplateContent": {
            "Subject": _template(_one_line(letter.subject), ""),
            "Text": _template(letter.text, ""),
            "Html": _template(letter.html, _HTML),
        },
        "TemplateData": "{}",
        "Headers": _headers(headers),
    }
    request: dict[str, Any] = {
        "FromEmailAddress": _mailbox(letter.sender.address),
        "DefaultContent": {"Template": template},
        "ConfigurationOverrides": {
            "Tracking": {"OpenTrackingEnabled": "DISABLED", "ClickTrackingEnabled": "DISABLED"}
        },
    }
    if letter.sender.reply_to:
        request["ReplyToAddresses"] = [_mailbox(letter.sender.reply_to)]
    if configuration_set:
        request["ConfigurationSetName"] = configuration_set
    return request


def _entry(letter: Letter, recipient: Recipient, one_click: str) -> dict[str, Any]:
    """Return one reader's part. Raises AccountError for a link that Amazon SES may fill in."""
    slots = letter.slots(recipient)
    # In this order, as Amazon asks.
    own = letter.own_headers(recipient, slots) | ({_ONE_CLICK: one_click} if one_click else {})
    return {
        "Destination": {"ToAddresses": [recipient.email]},
        "ReplacementTags": [
            {"Name": name, "Value": value} for name, value in letter.metadata(recipient).items()
        ],
        "ReplacementEmailContent": {
            "ReplacementTemplate": {"ReplacementTemplateData": msgspec.json.encode(_values(slots)).decode()}
        },
        "ReplacementHeaders": _headers(own),
    }


def _values(slots: Mapping[Slot, str]) -> dict[str, str]:
    """Return what fills one reader's template: all of it, for whether defaults are added is not told."""
    values = {}
    for slot, link in slots.items():
        _require_no_braces(link)
        values[_NAMES[slot]] = link
        values[_NAMES[slot] + _HTML] = html.escape(link)
    # The brace that opens last: filled in one after the other, it makes no placeholder either.
    return values | {_MARKS[mark]: mark for mark in "\\}{"}


def _template(text: str, suffix: str) -> str:
    """Return *text* as Amazon's templates have to read it.

    Where a slot or two braces stand, they and every brace and backslash beside them become placeholders: a backslash
    before a placeholder, or a third brace, has a meaning of its own in Handlebars.
    """
    placeholders = {str(slot): f"{{{{{name}{suffix}}}}}" for slot, name in _NAMES.items()}
    placeholders |= {mark: f"{{{{{name}}}}}" for mark, name in _MARKS.items()}

    def filled_in(run: re.Match[str]) -> str:
        if not _SPECIAL.search(run[0]):
            return run[0]
        return _PART.sub(lambda part: placeholders[part[0]], run[0])

    return _RUN.sub(filled_in, text)


def _headers(headers: Mapping[str, str]) -> list[dict[str, str]]:
    ours = {name: value for name, value in headers.items() if name not in _NOT_HEADERS}
    for name, value in ours.items():
        if not _HEADER_VALUE.fullmatch(value) or len(name + value) > _MAX_HEADER:
            raise AccountError(
                f"Amazon SES takes headers of at most {_MAX_HEADER} characters in ASCII; {name} is none. Change the "
                "newsletter's name or the public_url."
            )
        _require_no_braces(value)
    return [{"Name": name, "Value": value} for name, value in ours.items()]


def _require_no_braces(value: str) -> None:
    if "{{" in value:
        raise AccountError(
            "Amazon SES may fill in `{{` in a header or a link. Change the newsletter's name or the public_url."
        )


def _one_line(subject: str) -> str:
    if re.search(r"[\r\n]", subject):
        raise AccountError("The subject has a line break, which would begin another header. Take it out.")
    return subject


def _mailbox(address: Address) -> str:
    """Return *address* with a name as headers have it (RFC 2047): Amazon SES encodes none."""
    return formataddr((address.display_name, address.addr_spec))


def _explained(error: RefusedError) -> NewsletterError:
    """Return what the refusal of a whole request means."""
    if _THROTTLED.search(str(error)):
        return TemporaryError(str(error))
    return AccountError(f"{error} {_ADVICE}") if _REFUSALS_OF_US.search(str(error)) else error


def _results(reply: Reply, count: int) -> Sequence[_Result]:
    """Read an answer, in the order of the entries. Raises OutcomeUnknownError when it does not account for each."""
    results = reply.read(_Answer, "a list of results").bulk_email_entry_results
    if len(results) != count:
        raise OutcomeUnknownError(
            f"the answer ({reply.status}) has {len(results)} results for {count} readers"
        )
    return results


def _receipts(results: Sequence[_Result], recipients: Sequence[Recipient]) -> list[Receipt]:
    """Return a receipt for each reader.

    Raises AccountError when a result is about us and no mail can have left: once one has, its receipt must not be
    lost, and the others' next try tells.
    """
    receipts = [_receipt(result, recipient) for result, recipient in zip(results, recipients, strict=True)]
    about_us = [result for result in results if result.status in _ABOUT_US]
    may_have_left = any(receipt.verdict in {Verdict.ACCEPTED, Verdict.UNKNOWN} for receipt in receipts)
    if about_us and not may_have_left:
        raise AccountError(f"Amazon SES takes no mail from us ({_words(about_us[0])}). {_ADVICE}")
    return receipts


def _receipt(result: _Result, recipient: Recipient) -> Receipt:
    reader, words = recipient.subscriber_id, _words(result)
    match result.status:
        case "SUCCESS":
            return Receipt(reader, Verdict.ACCEPTED, provider_id=result.message_id or "")
        case status if status in _REFUSED:
            return Receipt(reader, Verdict.REFUSED, words)
        case status if status in _LATER or status in _ABOUT_US:
            wish = _QUOTA_WAIT_S if status == _QUOTA else None
            return Receipt(reader, Verdict.LATER, words, retry_after_s=wish)
        case _:
            # FAILED, and what Amazon may add: it does not say that nothing was done.
            return Receipt(reader, Verdict.UNKNOWN, words)


def _words(result: _Result) -> str:
    return words_of(f"{result.status}: {result.error or 'no words'}".encode())
