"""The tables of the ledger. `migrations/` makes them; a test holds the two equal."""

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from subscribers.storage import UtcDateTime

metadata = MetaData()

issues = Table(
    "issues",
    metadata,
    #: Never reused: it stands in deliveries.
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(120), nullable=False),
    #: Sent to `outbox` or `console`: counts for nothing as soon as a real provider is set.
    Column("is_rehearsal", Boolean, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("period", String(120), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("subject", Text, nullable=False, server_default=""),
    Column("hash", String(64), nullable=False, server_default=""),
    Column("due_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    #: Freezing goes by subscriber id: written up to `frozen_to`, done at `freeze_to`.
    Column("frozen_to", Integer, nullable=False, server_default="0"),
    Column("freeze_to", Integer, nullable=False, server_default="0"),
    Column("audience", Integer, nullable=False, server_default="0"),
    #: The provider that the first request went to, and whether a request has left at all.
    Column("provider", String(32), nullable=False, server_default=""),
    Column("has_left", Boolean, nullable=False, server_default=false()),
    #: What there was when a person last let it go on: an automatic stop counts from there.
    Column("forgiven_accepted", Integer, nullable=False, server_default="0"),
    Column("forgiven_bounced", Integer, nullable=False, server_default="0"),
    Column("forgiven_complained", Integer, nullable=False, server_default="0"),
    UniqueConstraint("id", "is_rehearsal", name="issues_id"),
    # A digest has one issue a period, also when a rename gave it ids that the old name had not.
    Index("issues_period", "digest", "period", "is_rehearsal", unique=True),
    sqlite_autoincrement=True,
)

#: The bytes that go out, stored before the first request: an edit meanwhile changes nothing.
variants = Table(
    "variants",
    metadata,
    Column("issue_number", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("lang", String(35), nullable=False),
    Column("items", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("preheader", Text, nullable=False),
    Column("html", LargeBinary, nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("web", LargeBinary, nullable=False),
    Column("images", Text, nullable=False),
)

#: Which variant a reader gets, by what they chose; joined with the audience when it is frozen.
choices = Table(
    "choices",
    metadata,
    Column("issue_number", Integer, primary_key=True),
    Column("lang", String(35), primary_key=True),
    #: As in `subscriptions.topics`; "" for all topics.
    Column("topics", Text, primary_key=True),
    Column("variant", Integer, nullable=False),
)

#: The inclusion ledger: each item once per digest, a row for each language in which it went out.
inclusions = Table(
    "inclusions",
    metadata,
    Column("issue_number", Integer, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("lang", String(35), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("title", Text, nullable=False),
    #: As in the file: a date, or a time with its offset; "" for none.
    Column("date", String(40), nullable=False),
    Column("body_hash", String(64), nullable=False),
    Index("inclusions_digest", "digest", "key"),
)

#: One request to the provider: the open deliveries of one variant between two subscriber ids.
batches = Table(
    "batches",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("issue_number", Integer, nullable=False),
    Column("variant", Integer, nullable=False),
    Column("first_subscriber", Integer, nullable=False),
    Column("last_subscriber", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("size", Integer, nullable=False),
    #: How many of its deliveries had ended, by outcome, when a sender last gave it back; the rest are as the batch is.
    Column("accepted", Integer, nullable=False, server_default="0"),
    Column("rejected", Integer, nullable=False, server_default="0"),
    Column("skipped", Integer, nullable=False, server_default="0"),
    Column("unknown", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("retry_at", UtcDateTime),
    #: Who sends it (a name in `var/locks`), and since when.
    Column("sender", String(40)),
    Column("claimed_at", UtcDateTime),
    #: Whether the provider takes one reader a request: then only rows marked `sending` are in doubt after a crash.
    Column("is_one_by_one", Boolean, nullable=False, server_default=false()),
    #: Claimed ahead of a free connection: its request has not left, so its sender's death puts nobody in doubt.
    Column("is_ahead", Boolean, nullable=False, server_default=false()),
    #: It was refused as one request and went in several: an event about one of its readers says nothing of the others.
    Column("in_parts", Boolean, nullable=False, server_default=false()),
    #: Until when the same request may be repeated under its key, and what it held; fixed at the first claim.
    Column("key_until", UtcDateTime),
    Column("request_hash", String(64), nullable=False, server_default=""),
    #: Which rule settled its doubt: look-up, events, resend, late answer, person.
    Column("settled_by", String(32), nullable=False, server_default=""),
    #: The provider's own words about the last failure.
    Column("answer", Text, nullable=False, server_default=""),
    Index("batches_work", "issue_number", "state", "id"),
)

#: One issue to one reader. Keyed by variant first, so that a batch is one range of rows.
deliveries = Table(
    "deliveries",
    metadata,
    Column("issue_number", Integer, primary_key=True),
    Column("variant", Integer, primary_key=True),
    Column("subscriber_id", Integer, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("reason", Text),
    Column("provider_id", Text),
    #: A person had it queued again although it may have been accepted: who leaves before it is sent stays in doubt.
    Column("was_in_doubt", Boolean, nullable=False, server_default=false()),
    #: What the provider reported after it was accepted: delivered, bounced, complained, unsubscribed; and in whose words.
    Column("outcome", String(16)),
    Column("outcome_reason", Text),
    # The database itself refuses a second delivery of an issue to a reader.
    UniqueConstraint("issue_number", "subscriber_id", name="deliveries_once"),
    sqlite_with_rowid=False,
)

#: What providers reported, as it came in; a background job draws the consequences.
events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("provider", String(32), nullable=False),
    #: The provider's own; a repetition is stored once.
    Column("event_id", String(200), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("bounce", String(8), nullable=False, server_default=""),
    Column("at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    #: Emptied when its reader is known: `subscriber_id` takes its place.
    Column("email", Text, nullable=False),
    #: Of the address; stays, for the breaker of a domain whose server refuses everybody.
    Column("domain", String(255), nullable=False),
    #: From the metadata that went along: an issue's id and a reader's reference in letters.
    Column("issue", String(120), nullable=False, server_default=""),
    Column("delivery", String(64), nullable=False, server_default=""),
    Column("message", Text, nullable=False, server_default=""),
    Column("status", String(16), nullable=False, server_default=""),
    Column("diagnostic", Text, nullable=False, server_default=""),
    #: Filled in when it is processed; None: nobody that we know.
    Column("subscriber_id", Integer),
    Column("issue_number", Integer),
    Column("processed_at", UtcDateTime),
    #: A hard bounce that condemns nobody until a person releases its domain.
    Column("is_held", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("provider", "event_id", name="events_once"),
    Index("events_waiting", "processed_at", "id"),
    Index("events_reader", "subscriber_id", "at"),
    Index("events_domain", "issue_number", "domain"),
)

#: Domains whose server refused so many readers of an issue that its hard bounces condemn nobody (row B-05).
held_domains = Table(
    "held_domains",
    metadata,
    Column("issue_number", Integer, primary_key=True),
    Column("domain", String(255), primary_key=True),
    Column("held_at", UtcDateTime, nullable=False),
    #: When a person said that the bounces are true; from then on they count, later ones too.
    Column("released_at", UtcDateTime),
)

#: How many readers a provider was given lately, by whatever process: a row for each short stretch of a limit's span.
allowances = Table(
    "allowances",
    metadata,
    Column("provider", String(32), primary_key=True),
    #: Seconds.
    Column("span_s", Integer, primary_key=True, autoincrement=False),
    Column("began_at", UtcDateTime, primary_key=True),
    Column("used", Integer, nullable=False),
)

#: Who sends, on which machine, and until when it counts as alive without a sign of life (PostgreSQL).
senders = Table(
    "senders",
    metadata,
    #: Begins with the number of its issue.
    Column("name", String(40), primary_key=True),
    Column("machine", String(255), nullable=False),
    Column("alive_until", UtcDateTime, nullable=False),
)

#: Since when a digest's due times count: first seen, or seen with another timetable.
digest_sightings = Table(
    "digest_sightings",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("is_rehearsal", Boolean, primary_key=True),
    #: Period, schedule, time zone and pause as one text: another one is another timetable.
    Column("timetable", Text, nullable=False),
    Column("counts_from", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)

#: Mails to editors and operators, a row for each of them, so that each is told once.
notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    #: What is told, e.g. `preview:monthly-2026-11`.
    Column("key", String(200), nullable=False),
    #: An address of the settings, never a reader's.
    Column("recipient", String(320), nullable=False),
    Column("kind", String(16), nullable=False),
    #: "" when it is about none.
    Column("issue", String(120), nullable=False, server_default=""),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("not_before", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("claimed_at", UtcDateTime),
    #: When it was told, by mail or any other way.
    Column("sent_at", UtcDateTime),
    #: What came of the last attempt, in the mail server's words.
    Column("words", Text, nullable=False, server_default=""),
    UniqueConstraint("key", "recipient", name="notices_once"),
    Index("notices_waiting", "sent_at", "not_before"),
)

#: What is wrong, from when to when: told when it opens and when it closes.
incidents = Table(
    "incidents",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", String(200), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("words", Text, nullable=False),
    # Whoever opens what is open already adds nothing: the database tells news from a repetition.
    Index(
        "incidents_open",
        "name",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)

#: What the timetable's jobs did: when last, how often, how often in vain or past their limit.
job_records = Table(
    "job_records",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("began_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    #: When it last ended well: a nightly job is due again the night after.
    Column("done_at", UtcDateTime),
    Column("runs", Integer, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("overruns", Integer, nullable=False, server_default="0"),
    #: Of the last failure; "" after a run that went well.
    Column("words", Text, nullable=False, server_default=""),
)

#: What happened to the database itself: when it was restored, and how often the scheduler has ticked.
marks = Table(
    "marks",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("number", Integer, nullable=False, server_default="0"),
)
