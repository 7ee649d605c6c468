"""Requests as the sender of their mails sees them: due, claimed, finished. One transaction a method."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, and_, case, func, insert, select, update

from subscribers.answering import ASKED_BY_STRANGERS, COUNTED, LONG, Answer, Drop, Known, Wait, decide
from subscribers.mails import Outcome, Sent
from subscribers.requests import PATIENCE, Kind, Request, RequestState
from subscribers.states import State
from subscribers.storage.requests import NO_ADDRESS, erased_reason, find, from_row
from subscribers.storage.tables import requests, subscribers
from subscribers.storage.transactions import have_alone, reading, writing
from subscribers.suppression import Suppression, SuppressionKeys

HOUR = timedelta(hours=1)
#: A mail that was about to leave for so long has lost its sender: no provider takes as long to answer.
LOST = timedelta(minutes=5)
#: Where nobody knows whether a mail left, it leaves once more: two confirmations are better than none.
MOST_TRIES_IN_DOUBT = 2
#: Of one that the provider put off: the longer it has waited, the longer it waits.
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=15)
#: What a provider may wish for at most.
LONGEST_WISH = timedelta(hours=24)
#: Why such a one waits.
TAKES_NOTHING = "the provider takes nothing at the moment"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLimits:
    """How many mails strangers may cause; 0 is no limit."""

    per_address_day: int
    per_domain_hour: int
    global_hour: int


class MailQueue:
    """What waits to be mailed."""

    def __init__(self, engine: Engine, suppression_keys: SuppressionKeys) -> None:
        self._engine = engine
        self._keys = suppression_keys

    def lapse(self, now: datetime) -> int:
        """Give up what strangers asked for and waited too long; return how many."""
        with writing(self._engine) as connection:
            return _drop(
                connection,
                and_(
                    requests.c.state == RequestState.WAITING,
                    requests.c.kind.in_(ASKED_BY_STRANGERS),
                    requests.c.created_at < now - PATIENCE,
                ),
                RequestState.LAPSED,
                "waited too long",
            )

    def take_up_lost(self, now: datetime) -> int:
        """Queue again what was about to leave when its sender died, once; return how many."""
        with writing(self._engine) as connection:
            lost = and_(
                requests.c.state == RequestState.SENDING,
                requests.c.claimed_at < now - LOST,
                requests.c.attempts < MOST_TRIES_IN_DOUBT,
            )
            found = connection.execute(
                update(requests).where(lost).values(state=RequestState.WAITING, not_before=now)
            )
            return found.rowcount

    def waiting(self, now: datetime, most: int) -> list[Request]:
        """Return at most *most* requests that are due: the domains of their addresses take turns."""
        turn = func.row_number().over(partition_by=requests.c.domain, order_by=requests.c.id).label("turn")
        due = (
            select(requests.c.id, turn)
            .where(requests.c.state == RequestState.WAITING, requests.c.not_before <= now)
            .subquery()
        )
        statement = (
            select(requests)
            .join(due, due.c.id == requests.c.id)
            .order_by(due.c.turn, requests.c.id)
            .limit(most)
        )
        with reading(self._engine) as connection:
            return [from_row(row) for row in connection.execute(statement)]

    def claim(self, request: Request, new_ref: bytes, limits: MailLimits, now: datetime) -> Request | None:
        """Take a request that is due, if its mail may leave now: from then on it counts as mailed.

        None: it is dropped, must wait, or another sender has it. A stranger's sign-up makes a pending subscriber,
        called *new_ref*, of an address that is not known.
        """
        with writing(self._engine) as connection:
            # Else several senders would each see room for theirs.
            have_alone(connection, "claim")
            taken = _take(connection, request, now)
            if taken is None:
                return None
            request = taken
            if not request.email:
                _drop(
                    connection,
                    requests.c.id == request.id,
                    RequestState.DROPPED,
                    "its address is no longer kept",
                )
                return None
            if request.kind in ASKED_BY_STRANGERS and (
                until := _full_until(connection, request.domain, limits, now)
            ):
                _put_off_all(connection, request.domain if until[1] else None, until[0])
                return None
            known = self._known(connection, request)
            mailed = _mailed(connection, request, now)
            decision = decide(request, known, mailed, per_address_day=limits.per_address_day, now=now)
            match decision:
                case Drop(reason):
                    _drop(connection, requests.c.id == request.id, RequestState.DROPPED, reason)
                    return None
                case Wait(until=then, reason=reason):
                    _set(connection, request.id, not_before=then, reason=reason)
                    return None
                case Answer():
                    _set(
                        connection,
                        request.id,
                        state=RequestState.SENDING,
                        # In doubt it goes again as it was: with the links of that time, under the same key.
                        claimed_at=request.claimed_at or now,
                        attempts=request.attempts + 1,
                    )
                    if request.kind is Kind.SIGN_UP and known.state is None:
                        _add_pending(connection, request, new_ref, now)
                    return find(connection, request.ref)

    def drop(self, request: Request, reason: str) -> None:
        """End a claimed request without a mail."""
        with writing(self._engine) as connection:
            _drop(connection, requests.c.id == request.id, RequestState.DROPPED, reason)

    def finish(self, request: Request, sent: Sent, now: datetime) -> None:
        """Record what became of a claimed request's mail."""
        with writing(self._engine) as connection:
            match sent.outcome:
                case Outcome.ACCEPTED:
                    _set(
                        connection,
                        request.id,
                        state=RequestState.MAILED,
                        mailed_at=now,
                        message_id=sent.message_id,
                        reason="",
                    )
                case Outcome.REFUSED:
                    _drop(
                        connection,
                        requests.c.id == request.id,
                        RequestState.DROPPED,
                        "refused by the provider",
                    )
                case Outcome.LATER:
                    # Nothing left: it counts for no limit.
                    age = now - request.created_at
                    pause = max(min(age, LONGEST_PAUSE), FIRST_PAUSE, timedelta(seconds=sent.wait_s or 0.0))
                    _wait_again(
                        connection,
                        request,
                        now + min(pause, LONGEST_WISH),
                        TAKES_NOTHING,
                        claimed_at=None,
                        attempts=request.attempts - 1,
                    )
                case Outcome.UNKNOWN if request.attempts < MOST_TRIES_IN_DOUBT:
                    _wait_again(connection, request, now + LOST, "nobody knows whether it left")
                case Outcome.UNKNOWN:
                    _set(connection, request.id, reason="nobody knows whether it left")

    def _known(self, connection: Connection, request: Request) -> Known:
        row = connection.execute(
            select(subscribers.c.state, subscribers.c.suppressed).where(
                subscribers.c.email_key == request.email_key
            )
        ).one_or_none()
        later = select(requests.c.id).where(
            requests.c.email_key == request.email_key,
            requests.c.kind == request.kind,
            requests.c.state == RequestState.WAITING,
            requests.c.id > request.id,
        )
        is_superseded = connection.execute(later.limit(1)).first() is not None
        if row is not None:
            reason = None if row.suppressed is None else Suppression(row.suppressed)
            return Known(state=State(row.state), suppressed=reason, is_superseded=is_superseded)
        return Known(
            suppressed=erased_reason(connection, self._keys, request.email_key), is_superseded=is_superseded
        )


