"""What the links of a confirmation do: confirming what was asked for, and never mailing an address again. One transaction each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, insert, select, update

from subscribers.addresses import Address
from subscribers.consent import Action, Channel
from subscribers.erasedfile import Remembered
from subscribers.requests import Choice, Kind, Request, RequestState
from subscribers.states import State
from subscribers.storage.erasing import remember
from subscribers.storage.person import record
from subscribers.storage.requests import NO_ADDRESS, Wanted, erased_reason, find
from subscribers.storage.suppressing import suppress
from subscribers.storage.tables import requests, subscribers, subscriptions, suppressed_hashes
from subscribers.storage.transactions import have_alone, reading, writing
from subscribers.suppression import LIFTED_BY_SIGN_UP, Suppression, SuppressionKeys
from subscribers.values import topics_to_text

#: Nothing else is agreed to on the site: nobody is tracked.
PURPOSE = "newsletter"
#: Entry point → how its box stood. None takes in what does not say yes.
_CHECKBOXES: Mapping[str, str] = {"form": "ticked", "embed": "ticked", "api": "true"}


class Confirmed(StrEnum):
    """What confirming came to."""

    DONE = "done"
    #: It was confirmed before, and still holds.
    ALREADY = "already"
    #: It holds no more: they have left since, or must not be mailed, or what was asked for is no longer kept.
    GONE = "gone"
    #: The new address is another reader's; this one has been left.
    TAKEN = "taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """How the button was pressed, for the record."""

    at: datetime
    #: Seconds since the page was made.
    dwell_s: float
    #: Of the key that the token was made with.
    key_id: str
    #: What the site said of the controller and its privacy notice.
    controller: str = ""
    privacy_url: str = ""
    privacy_version: str = ""


class ConfirmationStorage:
    """What the pages behind the links of a confirmation do."""

    def __init__(
        self,
        engine: Engine,
        suppression_keys: SuppressionKeys,
        mailbox_of: Callable[[str], bytes],
        journal: Callable[[Remembered], None],
    ) -> None:
        self._engine = engine
        self._keys = suppression_keys
        self._mailbox_of = mailbox_of
        #: Keeps a hash outside the database too.
        self._journal = journal

    def find(self, ref: bytes) -> Request | None:
        """Return the request whose mail's links call it *ref*; None once nothing is kept of it."""
        with reading(self._engine) as connection:
            found = find(connection, ref)
            return found if found is not None and found.email else None

    def confirm(self, ref: bytes, press: Press, new_ref: Callable[[], bytes]) -> Confirmed:
        """Do what the request *ref* asked for: its digests, topics and language, and nothing else.

        Doing it again changes nothing. *new_ref* makes 12 random bytes.
        """
        with writing(self._engine) as connection:
            request = _alone(connection, ref)
            if request is None or not request.email:
                return Confirmed.GONE
            if request.kind is Kind.NEW_ADDRESS:
                return self._change_address(connection, request, press, new_ref)
            row = _by_key(connection, request.email_key)
            if not self._may_come_back(connection, request, row):
                return Confirmed.GONE
            if request.done_at is not None:
                is_here = row is not None and row.state in {State.ACTIVE, State.PAUSED}
                return Confirmed.ALREADY if is_here else Confirmed.GONE
            reader, is_new = self._activate(connection, request, row, press, new_ref)
            self._note(connection, request, reader.ref, Action.CONFIRM, press)
            _done(connection, request, press.at)
            if is_new:
                self._welcome(connection, request, reader.ref, press.at, new_ref())
            return Confirmed.DONE

    def block(self, ref: bytes, at: datetime) -> bool:
        """Never mail the address of the request *ref* again; False once nothing is kept of it."""
        with writing(self._engine) as connection:
            request = _alone(connection, ref)
            if request is None or not request.email:
                return False
            row = _by_key(connection, request.email_key)
            if row is None or row.state == State.PENDING:
                # Somebody else's idea: nothing is kept but what keeps us from writing.
                self._remember(connection, request.email_key, at)
            if row is not None and row.state == State.PENDING:
                connection.execute(delete(subscribers).where(subscribers.c.id == row.id))
            elif row is not None:
                suppress(connection, [row.id], Suppression.BLOCK, at=at, channel=Channel.BLOCK_PAGE)
            _forget(connection, request.email_key)
            return True

    def _may_come_back(self, connection: Connection, request: Request, row: Row[Any] | None) -> bool:
        """Whether a confirmation of what was asked then still says what its reader wants."""
        if row is None:
            return request.done_at is None and self._is_lifted_by_sign_up(connection, request.email_key)
        if row.suppressed is not None and Suppression(row.suppressed) not in LIFTED_BY_SIGN_UP:
            return False
        left = max((at for at in (row.unsubscribed_at, row.suppressed_at) if at), default=None)
        return left is None or request.created_at > left

    def _activate(
        self,
        connection: Connection,
        request: Request,
        row: Row[Any] | None,
        press: Press,
        new_ref: Callable[[], bytes],
    ) -> tuple[Row[Any], bool]:
        """Make the request's address an active reader with what was chosen; return them, and whether they were none."""
        if row is None:
            self._lift(connection, request.email_key)
            connection.execute(insert(subscribers), _new_row(request, new_ref(), press.at))
        else:
            is_here = row.state in {State.ACTIVE, State.PAUSED}
            values: dict[str, object] = {"suppressed": None, "suppressed_at": None}
            if request.kind is Kind.SIGN_UP:
                values["lang"] = request.lang
            if not is_here:
                values |= {
                    "state": State.ACTIVE,
                    "confirmed_at": press.at,
                    "unsubscribed_at": None,
                    "paused_until": None,
                }
            connection.execute(update(subscribers).where(subscribers.c.id == row.id).values(values))
        reader = _by_key(connection, request.email_key)
        assert reader is not None
        if request.kind is Kind.SIGN_UP:
            _subscribe(connection, reader.id, Choice.from_payload(request.payload), press.at)
        return reader, row is None or row.state not in {State.ACTIVE, State.PAUSED}

    def _change_address(
        self, connection: Connection, request: Request, press: Press, new_ref: Callable[[], bytes]
    ) -> Confirmed:
        reader = connection.execute(
            select(subscribers)
            .where(subscribers.c.ref == bytes.fromhex(request.payload["subscriber"]))
            .with_for_update()
        ).one_or_none()
        if request.done_at is not None:
            return Confirmed.ALREADY if reader is not None else Confirmed.GONE
        if reader is None or reader.suppressed is not None or reader.state == State.UNSUBSCRIBED:
            return Confirmed.GONE
        if not self._is_lifted_by_sign_up(connection, request.email_key):
            return Confirmed.GONE
        other = _by_key(connection, request.email_key)
        if other is not None and other.id != reader.id and other.state != State.PENDING:
            return Confirmed.TAKEN
        if other is not None and other.id != reader.id:
            connection.execute(delete(subscribers).where(subscribers.c.id == other.id))
        self._lift(connection, request.email_key)
        old = Wanted(
            kind=Kind.ADDRESS_CHANGED,
            ref=new_ref(),
            address=Address(reader.email, reader.email_key, reader.as_entered),
            mailbox=self._mailbox_of(reader.email_key),
            lang=reader.lang,
            payload={"subscriber": reader.ref.hex()},
        )
        connection.execute(
            update(subscribers)
            .where(subscribers.c.id == reader.id)
            .values(email=request.email, email_key=request.email_key, as_entered=request.as_entered)
        )
        connection.execute(insert(requests), old.to_row(press.at))
        self._note(connection, request, reader.ref, Action.CHANGE, press)
        _done(connection, request, press.at)
        return Confirmed.DONE

    def _is_lifted_by_sign_up(self, connection: Connection, email_key: str) -> bool:
        """Whether what is left of an address lets its owner come back; of most nothing is left."""
        reason = erased_reason(connection, self._keys, email_key)
        return reason is None or reason in LIFTED_BY_SIGN_UP

    def _lift(self, connection: Connection, email_key: str) -> None:
        """Forget that an address was erased: its owner wants the newsletter again."""
        theirs = suppressed_hashes.c.hash.in_(self._keys.hashes(email_key))
        connection.execute(delete(suppressed_hashes).where(theirs))

    def _note(
        self, connection: Connection, request: Request, ref: bytes, action: Action, press: Press
    ) -> None:
        payload = {
            **{key: value for key, value in request.payload.items() if key != "subscriber"},
            "lang": request.lang,
            "request_at": request.created_at.isoformat(),
            "mailed_at": request.mailed_at.isoformat() if request.mailed_at else None,
            "message_id": request.message_id,
            "confirmed_at": press.at.isoformat(),
            "method": "button",
            "dwell_s": round(press.dwell_s, 1),
            "key_id": press.key_id,
            "controller": press.controller,
            "privacy_url": press.privacy_url,
            "privacy_version": press.privacy_version or None,
        }
        if action is Action.CONFIRM:
            payload |= {"purpose": PURPOSE, "checkbox": _CHECKBOXES.get(payload.get("entry", ""))}
        record(connection, ref, action, Channel.CONFIRM_PAGE, at=press.at, payload=payload)

    def _welcome(
        self, connection: Connection, request: Request, reader: bytes, at: datetime, ref: bytes
    ) -> None:
        wanted = Wanted(
            kind=Kind.WELCOME,
            ref=ref,
            address=Address(request.email, request.email_key, request.as_entered),
            mailbox=request.mailbox,
            lang=request.lang,
            payload={"subscriber": reader.hex(), "digests": request.payload["digests"]},
        )
        connection.execute(insert(requests), wanted.to_row(at))

    def _remember(self, connection: Connection, email_key: str, at: datetime) -> None:
        """Keep a hash of an address that is no reader's, as one of an address that blocked us."""
        entry = Remembered.of_address(email_key, self._keys, reason=Suppression.BLOCK, at=at)
        # First: a database that is put back is told of it again.
        self._journal(entry)
        remember(connection, [entry])


