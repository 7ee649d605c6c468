"""Readers, an issue frozen for them, and its letters."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address

from sqlalchemy import insert, select

from newsletter.content.items import NewsItem
from newsletter.database import Engine
from newsletter.delivery.letter import Letter, Sender
from newsletter.delivery.links import LinkMaker
from newsletter.delivery.post import Post
from newsletter.issues.digests import DEFAULT_SCHEDULES, Digest, PeriodLength
from newsletter.issues.values import Issue, Story
from newsletter.rendering.values import RenderedIssue, RenderedVariant, Slot
from newsletter.storage import freezing, inclusions, issues
from newsletter.storage.issues import StoredIssue
from newsletter.storage.variants import load_variants
from subscribers.storage import subscribers, subscriptions
from subscribers.tokens import TokenKeys

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
KEYS = TokenKeys.from_secrets(["MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY"])


def add_readers(engine: Engine, count: int, *, lang: str = "en", topics: str | None = None) -> None:
    """Add *count* active readers of the monthly digest."""
    emails = [f"reader-{secrets.token_hex(4)}@example.org" for _ in range(count)]
    readers = [
        {
            "ref": secrets.token_bytes(12),
            "email": email,
            "email_key": email,
            "as_entered": email,
            "lang": lang,
            "state": "active",
            "created_at": NOW,
        }
        for email in emails
    ]
    adding = insert(subscribers).returning(subscribers.c.id, sort_by_parameter_order=True)
    with engine.begin() as connection:
        wishes = [
            {"subscriber_id": number, "digest": "monthly", "topics": topics, "created_at": NOW}
            for number in connection.execute(adding, readers).scalars()
        ]
        connection.execute(insert(subscriptions), wishes)


def addresses(engine: Engine) -> list[str]:
    """Return the readers' addresses."""
    with engine.connect() as connection:
        return list(connection.execute(select(subscribers.c.email).order_by(subscribers.c.id)).scalars())


def rendered(*languages: str, text: str = "") -> RenderedIssue:
    """Return an issue with one variant a language."""
    body = f"{text}Leave: {Slot.UNSUBSCRIBE}"
    return RenderedIssue(
        issue="monthly-2026-11",
        subject="November",
        preheader="News",
        hash="0" * 64,
        items=("news/one",),
        variants={
            lang: RenderedVariant(
                name=lang,
                lang=lang,
                items=("news/one",),
                subject="November",
                preheader="News",
                html=f"<p>{body}</p>",
                text=body,
                web="<p>web</p>",
            )
            for lang in languages
        },
    )


def issue() -> Issue:
    """Return the issue that `rendered` renders."""
    item = NewsItem(
        key="news/one", path="content/news/one.md", lang="en", title="One", source_hash="1", body_hash="2"
    )
    return Issue(
        id="monthly-2026-11",
        digest=Digest(
            key="monthly",
            title="Monthly digest",
            period=PeriodLength.MONTH,
            schedule=DEFAULT_SCHEDULES[PeriodLength.MONTH],
        ),
        period="2026-11",
        due_at=NOW,
        cut_off=NOW,
        stories=(Story(key="news/one", versions={"en": item}),),
        languages=("en",),
    )


def freeze(
    engine: Engine, *languages: str, batch: int = 10, text: str = "", name: str = "", now: datetime = NOW
) -> StoredIssue:
    """Start the issue and write its audience and batches. *name*: of another one than the usual."""
    made, planned = rendered(*(languages or ("en",)), text=text), issue()
    if name:
        made, planned = replace(made, issue=name), replace(planned, id=name, period=name)
    counts, last = freezing.audience_choices(engine, "monthly", now)
    chosen: Mapping[tuple[str, str], str | None] = {
        (lang, topics): lang if lang in made.variants else "en" for lang, topics in counts
    }
    known = inclusions.included(engine, is_rehearsal=True)
    stored = issues.start(
        engine, planned, made, chosen, is_rehearsal=True, freeze_to=last, now=now, known=known
    )
    while stored.frozen_to < stored.freeze_to:
        stored = freezing.freeze_slice(engine, stored, now)
    freezing.make_batches(engine, stored, batch)
    return issues.get(engine, stored.number)


def letters(engine: Engine, stored: StoredIssue) -> dict[int, Letter]:
    """Return the letters of a frozen issue."""
    sender = Sender(
        newsletter="N",
        address=Address("N", addr_spec="news@example.org"),
        reply_to=None,
        public_url="https://news.example.org",
    )
    return {
        number: Letter(
            issue=stored.id,
            digest=stored.digest,
            variant=variant.name,
            lang=variant.lang,
            subject=variant.subject,
            html=variant.html,
            text=variant.text,
            sender=sender,
            date=NOW,
            links=LinkMaker.for_issue("https://news.example.org", KEYS, stored.id),
        )
        for number, variant in load_variants(engine, stored.number).items()
    }


@dataclass
class Clock:
    """A clock that each look moves on, so that retries come due without waiting."""

    now: datetime = NOW
    step: timedelta = timedelta(seconds=30)

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now


def stopped_after(post: Post, rounds: int) -> Post:
    """Return *post*, set to stop after so many rounds."""
    seen = []

    def count() -> None:
        seen.append(1)
        if len(seen) >= rounds:
            post.stop.set()

    return replace(post, on_progress=count)
