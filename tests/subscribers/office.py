"""A whole newsletter for a test, on SQLite: the pages, mails to one person, issues, what a service reports, backups."""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from threading import Event as Signal
from typing import Any

from sqlalchemy import ColumnElement, Engine, event, select

from newsletter.app.administration import add, errand
from newsletter.app.backup import back_up, restore
from newsletter.app.project import Project
from newsletter.app.readers import suppression_keys
from newsletter.app.reception import make_desk
from newsletter.app.reported import draw_consequences
from newsletter.delivery.allowance import Allowance
from newsletter.delivery.events import Bounce, Event, EventKind
from newsletter.delivery.journal import Journal
from newsletter.delivery.letter import reference_text
from newsletter.delivery.post import Post
from newsletter.delivery.sender import send_issue
from newsletter.storage import events
from newsletter.storage.issues import StoredIssue
from newsletter.storage.tables import deliveries
from subscribers.importing.run import import_file
from subscribers.keys import new_key
from subscribers.mails import Mail
from subscribers.storage import ImportStorage, audience, subscribers
from subscribers.storage.mail_queue import MailLimits
from subscribers.storage.requests import erased_reason
from subscribers.tokens import REFERENCE_BYTES, Purpose
from tests.app.mailing import project
from tests.delivery.frozen_issue import freeze, letters
from tests.fakes import MemoryProvider
from tests.subscribers.browser import Browser
from tests.subscribers.house import House, build
from tests.subscribers.importing import rules
from tests.subscribers.postman import Postman
from tests.web.serving import Served

#: Limits are tested by themselves; here they would only keep mails from being written.
_NO_LIMITS = "[limits]\nper_ip_hour = 0\n"


@dataclass(frozen=True)
class Arrival:
    """A mail in its mailbox."""

    mail: Mail
    at: datetime
    asked_at: datetime

    @property
    def to(self) -> str:
        """The unique form of the address."""
        return self.mail.to.casefold()


