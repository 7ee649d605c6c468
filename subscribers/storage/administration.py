"""What operators do with one reader: each method is one transaction, and the record of it is part of that."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, insert, select, update

from subscribers.addresses import Address
from subscribers.administering import (
    Arrangement,
    Found,
    HashedAddress,
    Wanted,
    addition,
    changed,
    check_leaving,
    check_move,
)
from subscribers.audit import Errand
from subscribers.consent import Action, Channel
from subscribers.erasedfile import Remembered
from subscribers.errors import AdministrationError
from subscribers.requests import Choice
from subscribers.states import State
from subscribers.storage.deeds import record_deed
from subscribers.storage.erasing import strengthened
from subscribers.storage.person import change, end, leave, load, record
from subscribers.storage.suppressing import suppress
from subscribers.storage.tables import subscribers, subscriptions, suppressed_hashes
from subscribers.storage.transactions import writing
from subscribers.suppression import Suppression, SuppressionKeys
from subscribers.values import Subscriber, topics_to_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an operator's command did: who the reader was, and is."""

    before: Found
    after: Found


class AdministrationStorage:
    """What an operator does with one reader, named by the unique form of an address (`Address.key`)."""

    def __init__(self, engine: Engine, suppression_keys: SuppressionKeys) -> None:
        self._engine = engine
        self._keys = suppression_keys

    def find(self, key: str, errand: Errand) -> Found:
        """Return what is known of an address; that somebody looked is recorded."""
        with writing(self._engine) as connection:
            found = self._found(connection, key)
            ref = found.subscriber.ref if found.subscriber else None
            record_deed(connection, "show", errand, ref=ref, people=0 if ref is None else 1)
            return found

    def add(
        self,
        address: Address,
        choice: Choice,
        *,
        lang: str,
        evidence: str,
        errand: Errand,
        new_ref: bytes,
    ) -> Change:
        """Add a reader, or digests to one: active with *evidence* that they agreed, else pending, to be asked by mail.

        Raises AdministrationError.
        """
        with writing(self._engine) as connection:
            before = self._found(connection, address.key)
            to = addition(before, choice, lang, is_confirmed=bool(evidence))
            if before.subscriber is None:
                _insert(connection, address, new_ref, to, errand)
            else:
                _arrange(connection, before.subscriber, to, errand)
            after = self._found(connection, address.key)
            if evidence:
                payload = {**after.reader.choices, **errand.evidence, "evidence": evidence}
                _consent(connection, after.reader, Action.CONFIRM, errand, payload)
            details = {"state": after.reader.state, "digests": list(choice.digests)}
            record_deed(connection, "add", errand, ref=after.reader.ref, details=details)
            return Change(before=before, after=after)

    def change(self, key: str, wanted: Wanted, errand: Errand) -> Change:
        """Change what a reader gets. Raises AdministrationError."""
        with writing(self._engine) as connection:
            before = self._found(connection, key)
            to = changed(before.reader, wanted, now=errand.at, has_note=bool(errand.note))
            _arrange(connection, before.reader, to, errand)
            after = self._found(connection, key)
            payload = {**after.reader.choices, **errand.evidence}
            if after.reader.choices != before.reader.choices:
                _consent(connection, after.reader, Action.CHANGE, errand, payload)
            until = after.reader.paused_until
            details = {**after.reader.choices, "paused_until": until and until.isoformat()}
            record_deed(connection, "set", errand, ref=after.reader.ref, details=details)
            return Change(before=before, after=after)

    def move(self, key: str, address: Address, errand: Errand) -> Change:
        """Give a reader another address; what they agreed to goes along, a bounce of the old address does not.

        Who is pending is asked again, at the new address. Raises AdministrationError.
        """
        with writing(self._engine) as connection:
            before = self._found(connection, key)
            reader = before.reader
            check_move(reader, self._found(connection, address.key))
            change(
                connection,
                reader,
                email=address.email,
                email_key=address.key,
                as_entered=address.as_entered,
                suppressed=None,
                suppressed_at=None,
                asked_at=None,
            )
            payload = {"address": "changed", "before": reader.suppressed, **errand.evidence}
            _consent(connection, reader, Action.CHANGE, errand, payload)
            record_deed(connection, "move", errand, ref=reader.ref)
            return Change(before=before, after=self._found(connection, address.key))

    def unsubscribe(self, key: str, digest: str | None, errand: Errand) -> Change:
        """End the subscription to *digest*, or all (None). Raises AdministrationError."""
        with writing(self._engine) as connection:
            before = self._found(connection, key)
            check_leaving(before.reader, digest)
            leave(
                connection,
                before.reader,
                digest,
                at=errand.at,
                channel=Channel.OPERATOR,
                payload=errand.evidence,
            )
            record_deed(connection, "unsubscribe", errand, ref=before.reader.ref, details={"digest": digest})
            return Change(before=before, after=self._found(connection, key))

    def suppress(
        self,
        address: Address,
        reason: Suppression,
        *,
        lang: str,
        errand: Errand,
        new_ref: bytes,
        remember: Callable[[Sequence[Remembered]], None],
    ) -> Change:
        """Never mail an address again, whoever's it is; a stronger reason stays.

        *remember* gets the hash of which the reason became a stronger one, before that is committed.
        """
        with writing(self._engine) as connection:
            before = self._found(connection, address.key)
            found = before
            if found.subscriber is None and found.hashed is None:
                # Nobody asked for anything yet: there is only an address to remember.
                nobody = Arrangement(state=State.UNSUBSCRIBED, lang=lang, digests={})
                _insert(connection, address, new_ref, nobody, errand)
                found = self._found(connection, address.key)
            if found.subscriber is not None:
                suppress(
                    connection,
                    [found.subscriber.id],
                    reason,
                    at=errand.at,
                    channel=Channel.OPERATOR,
                    evidence=errand.evidence,
                )
            if found.hashed is not None:
                remember(strengthened(connection, self._keys, [address.email], reason, errand.at))
            ref = found.subscriber.ref if found.subscriber else None
            record_deed(connection, "suppress", errand, ref=ref, details={"reason": reason})
            return Change(before=before, after=self._found(connection, address.key))

    def unsuppress(self, key: str, errand: Errand) -> Change:
        """Let an address be mailed again, an erased one too; state and digests stay as they are.

        Raises AdministrationError when it is not suppressed.
        """
        with writing(self._engine) as connection:
            before = self._found(connection, key)
            reader, hashed = before.subscriber, before.hashed
            if hashed is None and before.reader.suppressed is None:
                raise AdministrationError("This address is not suppressed.")
            if hashed is not None:
                theirs = suppressed_hashes.c.hash.in_(self._keys.hashes(key))
                connection.execute(delete(suppressed_hashes).where(theirs))
            if reader is not None and reader.suppressed is not None:
                change(connection, reader, suppressed=None, suppressed_at=None)
                payload = {"reason": None, "before": reader.suppressed, **errand.evidence}
                _consent(connection, reader, Action.RELEASE, errand, payload)
            details = {
                "reason": reader.suppressed if reader else None,
                "hashed": hashed.reason if hashed else None,
            }
            record_deed(connection, "unsuppress", errand, ref=reader.ref if reader else None, details=details)
            return Change(before=before, after=self._found(connection, key))

    def _found(self, connection: Connection, key: str) -> Found:
        """Return what is known of an address. Raises KeysError when erased ones could not be recognised."""
        used = connection.execute(select(suppressed_hashes.c.key_id).distinct()).scalars()
        self._keys.check_covers(used)
        row = connection.execute(
            select(suppressed_hashes.c.reason, suppressed_hashes.c.at)
            .where(suppressed_hashes.c.hash.in_(self._keys.hashes(key)))
            .order_by(suppressed_hashes.c.at)
        ).first()
        return Found(
            subscriber=load(connection, subscribers.c.email_key == key, to_change=True),
            hashed=None if row is None else HashedAddress(reason=row.reason, at=row.at),
        )


