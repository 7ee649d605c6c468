"""One subscriber at a time: found, leaving, coming back, choosing; and how many there are."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Engine, case, func, insert, select, update

from subscribers.consent import Action, Channel
from subscribers.leaving import reopenable, state_after_undo
from subscribers.states import State
from subscribers.storage.person import change, end, leave, load, pause, record
from subscribers.storage.tables import subscribers, subscriptions
from subscribers.storage.transactions import reading, writing
from subscribers.values import Statistics, Subscriber, topics_to_text


class SubscriberStorage:
    """What the site and the commands do with one subscriber."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, ref: bytes) -> Subscriber | None:
        """Return the subscriber whom links call *ref*; None once erased."""
        with reading(self._engine) as connection:
            return load(connection, subscribers.c.ref == ref)

    def find_by_key(self, email_key: str) -> Subscriber | None:
        """Return the subscriber whose address has the unique form *email_key*; None when there is none."""
        with reading(self._engine) as connection:
            return load(connection, subscribers.c.email_key == email_key)

    def unsubscribe(
        self, ref: bytes, *, digest: str | None, at: datetime, channel: Channel, scope: str
    ) -> Subscriber | None:
        """End the subscription to *digest*, or all (None), and return who they are now; None when erased.

        Who gets nothing any more is unsubscribed. Doing it again changes nothing. *scope* is what the link was
        about, for the record.
        """
        with writing(self._engine) as connection:
            before = load(connection, subscribers.c.ref == ref, to_change=True)
            if before is None:
                return None
            leave(connection, before, digest, at=at, channel=channel, payload={"scope": scope})
            return load(connection, subscribers.c.ref == ref)

    def undo(self, ref: bytes, *, digest: str | None, since: datetime, at: datetime) -> Subscriber | None:
        """Take a leaving back, when it happened at *since* or later; return who they are now, None when erased.

        It reopens *digest* and what was ended after it: not what was given up before.
        """
        with writing(self._engine) as connection:
            before = load(connection, subscribers.c.ref == ref, to_change=True)
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
                change(connection, before, state=state, unsubscribed_at=None)
            payload = {"digests": sorted(reopening)}
            record(connection, before.ref, Action.CONFIRM, Channel.UNDO, at=at, payload=payload)
            return load(connection, subscribers.c.ref == ref)

    def choose(
        self,
        ref: bytes,
        *,
        digests: Mapping[str, bool],
        topics: Iterable[str] | None,
        lang: str,
        paused_until: datetime | None,
        at: datetime,
    ) -> Subscriber | None:
        """Store what an active or paused subscriber chose; return who they are now, None when erased.

        *digests*: key → wanted, for those that were offered; others stay as they are. One choice of *topics* for
        all of them (None: all topics). *paused_until*: None for no pause.
        """
        with writing(self._engine) as connection:
            before = load(connection, subscribers.c.ref == ref, to_change=True)
            if before is None or before.state not in {State.ACTIVE, State.PAUSED}:
                return before
            text = topics_to_text(topics)
            known = {each.digest for each in before.subscriptions}
            wanted = {digest for digest, is_wanted in digests.items() if is_wanted}
            end(connection, before, set(before.wanted) & set(digests) - wanted, at)
            connection.execute(
                update(subscriptions)
                .where(subscriptions.c.subscriber_id == before.id, subscriptions.c.digest.in_(wanted))
                .values(topics=text, ended_at=None)
            )
            for digest in sorted(wanted - known):
                row = {"subscriber_id": before.id, "digest": digest, "topics": text, "created_at": at}
                connection.execute(insert(subscriptions), row)
            change(connection, before, lang=lang)
            pause(connection, before, paused_until)
            after = load(connection, subscribers.c.ref == ref)
            assert after is not None
            payload = after.choices
            if after.paused_until != before.paused_until:
                payload["paused_until"] = paused_until and paused_until.isoformat()
            if payload != before.choices:
                channel = Channel.PREFERENCES_PAGE
                record(connection, before.ref, Action.CHANGE, channel, at=at, payload=payload)
            return after

    def pause(self, ref: bytes, *, until: datetime, at: datetime, scope: str) -> Subscriber | None:
        """Mail an active subscriber nothing until then, in place of leaving; return who they are now, None when erased.

        Who has a pause keeps it. *scope* is what the link was about, for the record.
        """
        with writing(self._engine) as connection:
            before = load(connection, subscribers.c.ref == ref, to_change=True)
            if before is None or before.state not in {State.ACTIVE, State.PAUSED} or before.is_paused(at):
                return before
            pause(connection, before, until)
            payload = {**before.choices, "paused_until": until.isoformat(), "scope": scope}
            record(connection, ref, Action.CHANGE, Channel.UNSUBSCRIBE_PAGE, at=at, payload=payload)
            return load(connection, subscribers.c.ref == ref)

    def statistics(self) -> Statistics:
        """Return how many subscribers there are in each state."""
        state = case((subscribers.c.suppressed.is_not(None), "suppressed"), else_=subscribers.c.state)
        with reading(self._engine) as connection:
            rows = connection.execute(
                select(state.label("state"), func.count().label("total")).group_by(state)
            )
            return Statistics(**{row.state: row.total for row in rows})
