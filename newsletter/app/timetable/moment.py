"""What every job of the timetable is given."""

from dataclasses import dataclass, field
from functools import cached_property
from threading import Event

from newsletter.app.mailroom import MailClerk, open_mailroom
from newsletter.app.project import Project
from newsletter.app.telling.book import Book
from newsletter.app.timetable.clock import Clock
from newsletter.app.timetable.senders import Senders
from newsletter.app.timetable.tally import Tally
from newsletter.app.timetable.watch import Watch


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A project, the time, and whether to stop."""

    project: Project
    #: Set when the scheduler is asked to stop: finish what is in hand.
    stop: Event
    clock: Clock = field(default_factory=Clock)
    #: Each job is run once, to the end of what it begins.
    is_single: bool = False

    @cached_property
    def incident_book(self) -> Book:
        """What is wrong with the database itself, which cannot keep account of it."""
        return Book(self.project.settings.var / "incidents")

    @cached_property
    def mail_clerk(self) -> MailClerk:
        """Who sends mails to one person: it keeps its connection from tick to tick."""
        return MailClerk(self.project.engine, open_mailroom(self.project, stop=self.stop))

    @cached_property
    def tally(self) -> Tally:
        """What the jobs of this process did."""
        return Tally(self.project, is_kept=not self.clock.is_ahead)

    @cached_property
    def watch(self) -> Watch:
        """Who looks how long they take."""
        return Watch(self.project, self.clock.now, self.tally)

    @cached_property
    def senders(self) -> Senders:
        """Who goes on with issues."""
        return Senders(self.watch)
