"""Any mail server, by SMTP: one message a reader, each claimed singly.

After the final dot the server may have accepted although its answer never came (RFC 5321, section 4.5.5): that one
reader is then in doubt. Everything before the body proves that nothing was accepted.
"""

import re
import smtplib
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

from newsletter.delivery.letter import Letter
from newsletter.delivery.message import MessageTemplate
from newsletter.delivery.providers.base import Capabilities
from newsletter.delivery.providers.sending_domains import domain_of
from newsletter.delivery.values import Receipt, Recipient, Verdict
from newsletter.delivery.words import without_addresses
from newsletter.errors import (
    AccountError,
    DeliveryError,
    NewsletterError,
    OutcomeUnknownError,
    TemporaryError,
)
from newsletter.settings.model import NO_SECRET, Secret

#: For each step of getting in: a person waits for this when the server is not there.
CONNECT_S = 15.0
#: For an answer later: one that does not come after the message leaves a doubt (RFC 5321, section 4.5.3.2.6).
ANSWER_S = 600.0
#: A connection idle for longer may have been closed by the server, which would look like a lost answer.
REUSE_S = 2.0

_GO_ON, _CLOSING = 354, 421
#: From here on an answer is a refusal, for now and for good (RFC 5321, section 4.2.1).
_FOR_NOW, _FOR_GOOD = 400, 500
_LOGIN_NEEDED = 530

#: What may stand in a command. Other letters need SMTPUTF8 (RFC 6531) of every server on the way.
_FIT_ADDRESS = re.compile(r"[!-;=?-~]+")
_UNFIT = "the address holds what SMTP does not take, such as a letter outside ASCII"

_PORTS = {"starttls": 587, "tls": 465, "none": 25}