def _insert(connection: Connection, address: Address, ref: bytes, to: Arrangement, errand: Errand) -> None:
    """Add somebody who was not known."""
    row = {
        "ref": ref,
        "email": address.email,
        "email_key": address.key,
        "as_entered": address.as_entered,
        "lang": to.lang,
        "state": to.state,
        "created_at": errand.at,
        "confirmed_at": errand.at if to.state == State.ACTIVE else None,
        "unsubscribed_at": errand.at if to.state == State.UNSUBSCRIBED else None,
    }
    connection.execute(insert(subscribers), row)
    added = load(connection, subscribers.c.ref == ref)
    assert added is not None
    _subscribe(connection, added, to, errand)


def _arrange(connection: Connection, before: Subscriber, to: Arrangement, errand: Errand) -> None:
    """Make it so that *before* stands where *to* says."""
    values: dict[str, object] = {"state": to.state, "lang": to.lang, "paused_until": to.paused_until}
    if to.state == State.ACTIVE and before.state in {State.PENDING, State.UNSUBSCRIBED}:
        values |= {"confirmed_at": errand.at, "unsubscribed_at": None}
    change(connection, before, **values)
    end(connection, before, set(before.wanted) - set(to.digests), errand.at)
    _subscribe(connection, before, to, errand)


def _subscribe(connection: Connection, before: Subscriber, to: Arrangement, errand: Errand) -> None:
    known: Mapping[str, object] = {each.digest: each for each in before.subscriptions}
    for digest, topics in sorted(to.digests.items()):
        text = topics_to_text(topics)
        if digest in known:
            its = (subscriptions.c.subscriber_id == before.id, subscriptions.c.digest == digest)
            connection.execute(update(subscriptions).where(*its).values(topics=text, ended_at=None))
        else:
            row = {
                "subscriber_id": before.id,
                "digest": digest,
                "topics": text,
                "created_at": errand.at,
            }
            connection.execute(insert(subscriptions), row)


def _consent(
    connection: Connection, reader: Subscriber, action: Action, errand: Errand, payload: Mapping[str, object]
) -> None:
    record(connection, reader.ref, action, Channel.OPERATOR, at=errand.at, payload=payload)
