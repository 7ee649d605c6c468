"""What providers report, keys of requests, limits, and senders on several machines."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the tables, and the columns of batches and deliveries."""
    for name in ("forgiven_accepted", "forgiven_bounced", "forgiven_complained"):
        op.add_column("issues", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.add_column("batches", sa.Column("is_ahead", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("batches", sa.Column("in_parts", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("batches", sa.Column("key_until", sa.DateTime(), nullable=True))
    op.add_column(
        "batches", sa.Column("request_hash", sa.String(length=64), server_default="", nullable=False)
    )
    op.add_column(
        "deliveries", sa.Column("was_in_doubt", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("deliveries", sa.Column("outcome", sa.String(length=16), nullable=True))
    op.add_column("deliveries", sa.Column("outcome_reason", sa.Text(), nullable=True))
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("bounce", sa.String(length=8), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("issue", sa.String(length=120), server_default="", nullable=False),
        sa.Column("delivery", sa.String(length=64), server_default="", nullable=False),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.String(length=16), server_default="", nullable=False),
        sa.Column("diagnostic", sa.Text(), server_default="", nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=True),
        sa.Column("issue_number", sa.Integer(), nullable=True),
        sa.Column("processed_at", sa.DateTime(), nullable=True),
        sa.Column("is_held", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("provider", "event_id", name="events_once"),
    )
    op.create_index("events_waiting", "events", ["processed_at", "id"])
    op.create_index("events_reader", "events", ["subscriber_id", "at"])
    op.create_index("events_domain", "events", ["issue_number", "domain"])
    op.create_table(
        "held_domains",
        sa.Column("issue_number", sa.Integer(), nullable=False),
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("held_at", sa.DateTime(), nullable=False),
        sa.Column("released_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("issue_number", "domain"),
    )
    op.create_table(
        "allowances",
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("span_s", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "span_s", "began_at"),
    )
    op.create_table(
        "senders",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("machine", sa.String(length=255), nullable=False),
        sa.Column("alive_until", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
