"""Many readers: counted, listed, and read slice by slice, so that a million never stand in memory."""

import json
from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, exists, func, or_, select

from subscribers.audit import Errand
from subscribers.selection import Group, Selection
from subscribers.storage.deeds import record_deed
from subscribers.storage.person import read, with_wishes
from subscribers.storage.tables import subscribers, subscriptions
from subscribers.storage.transactions import reading, writing
from subscribers.values import Subscriber

#: Readers a transaction: none keeps a snapshot of the database open for longer than a moment.
_SLICE = 2_000


class RollStorage:
    """The roll of all readers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def latest(self, selection: Selection, limit: int, errand: Errand) -> tuple[list[Subscriber], int]:
        """Return the newest *limit* readers and how many there are in all; that somebody looked is recorded."""
        with writing(self._engine) as connection:
            newest = _ids(selection).order_by(subscribers.c.id.desc()).limit(limit)
            found = list(
                read(connection, with_wishes().where(subscribers.c.id.in_(newest.subquery().select())))
            )
            record_deed(connection, "list", errand, people=len(found), details=selection.as_details)
            return found[::-1], _count(connection, selection)

    def begin_export(self, selection: Selection, errand: Errand) -> int:
        """Record that readers are about to leave the database, and return how many."""
        with writing(self._engine) as connection:
            people = _count(connection, selection)
            record_deed(connection, "export", errand, people=people, details=selection.as_details)
            return people

    def all(self, selection: Selection) -> Iterator[Subscriber]:
        """Yield the readers in the order in which they came, a transaction a slice; nobody twice."""
        last = 0
        while slice_ := self._slice(selection, last):
            yield from slice_
            last = slice_[-1].id

    def _slice(self, selection: Selection, after: int) -> list[Subscriber]:
        ids = _ids(selection).where(subscribers.c.id > after).order_by(subscribers.c.id).limit(_SLICE)
        with reading(self._engine) as connection:
            return list(read(connection, with_wishes().where(subscribers.c.id.in_(ids.subquery().select()))))


def _ids(selection: Selection) -> Select[tuple[int]]:
    return select(subscribers.c.id).where(*_conditions(selection))


def _count(connection: Connection, selection: Selection) -> int:
    statement = select(func.count()).select_from(subscribers).where(*_conditions(selection))
    return int(connection.execute(statement).scalar_one())


def _conditions(selection: Selection) -> Iterator[ColumnElement[bool]]:
    if selection.group == Group.SUPPRESSED:
        yield subscribers.c.suppressed.is_not(None)
    elif selection.group is not None:
        yield and_(subscribers.c.suppressed.is_(None), subscribers.c.state == selection.group)
    if selection.domain:
        yield subscribers.c.email_key.endswith(f"@{selection.domain}", autoescape=True)
    if selection.digest or selection.topic:
        wish = [subscriptions.c.subscriber_id == subscribers.c.id, subscriptions.c.ended_at.is_(None)]
        if selection.digest:
            wish.append(subscriptions.c.digest == selection.digest)
        if selection.topic:
            named = subscriptions.c.topics.contains(json.dumps(selection.topic), autoescape=True)
            wish.append(or_(subscriptions.c.topics.is_(None), named))
        yield exists().where(*wish)
