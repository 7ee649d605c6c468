"""One subscriber at a time: found, leaving, coming back, choosing; and how many there are."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine, case, func, insert, select, update

from subscribers.consent import Action, Channel, ConsentRecord
from subscribers.leaving import reopenable, state_after_undo
from subscribers.states import State
from subscribers.storage.tables import consent_records, subscribers, subscriptions
from subscribers.storage.transactions import reading, writing
from subscribers.suppression import Suppression
from subscribers.values import Statistics, Subscriber, Subscription, topics_from_text, topics_to_text


class SubscriberStorage:
    """What the site and the commands do with one subscriber."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, ref: bytes) -> Subscriber | None:
        """Return the subscriber whom links call *ref*; None once erased."""
        with reading(self._engine) as connection:
            return _load(connection, ref)

    def find_by_key(self, email_key: str) -> Subscriber | None:
        """Return the subscriber whose address has the unique form *email_key*; None when there is none."""
        with reading(self._engine) as connection:
            ref = connection.execute(
                select(subscribers.c.ref).where(subscribers.c.email_key == email_key)
            ).scalar()
            return None if ref is None else _load(connection, ref)

    def unsubscribe(
        self, ref: bytes, *, digest: str | None, at: datetime, channel: Channel, scope: str
    ) -> Subscriber | None:
        """End the subscription to *digest*, or all (None), and return who they are now; None when erased.

        Who gets nothing any more is unsubscribed. Doing it again changes nothing. *scope* is what the link was
        about, for the record.
        """
        with writing(self._engine) as connection:
            before = _load(connection, ref, to_change=True)
            if before is None:
                return None
            ending = set(before.wanted) if digest is None else set(before.wanted) & {digest}
            remain = set(before.wanted) - ending
            if not ending and (remain or before.state == State.UNSUBSCRIBED):
                return before
            _end(connection, before, ending, at)
            if not remain:
                _set(connection, before, state=State.UNSUBSCRIBED, unsubscribed_at=at)
            payload = {"scope": scope, "digests": sorted(ending)}
            record(connection, before.ref, Action.WITHDRAW, channel, at=at, payload=payload)
            return _load(connection, ref)

    def undo(self, ref: bytes, *, digest: str | None, since: datetime, at: datetime) -> Subscriber | None:
        """Take a leaving back, when it happened at *since* or later; return who they are now, None when erased.

        It reopens *digest* and what was ended after it: not what was given up before.
        """
        with writing(self._engine) as connection:
            before = _load(connection, ref, to_change=True)
            if before is None:
                return None
            reopening = reopenable(before, digest=digest, since=since)
            state = state_after_undo(
                confirmed_at=before.confirmed_at, paused_until=before.paused_until, now=at
            )
            if not reopening or state is None:
                return before
            connection.execute(
                update(subscriptions)
                .where(subscriptions.c.subscriber_id == before.id, subscriptions.c.digest.in_(reopening))
                .values(ended_at=None)
            )
            if before.state == State.UNSUBSCRIBED:
                _set(connection, before, state=state, unsubscribed_at=None)
            payload = {"digests": sorted(reopening)}
            record(connection, before.ref, Action.CONFIRM, Channel.UNDO, at=at, payload=payload)
            return _load(connection, ref)

    def choose(
        self,
        ref: bytes,
        *,
        digests: Mapping[str, bool],
        topics: Iterable[str] | None,
        lang: str,
        at: datetime,
    ) -> Subscriber | None:
        """Store what an active or paused subscriber chose; return who they are now, None when erased.

        *digests*: key → wanted, for those that were offered; others stay as they are. One choice of *topics* for
        all of them (None: all topics).
        """
        with writing(self._engine) as connection:
            before = _load(connection, ref, to_change=True)
            if before is None or before.state not in {State.ACTIVE, State.PAUSED}:
                return before
            text = topics_to_text(topics)
            known = {each.digest for each in before.subscriptions}
            wanted = {digest for digest, is_wanted in digests.items() if is_wanted}
            _end(connection, before, set(before.wanted) & set(digests) - wanted, at)
            connection.execute(
                update(subscriptions)
                .where(subscriptions.c.subscriber_id == before.id, subscriptions.c.digest.in_(wanted))
                .values(topics=text, ended_at=None)
            )
            for digest in sorted(wanted - known):
                row = {"subscriber_id": before.id, "digest": digest, "topics": text, "created_at": at}
                connection.execute(insert(subscriptions), row)
            _set(connection, before, lang=lang)
            after = _load(connection, ref)
            if after is not None and _choices(after) != _choices(before):
                channel = Channel.PREFERENCES_PAGE
                record(connection, before.ref, Action.CHANGE, channel, at=at, payload=_choices(after))
            return after

    def statistics(self) -> Statistics:
        """Return how many subscribers there are in each state."""
        state = case((subscribers.c.suppressed.is_not(None), "suppressed"), else_=subscribers.c.state)
        with reading(self._engine) as connection:
            rows = connection.execute(
                select(state.label("state"), func.count().label("total")).group_by(state)
            )
            return Statistics(**{row.state: row.total for row in rows})


def _load(connection: Connection, ref: bytes, *, to_change: bool = False) -> Subscriber | None:
    statement = select(subscribers).where(subscribers.c.ref == ref)
    if to_change:
        # Two requests at once follow each other; SQLite has one writer anyway.
        statement = statement.with_for_update()
    row = connection.execute(statement).one_or_none()
    if row is None:
        return None
    wishes = connection.execute(
        select(subscriptions).where(subscriptions.c.subscriber_id == row.id).order_by(subscriptions.c.digest)
    )
    return Subscriber(
        id=row.id,
        ref=row.ref,
        email=row.email,
        lang=row.lang,
        state=State(row.state),
        paused_until=row.paused_until,
        suppressed=None if row.suppressed is None else Suppression(row.suppressed),
        created_at=row.created_at,
        confirmed_at=row.confirmed_at,
        unsubscribed_at=row.unsubscribed_at,
        subscriptions=tuple(
            Subscription(
                digest=wish.digest,
                topics=topics_from_text(wish.topics),
                created_at=wish.created_at,
                ended_at=wish.ended_at,
            )
            for wish in wishes
        ),
    )


def _end(connection: Connection, subscriber: Subscriber, digests: set[str], at: datetime) -> None:
    connection.execute(
        update(subscriptions)
        .where(subscriptions.c.subscriber_id == subscriber.id, subscriptions.c.digest.in_(digests))
        .values(ended_at=at)
    )


def _set(connection: Connection, subscriber: Subscriber, **values: object) -> None:
    connection.execute(update(subscribers).where(subscribers.c.id == subscriber.id).values(**values))


def _choices(subscriber: Subscriber) -> dict[str, object]:
    topics = {digest: each.topics for digest, each in subscriber.wanted.items()}
    return {"lang": subscriber.lang, "digests": topics}


def record(
    connection: Connection,
    ref: bytes,
    action: Action,
    channel: Channel,
    *,
    at: datetime,
    payload: Mapping[str, object],
) -> None:
    """Add to the record of consents, in the caller's transaction; *ref*: the subscriber's."""
    entry = ConsentRecord(subscriber_ref=ref, at=at, action=action, channel=channel, payload=payload)
    connection.execute(
        insert(consent_records),
        {
            "subscriber_ref": entry.subscriber_ref,
            "at": entry.at,
            "action": entry.action,
            "channel": entry.channel,
            "payload": entry.payload_text,
        },
    )
