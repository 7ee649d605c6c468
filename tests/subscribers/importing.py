"""Imports lists in tests, and keeps what was said about their rows."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from newsletter.content.topics import Topic, TopicMatcher
from subscribers.importing.findings import Finding, ImportReport
from subscribers.importing.rules import ImportRules
from subscribers.importing.run import Remembered, import_file, preview_file
from subscribers.storage import (
    ImportStorage,
    audience,
    subscribers,
)
from tests.subscribers.browser import NOW, OFFER, WriteList

MATCHER = TopicMatcher(
    (
        Topic(key="finance", labels={"en": "Financial investigation"}),
        Topic(key="green", labels={"en": "Green"}),
    )
)
EVIDENCE: dict[str, Any] = {
    "is_confirmed": True,
    "evidence": "Paper forms of the 2026 conference, archived as form-7",
}


def rules(**values: Any) -> ImportRules:
    return ImportRules(offer=OFFER, match_topics=MATCHER.match, **values)


@dataclass
class Import:
    """Imports lists, and keeps what was said about their rows."""

    storage: ImportStorage
    write: WriteList
    engine: Engine
    findings: list[Finding] = field(default_factory=list)
    remembered: Remembered = field(default_factory=dict)

    def __call__(self, text: str, *, is_preview: bool = False, **values: Any) -> ImportReport:
        return self.file(self.write(text), is_preview=is_preview, **values)

    def file(self, path: Path, *, is_preview: bool = False, **values: Any) -> ImportReport:
        self.findings.clear()
        do = partial(preview_file, remembered=self.remembered) if is_preview else partial(import_file, at=NOW)
        return do(path, rules=rules(**values), storage=self.storage, on_findings=self.findings.extend)

    def rows(self, *columns: str) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            chosen = [subscribers.c[name] for name in columns]
            return [
                tuple(row) for row in connection.execute(select(*chosen).order_by(subscribers.c.email_key))
            ]

    def audience(self, digest: str = "monthly") -> set[tuple[str, str | None]]:
        statement = audience(digest, NOW + timedelta(days=1)).add_columns(subscribers.c.email)
        with self.engine.connect() as connection:
            return {(row.email, row.topics) for row in connection.execute(statement)}
