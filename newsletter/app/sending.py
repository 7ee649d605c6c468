"""From a planned issue to readers' inboxes: what would happen, freezing, sending, going on after a stop."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event

from newsletter.app.building import render
from newsletter.app.desk import BEGUN, Desk
from newsletter.app.letters import letter, token_keys
from newsletter.app.looks import default_subject
from newsletter.app.project import Project
from newsletter.app.readers import check_suppression_keys
from newsletter.delivery.journal import Journal
from newsletter.delivery.letter import Letter
from newsletter.delivery.links import LinkMaker
from newsletter.delivery.providers import open_provider
from newsletter.delivery.sender import Post, send_issue
from newsletter.errors import IssueError
from newsletter.issues.assembly import Plan
from newsletter.issues.digests import Approval
from newsletter.issues.values import Choice, IssueState
from newsletter.issues.variants import make_variants
from newsletter.storage import freezing, issues
from newsletter.storage.issues import StoredIssue

#: States in which `send` and the scheduler go on with what was begun.
UNDER_WAY = frozenset({IssueState.FREEZING, IssueState.SENDING})

#: How often progress is counted and shown.
SHOWN_EVERY_S = 0.3

#: Which readers, in the words of their rows: language and topics ("" for all).
Wish = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What `send` would do; it is asked about before it is done."""

    issue: str
    subject: str
    #: Mails that would leave: to the whole audience, or to those still open of an issue that was begun.
    mails: int
    #: Readers by variant; empty for an issue that was begun.
    readers: Mapping[str, int]
    #: Readers whose choice leaves nothing to read.
    without: int
    #: Exactly one of the two: the issue as the files make it now, or as it was begun.
    draft: "Draft | None"
    stored: StoredIssue | None

    def begin(self, now: datetime) -> StoredIssue:
        """Store what goes out, unless that was done before; return the stored issue."""
        if self.stored is not None:
            return self.stored
        assert self.draft is not None
        return start(self.draft, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An issue that may be sent, and the files it was made from."""

    desk: Desk
    plan: Plan


def look_ahead(project: Project, name: str, now: datetime) -> Outlook:
    """Return what sending the issue *name* would do.

    Raises IssueError when it may not be sent, and says why and what to do.
    """
    desk = Desk(project, now)
    stored = desk.stored.get(name)
    if stored and stored.state in BEGUN:
        return _outlook_of_begun(project, stored)
    plan = desk.plan(name, is_early=True)
    _refuse_unfit(desk, plan)
    token_keys(project)
    check_suppression_keys(project)
    counts, _ = freezing.audience_choices(project.engine, plan.issue.digest.key, now)
    names = _variant_names(project, plan, counts)
    readers = Counter[str]()
    for wish, count in counts.items():
        if variant := names[wish]:
            readers[variant] += count
    if not readers:
        raise IssueError(
            f"{name} has no readers: nobody who is subscribed to {plan.issue.digest.key} would get anything. "
            "Bring readers in with `newsletter subscribers import FILE`."
        )
    return Outlook(
        issue=name,
        subject=default_subject(project, plan.issue),
        mails=readers.total(),
        readers=dict(readers),
        without=sum(counts.values()) - readers.total(),
        draft=Draft(desk=desk, plan=plan),
        stored=None,
    )


def _outlook_of_begun(project: Project, stored: StoredIssue) -> Outlook:
    if stored.state is IssueState.PAUSED:
        raise IssueError(
            f"{stored.id} is paused{f': {stored.reason}' if stored.reason else ''}. "
            f"Let it go on with: newsletter resume {stored.id}"
        )
    if stored.state in {IssueState.CANCELLED, IssueState.SUPERSEDED}:
        raise IssueError(f"{stored.id} is {stored.state}{f': {stored.reason}' if stored.reason else ''}.")
    if stored.is_rehearsal != project.is_rehearsal and stored.state is not IssueState.SENT:
        raise IssueError(f"{stored.id} is being sent for real; it cannot be rehearsed meanwhile.")
    counts = issues.counts(project.engine, stored.number)
    return Outlook(
        issue=stored.id,
        subject=stored.subject,
        mails=_still_to_go(stored, counts),
        readers={},
        without=0,
        draft=None,
        stored=stored,
    )


def _still_to_go(stored: StoredIssue, counts: Mapping[str, int]) -> int:
    if stored.state is IssueState.SENT:
        return 0
    still_open = counts["queued"] + counts["sending"]
    # While the audience is being written nobody knows yet how many there will be: at least one.
    return still_open or 1


def _refuse_unfit(desk: Desk, plan: Plan) -> None:
    """Raise IssueError when *plan* may not go out as it is."""
    name = plan.issue.id
    if errors := desk.errors(plan):
        listed = "\n".join(map(str, errors))
        raise IssueError(f"{name} is not sent: mend these first (newsletter check {name}).\n{listed}")
    state, reason = plan.standing.state, plan.standing.reason
    if state is IssueState.HELD:
        raise IssueError(f"{name} is held: {reason}. Let it go with: newsletter release {name}")
    if state is IssueState.SKIPPED:
        raise IssueError(f"{name} is not sent: {reason}.")
    if plan.issue.digest.approval is Approval.REQUIRED and state is not IssueState.APPROVED:
        raise IssueError(f"{name} is not sent: {reason}. Approve it with: newsletter approve {name}")


def _variant_names(project: Project, plan: Plan, wishes: Mapping[Wish, int]) -> dict[Wish, str | None]:
    """Return which variant the readers of each wish get; None: nothing in it for them."""
    choices = {wish: choice_of(project, wish) for wish in wishes}
    variants = make_variants(plan.issue, choices.values())
    names = {choice: variant.name for variant in variants for choice in variant.choices}
    return {wish: names.get(choice) for wish, choice in choices.items()}


def choice_of(project: Project, wish: Wish) -> Choice:
    """Return the choice that a reader's row spells; a language that the newsletter has not is its default."""
    from subscribers.values import topics_from_text

    lang, topics = wish
    known = project.settings.newsletter.languages
    return Choice(
        lang=lang if lang in known else known[0], topics=topics_from_text(topics) if topics else None
    )


def start(draft: Draft, now: datetime) -> StoredIssue:
    """Store what goes out: from here on the files no longer matter for this issue."""
    project, plan = draft.desk.project, draft.plan
    counts, last = freezing.audience_choices(project.engine, plan.issue.digest.key, now)
    names: dict[Wish, str | None] = _variant_names(project, plan, counts)
    # Who changes their language or topics while the audience is written gets the issue in full.
    for lang in {*(lang for lang, _ in counts), *plan.issue.languages}:
        names.setdefault((lang, ""), _full_variant(project, plan, lang))
    rendered = render(draft.desk, plan, [choice_of(project, wish) for wish in counts])
    return issues.start(
        project.engine,
        plan.issue,
        rendered,
        names,
        is_rehearsal=project.is_rehearsal,
        freeze_to=last,
        now=now,
    )


def _full_variant(project: Project, plan: Plan, lang: str) -> str:
    wanted = choice_of(project, (lang, "")).lang
    return wanted if wanted in plan.issue.languages else plan.issue.languages[0]


def go_on(
    project: Project,
    stored: StoredIssue,
    *,
    stop: Event,
    on_progress: Callable[[Mapping[str, int]], None] = lambda _counts: None,
    on_put_off: Callable[[str, datetime], None] = lambda _words, _retry: None,
) -> StoredIssue:
    """Freeze and send what is left of a started issue; return it as it then stands."""
    engine = project.engine
    check_suppression_keys(project)
    provider = open_provider(project.settings.provider, project.settings.var)
    links = LinkMaker.for_issue(project.public_url, token_keys(project), stored.id)
    while stored.state is IssueState.FREEZING and stored.frozen_to < stored.freeze_to:
        if stop.is_set():
            return stored
        stored = freezing.freeze_slice(engine, stored, clock())
    if stored.state is IssueState.FREEZING:
        freezing.make_batches(engine, stored, provider.capabilities.max_batch)
    return send_issue(
        Post(
            engine=engine,
            issue=stored,
            letters=_letters(project, stored, links, embeds_images=provider.capabilities.embeds_images),
            provider=provider,
            connections=project.settings.provider.connections,
            locks_folder=project.settings.var / "locks",
            journal=journal(project),
            clock=clock,
            stop=stop,
            on_put_off=on_put_off,
            on_progress=_seldom(lambda: on_progress(issues.counts(engine, stored.number))),
        )
    )


def _seldom(show: Callable[[], None]) -> Callable[[], None]:
    """Return *show* for rounds that follow each other quickly: it is called a few times a second."""
    shown_at = 0.0

    def maybe_show() -> None:
        nonlocal shown_at
        if time.monotonic() - shown_at > SHOWN_EVERY_S:
            show()
            shown_at = time.monotonic()

    return maybe_show


def _letters(
    project: Project, stored: StoredIssue, links: LinkMaker, *, embeds_images: bool
) -> dict[int, Letter]:
    variants = issues.load_variants(project.engine, stored.number)
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
        for number, variant in variants.items()
    }


def journal(project: Project) -> Journal:
    """Return the record, outside the database, of what began to leave."""
    return Journal(project.settings.var / "sent.journal")


def clock() -> datetime:
    """Return the time."""
    return datetime.now(UTC)
