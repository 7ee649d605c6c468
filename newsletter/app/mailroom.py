"""Mails to one person at a time: who confirms, who asked for a link. A sender of its own, which no issue keeps waiting."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event

from newsletter.app.courier import open_courier
from newsletter.app.failures import explained
from newsletter.app.letters import token_keys, token_secrets
from newsletter.app.log import log_mails
from newsletter.app.project import Project
from newsletter.app.readers import suppression_keys
from newsletter.app.reception import new_ref
from newsletter.beside import beside
from newsletter.database import Engine
from newsletter.errors import DeliveryError
from subscribers.errors import SubscribersError
from subscribers.mailboxes import Pseudonyms
from subscribers.mailing import Mailroom
from subscribers.storage import SubscriberStorage
from subscribers.storage.heartbeats import SENDER, beat, last_beat
from subscribers.storage.inviting import invite, last_invitation
from subscribers.storage.mail_queue import MailLimits, MailQueue

_log = logging.getLogger(__name__)

#: Between two looks at what waits.
EVERY_S = 2
BEAT_EVERY = timedelta(seconds=20)
#: Without a sign of a sender for so long, somebody who signs up waits in vain.
SILENCE = timedelta(minutes=1)


def open_mailroom(project: Project, *, stop: Event) -> Mailroom:
    """Return the sender of *project*'s mails to one person; after *stop* is set it ends with the mail in hand.

    Raises KeysError for missing or weak keys, NewsletterError when a secret of the provider is missing.
    """
    limits = project.settings.limits
    pseudonyms = Pseudonyms.from_secrets(token_secrets(project))
    return Mailroom(
        queue=MailQueue(project.engine, suppression_keys(project)),
        subscribers=SubscriberStorage(project.engine),
        courier=open_courier(project),
        keys=token_keys(project),
        limits=MailLimits(
            per_address_day=limits.per_address_day,
            per_domain_hour=limits.per_domain_hour,
            global_hour=limits.global_hour,
        ),
        public_url=project.public_url,
        invite=lambda refs, now: invite(project.engine, refs, pseudonyms.of_mailbox, now),
        last_invitation=partial(last_invitation, project.engine),
        new_ref=new_ref,
        clock=_now,
        is_stopping=stop.is_set,
    )


@dataclass(slots=True)
class MailClerk:
    """Sends what is due whenever it is called."""

    engine: Engine
    mailroom: Mailroom
    _seen_at: datetime | None = None

    def work_off(self) -> None:
        """Send what is due.

        Raises DeliveryError when a person must act before anything leaves.
        """
        self._beat()
        done = self.mailroom.work_off(self._beat)
        log_mails(done)
        if done.alarm:
            raise DeliveryError(f"Confirmations wait: {done.alarm}")

    @contextmanager
    def at_work(self, stop: Event, tell: Callable[[str], None]) -> Iterator[None]:
        """Work in a thread until the end of the block, or until *stop* is set; the mail in hand is finished.

        *tell* gets what keeps mails from leaving, once.
        """

        def work() -> None:
            said = ""
            while not stop.is_set():
                words = self._words()
                if words and words != said:
                    tell(words)
                said = words
                stop.wait(EVERY_S)

        with beside(work, name="mails", ended=stop):
            yield

    def _words(self) -> str:
        """Send what is due; return what keeps it from leaving."""
        try:
            self.work_off()
        except Exception as error:  # a mistake of the program's about one mail is not to end all others
            if told := explained(error):
                return str(told)
            _log.exception("mails")
        return ""

    def _beat(self) -> None:
        """Let others see that somebody sends."""
        now = _now()
        if self._seen_at is None or now - self._seen_at > BEAT_EVERY:
            beat(self.engine, SENDER, now)
            self._seen_at = now


@contextmanager
def watched(engine: Engine, tell: Callable[[str], None]) -> Iterator[None]:
    """Until the end of the block, *tell* a person once when nobody sends what readers wait for."""
    ended = Event()

    def watch() -> None:
        is_told = False
        while not ended.wait(SILENCE.total_seconds()):
            with suppress(SubscribersError):
                seen_at = last_beat(engine, SENDER)
                is_silent = seen_at is None or _now() - seen_at > SILENCE
                if is_silent and not is_told:
                    tell(
                        "Nobody sends the mails that readers wait for. Run `python scheduler.py`, or serve with --send."
                    )
                is_told = is_silent

    with beside(watch, name="watch", ended=ended):
        yield


def _now() -> datetime:
    return datetime.now(UTC)