def _take(connection: Connection, request: Request, now: datetime) -> Request | None:
    """Return the request as it is by now, for this transaction alone; None when it is not due, or another sender has it."""
    statement = (
        select(requests)
        .where(
            requests.c.id == request.id,
            requests.c.state == RequestState.WAITING,
            requests.c.not_before <= now,
        )
        .with_for_update(skip_locked=True)
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else from_row(row)


def _full_until(
    connection: Connection, domain: str, limits: MailLimits, now: datetime
) -> tuple[datetime, bool] | None:
    """Return when a limit lets the next mail go, and whether it is the domain's; None when it may go now."""
    counted = and_(requests.c.claimed_at > now - HOUR, requests.c.kind.in_(ASKED_BY_STRANGERS))
    for most, where, is_domains in (
        (limits.global_hour, counted, False),
        (limits.per_domain_hour, and_(counted, requests.c.domain == domain), True),
    ):
        if not most:
            continue
        # The one that must be an hour old before another may go.
        oldest = connection.execute(
            select(requests.c.claimed_at)
            .where(where)
            .order_by(requests.c.claimed_at.desc())
            .offset(most - 1)
            .limit(1)
        ).scalar()
        if oldest is not None:
            return oldest + HOUR, is_domains
    return None


def _put_off_all(connection: Connection, domain: str | None, until: datetime) -> None:
    """Let everything wait that a full limit holds: of *domain*, or of all."""
    held = and_(
        requests.c.state == RequestState.WAITING,
        requests.c.kind.in_(ASKED_BY_STRANGERS),
        requests.c.not_before < until,
    )
    where = held if domain is None else and_(held, requests.c.domain == domain)
    connection.execute(
        update(requests).where(where).values(not_before=until, reason="the limit of an hour is reached")
    )


def _mailed(connection: Connection, request: Request, now: datetime) -> Sequence[datetime]:
    return (
        connection.execute(
            select(requests.c.claimed_at).where(
                requests.c.mailbox == request.mailbox,
                requests.c.id != request.id,
                requests.c.claimed_at > now - LONG,
                requests.c.kind.in_(COUNTED),
            )
        )
        .scalars()
        .all()
    )


def _add_pending(connection: Connection, request: Request, ref: bytes, now: datetime) -> None:
    connection.execute(
        insert(subscribers),
        {
            "ref": ref,
            "email": request.email,
            "email_key": request.email_key,
            "as_entered": request.as_entered,
            "lang": request.lang,
            "state": State.PENDING,
            "created_at": now,
            "asked_at": now,
        },
    )


def _wait_again(
    connection: Connection, request: Request, until: datetime, reason: str, **more: object
) -> None:
    _set(connection, request.id, state=RequestState.WAITING, not_before=until, reason=reason, **more)


def _set(connection: Connection, id_: int, **values: object) -> None:
    connection.execute(update(requests).where(requests.c.id == id_).values(**values))


def _drop(connection: Connection, where: ColumnElement[bool], state: RequestState, reason: str) -> int:
    """End requests without a mail; nothing is kept of the address."""
    never_left = case((requests.c.attempts > 0, requests.c.claimed_at), else_=None)
    found = connection.execute(
        update(requests).where(where).values(state=state, reason=reason, claimed_at=never_left, **NO_ADDRESS)
    )
    return found.rowcount