def _alone(connection: Connection, ref: bytes) -> Request | None:
    """Return the request *ref*; until the transaction ends, other links for the same address wait, whichever mail they are of."""
    seen = find(connection, ref)
    if seen is None or not seen.email:
        return None
    have_alone(connection, seen.email_key)
    # The reader before the request: in the same order as whoever erases them.
    _by_key(connection, seen.email_key)
    return find(connection, ref, to_change=True)


def _by_key(connection: Connection, email_key: str) -> Row[Any] | None:
    return connection.execute(
        select(subscribers).where(subscribers.c.email_key == email_key).with_for_update()
    ).one_or_none()


def _new_row(request: Request, ref: bytes, at: datetime) -> Mapping[str, object]:
    return {
        "ref": ref,
        "email": request.email,
        "email_key": request.email_key,
        "as_entered": request.as_entered,
        "lang": request.lang,
        "state": State.ACTIVE,
        "created_at": at,
        "asked_at": at,
        "confirmed_at": at,
    }


def _subscribe(connection: Connection, subscriber_id: int, choice: Choice, at: datetime) -> None:
    topics = topics_to_text(choice.topics)
    theirs = subscriptions.c.subscriber_id == subscriber_id
    known: Sequence[str] = connection.execute(select(subscriptions.c.digest).where(theirs)).scalars().all()
    connection.execute(
        update(subscriptions)
        .where(theirs, subscriptions.c.digest.in_(choice.digests))
        .values(topics=topics, ended_at=None)
    )
    new = sorted(set(choice.digests) - set(known))
    if new:
        row = {"subscriber_id": subscriber_id, "topics": topics, "created_at": at}
        connection.execute(insert(subscriptions), [{**row, "digest": digest} for digest in new])


def _done(connection: Connection, request: Request, at: datetime) -> None:
    connection.execute(update(requests).where(requests.c.id == request.id).values(done_at=at))


def _forget(connection: Connection, email_key: str) -> None:
    """Keep nothing of what was asked for an address that wants nothing, and mail nothing of it."""
    theirs = requests.c.email_key == email_key
    connection.execute(
        update(requests)
        .where(theirs, requests.c.state == RequestState.WAITING)
        .values(state=RequestState.DROPPED, reason="suppressed: block")
    )
    connection.execute(update(requests).where(theirs).values(NO_ADDRESS))
