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
    text,
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
    #: When a pending reader was first written to, or put in the queue for it.
    Column("asked_at", UtcDateTime),
    Index(
        "subscribers_to_ask",
        "id",
        sqlite_where=text("state = 'pending' AND asked_at IS NULL"),
        postgresql_where=text("state = 'pending' AND asked_at IS NULL"),
    ),
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
    #: JSON; "" once it was blanked.
    Column("payload", Text, nullable=False),
    #: SHA-256 of a payload that was blanked: seals cover it in its stead.
    Column("payload_hash", LargeBinary(32)),
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

#: What somebody asked for on the site, and what is therefore to be mailed to an address; no token: it is made when the mail leaves.
requests = Table(
    "requests",
    metadata,
    Column("id", Integer, primary_key=True),
    #: Random; what the links of its mail name.
    Column("ref", LargeBinary(12), nullable=False, unique=True),
    #: A `Kind`.
    Column("kind", String(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    #: These three are emptied by the retention job.
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False),
    Column("as_entered", Text, nullable=False),
    #: Keyed hash of the mailbox, whose case, dots and tags do not count: limits go by it.
    Column("mailbox", LargeBinary(16), nullable=False),
    Column("domain", String(255), nullable=False),
    Column("lang", String(35), nullable=False),
    #: JSON: what was chosen, the text that was agreed to, where.
    Column("payload", Text, nullable=False),
    #: A `RequestState`.
    Column("state", String(16), nullable=False),
    Column("not_before", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    #: When its mail was about to leave, the last time: from then on it counts for the limits.
    Column("claimed_at", UtcDateTime),
    #: When a provider had accepted it.
    Column("mailed_at", UtcDateTime),
    Column("message_id", Text, nullable=False, server_default=""),
    #: Why nothing was mailed, or not yet.
    Column("reason", Text, nullable=False, server_default=""),
    #: When what was asked for was done: confirmed, used.
    Column("done_at", UtcDateTime),
    Index("requests_work", "state", "not_before", "id"),
    Index("requests_address", "email_key"),
    Index("requests_mailbox", "mailbox", "claimed_at"),
    Index("requests_domain", "domain", "claimed_at"),
    Index("requests_mailed", "claimed_at"),
    sqlite_autoincrement=True,
)

#: How much came from a network lately. No address of it: a keyed hash, and for two hours at most.
network_hits = Table(
    "network_hits",
    metadata,
    Column("network", LargeBinary(8), primary_key=True),
    #: Five minutes, counted from 1970.
    Column("span", Integer, primary_key=True, autoincrement=False),
    Column("hits", Integer, nullable=False),
)

#: Challenges that were solved and may not be used again.
spent_challenges = Table(
    "spent_challenges",
    metadata,
    Column("challenge", LargeBinary(32), primary_key=True),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("spent_challenges_expired", "expires_at"),
)

#: Who was last seen at work, and when.
heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

#: Each covers the one before it and the consent records up to `last_record`: a record that is changed later is found.
consent_seals = Table(
    "consent_seals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("last_record", Integer, nullable=False),
    Column("seal", LargeBinary(32), nullable=False),
    sqlite_autoincrement=True,
)

#: What operators did with personal data, and what jobs did with it by themselves. Only ever added to.
audit_records = Table(
    "audit_records",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    #: The account on the machine, or the job.
    Column("actor", String(64), nullable=False),
    #: The command or the job's name.
    Column("action", String(32), nullable=False),
    #: None: it concerned many, or nobody in particular.
    Column("subscriber_ref", LargeBinary(12)),
    Column("people", Integer, nullable=False),
    Column("channel", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    #: JSON; never an address.
    Column("details", Text, nullable=False, server_default="{}"),
    sqlite_autoincrement=True,
)