CAPABILITIES = Capabilities(
    max_batch=100,
    is_one_by_one=True,
    can_embed_images=True,
    shortcomings=(
        "A mail server says what it takes, and nothing of what becomes of it: bounces and complaints are not seen.",
        "A mail server cannot be asked what it accepted: a reader whose answer never came stays in doubt.",
        "An address with letters outside ASCII before the @ is refused: SMTPUTF8 is not used.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Smtp:
    """A mail server."""

    host: str
    port: int = 0
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: Secret = NO_SECRET
    name: str = "smtp"
    capabilities: Capabilities = CAPABILITIES

    def open(self) -> "SmtpSession":
        """Return a session that connects with its first message."""
        return SmtpSession(self)

    def look_up(self, letter: Letter, recipients: Sequence[Recipient]) -> frozenset[int]:
        """SMTP has no way to ask."""
        raise NewsletterError("A mail server cannot be asked what it accepted.")

    def check(self, sender: str = "") -> str:
        """Connect, secure, log in, begin a mail from *sender* and say goodbye. Raises as `connect`."""
        server = self.connect()
        assert server.sock is not None
        server.sock.settimeout(CONNECT_S)
        try:
            status = server.mail(sender)[0] if sender else server.noop()[0]
            if status < _FOR_GOOD:
                server.rset()
                server.quit()
        except (OSError, smtplib.SMTPException) as error:
            raise TemporaryError(f"{self.where} lets us in and hangs up: {_words(error)}.") from error
        finally:
            server.close()
        if sender and status >= _FOR_GOOD:
            raise AccountError(f"{self.where} takes no mail from {domain_of(sender)}.")
        name = f"as `{self.username}`" if self.username else "without a login"
        line = "an unencrypted line" if self.security == "none" else "TLS"
        return f"{self.where} lets us in, {name}, over {line}."

    def connect(self) -> smtplib.SMTP:
        """Connect, secure and log in.

        Raises TemporaryError when the server cannot be reached or secured, AccountError when it refuses the login.
        """
        try:
            server = self._reach()
        except (OSError, smtplib.SMTPException) as error:
            raise TemporaryError(f"{self.where} cannot be reached: {_words(error)}.") from error
        try:
            self._enter(server)
        except (OSError, smtplib.SMTPException) as error:
            server.close()
            raise self._explained(error) from error
        return server

    def _explained(self, error: OSError | smtplib.SMTPException) -> DeliveryError:
        """Return what a failure between greeting and first message means for us."""
        if isinstance(error, smtplib.SMTPAuthenticationError) and error.smtp_code >= _FOR_GOOD:
            return AccountError(
                f"{self.where} refuses the login: {_words(error)}. Check [provider] username, and "
                "NEWSLETTER_PROVIDER__PASSWORD."
            )
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return AccountError(
                f"{self.where} does not offer what [provider] asks for: {_words(error)} "
                "Check security, port and username."
            )
        return TemporaryError(f"{self.where} cannot be used: {_words(error)}.")

    @property
    def where(self) -> str:
        """Host and port."""
        return f"{self.host}:{self._port}"

    @property
    def _port(self) -> int:
        return self.port or _PORTS[self.security]

    def _reach(self) -> smtplib.SMTP:
        if self.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self._port, timeout=CONNECT_S, context=context)
        return smtplib.SMTP(self.host, self._port, timeout=CONNECT_S)

    def _enter(self, server: smtplib.SMTP) -> None:
        if self.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        server.ehlo_or_helo_if_needed()
        if self.username:
            server.login(self.username, self.password.reveal())
        assert server.sock is not None
        server.sock.settimeout(ANSWER_S)


@dataclass(slots=True)
class SmtpSession:
    """One connection to the server, made when it is needed."""

    smtp: Smtp
    _server: smtplib.SMTP | None = None
    _used_at: float = 0.0
    #: The letter that was sent last, and its message.
    _letter: Letter | None = None
    _template: MessageTemplate | None = None

    def send(self, letter: Letter, recipients: Sequence[Recipient]) -> Sequence[Receipt]:
        """Hand over a message for each reader."""
        if self._template is None or self._letter is not letter:
            self._letter, self._template = letter, letter.compile().with_dots_doubled()
        return [self._send_one(letter, self._template, recipient) for recipient in recipients]

    def _send_one(self, letter: Letter, template: MessageTemplate, recipient: Recipient) -> Receipt:
        if not _FIT_ADDRESS.fullmatch(recipient.email):
            return Receipt(recipient.subscriber_id, Verdict.REFUSED, _UNFIT)
        slots = letter.slots(recipient)
        message = template.fill(letter.own_headers(recipient, slots), slots)
        server = self._connected()
        try:
            refusal = self._envelope(server, letter.sender.address.addr_spec, recipient)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise TemporaryError(f"{self.smtp.where} hung up: {_words(error)}.") from error
        except DeliveryError:
            self.close()
            raise
        if refusal:
            return refusal
        try:
            server.send(message + b".\r\n")
            code, answer = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise OutcomeUnknownError(f"no answer after the message: {_words(error)}.") from error
        self._used_at = time.monotonic()
        return _receipt(recipient, code, answer)

    def _connected(self) -> smtplib.SMTP:
        if self._server is not None and time.monotonic() - self._used_at > REUSE_S:
            self.close()
        if self._server is None:
            self._server = self.smtp.connect()
        return self._server

    def _envelope(self, server: smtplib.SMTP, sender: str, recipient: Recipient) -> Receipt | None:
        """Say who writes to whom; return the receipt of a refusal, or None when the body may follow."""
        (code, answer), *after = _ask(server, sender, recipient.email)
        words = f"{code} {_text(answer)}"
        if code >= _FOR_GOOD:
            raise AccountError(f"{self.smtp.where} refuses the sender {sender}: {words}.")
        if not _is_positive(code):
            raise TemporaryError(f"{self.smtp.where} takes nothing now: {words}.")
        for (
            code,
            answer,
        ) in after:  # to the reader, and to the wish to send: the first that is not positive counts
            words = f"{code} {_text(answer)}"
            if not _is_positive(code):
                break
        if code == _GO_ON:
            return None
        if code == _CLOSING or code < _FOR_NOW:
            raise TemporaryError(f"{self.smtp.where} takes nothing now: {words}.")
        if _is_about_us(code, answer):
            raise AccountError(f"{self.smtp.where} does not take mail from us: {words}.")
        self._used_at = time.monotonic()
        try:
            server.rset()
        except (OSError, smtplib.SMTPException):
            self.close()  # it refused this reader and hung up
        return _receipt(recipient, code, answer)

    def close(self) -> None:
        """Say goodbye if the server still listens."""
        if self._server is not None:
            try:
                self._server.quit()
            except (OSError, smtplib.SMTPException):
                self._server.close()
            self._server = None


def _ask(server: smtplib.SMTP, sender: str, reader: str) -> list[tuple[int, bytes]]:
    """Return the server's answers to sender, reader and the wish to send, up to the first that is not positive.

    A server that takes commands in a row gets them so (RFC 2920): one journey instead of three. Whatever it says, no body
    is under way afterwards unless all three were welcome.
    """
    # Not `mail` and `rcpt`, which take addresses apart again: a quarter of all the work.
    commands = (f"MAIL FROM:<{sender}>", f"RCPT TO:<{reader}>", "DATA")
    answers: list[tuple[int, bytes]] = []
    if not server.has_extn("pipelining"):
        for command in commands:
            answers.append(server.docmd(command))
            if not _is_positive(answers[-1][0]):
                break
        return answers
    if any("\r" in command or "\n" in command for command in commands):
        raise ValueError("a command is one line")
    server.send("".join(f"{command}\r\n" for command in commands))
    for _ in commands:
        try:
            answers.append(server.getreply())
        except (OSError, smtplib.SMTPException):
            if all(_is_positive(code) for code, _words in answers):
                raise
            break  # it refused us or the reader and hung up, and that is what counts
    welcome = sum(1 for _ in takewhile(lambda answer: _is_positive(answer[0]), answers))
    if welcome < len(answers) == len(commands) and answers[-1][0] == _GO_ON:
        _withdraw(server, has_reader=_is_positive(answers[1][0]))
    return answers[: welcome + 1]


def _withdraw(server: smtplib.SMTP, *, has_reader: bool) -> None:
    """End a message that the server waits for although it refused: empty when it has no reader, else never sent."""
    if has_reader:
        server.close()
        return
    with suppress(OSError, smtplib.SMTPException):
        server.docmd(".")  # to nobody (section 3.1)


def _is_positive(code: int) -> bool:
    """Whether *code* lets a sender go on (RFC 5321, section 4.2.1: the first digit decides)."""
    return 200 <= code < _FOR_NOW


def _is_about_us(code: int, answer: bytes) -> bool:
    """Whether a refusal at RCPT is of us, not of the reader: 530 (RFC 4954), or `Relay access denied` and its kin."""
    return code == _LOGIN_NEEDED or (code >= _FOR_GOOD and b"relay" in answer.lower())


def _receipt(recipient: Recipient, code: int, answer: bytes) -> Receipt:
    if 200 <= code < 300:
        return Receipt(recipient.subscriber_id, Verdict.ACCEPTED)
    verdict = Verdict.REFUSED if code >= _FOR_GOOD else Verdict.LATER
    return Receipt(recipient.subscriber_id, verdict, f"{code} {_text(answer)}")


def _text(answer: bytes) -> str:
    """Return the server's words without addresses, which must not get into a log, nor control characters."""
    words = without_addresses(answer.decode("utf-8", "replace"))
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", words).strip()[:300]


def _words(error: BaseException) -> str:
    """Return what an exception of smtplib or the system says, without our own secrets (never in its arguments)."""
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        return f"{error.smtp_code} {_text(words) if isinstance(words, bytes) else words}"
    if isinstance(error.__context__ or error, TimeoutError):
        return "no answer came in time"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
