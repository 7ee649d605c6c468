"""Issues that are sent at the same time: none waits for another, and what fails is said and begun again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from newsletter.app import open_project
from newsletter.app.desk import Desk
from newsletter.app.jobs import go_on_with_begun_issues, publish_what_is_due
from newsletter.app.outlook import look_ahead
from newsletter.app.project import Project
from newsletter.app.timetable import Moment
from newsletter.app.timetable.clock import Clock
from newsletter.app.timetable.senders import Senders
from newsletter.app.timetable.tally import Tally
from newsletter.app.timetable.watch import Watch
from newsletter.errors import DeliveryError
from newsletter.storage import issues
from newsletter.storage.job_records import records
from tests.app.old_rows import NOW
from tests.app.timeline import Timeline
from tests.command_line import at_mailgun
from tests.stand_in.account import running
from tests.stand_in.services.mailgun import MailgunApi
from tests.stand_in.values import Order


@pytest.fixture
def senders(sample: Path) -> Senders:
    """The threads of a scheduler."""
    project = open_project(sample)
    return Senders(Watch(project, Clock().now, Tally(project)))


def failing() -> None:
    raise DeliveryError("The service takes nothing.")


def test_an_issue_that_is_kept_waiting_keeps_no_other_waiting(
    with_readers: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    item = with_readers / "content" / "news" / "urgent.md"
    item.write_text("---\ntitle: Urgent\ndate: 2026-01-02\n---\nNews.\n", encoding="utf-8")
    special = with_readers / "content" / "issues" / "urgent.md"
    special.parent.mkdir(exist_ok=True)
    special.write_text("---\ndigest: monthly\nitems: [news/urgent]\n---\nRead this.\n", encoding="utf-8")
    with running(MailgunApi()) as service:
        # Whichever comes first has its answer late.
        service.orders.append(Order(delay_s=2))
        project = open_project(at_mailgun(with_readers, service.url, monkeypatch))
        now = datetime.now(UTC)
        for name in (Desk(project, now).next_issue(), "urgent"):
            look_ahead(project, name, now).begin(now)
        moment = Moment(project=project, stop=Event(), is_single=True)

        go_on_with_begun_issues(moment)
        states = {stored.state for stored in issues.list_all(project.engine, is_rehearsal=False)}
        project.engine.dispose()

    first, *others = (request.body for request in service.requests)
    ended = [line.split()[0] for line in capfd.readouterr().out.splitlines() if line.endswith("is sent")]
    assert states == {"sent"}
    assert len(others) >= 1
    assert ended[-1].encode() in first


def test_an_issue_is_sent_by_one_thread_of_a_process(senders: Senders) -> None:
    may_end, calls = Event(), []

    def send() -> None:
        calls.append("sent")
        may_end.wait(10)

    senders.begin("monthly-2026-11", send)
    senders.begin("monthly-2026-11", send)
    may_end.set()
    senders.wait()

    assert (calls, senders.failures()) == (["sent"], [])


def test_what_failed_is_said_once_and_may_be_begun_again(senders: Senders) -> None:
    senders.begin("monthly-2026-11", failing)
    senders.wait()
    said = [str(error) for error in senders.failures()]
    again = senders.failures()
    calls: list[str] = []
    senders.begin("monthly-2026-11", lambda: calls.append("sent"))
    senders.wait()

    assert (said, again) == (["The service takes nothing."], [])
    assert calls == ["sent"]


def test_a_sender_that_hangs_for_days_is_counted(on_either: Project) -> None:
    times = [NOW]
    watch = Watch(on_either, lambda: times[-1], Tally(on_either))
    senders, may_end, begun = Senders(watch), Event(), Event()

    def send() -> None:
        begun.set()
        may_end.wait(10)

    senders.begin("monthly-2026-11", send)
    begun.wait(10)
    times.append(NOW + timedelta(days=3))
    watch.look()
    may_end.set()
    senders.wait()

    assert records(on_either.engine)["send monthly-2026-11"].overruns == 1


def test_an_issue_that_is_due_is_on_its_way_with_the_same_tick(with_readers: Path) -> None:
    timeline = Timeline.of(with_readers)
    moment = Moment(project=timeline.reopened(), stop=Event(), clock=Clock(started=timeline.due))

    publish_what_is_due(moment)
    moment.senders.wait()

    states = timeline.states()
    timeline.close()
    assert states == {timeline.issue: "sent"}
