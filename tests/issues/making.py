"""Items, ledgers and newsrooms for the tests of this stage, made from as little as a test needs to say."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from newsletter.content.items import Collection, EventReport, Item, NewsItem, SourceFile
from newsletter.issues.digests import DEFAULT_SCHEDULES, Digest, PeriodLength
from newsletter.issues.newsroom import Newsroom
from newsletter.issues.values import Included, Issue

BRUSSELS = ZoneInfo("Europe/Brussels")
#: `monthly-2026-11` is due on 3 November 2026 at nine in Brussels.
NOVEMBER = datetime(2026, 11, 3, 8, tzinfo=UTC)


def digest(key: str = "monthly", period: PeriodLength = PeriodLength.MONTH, **fields: Any) -> Digest:
    """Return a digest with the default schedule of its period."""
    values = {"title": f"{key.capitalize()} digest", "schedule": DEFAULT_SCHEDULES[period], **fields}
    return Digest(key=key, period=period, **values)


def newsroom(*digests: Digest, **fields: Any) -> Newsroom:
    """Return a newsletter in English and French, made in Brussels."""
    values: dict[str, Any] = {"languages": ("en", "fr"), "zone": BRUSSELS, "topics": ("finance", "green")}
    return Newsroom(digests={each.key: each for each in digests or (digest(),)}, **(values | fields))


def news(key: str, when: str | None = "2026-10-20", **fields: Any) -> NewsItem:
    """Return a news item, published on *when*."""
    return NewsItem(**_fields(key, when, fields))


def event(
    key: str, start: str | None, end: str | None = None, when: str | None = None, **fields: Any
) -> EventReport:
    """Return an event; *when* is its `date`."""
    return EventReport(**_fields(key, when, fields), start=moment(start), end=moment(end))


def moment(text: str | None) -> date | datetime | None:
    """Return the date or time that *text* spells; a time without an offset is in Brussels."""
    if text is None:
        return None
    if len(text) == len("2026-10-20"):
        return date.fromisoformat(text)
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else when.replace(tzinfo=BRUSSELS)


def _fields(key: str, when: str | None, fields: dict[str, Any]) -> dict[str, Any]:
    lang = fields.get("lang", "en")
    suffix = "" if lang == "en" else f".{lang}"
    values = {
        "key": key,
        "path": f"content/{key}{suffix}.md",
        "lang": lang,
        "title": f"Title of {key}",
        "body": f"Text of {key}{suffix}.",
        "date": moment(when),
        **fields,
    }
    for name in ("updated", "expires"):
        if name in fields:
            values[name] = moment(fields[name])
    body_hash = sha256(values["body"].encode()).hexdigest()
    return {"source_hash": body_hash, "body_hash": body_hash, **values}


def collection(*items: Item, files: Iterable[SourceFile] = ()) -> Collection:
    """Return a content folder."""
    return Collection(
        items=tuple(sorted(items, key=lambda item: item.path)),
        issue_files=tuple(sorted(files, key=lambda file: file.path)),
    )


def issue_file(name: str, text: str | bytes) -> SourceFile:
    """Return the file `content/issues/NAME.md`."""
    return SourceFile(
        path=f"content/issues/{name}.md", data=text if isinstance(text, bytes) else text.encode()
    )


def inclusions(issue: Issue) -> list[Included]:
    """Return the rows that enter the ledger when *issue* is frozen, as the storage writes them."""
    return [
        Included(
            digest=issue.digest.key,
            key=story.key,
            lang=lang,
            issue=issue.id,
            title=item.title,
            date=item.date,
            body_hash=item.body_hash,
        )
        for story in issue.stories
        if story.key in issue.counted_keys
        for lang, item in story.versions.items()
    ]
