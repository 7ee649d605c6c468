"""Rows that were needed once, and the nightly job that removes them."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event
from typing import Any

from sqlalchemy import Table, func, select

from newsletter.app.consents import seal_consents
from newsletter.app.project import Project
from newsletter.app.retention import remove_what_is_over

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


REF = b"any-referenc"


Add = Callable[..., None]


def clean(project: Project, now: datetime) -> dict[str, int]:
    """Do what the jobs of a night do."""
    seal_consents(project, now)
    return dict(remove_what_is_over(project, now, Event()))


def count(project: Project, table: Table) -> int:
    with project.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def rows(project: Project, table: Table) -> list[Any]:
    with project.engine.connect() as connection:
        return list(connection.execute(select(table)).all())


def reader(**values: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "ref": REF,
        "email": "Reader@example.org",
        "email_key": "reader@example.org",
        "as_entered": "Reader@example.org",
        "lang": "en",
        "state": "active",
        "created_at": NOW,
        "confirmed_at": NOW,
    } | values


def request(**values: Any) -> dict[str, Any]:
    return {
        "ref": REF,
        "kind": "sign-up",
        "created_at": NOW,
        "email": "reader@example.org",
        "email_key": "reader@example.org",
        "as_entered": "reader@example.org",
        "mailbox": b"m" * 16,
        "domain": "example.org",
        "lang": "en",
        "payload": "{}",
        "state": "mailed",
        "not_before": NOW,
        "claimed_at": NOW,
        "mailed_at": NOW,
        "reason": "550 reader is unknown",
    } | values


CONSENT = {
    "subscriber_ref": REF,
    "at": NOW,
    "action": "confirm",
    "channel": "confirm-page",
    "payload": '{"consent_text":"I agree."}',
}
