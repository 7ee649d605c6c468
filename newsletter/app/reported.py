"""What providers reported: its consequences are drawn beside the site, before sending, and by the scheduler."""

import logging
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from threading import Event, Thread

from newsletter.app.erasing import journal
from newsletter.app.gateways import REMEDY, in_words, recent_gateways
from newsletter.app.project import Project
from newsletter.app.readers import suppression_keys
from newsletter.database import Connection
from newsletter.delivery import outcomes
from newsletter.delivery.disorder import Held, held_domains
from newsletter.delivery.events import Receiver
from newsletter.delivery.providers import capabilities_of, open_receiver
from newsletter.delivery.stopping import stop_reason
from newsletter.errors import NewsletterError
from newsletter.issues.values import IssueState
from newsletter.settings.model import PROVIDERS, RECEIVERS, Webhook
from newsletter.storage import issues, tallies
from subscribers.storage.erasing import strengthened
from subscribers.suppression import Suppression

#: The site looks so often by itself: for what could not be done before, and for doubts that arose after their events.
LOOKS_EVERY_S = 30.0

_log = logging.getLogger(__name__)


def receivers_of(project: Project) -> dict[str, Receiver]:
    """Return what tells each provider's events from a stranger's; one without a secret believes nobody."""
    settings = project.settings.webhooks
    return {name: open_receiver(name, settings.get(name, Webhook())) for name in RECEIVERS}


def draw_consequences(project: Project, now: datetime) -> list[Held]:
    """Draw the consequences of every stored event, and tell a person what only a person can judge."""
    alerts = outcomes.process(
        project.engine,
        now,
        lambda provider: provider in PROVIDERS and capabilities_of(provider).is_all_or_nothing,
        remember=partial(_remember_complaints, project, now),
    )
    for held in alerts:
        _log.warning(
            "%s: %d readers at %s bounced for good, half of them or more: their server may be in disorder, so nobody is"
            " suppressed. Ask there. If the addresses are really gone: newsletter release --bounces %s",
            held.issue,
            held.readers,
            held.domain,
            held.domain,
        )
    stop_ailing(project)
    return alerts


def _remember_complaints(
    project: Project, now: datetime, connection: Connection, emails: Collection[str]
) -> None:
    """Let what is left of erased people who complained say so: then their own sign-up lifts it no more (row P-11)."""
    for entry in strengthened(connection, suppression_keys(project), emails, Suppression.COMPLAINT, now):
        journal(project).append([entry])


def stop_ailing(project: Project) -> None:
    """Pause what is being sent and bounces or annoys too much, until a person lets it go on."""
    limits = project.settings.delivery
    for number in tallies.sending(project.engine):
        reason = stop_reason(
            tallies.tally(project.engine, number),
            bounce_percent=limits.stop_bounce_percent,
            complaint_percent=limits.stop_complaint_percent,
        )
        if reason and issues.set_state(project.engine, number, IssueState.PAUSED, reason=reason):
            _log.warning("%s is paused: %s", issues.get(project.engine, number).id, reason)


def release_bounces(project: Project, domain: str, now: datetime) -> int:
    """Let the held bounces of *domain* count; return how many readers they are about.

    Raises NewsletterError when none are held.
    """
    wanted = domain.strip().lower().rpartition("@")[2]
    readers = outcomes.release(project.engine, wanted, now)
    if readers is None:
        held = ", ".join(held_domains(project.engine)) or "none"
        raise NewsletterError(f"No bounces of `{wanted}` are held. Domains whose bounces are: {held}.")
    return readers


@dataclass(slots=True)
class Clerk:
    """Draws consequences in a thread of its own, as soon as it is called."""

    project: Project
    _called: Event = field(default_factory=Event)
    _is_over: bool = False
    #: By `time.monotonic`: when gateways are looked for again.
    _next_look: float = 0.0
    #: Gateways of which the log has a line, by issue and domain.
    _told: set[tuple[str, str]] = field(default_factory=set)

    def call(self) -> None:
        """Say that something was stored."""
        self._called.set()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Work until the end of the block; what is in hand is finished."""
        thread = Thread(target=self._work, name="events", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._is_over = True
            self.call()
            thread.join()

    def _work(self) -> None:
        while not self._is_over:
            try:
                draw_consequences(self.project, datetime.now(UTC))
                self._tell_of_gateways()
            except NewsletterError as error:
                _log.warning("What providers reported waits: %s", error)
            except Exception:  # the events that come later are to be seen to all the same
                _log.exception("What providers reported waits")
            self._called.wait(LOOKS_EVERY_S)
            self._called.clear()

    def _tell_of_gateways(self) -> None:
        # Not at every call: a provider may post many times a second.
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + LOOKS_EVERY_S
        for gateway in recent_gateways(self.project, datetime.now(UTC)):
            if (gateway.issue, gateway.domain) not in self._told:
                self._told.add((gateway.issue, gateway.domain))
                _log.warning("%s %s", in_words(gateway), REMEDY)
