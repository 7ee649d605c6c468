"""What every job of the timetable is given."""

import sys
from dataclasses import dataclass, field
from functools import cached_property
from threading import Event

from newsletter.app.mailroom import MailClerk, open_mailroom
from newsletter.app.project import Project
from newsletter.app.telling.book import Book
from newsletter.app.timetable.clock import Clock


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A project, the time, and whether to stop."""

    project: Project
    #: Set when the scheduler is asked to stop: finish what is in hand.
    stop: Event
    clock: Clock = field(default_factory=Clock)

    @cached_property
    def book(self) -> Book:
        """What is wrong with the database itself, which cannot keep account of it."""
        return Book(self.project.settings.var / "incidents")

    @cached_property
    def mail_clerk(self) -> MailClerk:
        """Who sends mails to one person: it keeps its connection from tick to tick."""
        mailroom = open_mailroom(self.project, stop=self.stop)
        engine = self.project.engine
        return MailClerk(engine, mailroom, lambda words: print(words, file=sys.stderr, flush=True))
