"""After an older database was put in place: whom it brought back is erased again, by the journal beside it (row P-08)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import TypeVar

from newsletter.app.erasing import Target, erase_in_database, target_of
from newsletter.database import Connection, Engine, reading, writing
from newsletter.storage import forgetting
from subscribers.erasedfile import ErasedJournal, Remembered
from subscribers.storage import erasing as store
from subscribers.storage.retaining import put_hashes
from subscribers.suppression import SuppressionKeys

#: Lines, addresses and hashes that are looked at at once.
_PART = 500

_Value = TypeVar("_Value")


def replay(engine: Engine, journal: ErasedJournal, keys: SuppressionKeys, now: datetime) -> int:
    """Erase again whom an older database brought back, and remember all the others; return how many were brought back.

    Who came back by a sign-up of their own after they were erased stays. Whom the database remembers as erased and who blocked
    us or complained since is remembered for that (row P-11). Doing it again does what is still to do.
    Raises KeysError when a key is gone that hashes were made with.
    """
    written = {entry.hash: entry for entry in journal.entries()}
    keys.check_covers({entry.key_id for entry in written.values()})
    unknown = {hashed: written[hashed] for hashed in _unknown(engine, written)}
    known = [entry for hashed, entry in written.items() if hashed not in unknown]
    brought_back = 0
    for key in _addresses(engine) if unknown else ():
        entry = next((unknown[each] for each in keys.hashes(key) if each in unknown), None)
        if entry is None:
            continue
        with writing(engine) as connection:
            target = target_of(connection, keys, key, key, now, known_refs=frozenset())
            if target.person is not None and target.person.since > entry.at:
                del unknown[entry.hash]
                continue
            _erase_again(connection, target, entry, now)
        brought_back += target.person is not None
    for part in _parts([*known, *unknown.values()]):
        with writing(engine) as connection:
            store.remember(connection, part)
    _blank_consents(engine, [entry.hash for entry in written.values() if not entry.keeps_consents])
    if brought_back:
        forgetting.write_anew(engine)
    return brought_back


def _erase_again(connection: Connection, target: Target, entry: Remembered, now: datetime) -> None:
    if not entry.keeps_consents:
        erase_in_database(connection, replace(target, entry=entry), until=entry.at)
    elif target.person is not None:
        put_hashes(connection, [(target.person, entry)], now)


def _unknown(engine: Engine, hashes: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the hashes that the database does not remember."""
    for part in _parts(hashes):
        with reading(engine) as connection:
            yield from store.unknown_hashes(connection, part)


def _addresses(engine: Engine) -> Iterator[str]:
    """Yield every address that the database holds, in its unique form."""
    last = ""
    while True:
        with reading(engine) as connection:
            found = store.addresses(connection, last, _PART)
        yield from found
        if not found:
            return
        last = found[-1]


def _blank_consents(engine: Engine, hashes: Iterable[bytes]) -> None:
    """Empty the records of people of whom only these were kept in the backup."""
    with reading(engine) as connection:
        refs = store.refs_by_hash(connection, list(hashes))
    for part in _parts(refs):
        with writing(engine) as connection:
            store.blank_consents(connection, part)


def _parts(values: Iterable[_Value]) -> Iterator[list[_Value]]:
    left = iter(values)
    while part := list(islice(left, _PART)):
        yield part