@dataclass
class Office:
    """The newsletter, and everybody who works there."""

    project: Project
    house: House
    postman: Postman
    provider: MemoryProvider = field(default_factory=MemoryProvider)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @classmethod
    def open(cls, folder: Path, template: Path, server: Served) -> "Office":
        """Open a newsletter without readers in *folder*, and let *server* have its pages."""
        (folder / "var").mkdir(parents=True)
        shutil.copy(template, folder / "var" / "newsletter.db")
        secret = new_key()
        keys = {"NEWSLETTER_SECRET_KEYS": secret, "NEWSLETTER_SUPPRESSION_KEYS": new_key()}
        opened = project(folder, _NO_LIMITS, environ=keys)
        # Nobody cuts the power here.
        event.listen(
            opened.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF")
        )
        opened.engine.dispose()
        house = build(opened.engine, [secret], suppression_keys(opened))
        limits = MailLimits(per_address_day=0, per_domain_hour=0, global_hour=0)
        house = replace(
            house,
            desk=make_desk(opened, house.site, on_bait=lambda: None),
            mailroom=replace(house.mailroom, limits=limits),
        )
        server.app = house.app()
        browser = Browser(server.port, house.site.keys, house.clock, opened.engine)
        return cls(opened, house, Postman(browser, house.mailroom, house.mailboxes))

    @property
    def engine(self) -> Engine:
        return self.project.engine

    @property
    def now(self) -> datetime:
        return self.house.clock.now

    def ref(self, who: str) -> bytes | None:
        reader = self.house.site.storage.find_by_key(who)
        return reader.ref if reader else None

    def called(self, ref: bytes) -> str | None:
        """Return whom links call *ref*."""
        reader = self.house.site.storage.find(ref)
        return reader.email.casefold() if reader else None

    def link(self, page: str, ref: bytes) -> str:
        """Return a link of an issue: to `unsubscribe` or `preferences`."""
        purpose = {"unsubscribe": Purpose.UNSUBSCRIBE, "preferences": Purpose.PREFERENCES}[page]
        return f"/{page}/{self.postman.browser.token(ref, purpose)}"

    def deliver(self) -> list[Arrival]:
        """Bring the mails that are due, and return them."""
        known = len(self.house.mailboxes.mails)
        self.postman.deliver()
        arrivals = []
        for mail in self.house.mailboxes.mails[known:]:
            asked = self.house.desk.confirmations.find(mail.ref)
            assert asked is not None
            arrivals.append(Arrival(mail, self.now, asked.created_at))
        return arrivals

    def refs(self) -> list[bytes]:
        """Return what links call everybody who is known."""
        with self.engine.connect() as connection:
            return list(connection.execute(select(subscribers.c.ref)).scalars())

    def is_only_remembered(self, who: str) -> bool:
        """Whether nothing but a hash is kept of an address."""
        with self.engine.connect() as connection:
            hashed = erased_reason(connection, suppression_keys(self.project), who)
        return hashed is not None and self.ref(who) is None

    def audience(self) -> set[str]:
        """Return who would get the monthly digest now, by the database."""
        ids = audience("monthly", self.now).subquery()
        return self._keys(subscribers.c.id.in_(select(ids.c.subscriber_id)))

    def freeze(self) -> tuple[StoredIssue, set[str]]:
        """Start the next issue; return it and its readers."""
        stored = freeze(self.engine, name=f"monthly-{next(self._numbers)}", now=self.now)
        its = select(deliveries.c.subscriber_id).where(deliveries.c.issue_number == stored.number)
        return stored, self._keys(subscribers.c.id.in_(its))

    def send(self, stored: StoredIssue) -> set[str]:
        """Send an issue to its end; return who got it."""
        before = Counter(self.provider.accepted)
        var = self.project.settings.var
        post = Post(
            engine=self.engine,
            issue=stored,
            letters=letters(self.engine, stored),
            provider=self.provider,
            allowance=Allowance(provider=self.provider.name),
            connections=1,
            locks_folder=var / "locks",
            journal=Journal(var / "model.journal"),
            clock=self.house.clock,
            stop=Signal(),
        )
        send_issue(post)
        return {email.casefold() for email in self.provider.accepted - before}

    def report(self, who: str, kind: EventKind, *, refers: bool) -> None:
        """Have a service report something of an address; *refers*: it sends back whose mail it was."""
        told = Event(
            provider="postal",
            id=f"event-{next(self._numbers)}",
            kind=kind,
            bounce=Bounce.HARD if kind is EventKind.BOUNCED else None,
            at=self.now,
            email=who,
            delivery=reference_text(self.ref(who) or bytes(REFERENCE_BYTES)) if refers else "",
        )
        events.store(self.engine, [told], self.now)
        draw_consequences(self.project, self.now)

    def import_list(self, email: str, **values: Any) -> None:
        """Import a list of one address."""
        # No two imports are of one moment.
        self.postman.wait(1)
        path = self.project.root / "list.csv"
        path.write_text(f"email\n{email}\n", encoding="utf-8")
        storage = ImportStorage(self.engine, suppression_keys(self.project))
        import_file(path, rules=rules(**values), storage=storage, at=self.now, on_findings=lambda _: None)

    def add(self, who: str, evidence: str) -> None:
        """Add a reader of the monthly digest by hand."""
        add(
            self.project,
            who,
            errand(self.now),
            lang=None,
            digests=["monthly"],
            topics=[],
            evidence=evidence,
        )

    def back_up(self) -> Path:
        file = self.project.root / f"{next(self._numbers)}.tar"
        back_up(self.project, file, self.now)
        return file

    def restore(self, file: Path) -> None:
        # As after everything was stopped.
        self.engine.dispose()
        restore(self.project, file, self.now)

    def close(self) -> None:
        self.engine.dispose()
        shutil.rmtree(self.project.root)

    def _keys(self, condition: ColumnElement[bool]) -> set[str]:
        with self.engine.connect() as connection:
            return set(connection.execute(select(subscribers.c.email_key).where(condition)).scalars())
