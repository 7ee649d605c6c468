"""Sends what waits: one mail at a time, claimed before it leaves; links are made at that moment, and stored nowhere."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from subscribers.mails import Courier, Mail, Outcome, Sent
from subscribers.requests import Kind, Request
from subscribers.storage import SubscriberStorage
from subscribers.storage.mail_queue import MailLimits, MailQueue
from subscribers.tokens import Purpose, TokenKeys

#: Looked at in one go; then the domains take turns anew.
MOST_AT_ONCE = 50
#: An invitation leaves no sooner than this after the one before: people who never asked are not to be a wave of complaints.
BETWEEN_INVITATIONS = timedelta(seconds=2)
#: After a pause, so many of them may be made up for.
MOST_INVITATIONS = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one look at the queue came to."""

    accepted: int = 0
    #: Not accepted: put off, refused, in doubt.
    failed: int = 0
    lapsed: int = 0
    #: Why a person must act, in the provider's words; "" when none need.
    alarm: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailroom:
    """Mails what readers and strangers asked for."""

    queue: MailQueue
    subscribers: SubscriberStorage
    courier: Courier
    keys: TokenKeys = field(repr=False)
    limits: MailLimits
    #: Where the site is reached, without a slash at the end.
    public_url: str
    #: Puts readers who were imported without evidence into the queue: new references, now → how many.
    invite: Callable[[list[bytes], datetime], int]
    last_invitation: Callable[[], datetime | None]
    #: Makes 12 random bytes.
    new_ref: Callable[[], bytes] = field(repr=False)
    clock: Callable[[], datetime]
    #: Whether to stop after the mail in hand.
    is_stopping: Callable[[], bool] = lambda: False

    def work_off(self, on_progress: Callable[[], None] = lambda: None) -> Round:
        """Send everything that is due; the provider's account being refused ends the round. *on_progress* is called now and then."""
        now = self.clock()
        lapsed = self.queue.lapse(now)
        self.queue.take_up_lost(now)
        self._invite(now)
        accepted = failed = 0
        while not self.is_stopping() and (due := self.queue.waiting(self.clock(), MOST_AT_ONCE)):
            on_progress()
            for request in due:
                if self.is_stopping():
                    break
                sent = self._answer(request)
                if sent is None:
                    continue
                accepted += sent.outcome is Outcome.ACCEPTED
                failed += sent.outcome is not Outcome.ACCEPTED
                if sent.is_about_us:
                    return Round(accepted=accepted, failed=failed, lapsed=lapsed, alarm=sent.words)
        return Round(accepted=accepted, failed=failed, lapsed=lapsed)

    def _answer(self, request: Request) -> Sent | None:
        """Send the mail of a request; None when none is to leave now."""
        now = self.clock()
        claimed = self.queue.claim(request, self.new_ref(), self.limits, now)
        if claimed is None:
            return None
        mail = self._mail(claimed, claimed.claimed_at or now)
        if mail is None:
            self.queue.drop(claimed, "no such subscriber any more")
            return None
        sent = self.courier.send(mail)
        self.queue.finish(claimed, sent, self.clock())
        return sent

    def _mail(self, request: Request, issued_at: datetime) -> Mail | None:
        """Return the mail that answers *request*, its links made at *issued_at*; None when whom it is about is gone."""
        links = self._links(request, issued_at)
        if links is None:
            return None
        return Mail(
            kind=request.kind,
            to=request.email,
            lang=request.lang,
            ref=request.ref,
            links=links,
            digests=tuple(request.payload.get("digests", ())),
        )

    def _links(self, request: Request, issued_at: datetime) -> dict[str, str] | None:
        match request.kind:
            case Kind.SIGN_UP | Kind.INVITATION | Kind.NEW_ADDRESS:
                return {
                    "confirm": self._link("confirm", Purpose.CONFIRM, request.ref, "", issued_at),
                    "block": self._link("block", Purpose.BLOCK, request.ref, ""),
                }
            case Kind.MANAGE:
                reader = self.subscribers.find_by_key(request.email_key)
                if reader is None:
                    return None
                return {"manage": self._link("manage", Purpose.MANAGE, reader.ref, "", issued_at)}
            case Kind.WELCOME:
                ref = bytes.fromhex(request.payload["subscriber"])
                reader = self.subscribers.find(ref)
                if reader is None or not reader.wanted:
                    return None
                digests = request.payload["digests"]
                scope = digests[0] if len(digests) == 1 else ""
                return {
                    "unsubscribe": self._link("unsubscribe", Purpose.UNSUBSCRIBE, ref, scope),
                    "preferences": self._link("preferences", Purpose.PREFERENCES, ref, scope),
                }
            case Kind.ADDRESS_CHANGED:
                return {}

    def _link(
        self, page: str, purpose: Purpose, ref: bytes, scope: str, issued_at: datetime | None = None
    ) -> str:
        return f"{self.public_url}/{page}/{self.keys.make(purpose, ref, scope, issued_at)}"

    def _invite(self, now: datetime) -> None:
        """Put into the queue as many imported readers as time has gone by for since the last one."""
        last = self.last_invitation()
        most = MOST_INVITATIONS if last is None else int((now - last) / BETWEEN_INVITATIONS)
        if most > 0:
            self.invite([self.new_ref() for _ in range(min(most, MOST_INVITATIONS))], now)
