"""The readers' tables and every SQL statement about them, for SQLite and PostgreSQL.

Only this package imports SQLAlchemy. Each method is one transaction, with values in and out.
"""

from subscribers.storage.administration import AdministrationStorage
from subscribers.storage.audience import audience, has_left, with_readers
from subscribers.storage.batches import ImportStorage
from subscribers.storage.deeds import AuditStorage, record_deed
from subscribers.storage.departures import Departure, departures
from subscribers.storage.records import SubscriberStorage
from subscribers.storage.renaming import rename_digest
from subscribers.storage.roll import RollStorage
from subscribers.storage.suppressing import suppress, take_back_bounces
from subscribers.storage.tables import (
    UtcDateTime,
    consent_records,
    imports,
    metadata,
    moment_text,
    subscribers,
    subscriptions,
    suppressed_hashes,
)
from subscribers.storage.transactions import execute_many

__all__ = [
    "AdministrationStorage",
    "AuditStorage",
    "Departure",
    "ImportStorage",
    "RollStorage",
    "SubscriberStorage",
    "UtcDateTime",
    "audience",
    "consent_records",
    "departures",
    "execute_many",
    "has_left",
    "imports",
    "metadata",
    "moment_text",
    "record_deed",
    "rename_digest",
    "subscribers",
    "subscriptions",
    "suppress",
    "suppressed_hashes",
    "take_back_bounces",
    "with_readers",
]
