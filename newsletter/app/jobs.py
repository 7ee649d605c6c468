"""The jobs of `scheduler.py`: one function for each line of its timetable."""

from collections.abc import Sequence
from functools import partial

from newsletter.app import consents, reported, retention, upkeep
from newsletter.app.log import log_batch, log_unrecorded
from newsletter.app.publishing import publish
from newsletter.app.restoring import count_tick, notice_foreign_restore
from newsletter.app.sending import Listener, go_on, has_repeats, is_asked
from newsletter.app.telling import ahead, notices, reports, restores, watch
from newsletter.app.telling.heartbeat import beat_outside
from newsletter.app.timetable import Moment
from newsletter.errors import DeliveryError, NewsletterError
from newsletter.issues.states import UNDER_WAY
from newsletter.issues.values import IssueState
from newsletter.storage import issues
from newsletter.storage.doubts import undecided
from newsletter.storage.issues import StoredIssue
from subscribers.storage.heartbeats import SCHEDULER, beat


def publish_what_is_due(moment: Moment) -> None:
    """Start what is due, or hold or skip it; files rest first, unless another time is only tried."""
    if moment.project.has_database and not moment.clock.is_moved:
        _look_for_restore(moment)
        count_tick(moment.project, moment.clock.now())
    published = publish(moment.project, moment.clock.now(), stop=moment.stop, rests=not moment.clock.is_moved)
    # Who runs us once would else take silence for "nothing is due".
    for decision in (*published.news, *(published.waiting if moment.is_single else ())):
        _say(decision.words)
    ahead.tell_of_passed_over(moment.project, published.passed_over, moment.clock.now())
    if published.news:
        # Not a tick later.
        _begin_sending(moment)
    if published.failures:
        _raise_together(published.failures)


def go_on_with_begun_issues(moment: Moment) -> None:
    """Freeze and send what is left of issues that were begun; none keeps another waiting."""
    project = moment.project
    if not project.has_database:
        return
    _look_for_restore(moment)
    failures = moment.senders.failures()
    _begin_sending(moment)
    if moment.is_single:
        moment.senders.wait()
        failures += moment.senders.failures()
    if failures:
        _raise_together(failures)


def be_seen(moment: Moment) -> None:
    """Let the site's health see the scheduler, and whoever watches from outside; another time says nothing about it."""
    if moment.clock.is_moved:
        return
    # First: it is also to be heard where the database is what is broken, which is told in other ways.
    beat_outside(moment.project)
    if moment.project.has_database:
        beat(moment.project.engine, SCHEDULER, moment.clock.now())


def notice_what_is_wrong(moment: Moment) -> None:
    """Tell people what is wrong, once, and once more when it is over."""
    watch.notice_what_is_wrong(moment.project, moment.incident_book, moment.clock.now())


def look_ahead(moment: Moment) -> None:
    """Bring the content, and send editors the preview, the reminder, and what came after their approval."""
    ahead.look_ahead(moment.project, moment.clock.now(), moment.stop)


def report_on_sent_issues(moment: Moment) -> None:
    """Tell editors what became of issues that were sent a day ago."""
    reports.report_on_sent_issues(moment.project, moment.clock.now())


def mail_notices(moment: Moment) -> None:
    """Send what editors and operators are to be told."""
    notices.mail_notices(moment.project, moment.clock.now(), moment.stop)


def answer_requests(moment: Moment) -> None:
    """Send what readers asked for on the site, and what asks them to confirm."""
    if moment.project.has_database:
        moment.mail_clerk.work_off()


def draw_consequences(moment: Moment) -> None:
    """Draw the consequences of what providers reported, where no site does."""
    if moment.project.has_database:
        reported.draw_consequences(moment.project, moment.clock.now())


def ask_about_doubts(moment: Moment) -> None:
    """Ask the provider, where it can be asked, about readers in doubt of issues that count as sent."""
    project = moment.project
    if not project.has_database or not is_asked(project):
        return
    sent = issues.list_all(project.engine, is_rehearsal=False)
    doubts = {stored.number: undecided(project.engine, stored.number) for stored in sent}
    doubtful = [stored for stored in sent if stored.state is IssueState.SENT and doubts[stored.number]]
    failures: list[Exception] = []
    for stored in doubtful:
        if moment.stop.is_set():
            break
        try:
            _gone_on(moment, stored)
        except DeliveryError as error:
            failures.append(error)
        left = undecided(project.engine, stored.number)
        if left < doubts[stored.number]:
            _say(f"{stored.id}: the provider knows of readers who were in doubt; {left} are left")
    if failures:
        _raise_together(failures)


def forget_networks(moment: Moment) -> None:
    """Remove what networks did, and solved challenges: a flood leaves many in an hour."""
    if moment.project.has_database:
        retention.forget_networks(moment.project, moment.clock.now())
        retention.forget_challenges(moment.project, moment.clock.now())


def seal_consents(moment: Moment) -> None:
    """Seal the consents of the day, so that nobody changes one unseen."""
    if moment.project.has_database:
        consents.seal_consents(moment.project, moment.clock.now())


def remove_what_is_over(moment: Moment) -> None:
    """Remove what is no longer needed, and say what that was."""
    if not moment.project.has_database:
        return
    removed = retention.remove_what_is_over(moment.project, moment.clock.now(), moment.stop)
    words = ", ".join(f"{count:,} {name}" for name, count in sorted(removed.items()))
    if words:
        _say(f"Kept no longer than needed; removed: {words}")


def checkpoint(moment: Moment) -> None:
    """Keep the database's log short."""
    if moment.project.has_database:
        upkeep.checkpoint(moment.project, moment.stop)


def analyse(moment: Moment) -> None:
    """Keep the database's plans good."""
    if moment.project.has_database:
        upkeep.analyse(moment.project)


def check_integrity(moment: Moment) -> None:
    """Read the whole database, and say whether it is damaged."""
    if moment.project.has_database:
        upkeep.check_integrity(moment.project)


def _look_for_restore(moment: Moment) -> None:
    """Before anything goes out: the database may have been put back, and know less than it did."""
    if moment.clock.is_moved:
        return
    now = moment.clock.now()
    if went_back := notice_foreign_restore(moment.project, now):
        restores.tell_of_put_back(moment.project, went_back, now)


def _begin_sending(moment: Moment) -> None:
    """Have each issue that is under way sent by a thread of its own."""
    project = moment.project
    for stored in issues.list_all(project.engine, is_rehearsal=project.is_rehearsal):
        is_ours = stored.is_rehearsal == project.is_rehearsal
        if is_ours and (stored.state in UNDER_WAY or has_repeats(project, stored, moment.clock.now())):
            moment.senders.begin(stored.id, partial(_send, moment, stored))


def _send(moment: Moment, stored: StoredIssue) -> None:
    after = _gone_on(moment, stored)
    _say(f"{after.id} is {after.state}{f': {after.reason}' if after.reason else ''}")


def _gone_on(moment: Moment, stored: StoredIssue) -> StoredIssue:
    listener = Listener(on_batch=log_batch, on_unrecorded=log_unrecorded)
    return go_on(moment.project, stored, stop=moment.stop, clock=moment.clock.now, listener=listener)


def _raise_together(failures: Sequence[Exception]) -> None:
    """Raise *failures* as one; a mistake of the program's goes before what a person can mend."""
    for error in failures:
        if not isinstance(error, NewsletterError):
            raise error
    raise DeliveryError("\n".join(str(error) for error in failures))


def _say(line: str) -> None:
    """Print a line whole, also where several threads do at once."""
    print(f"{line}\n", end="", flush=True)
