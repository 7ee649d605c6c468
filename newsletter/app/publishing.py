"""Whatever is due is made and started, or held, or skipped, and one that takes the place of others says so.

Each tick begins anew from the files, the clock and the rows of `issues`: whoever is killed anywhere left either a
decision or none, and two schedulers that decide at once come to the same, of which the database keeps one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event

from newsletter.app.desk import Desk, stored_issues
from newsletter.app.letters import token_keys
from newsletter.app.making import Made, audience_of, make, start
from newsletter.app.project import Project
from newsletter.app.readers import check_suppression_keys
from newsletter.app.restoring import refuse_restored, restored_at
from newsletter.app.selfcheck import failures
from newsletter.app.tries import note_try, was_tried_lately
from newsletter.app.updating import OFTEN, changed_lately, failed_lately, update
from newsletter.delivery.providers import open_provider
from newsletter.errors import ContentError, IssueError, RenderingError, SettingsError, TemplateError
from newsletter.issues.calendar import agenda
from newsletter.issues.calendar.backlog import Due, backlog, due_specials, passed_over
from newsletter.issues.calendar.sightings import look
from newsletter.issues.digests import Digest
from newsletter.issues.standing import Cause
from newsletter.issues.values import Issue, IssueState
from newsletter.issues.verdict import Facts, Kind, Verdict, decide, hold
from newsletter.storage import deciding
from newsletter.storage.issues import StoredIssue
from newsletter.storage.sightings import note_sighting, sighting

#: What making an issue raises that an editor can mend.
_CANNOT_BE_MADE = (ContentError, SettingsError, TemplateError, RenderingError, IssueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What became of an issue that is due."""

    issue: str
    digest: Digest
    due_at: datetime
    verdict: Verdict
    #: Nobody had decided the same before.
    is_news: bool = False
    #: Missed and held issues whose items are in this one.
    superseded: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What became of it, in a line."""
        told = {Kind.GO: "goes out", Kind.WAIT: "waits", Kind.HOLD: "is held", Kind.SKIP: "is skipped"}
        line = f"{self.issue} {told[self.verdict.kind]}"
        return f"{line}: {self.verdict.reason}" if self.verdict.reason else line


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a look at the calendar led to."""

    decisions: tuple[Decision, ...] = ()
    #: Due by a changed schedule before anybody saw it: only a person sends these.
    passed_over: tuple[Due, ...] = ()
    #: Why nothing could be decided of an issue: it is tried again with the next look.
    failures: tuple[Exception, ...] = ()

    @property
    def news(self) -> tuple[Decision, ...]:
        """What was decided only now."""
        return tuple(decision for decision in self.decisions if decision.is_news)

    @property
    def waiting(self) -> tuple[Decision, ...]:
        """What is due and put off for a moment."""
        return tuple(decision for decision in self.decisions if decision.verdict.kind is Kind.WAIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """An issue to decide about, and those that were missed before it."""

    digest: Digest
    due: Due
    is_special: bool = False
    overtaken: tuple[Due, ...] = ()

    def is_in_time(self, now: datetime) -> bool:
        """Whether the clock may still send it."""
        return now - self.due.due_at <= timedelta(hours=self.digest.max_lateness_hours)


def publish(project: Project, now: datetime, *, stop: Event, rests: bool = True) -> Published:
    """Decide about every issue that is due, and write it down; sending is for others.

    *rests*: wait for files that were changed a moment ago. Raises IssueError while a restored backup waits for a
    person, KeysError or NewsletterError when a key or the provider's secret is missing.
    """
    if not project.has_database:
        return Published()
    refuse_restored(project)
    deciding.take_back(project.engine, now)
    scene = _Scene.of(project, now)
    passed = _see(scene)
    tasks = [task for task in scene.tasks() if not _is_tried_later(scene, task)]
    if not tasks:
        return Published(passed_over=passed)
    _require_secrets(project)
    # Looked at before anything is brought: what the command itself brings is whole when it ends.
    rests_at = changed_lately(project, now) if rests else None
    failure = update(project, stop) if any(_wants_content(scene, task) for task in tasks) else ""
    if stop.is_set():
        return Published(passed_over=passed)
    facts = Facts(readers=0, rests_at=rests_at, update_failure=failure, restored_at=restored_at(project))
    if project.settings.content.update:
        scene = _Scene.of(project, now)
    decisions, failures = _settle_all(scene, facts)
    return Published(decisions=tuple(decisions), passed_over=passed, failures=tuple(failures))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """The files and the rows at one moment."""

    project: Project
    now: datetime
    stored: Mapping[str, StoredIssue]
    #: None: the content folder cannot be read, and *trouble* says why.
    desk: Desk | None
    trouble: str = ""

    @classmethod
    def of(cls, project: Project, now: datetime) -> "_Scene":
        """Look around."""
        try:
            desk = Desk(project, now)
        except ContentError as error:
            return cls(project=project, now=now, stored=stored_issues(project), desk=None, trouble=str(error))
        return cls(project=project, now=now, stored=desk.stored, desk=desk)

    @property
    def past(self) -> dict[str, IssueState]:
        """What was decided: one that was held when it had begun is for a person alone, as if it were paused."""
        return {
            name: IssueState.PAUSED if stored.is_held_on_its_way else stored.state
            for name, stored in self.stored.items()
        }

    def moved(self, digest: Digest) -> Mapping[str, datetime]:
        """Return the issues whose files have `send_at`; none while the files cannot be read."""
        return agenda.moved(digest, self.desk.collection) if self.desk else {}

    def tasks(self) -> Iterator[_Task]:
        """Yield what is due and undecided, or held and to be looked at again."""
        newsroom, past = self.project.newsroom, self.past
        for digest in newsroom.digests.values():
            seen = sighting(self.project.engine, digest.key, is_rehearsal=self.project.is_rehearsal)
            if seen is None:
                continue
            since = seen.counts_from
            found = backlog(digest, newsroom, self.moved(digest), past, counts_from=since, now=self.now)
            if found.open:
                yield _Task(digest=digest, due=found.open, overtaken=found.overtaken)
            if self.desk:
                collection = self.desk.collection
                for due in due_specials(digest, newsroom, collection, past, counts_from=since, now=self.now):
                    yield _Task(digest=digest, due=due, is_special=True)

    def unmade(self, digest: Digest, due: Due, *, is_special: bool = False) -> Issue:
        """Return an issue of which only the name and the time matter."""
        return Issue(
            id=due.issue,
            digest=digest,
            period=due.period,
            due_at=due.due_at,
            cut_off=due.due_at,
            stories=(),
            languages=self.project.newsroom.languages,
            is_special=is_special,
        )


def _see(scene: _Scene) -> tuple[Due, ...]:
    """Remember since when each digest's due times count; return what a changed schedule leaves to a person."""
    project, newsroom = scene.project, scene.project.newsroom
    passed = []
    for digest in newsroom.digests.values():
        before = sighting(project.engine, digest.key, is_rehearsal=project.is_rehearsal)
        seen = look(before, digest, newsroom.zone, scene.now)
        if seen == before:
            continue
        if due := passed_over(before, digest, newsroom, scene.moved(digest), scene.past, now=scene.now):
            passed.append(due)
        note_sighting(project.engine, digest.key, seen, scene.now, is_rehearsal=project.is_rehearsal)
    return tuple(passed)


def _is_tried_later(scene: _Scene, task: _Task) -> bool:
    """Whether an issue is held because its content cannot be brought, and was tried often enough for now."""
    stored = scene.stored.get(task.due.issue)
    return (
        stored is not None
        and stored.state is IssueState.HELD
        and task.is_in_time(scene.now)
        and scene.now - task.due.due_at > OFTEN
        and failed_lately(scene.project)
    )


def _wants_content(scene: _Scene, task: _Task) -> bool:
    """Whether an issue may still go by itself, or nobody has decided about it: else missed items would count as never written."""
    return task.is_in_time(scene.now) or task.due.issue not in scene.stored


def _require_secrets(project: Project) -> None:
    """Raise before anything is stored that could not be sent."""
    open_provider(project.settings.provider, project.settings.var)
    token_keys(project)
    check_suppression_keys(project)


def _settle_all(scene: _Scene, facts: Facts) -> tuple[list[Decision], list[Exception]]:
    """Decide about one issue after the other: what one takes, the next one has not; one that fails keeps no other waiting."""
    decisions: list[Decision] = []
    failures: list[Exception] = []
    for task in list(scene.tasks()):
        try:
            decision = _settle(scene, task, facts)
        except Exception as error:  # a mistake in one digest is not to keep the others back
            failures.append(error)
            continue
        decisions.append(decision)
        if decision.verdict.kind is Kind.GO:
            scene = _Scene.of(scene.project, scene.now)
    return decisions, failures


def _settle(scene: _Scene, task: _Task, facts: Facts) -> Decision:
    """Decide about an issue and write it down."""
    made: Made | None = None
    try:
        verdict, made = _judge(scene, task, facts)
    except _CANNOT_BE_MADE as error:
        verdict = hold(Cause.ERRORS, "; ".join(str(error).splitlines()))
    decision = Decision(issue=task.due.issue, digest=task.digest, due_at=task.due.due_at, verdict=verdict)
    if verdict.kind is Kind.WAIT or _is_known(scene, task, verdict):
        return decision
    superseded = () if verdict.kind is Kind.SKIP else _overtake(scene, task)
    is_news = _write(scene, task, verdict, made)
    return replace(decision, is_news=is_news, superseded=superseded)


def _judge(scene: _Scene, task: _Task, facts: Facts) -> tuple[Verdict, Made | None]:
    """Return what becomes of an issue, and the issue as it goes out; what is dear to know comes last."""
    desk, due, now = scene.desk, task.due, scene.now
    if desk is None:
        return hold(Cause.CONTENT, scene.trouble), None
    plan = desk.plan(due.issue)
    stored = scene.stored.get(due.issue)
    if stored and plan.standing.cause is Cause.LATE and stored.reason == plan.lateness:
        # It waits for a person until the next one is due: nobody is counted for it each minute.
        return hold(Cause.LATE, plan.lateness), None
    audience = audience_of(desk, plan, now)
    facts = replace(facts, readers=sum(audience.readers.values()))
    verdict = decide(plan, due, facts, now)
    if verdict.kind is not Kind.GO:
        return verdict, None
    if stored and stored.state is IssueState.HELD and was_tried_lately(scene.project, due.issue, now):
        return Verdict(kind=Kind.HOLD, reason=stored.reason), None
    note_try(scene.project, due.issue, now)
    made = make(desk, plan, audience)
    return _look_at(made, due, facts, now), made


def _look_at(made: Made, due: Due, facts: Facts, now: datetime) -> Verdict:
    """Return what becomes of an issue that is made: whether it is whole, and then whether it would work for readers."""
    facts = replace(facts, findings=made.findings)
    verdict = decide(made.plan, due, facts, now)
    if verdict.kind is not Kind.GO:
        return verdict
    defects = failures(made.desk.project, made.rendered)
    return decide(made.plan, due, replace(facts, defects=tuple(defects)), now)


def _is_known(scene: _Scene, task: _Task, verdict: Verdict) -> bool:
    stored = scene.stored.get(task.due.issue)
    return (
        verdict.kind is Kind.HOLD
        and stored is not None
        and (stored.state, stored.reason) == (IssueState.HELD, verdict.reason)
    )


def _overtake(scene: _Scene, task: _Task) -> tuple[str, ...]:
    """Write down whose place an issue takes; return their ids, those among them that were held and wait for its row."""
    if task.is_special:
        return ()
    missed = [scene.unmade(task.digest, due) for due in task.overtaken]
    deciding.note_overtaken(
        scene.project.engine, missed, task.due.issue, is_rehearsal=scene.project.is_rehearsal, now=scene.now
    )
    held = [
        stored.id
        for stored in scene.stored.values()
        if stored.state is IssueState.HELD
        and stored.is_rehearsal == scene.project.is_rehearsal
        and stored.digest == task.digest.key
        and stored.period != stored.id
        and stored.due_at < task.due.due_at
    ]
    return tuple(dict.fromkeys([*(due.issue for due in task.overtaken), *held]))


def _write(scene: _Scene, task: _Task, verdict: Verdict, made: Made | None) -> bool:
    """Store a verdict; False when somebody began the issue meanwhile."""
    project, now = scene.project, scene.now
    if verdict.kind is Kind.GO:
        assert made is not None
        return start(made, now).started_at == now
    store = deciding.hold if verdict.kind is Kind.HOLD else deciding.skip
    unmade = scene.unmade(task.digest, task.due, is_special=task.is_special)
    return store(project.engine, unmade, verdict.reason, is_rehearsal=project.is_rehearsal, now=now)
