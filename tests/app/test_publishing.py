"""What the scheduler does with an issue that is due: it goes, waits, is held or is skipped, and why."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.app.editing import approve, list_issues
from newsletter.app.outlook import look_ahead
from newsletter.app.project import Project
from newsletter.errors import IssueError
from newsletter.issues.standing import Cause
from newsletter.issues.values import IssueState
from newsletter.issues.verdict import Kind
from newsletter.storage import inclusions
from tests.app.timeline import DAY, MINUTE, Timeline
from tests.command_line import READERS, Run

HELD, SKIPPED, FREEZING = IssueState.HELD, IssueState.SKIPPED, IssueState.FREEZING
#: Of the sample's digest.
LATENESS = timedelta(hours=24)


@pytest.fixture
def timeline(with_readers: Path) -> Iterator[Timeline]:
    """The sample project with three readers; its digest was seen a day before its next issue is due."""
    made = Timeline.of(with_readers)
    yield made
    made.close()


@pytest.fixture
def shared(on_either: Project, run: Run) -> Iterator[Timeline]:
    """A project with three readers, on either database."""
    (on_either.root / "readers.csv").write_text(READERS, encoding="utf-8")
    imported = ("subscribers", "import", "readers.csv", "--confirmed", "--evidence", "signed a list")
    assert run(*imported, at=on_either.root).status == 0
    made = Timeline.of(on_either.root)
    yield made
    made.close()


def test_what_is_due_goes_out_by_itself(timeline: Timeline) -> None:
    before = timeline.look(-timedelta(seconds=1))

    decision = timeline.decision()

    assert before.decisions == ()
    assert (decision.verdict.kind, decision.is_news) == (Kind.GO, True)
    assert timeline.send() == 3
    assert timeline.look(MINUTE).decisions == ()


def test_nothing_is_due_before_the_digest_was_seen(timeline: Timeline) -> None:
    timeline.settings("hour = 9", "hour = 8")

    published = timeline.look(MINUTE)

    assert published.decisions == ()
    assert [due.issue for due in published.passed_over] == [timeline.issue]
    assert timeline.states() == {}


def test_a_failed_update_holds_and_the_next_one_lets_it_go(timeline: Timeline) -> None:
    timeline.settings("# update = [", 'update = ["test", "-e", "brought"] # [')

    held = timeline.decision()
    (timeline.root / "brought").touch()
    gone = timeline.decision(5 * MINUTE)

    assert (held.verdict.kind, held.verdict.cause) == (Kind.HOLD, Cause.UPDATE)
    assert "`test -e brought` failed (exit 1)" in held.verdict.reason
    assert gone.verdict.kind is Kind.GO


def test_a_command_that_keeps_failing_is_not_run_each_minute(timeline: Timeline) -> None:
    timeline.settings("# update = [", 'update = ["sh", "-c", "echo tried >> tries; exit 1"] # [')

    for minutes in range(20):
        timeline.look(minutes * MINUTE)

    tries = (timeline.root / "tries").read_text(encoding="utf-8").splitlines()
    assert len(tries) == 11
    assert timeline.states() == {timeline.issue: HELD}


def test_what_the_command_brings_is_what_goes_out(timeline: Timeline) -> None:
    front = f"printf -- '---\\\\nhold: not yet\\\\n---\\\\n' > content/issues/{timeline.issue}.md"
    timeline.settings("# update = [", f'update = ["sh", "-c", "mkdir -p content/issues; {front}"] # [')

    decision = timeline.decision()

    assert (decision.verdict.cause, decision.verdict.reason) == (Cause.EDITOR, "not yet")


def test_content_is_brought_for_an_issue_that_was_missed_too(timeline: Timeline) -> None:
    for folder in ("news", "events"):
        (timeline.root / "content" / folder).rename(timeline.root / folder)
    timeline.settings("# update = [", 'update = ["mv", "news", "events", "content"] # [')

    decision = timeline.decision(10 * DAY)

    assert (decision.verdict.kind, decision.verdict.cause) == (Kind.HOLD, Cause.LATE)


def test_a_file_that_was_just_changed_delays_until_it_rests(timeline: Timeline) -> None:
    item = timeline.first_item
    timeline.touch(item, -timedelta(seconds=20))

    waits = timeline.decision()
    goes = timeline.decision(timedelta(seconds=40))

    assert (waits.verdict.kind, timeline.states()) == (Kind.WAIT, {timeline.issue: FREEZING})
    assert goes.verdict.kind is Kind.GO


def test_with_another_now_no_file_is_waited_for(timeline: Timeline) -> None:
    item = timeline.first_item
    timeline.touch(item, -timedelta(seconds=20))

    decision = timeline.decision(rests=False)

    assert decision.verdict.kind is Kind.GO


def test_a_hold_taken_back_in_time_lets_it_go(timeline: Timeline) -> None:
    file = timeline.write_issue("hold: the minister speaks first")

    held = timeline.decision()
    again = timeline.decision(MINUTE)
    file.unlink()
    gone = timeline.decision(LATENESS)

    assert (held.verdict.cause, held.verdict.reason) == (Cause.EDITOR, "the minister speaks first")
    assert (held.is_news, again.is_news) == (True, False)
    assert gone.verdict.kind is Kind.GO


def test_a_hold_taken_back_too_late_leaves_it_to_a_person(timeline: Timeline) -> None:
    file = timeline.write_issue("hold: the minister speaks first")

    timeline.look()
    file.unlink()
    decision = timeline.decision(LATENESS + MINUTE)

    again = timeline.decision(LATENESS + 2 * MINUTE)
    assert (decision.verdict.kind, decision.verdict.cause) == (Kind.HOLD, Cause.LATE)
    assert f"newsletter send {timeline.issue}" in decision.verdict.reason
    assert (decision.is_news, again.is_news, again.verdict) == (True, False, decision.verdict)


def test_an_error_of_check_holds_it_until_it_is_mended(timeline: Timeline) -> None:
    item = timeline.first_item
    text = item.read_text(encoding="utf-8")
    item.write_text(text.replace("\ntitle: ", "\ntitle: Dear *|FNAME|*, ", 1), encoding="utf-8")

    held = timeline.decision()
    item.write_text(text, encoding="utf-8")
    gone = timeline.decision(5 * MINUTE)

    assert (held.verdict.kind, held.verdict.cause) == (Kind.HOLD, Cause.ERRORS)
    assert "|FNAME|" in held.verdict.reason
    assert gone.verdict.kind is Kind.GO


def test_a_template_that_cannot_be_used_holds_it(timeline: Timeline) -> None:
    template = timeline.root / "templates" / "email" / "issue.mjml"
    template.parent.mkdir(parents=True)
    template.write_text("{% if %}", encoding="utf-8")

    decision = timeline.decision()

    assert (decision.verdict.kind, decision.verdict.cause) == (Kind.HOLD, Cause.ERRORS)
    assert "templates/email/issue.mjml" in decision.verdict.reason


def test_a_content_folder_that_cannot_be_read_holds_it_and_lets_it_go(timeline: Timeline) -> None:
    content = timeline.root / "content"
    content.rename(timeline.root / "elsewhere")

    held = timeline.decision()
    (timeline.root / "elsewhere").rename(content)
    gone = timeline.decision(5 * MINUTE)

    assert (held.verdict.kind, held.verdict.cause) == (Kind.HOLD, Cause.CONTENT)
    assert gone.verdict.kind is Kind.GO


def test_a_missing_approval_holds_it_and_an_approval_in_time_lets_it_go(timeline: Timeline) -> None:
    timeline.settings('approval = "automatic"', 'approval = "required"')

    held = timeline.decision()
    file = approve(timeline.project, timeline.issue, "an editor", timeline.due + MINUTE)
    timeline.touch(file, -DAY)
    gone = timeline.decision(5 * MINUTE)

    assert (held.verdict.kind, held.verdict.cause) == (Kind.HOLD, Cause.APPROVAL)
    assert gone.verdict.kind is Kind.GO


def test_too_few_items_skip_it_and_they_come_with_the_next(timeline: Timeline) -> None:
    timeline.settings("min_items = 1", "min_items = 100")

    skipped = timeline.decision()
    timeline.settings("min_items = 100", "min_items = 1")
    later = timeline.look(MINUTE)
    following = timeline.decision(timeline.following - timeline.due)

    assert (skipped.verdict.kind, skipped.verdict.cause) == (Kind.SKIP, Cause.TOO_FEW)
    assert later.decisions == ()
    assert following.verdict.kind is Kind.GO
    assert timeline.states() == {timeline.issue: SKIPPED, following.issue: FREEZING}


def test_without_readers_nothing_is_frozen(sample: Path) -> None:
    timeline = Timeline.of(sample)
    assert timeline.project.engine is not None
    timeline.look(-DAY)

    decision = timeline.decision()

    timeline.close()
    assert (decision.verdict.kind, decision.verdict.cause) == (Kind.SKIP, Cause.NO_READERS)
    assert inclusions.included(timeline.project.engine, is_rehearsal=True) == []


def test_the_next_issue_takes_over_what_a_held_one_had(timeline: Timeline) -> None:
    file = timeline.write_issue("hold: not yet")
    timeline.look()
    file.unlink()
    listed = [row for row in list_issues(timeline.project, timeline.due + 2 * DAY) if row.state == HELD]

    decision = timeline.decision(timeline.following - timeline.due)

    assert [(row.issue, row.items > 0) for row in listed] == [(timeline.issue, True)]
    assert (decision.verdict.kind, decision.superseded) == (Kind.GO, (timeline.issue,))
    assert timeline.states() == {timeline.issue: IssueState.SUPERSEDED, decision.issue: FREEZING}


def test_several_missed_issues_are_one_that_is_late_itself(timeline: Timeline) -> None:
    decision = timeline.decision(timeline.following - timeline.due + LATENESS + MINUTE)

    assert (decision.verdict.cause, decision.superseded) == (Cause.LATE, (timeline.issue,))
    assert timeline.states() == {timeline.issue: IssueState.SUPERSEDED, decision.issue: HELD}


def test_a_special_goes_at_its_send_at_and_takes_nobody_s_place(timeline: Timeline) -> None:
    send_at = (timeline.due - 60 * MINUTE).isoformat()
    item = timeline.first_item.relative_to(timeline.root)
    timeline.write_issue(f"digest: monthly\nitems: [{item}]\nsend_at: {send_at}", "summit")

    before = timeline.look(-61 * MINUTE)
    decision = timeline.decision(-60 * MINUTE)

    assert before.decisions == ()
    assert (decision.issue, decision.verdict.kind) == ("summit", Kind.GO)
    assert timeline.states() == {"summit": FREEZING}


def test_an_item_goes_out_once_also_when_two_issues_of_a_digest_are_due_at_once(timeline: Timeline) -> None:
    item = timeline.first_item.relative_to(timeline.root)
    timeline.write_issue(f"digest: monthly\nitems: [{item}]\nsend_at: {timeline.due.isoformat()}", "summit")

    decisions = timeline.look().decisions

    included = inclusions.included(timeline.project.engine, is_rehearsal=True)
    assert {decision.issue for decision in decisions} == {"summit", timeline.issue}
    assert len({(row.key, row.lang) for row in included}) == len(included)


def test_what_is_put_off_waits_for_its_new_time(timeline: Timeline) -> None:
    timeline.write_issue(f"send_at: {(timeline.due + DAY).isoformat()}")

    assert timeline.look().decisions == ()
    assert timeline.decision(DAY).verdict.kind is Kind.GO


def test_nothing_is_decided_while_a_restored_backup_waits_for_a_person(timeline: Timeline) -> None:
    journal = timeline.root / "var" / "sent.journal"
    journal.write_text(f"{timeline.due.isoformat()} {timeline.issue} mailgun\n", encoding="utf-8")

    with pytest.raises(IssueError, match="release --restored"):
        timeline.look()

    assert timeline.states() == {}


def test_two_schedulers_at_once_make_one_issue(shared: Timeline) -> None:
    timelines = [shared, Timeline.of(shared.root)]

    with ThreadPoolExecutor() as pool:
        published = list(pool.map(Timeline.look, timelines, (timedelta(), timedelta(seconds=1))))

    first, second = timelines
    assert sum(len(each.news) for each in published) == 1
    assert first.states() == second.states() == {first.issue: FREEZING}
    assert len(inclusions.included(first.project.engine, is_rehearsal=True)) > 0
    second.close()


def test_a_person_s_send_and_the_scheduler_at_once_make_one_issue(shared: Timeline) -> None:
    person = Timeline.of(shared.root)
    outlook = look_ahead(person.project, shared.issue, shared.due)

    with ThreadPoolExecutor() as pool:
        begun = pool.submit(outlook.begin, shared.due)
        looked = pool.submit(shared.look)
        begun.result()
        looked.result()
        mails = list(pool.map(Timeline.send, (shared, person)))

    person.close()
    assert shared.states() == {shared.issue: IssueState.SENT}
    assert max(mails) == 3


def test_an_item_that_the_scheduler_took_meanwhile_goes_out_in_no_other_issue(shared: Timeline) -> None:
    item = shared.first_item.relative_to(shared.root)
    shared.write_issue(f"digest: monthly\nitems: [{item}]", "summit")
    outlook = look_ahead(shared.project, "summit", shared.due)
    shared.decision()

    with pytest.raises(IssueError, match=f"{shared.issue} took .* a moment ago"):
        outlook.begin(shared.due)

    assert shared.states() == {shared.issue: FREEZING}


def test_an_item_that_a_person_sent_meanwhile_waits_for_a_new_look(shared: Timeline) -> None:
    item = shared.first_item.relative_to(shared.root)
    shared.write_issue(f"digest: monthly\nitems: [{item}]", "summit")
    outlook = look_ahead(shared.project, "summit", shared.due)
    made = look_ahead(shared.project, shared.issue, shared.due)
    outlook.begin(shared.due)

    with pytest.raises(IssueError, match=r"summit took .* a moment ago"):
        made.begin(shared.due)
    decided = shared.decision(MINUTE)

    included = inclusions.included(shared.project.engine, is_rehearsal=True)
    assert (decided.issue, decided.verdict.kind) == (shared.issue, Kind.GO)
    assert len({(row.key, row.lang) for row in included}) == len(included)


def test_an_item_that_an_editor_repeats_on_purpose_is_no_surprise(shared: Timeline) -> None:
    shared.decision()
    item = shared.first_item.relative_to(shared.root)
    shared.write_issue(f"digest: monthly\nitems: [{item}]\ninclude: [{item}]", "summit")

    look_ahead(shared.project, "summit", shared.due).begin(shared.due)

    assert shared.states() == {shared.issue: FREEZING, "summit": FREEZING}


def test_an_issue_that_nothing_can_be_decided_about_keeps_no_other_waiting(timeline: Timeline) -> None:
    item = timeline.first_item.relative_to(timeline.root)
    timeline.write_issue(f"digest: monthly\nitems: [{item}]\nsend_at: {timeline.due.isoformat()}", "summit")
    # Where it is noted when an issue was made, there is something else.
    (timeline.root / "var" / "cache" / "tries" / timeline.issue).mkdir(parents=True)

    published = timeline.look()

    assert [type(error) for error in published.failures] == [IsADirectoryError]
    assert [(decision.issue, decision.verdict.kind) for decision in published.decisions] == [
        ("summit", Kind.GO)
    ]
    assert timeline.states() == {"summit": FREEZING}
