"""From a started issue to readers' inboxes: freezing, sending, going on after a stop."""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event

from newsletter.app.letters import letter, token_keys
from newsletter.app.project import Project
from newsletter.app.readers import check_suppression_keys
from newsletter.app.reported import draw_consequences
from newsletter.app.restoring import journal, refuse_restored
from newsletter.app.status import about_doubts
from newsletter.database import reading
from newsletter.delivery.allowance import Allowance
from newsletter.delivery.letter import Letter
from newsletter.delivery.links import LinkMaker
from newsletter.delivery.post import BatchReport, Post
from newsletter.delivery.providers import capabilities_of, open_provider
from newsletter.delivery.providers.base import LookUp, Provider, readers_a_request
from newsletter.delivery.sender import send_issue
from newsletter.errors import DeliveryError, TemporaryError
from newsletter.issues.values import IssueState
from newsletter.settings.model import Provider as ProviderSettings
from newsletter.storage import allowances, doubts, freezing, issues, keys, remaining
from newsletter.storage.issues import StoredIssue
from newsletter.storage.variants import load_variants

#: How often progress is counted and shown.
SHOWN_EVERY_S = 0.3


def machine_time() -> datetime:
    """Return the time of this machine; a timetable can be tried at another."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Who is told how sending goes; by default nobody."""

    #: Readers by what became of their mail, a few times a second.
    on_progress: Callable[[Mapping[str, int]], None] = lambda _counts: None
    #: The reason, a sentence without its full stop, and a time, when nothing can be sent before it.
    on_wait: Callable[[str, datetime], None] = lambda _words, _until: None
    #: What came of one batch at one try.
    on_batch: Callable[[BatchReport], None] = lambda _report: None
    #: Requests are under way, and no answer has come for a while.
    on_quiet: Callable[[], None] = lambda: None
    #: The database's words: it does not take the answers that have come, and they are kept for now.
    on_unrecorded: Callable[[str], None] = lambda _words: None


def go_on(
    project: Project,
    stored: StoredIssue,
    *,
    stop: Event,
    clock: Callable[[], datetime] = machine_time,
    listener: Listener | None = None,
    at_once: bool = False,
) -> StoredIssue:
    """Freeze and send what is left of a started issue; return it as it then stands.

    *at_once*: do not wait for the next try of what was put off earlier. Raises DeliveryError when the provider takes
    nothing for so long that a person should know.
    """
    check_suppression_keys(project)
    refuse_restored(project)
    draw_consequences(project, clock())
    provider = open_provider(project.settings.provider, project.settings.var)
    stored = freeze(project, stored, provider, stop, clock)
    if stop.is_set():
        return stored
    if at_once:
        remaining.forget_waits(project.engine, stored.number)
    try:
        return send_issue(
            _post(project, stored, provider, stop=stop, clock=clock, listener=listener or Listener())
        )
    except TemporaryError as error:
        undecided = doubts.undecided(project.engine, stored.number)
        in_doubt = f"{about_doubts(stored.id, undecided)}\n" if undecided else ""
        raise DeliveryError(
            f"{nothing_accepted(stored.id)} at the moment, as far as is known, so this ends for now. {error}\n{in_doubt}"
            f"Nobody is lost. When that is mended, go on with: newsletter send {stored.id} "
            "(the scheduler tries again by itself)"
        ) from error


def nothing_accepted(issue: str) -> str:
    """Return how it is told that the provider takes nothing of an issue; more follows."""
    return f"{issue}: nothing is accepted"


def has_repeats(project: Project, stored: StoredIssue, now: datetime) -> bool:
    """Whether a request in doubt may still go again under its key."""
    return keys.next_repeat(project.engine, stored.number, now=now) is not None


def is_asked(project: Project) -> bool:
    """Whether the provider in the settings can tell later whom it accepted."""
    name = project.settings.provider.name
    return not project.is_rehearsal and capabilities_of(name).look_up is not LookUp.NOTHING


def freeze(
    project: Project, stored: StoredIssue, provider: Provider, stop: Event, clock: Callable[[], datetime]
) -> StoredIssue:
    """Write what is missing of the audience, and the batches; return the issue as it then stands."""
    while stored.state is IssueState.FREEZING and stored.frozen_to < stored.freeze_to:
        if stop.is_set():
            return stored
        stored = freezing.freeze_slice(project.engine, stored, clock())
    if stored.state is IssueState.FREEZING:
        letters = _letters(project, stored, embeds_images=provider.capabilities.embeds_images)
        size = readers_a_request(provider.capabilities, letters.values())
        now = clock()
        most = allowance(project, provider, now).smallest(now)
        freezing.make_batches(project.engine, stored, min(size, most))
    return issues.get(project.engine, stored.number)


def allowance(project: Project, provider: Provider, now: datetime) -> Allowance:
    """Return how much the provider may be given. A rehearsal has no limits: it would tell nothing of the real thing."""
    settings = project.settings.provider
    if project.is_rehearsal:
        return Allowance(provider=provider.name)
    with reading(project.engine) as connection:
        first_used_at = allowances.first_used_at(connection, provider.name)
    return Allowance(
        provider=provider.name,
        max_per_second=settings.max_per_second or provider.capabilities.max_per_second,
        max_per_hour=settings.max_per_hour,
        max_per_day=settings.max_per_day,
        warm_up=project.settings.delivery.warm_up,
        first_used_at=first_used_at or now,
    )


def _post(
    project: Project,
    stored: StoredIssue,
    provider: Provider,
    *,
    stop: Event,
    clock: Callable[[], datetime],
    listener: Listener,
) -> Post:
    engine, settings = project.engine, project.settings
    return Post(
        engine=engine,
        issue=stored,
        letters=_letters(project, stored, embeds_images=provider.capabilities.embeds_images),
        provider=provider,
        allowance=allowance(project, provider, clock()),
        account=_account(settings.provider),
        connections=settings.provider.connections,
        locks_folder=settings.var / "locks",
        journal=journal(project),
        clock=clock,
        stop=stop,
        on_progress=_seldom(lambda: listener.on_progress(issues.counts(engine, stored.number))),
        on_wait=listener.on_wait,
        on_quiet=listener.on_quiet,
        on_unrecorded=listener.on_unrecorded,
        on_batch=listener.on_batch,
        most_refused=settings.delivery.stop_refused_batches,
    )


def _account(settings: ProviderSettings) -> str:
    """Return what is the same for one account at a provider; its key goes in as a hash alone."""
    parts = (settings.base_url, settings.region, settings.domain, settings.api_key.reveal())
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def _letters(project: Project, stored: StoredIssue, *, embeds_images: bool) -> dict[int, Letter]:
    links = LinkMaker.for_issue(project.public_url, token_keys(project), stored.id)
    return {
        number: letter(
            project,
            stored.id,
            stored.digest,
            variant,
            links=links,
            date=stored.started_at or stored.created_at,
            embeds_images=embeds_images,
        )
        for number, variant in load_variants(project.engine, stored.number).items()
    }


def _seldom(show: Callable[[], None]) -> Callable[[], None]:
    """Return *show* for rounds that follow each other quickly: it is called a few times a second."""
    shown_at = 0.0

    def maybe_show() -> None:
        nonlocal shown_at
        if time.monotonic() - shown_at > SHOWN_EVERY_S:
            show()
            shown_at = time.monotonic()

    return maybe_show
