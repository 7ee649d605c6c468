"""The limits of [transactional]: how many mails to one person may leave in a second, an hour and a day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from newsletter.app.project import Project
from newsletter.database import Engine, writing
from newsletter.delivery.allowance import Allowance
from subscribers.mails import Outcome, Sent

#: A mail in hand is kept for so long until a limit lets it go; beyond that it goes back into the queue.
_SHORT_WAIT_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ration:
    """The limits of [transactional], across all processes that send by it."""

    engine: Engine
    allowance: Allowance
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]

    def take(self) -> datetime | Sent:
        """Take the room for one mail; return when it was taken, or what keeps the mail waiting."""
        while True:
            now = self.clock()
            with writing(self.engine) as connection:
                if self.allowance.room(connection, now) > 0:
                    self.allowance.use(connection, 1, now)
                    return now
                until, words = self.allowance.free_at(connection, 1, now)
            wait_s = (until - now).total_seconds()
            if wait_s > _SHORT_WAIT_S:
                return Sent(outcome=Outcome.LATER, words=words, wait_s=wait_s, is_about_us=True)
            self.sleep(wait_s)

    def give_back(self, taken_at: datetime) -> None:
        """Give back what was taken for a mail that did not leave."""
        with writing(self.engine) as connection:
            self.allowance.give_back(connection, 1, taken_at)


def ration(project: Project, clock: Callable[[], datetime], sleep: Callable[[float], None]) -> Ration | None:
    """Return the limits of [transactional]. Those of [provider] are for issues, which are to keep none of these mails waiting."""
    settings = project.settings.transactional
    if settings is None or not (settings.max_per_second or settings.max_per_hour or settings.max_per_day):
        return None
    allowance = Allowance(
        provider="[transactional]",
        max_per_second=settings.max_per_second,
        max_per_hour=settings.max_per_hour,
        max_per_day=settings.max_per_day,
    )
    return Ration(engine=project.engine, allowance=allowance, clock=clock, sleep=sleep)
