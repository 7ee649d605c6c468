"""Mails to one person that do not leave: what a person has to know of them."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, and_, func, select

from subscribers.requests import PATIENCE, Kind, RequestState
from subscribers.storage.mail_queue import TAKES_NOTHING
from subscribers.storage.tables import requests
from subscribers.storage.transactions import reading

#: A service that takes nothing for so long is more than busy.
_LONG = timedelta(minutes=10)
_A_DAY = timedelta(days=1)


def waiting(engine: Engine, now: datetime) -> int:
    """Return how many people have been waiting for minutes for a mail that the provider does not take."""
    return _count(
        engine,
        and_(
            requests.c.state == RequestState.WAITING,
            # Those who never asked wait for nothing.
            requests.c.kind != Kind.INVITATION,
            requests.c.created_at <= now - _LONG,
            requests.c.reason == TAKES_NOTHING,
        ),
    )


def lapsed(engine: Engine, now: datetime) -> int:
    """Return how many requests of the last day were given up because they had waited too long."""
    since = now - PATIENCE - _A_DAY
    return _count(engine, and_(requests.c.state == RequestState.LAPSED, requests.c.created_at > since))


def _count(engine: Engine, where: ColumnElement[bool]) -> int:
    with reading(engine) as connection:
        return int(connection.execute(select(func.count()).where(where)).scalar_one())
