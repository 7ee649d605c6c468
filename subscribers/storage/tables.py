"""The tables of the readers. `newsletter/migrations` makes them; a test holds the two equal."""

from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware on our side, stored as UTC without an offset, so that it compares the same everywhere."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without an offset: nobody knows what it means."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without an offset cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the offset back."""
        return None if value is None else value.replace(tzinfo=UTC)


def moment_text(moment: datetime) -> str:
    """Return *moment* as `UtcDateTime` stores it, for statements that the driver runs; PostgreSQL reads the same text."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


metadata = MetaData()

subscribers = Table(
    "subscribers",
    metadata,
    #: Never reused: deliveries name it.
    Column("id", Integer, primary_key=True),
    #: Random; what links and the record of consents name.
    Column("ref", LargeBinary(12), nullable=False, unique=True),
    Column("email", Text, nullable=False),
    #: `Address.key`: one row an address.
    Column("email_key", Text, nullable=False, unique=True),
    Column("as_entered", Text, nullable=False),
    Column("lang", String(35), nullable=False),
    #: A `State`.
    Column("state", String(16), nullable=False),
    Column("paused_until", UtcDateTime),
    #: A `Suppression`.
    Column("suppressed", String(16)),
    Column("suppressed_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("confirmed_at", UtcDateTime),
    Column("unsubscribed_at", UtcDateTime),
    sqlite_autoincrement=True,
)

#: Stored in the order of its key, that is of the subscribers: an audience is read in one pass over both tables.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column(
        "subscriber_id",
        Integer,
        ForeignKey("subscribers.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("digest", String(64), primary_key=True),
    #: NULL: all topics; else a JSON array of sorted keys (`topics_to_text`).
    Column("topics", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    sqlite_with_rowid=False,
)

#: What is left of erased addresses: enough to never mail them again.
suppressed_hashes = Table(
    "suppressed_hashes",
    metadata,
    #: HMAC-SHA256 of `Address.key`.
    Column("hash", LargeBinary(32), primary_key=True),
    #: Which of NEWSLETTER_SUPPRESSION_KEYS it was made with.
    Column("key_id", String(16), nullable=False),
    Column("reason", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

#: Only ever added to. No foreign key: it outlives the subscriber.
consent_records = Table(
    "consent_records",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subscriber_ref", LargeBinary(12), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    #: An `Action` and a `Channel`.
    Column("action", String(16), nullable=False),
    Column("channel", String(32), nullable=False),
    #: JSON.
    Column("payload", Text, nullable=False),
    Index("consent_records_subscriber", "subscriber_ref"),
    sqlite_autoincrement=True,
)

imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    #: The file's name, without its folder.
    Column("source", Text, nullable=False),
    #: How we know that its readers agreed; "" when they are asked.
    Column("evidence", Text, nullable=False),
    #: JSON; empty until the import has ended.
    Column("counts", Text, nullable=False, server_default="{}"),
    sqlite_autoincrement=True,
)
