"""What an e-mail service reports of addresses: suppressing them, and taking that back. Part of a caller's transaction."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    and_,
    func,
    insert,
    or_,
    select,
    update,
)

from subscribers.consent import Action, Channel
from subscribers.states import State
from subscribers.storage.tables import consent_records, subscribers, subscriptions
from subscribers.suppression import WITHDRAWALS, Suppression, is_stronger


def suppress(
    connection: Connection,
    ids: Collection[int],
    reason: Suppression,
    *,
    at: datetime,
    channel: Channel = Channel.PROVIDER,
    evidence: Mapping[str, object] | None = None,
) -> None:
    """Suppress the subscribers *ids* for *reason*, unless they are for one as strong; a withdrawal also ends everything.

    Ids of erased people do nothing. *channel*, *evidence*: how we know, for the record.
    """
    if not ids:
        return
    rows = connection.execute(
        select(subscribers.c.id, subscribers.c.ref, subscribers.c.state, subscribers.c.suppressed)
        .where(subscribers.c.id.in_(ids))
        .order_by(subscribers.c.id)
        .with_for_update()
    ).all()
    weaker = [row for row in rows if is_stronger(reason, _suppression(row.suppressed))]
    leaving = [row for row in rows if reason in WITHDRAWALS and row.state != State.UNSUBSCRIBED]
    gone = [row.id for row in leaving]
    _set(connection, [row.id for row in weaker], suppressed=reason, suppressed_at=at)
    _set(connection, gone, state=State.UNSUBSCRIBED, unsubscribed_at=at)
    if gone:
        their = subscriptions.c.subscriber_id.in_(gone)
        connection.execute(
            update(subscriptions).where(their, subscriptions.c.ended_at.is_(None)).values(ended_at=at)
        )
    action = Action.WITHDRAW if reason in WITHDRAWALS else Action.SUPPRESS
    changed = {row.id: row for row in (*weaker, *leaving)}
    payloads = {row.ref: {**_payload(reason, row.suppressed), **(evidence or {})} for row in changed.values()}
    _record(connection, payloads, action, channel, at)


def take_back_bounces(
    connection: Connection, instead: Mapping[int, Suppression | None], *, at: datetime
) -> None:
    """Lift suppressions that reported bounces made; other people's and stronger reasons stay.

    *instead*: subscriber id → the weaker reason that is left, if there is one.
    """
    if not instead:
        return
    rows = connection.execute(
        select(subscribers.c.id, subscribers.c.ref, subscribers.c.suppressed_at)
        .where(subscribers.c.id.in_(instead), subscribers.c.suppressed == Suppression.BOUNCE)
        .order_by(subscribers.c.id)
        .with_for_update()
    ).all()
    payloads: dict[bytes, Mapping[str, object]] = {}
    before = _reasons_before(connection, {row.ref: row.suppressed_at for row in rows})
    for row in rows:
        if row.ref not in before:
            continue
        reason = before[row.ref] or instead[row.id]
        _set(connection, [row.id], suppressed=reason, suppressed_at=at if reason else None)
        payloads[row.ref] = _payload(reason, Suppression.BOUNCE)
    _record(connection, payloads, Action.RELEASE, Channel.PROVIDER, at)


def forgiven_until(ref: ColumnElement[bytes]) -> ScalarSelect[datetime | None]:
    """Return the moment until which nothing that was reported counts against the reader *ref* any more; NULL for none.

    That is when they last pressed a mailed link, or an operator let the address be mailed again or changed it.
    """
    its = consent_records.c
    by_operator = or_(its.action == Action.RELEASE, its.payload.contains('"address":"changed"'))
    return (
        select(func.max(its.at))
        .where(
            its.subscriber_ref == ref,
            or_(its.channel == Channel.CONFIRM_PAGE, and_(its.channel == Channel.OPERATOR, by_operator)),
        )
        .scalar_subquery()
    )


def _reasons_before(
    connection: Connection, since: Mapping[bytes, datetime]
) -> dict[bytes, Suppression | None]:
    """Return the reason that stood before, by reference, for those whom a reported bounce suppressed.

    *since*: when each was suppressed, by reference.
    """
    records = connection.execute(
        select(consent_records.c.subscriber_ref, consent_records.c.at, consent_records.c.payload)
        .where(
            consent_records.c.subscriber_ref.in_(since),
            consent_records.c.channel == Channel.PROVIDER,
            consent_records.c.action == Action.SUPPRESS,
        )
        .order_by(consent_records.c.id)
    )
    return {
        record.subscriber_ref: _suppression(json.loads(record.payload)["before"])
        for record in records
        if record.at == since[record.subscriber_ref]
    }


def _suppression(text: str | None) -> Suppression | None:
    return None if text is None else Suppression(text)


def _set(connection: Connection, ids: Sequence[int], **values: object) -> None:
    if ids:
        connection.execute(update(subscribers).where(subscribers.c.id.in_(ids)).values(**values))


def _payload(reason: str | None, before: str | None) -> Mapping[str, object]:
    return {"reason": reason, "before": before}


def _record(
    connection: Connection,
    payloads: Mapping[bytes, Mapping[str, object]],
    action: Action,
    channel: Channel,
    at: datetime,
) -> None:
    if payloads:
        connection.execute(
            insert(consent_records),
            [
                {
                    "subscriber_ref": ref,
                    "at": at,
                    "action": action,
                    "channel": channel,
                    "payload": json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
                }
                for ref, payload in payloads.items()
            ],
        )
