"""Editors hear what the clock decided about their issues, and a day later what became of them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from newsletter.app.telling.ahead import tell_of_passed_over
from newsletter.app.telling.decisions import sentence
from newsletter.issues.values import IssueState
from newsletter.storage.tables import issues as issue_rows
from tests.app.postbox import only_mail, received, tick
from tests.app.timeline import DAY, MINUTE, Timeline
from tests.app.told_commands import commands_in, unwrapped
from tests.command_line import Run, body

HOUR = timedelta(hours=1)


@pytest.fixture
def timeline(with_readers: Path) -> Iterator[Timeline]:
    """The sample project without previews; its digest was seen a day before its next issue is due."""
    made = Timeline.of(with_readers)
    made.settings("preview_lead_hours = 72", "preview_lead_hours = 0")
    yield made
    made.close()


def text_of(timeline: Timeline, subject: str) -> str:
    """Return the plain text of the mail with that subject."""
    (found,) = [body(mail, "plain") for told, mail in received(timeline) if told == subject]
    return found


def test_a_held_issue_is_told_once_with_the_reason_and_what_to_do(timeline: Timeline) -> None:
    timeline.write_issue("hold: the minister speaks first")
    timeline.look()

    first, again = tick(timeline, MINUTE), tick(timeline, 2 * MINUTE)

    text = body(only_mail(timeline), "plain")
    assert first == again == [f"{timeline.issue} is held"]
    assert "The minister speaks first." in text
    assert "it goes out by itself as soon as the cause is gone." in unwrapped(text)
    assert commands_in(text)[0] == f"newsletter release {timeline.issue}"


def test_when_a_held_issue_goes_editors_hear_of_it(timeline: Timeline) -> None:
    file = timeline.write_issue("hold: the minister speaks first")
    timeline.look()
    tick(timeline, MINUTE)
    file.unlink()
    timeline.look(20 * MINUTE)

    subjects = tick(timeline, 20 * MINUTE)

    assert subjects == [f"Over: {timeline.issue} is held", f"{timeline.issue} is held"]
    assert f"{timeline.issue} goes out now." in text_of(timeline, subjects[0])


def test_a_held_issue_that_the_next_one_took_over_is_told_so(timeline: Timeline) -> None:
    timeline.write_issue("hold: the minister speaks first")
    timeline.look()
    tick(timeline, MINUTE)
    later = timeline.following - timeline.due
    timeline.look(later)

    subjects = tick(timeline, later)

    over = f"Over: {timeline.issue} is held"
    assert [subject for subject in subjects if timeline.issue in subject] == [
        over,
        f"{timeline.issue} is held",
    ]
    assert "its items are in" in unwrapped(text_of(timeline, over))


def test_after_a_long_outage_one_mail_tells_it_all(timeline: Timeline) -> None:
    later = timeline.following - timeline.due + 3 * DAY
    timeline.look(later)

    (subject,) = tick(timeline, later)

    text = body(only_mail(timeline), "plain")
    assert subject.endswith(" is held")
    assert timeline.issue not in subject
    assert f"{timeline.issue} was missed: its items are in" in unwrapped(text)
    assert "It is too late for it to go out by itself." in text


def test_an_issue_that_takes_missed_ones_along_is_told(timeline: Timeline) -> None:
    later = timeline.following - timeline.due + HOUR
    timeline.look(later)

    subjects = tick(timeline, later), tick(timeline, later + MINUTE)

    assert subjects == ([f"Issues were missed: {timeline.issue}"],) * 2
    assert "its items are in" in body(only_mail(timeline), "plain")


def test_a_skipped_issue_is_told_once(timeline: Timeline) -> None:
    timeline.settings("min_items = 1", "min_items = 100")
    timeline.look()

    first, again = tick(timeline, MINUTE), tick(timeline, HOUR)

    assert first == again == [f"{timeline.issue} is skipped"]
    assert "wants 100 (min_items)" in " ".join(body(only_mail(timeline), "plain").split())


def test_what_was_skipped_long_ago_is_no_news(timeline: Timeline) -> None:
    timeline.settings("min_items = 1", "min_items = 100")
    timeline.look()

    assert tick(timeline, 4 * DAY) == []


def test_an_issue_that_a_changed_schedule_passes_over_is_told(timeline: Timeline) -> None:
    timeline.settings("hour = 9", "hour = 8")
    published = timeline.look(MINUTE)
    for _ in range(2):
        tell_of_passed_over(timeline.project, published.passed_over, timeline.due + MINUTE)

    (subject,) = tick(timeline, MINUTE)

    assert subject == f"{timeline.issue} does not go out by itself"
    assert commands_in(body(only_mail(timeline), "plain")) == [f"newsletter send {timeline.issue}"]


def broken(timeline: Timeline) -> None:
    file = timeline.root / "content" / "news" / "broken.md"
    file.write_text("---\ntitle: Broken\ndate: 03/04/2026\n---\nText.\n", encoding="utf-8")
    timeline.touch(file, -DAY)


def without_enough(timeline: Timeline) -> None:
    timeline.settings("min_items = 1", "min_items = 100")


def held_by_an_editor(timeline: Timeline) -> None:
    timeline.write_issue("hold: the minister speaks first")


def waiting_for_approval(timeline: Timeline) -> None:
    timeline.settings('approval = "automatic"', 'approval = "required"')
    timeline.look(-DAY)


@pytest.mark.parametrize(
    ("happens", "verbs"),
    [
        (held_by_an_editor, ["release", "send", "cancel"]),
        (waiting_for_approval, ["check", "approve", "send", "cancel"]),
        (without_enough, ["approve", "send"]),
    ],
)
def test_each_command_that_editors_are_told_does_what_the_mail_says(
    timeline: Timeline, run: Run, happens: Callable[[Timeline], None], verbs: list[str]
) -> None:
    happens(timeline)
    timeline.look()
    tick(timeline, MINUTE)
    commands = commands_in(body(only_mail(timeline), "plain"))

    typed = [command.split()[1:] for command in commands if " cancel " not in command]
    done = [run(*words, *(["--yes"] if words[0] == "send" else []), at=timeline.root) for words in typed]

    assert [command.split()[1] for command in commands] == verbs
    assert [(result.status, result.err) for result in done if result.status] == []
    assert timeline.states() == {timeline.issue: IssueState.SENT}


def test_what_is_wrong_is_mended_before_a_held_issue_is_sent(timeline: Timeline, run: Run) -> None:
    broken(timeline)
    timeline.look()
    tick(timeline, MINUTE)
    check, send, cancel = (command.split()[1:] for command in commands_in(body(only_mail(timeline), "plain")))

    found, refused = run(*check, at=timeline.root), run(*send, "--yes", at=timeline.root)
    ended = run(*cancel, "--yes", at=timeline.root)

    assert (found.status, refused.status, ended.status) == (1, 1, 0)
    assert "content/news/broken.md:3" in found.out
    assert timeline.states() == {timeline.issue: IssueState.CANCELLED}


def test_a_reason_s_own_advice_is_not_said_twice(timeline: Timeline) -> None:
    later = timeline.following - timeline.due + 3 * DAY
    timeline.look(later)
    tick(timeline, later)

    text = body(only_mail(timeline), "plain")

    assert any(line.endswith(" and has not gone out.") for line in text.splitlines())
    assert text.count("newsletter send") == text.count("newsletter cancel") == 1


def test_what_an_editor_wrote_about_sending_is_left_alone() -> None:
    assert sentence("not yet. newsletter readers come first") == "Not yet. newsletter readers come first."


def sent(timeline: Timeline, after: timedelta) -> None:
    """Send the issue, its last mail so long after it is due."""
    timeline.look()
    timeline.send()
    with timeline.project.engine.begin() as connection:
        connection.execute(update(issue_rows).values(finished_at=timeline.due + after))


def test_the_report_comes_a_day_after(timeline: Timeline) -> None:
    sent(timeline, HOUR)

    early, due, again = (tick(timeline, after) for after in (DAY, DAY + HOUR, 2 * DAY))

    text = body(only_mail(timeline), "plain")
    assert (early, due, again) == ([], [f"What became of {timeline.issue}"], due)
    assert "3 accepted by the e-mail service" in text
    assert f"https://news.example.org/issues/{timeline.issue}" in text
    assert "bounced" not in text


def test_there_is_no_report_on_issues_of_before(timeline: Timeline) -> None:
    sent(timeline, HOUR)

    assert tick(timeline, 5 * DAY) == []
