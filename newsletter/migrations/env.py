"""Alembic's entry: one chain of migrations for the ledger and the subscribers' tables."""

from alembic import context

from newsletter.storage.tables import metadata
from subscribers.storage import metadata as subscribers_metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=[subscribers_metadata, metadata],
    # SQLite cannot alter most of a table in place; batch mode copies it.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
