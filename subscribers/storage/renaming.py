"""A digest gets another key: who subscribed to it, subscribed to it under the new one."""

from sqlalchemy import Engine, delete, func, select, update

from subscribers.storage.tables import subscriptions
from subscribers.storage.transactions import reading, writing

#: Subscriber ids a transaction: none keeps another writer waiting.
_SLICE = 10_000


def rename_digest(engine: Engine, old: str, new: str) -> None:
    """Give every subscription to *old* to *new*; where a reader has both, what they last said of *new* stays.

    Goes on where an interrupted one stopped, and costs one look when there is nothing to do.
    """
    ids = select(func.min(subscriptions.c.subscriber_id), func.max(subscriptions.c.subscriber_id))
    with reading(engine) as connection:
        first, last = connection.execute(ids.where(subscriptions.c.digest == old)).one()
    if first is None:
        return
    has_new = select(subscriptions.c.subscriber_id).where(subscriptions.c.digest == new)
    for start in range(first, last + 1, _SLICE):
        of_old = (
            subscriptions.c.digest == old,
            subscriptions.c.subscriber_id.between(start, start + _SLICE - 1),
        )
        among = has_new.where(subscriptions.c.subscriber_id.between(start, start + _SLICE - 1))
        with writing(engine) as connection:
            connection.execute(delete(subscriptions).where(*of_old, subscriptions.c.subscriber_id.in_(among)))
            connection.execute(update(subscriptions).where(*of_old).values(digest=new))
