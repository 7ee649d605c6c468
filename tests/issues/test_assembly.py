"""An issue from files, and whether it may go."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from newsletter.content.items import Item
from newsletter.errors import IssueError, Level, Problem
from newsletter.issues.assembly import Plan, open_plans, plan
from newsletter.issues.digests import Approval, PeriodLength
from newsletter.issues.standing import Cause
from newsletter.issues.values import IssueState
from tests.issues.making import NOVEMBER, collection, digest, event, inclusions, issue_file, news, newsroom

NAME = "monthly-2026-11"
NEWS = (news("news/a"), news("news/b"))
SOON = event("events/soon", "2026-11-10")


def made(*items: Item, text: str = "", name: str = NAME, **digest_fields: Any) -> Plan:
    files = [issue_file(name, f"---\n{text}\n---\nHello")] if text else []
    return plan(name, newsroom(digest(**digest_fields)), collection(*items, files=files), now=NOVEMBER)


def test_an_issue_is_due_in_its_period_and_cut_off_then() -> None:
    issue = made(*NEWS).issue

    assert (issue.id, issue.digest.key, issue.period) == (NAME, "monthly", "2026-11")
    assert issue.due_at == issue.cut_off == NOVEMBER


def test_an_issue_sent_early_is_cut_off_at_that_moment() -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    items = (news("news/a", "2026-11-01"), news("news/b", "2026-11-02"))

    issue = plan(NAME, newsroom(), collection(*items), now=now, is_early=True).issue

    assert (issue.due_at, issue.cut_off) == (NOVEMBER, now)
    assert [story.key for story in issue.stories] == ["news/a"]


def test_an_issue_sent_late_keeps_its_cut_off() -> None:
    now = datetime(2026, 11, 5, tzinfo=UTC)

    issue = plan(NAME, newsroom(), collection(news("news/a", "2026-11-04")), now=now, is_early=True).issue

    assert issue.cut_off == NOVEMBER
    assert issue.stories == ()


def test_an_editor_may_move_an_issue() -> None:
    issue = made(*NEWS, text="send_at: 2026-11-10T10:00+01:00").issue

    assert issue.due_at == issue.cut_off == datetime(2026, 11, 10, 9, tzinfo=UTC)


def test_only_what_the_editor_wrote_is_a_subject() -> None:
    assert made(*NEWS).issue.subjects == {}
    assert made(*NEWS, text="subject: S").issue.subjects == {"": "S"}


def test_an_ordinary_issue_is_a_draft_that_will_go() -> None:
    standing = made(*NEWS).standing

    assert (standing.state, standing.reason) == (IssueState.DRAFT, "")


@pytest.mark.parametrize(
    ("text", "state", "reason"),
    [
        ("skip: true", IssueState.SKIPPED, "the issue file says `skip: true`"),
        ("hold: the minister", IssueState.HELD, "the minister"),
        (
            "send_at: soon\nlead: x",
            IssueState.HELD,
            (
                "content/issues/monthly-2026-11.md:3: lead has `x`, and there is no such item. "
                "`newsletter items` lists the keys. (and 1 more)"
            ),
        ),
        ("items: []", IssueState.SKIPPED, "there is nothing to send"),
    ],
)
def test_an_issue_file_decides(text: str, state: IssueState, reason: str) -> None:
    standing = made(*NEWS, text=text).standing

    assert (standing.state, standing.reason) == (state, reason)


def test_too_few_new_items_wait_and_announcements_do_not_count() -> None:
    standing = made(NEWS[0], SOON, min_items=2).standing

    assert standing.state is IssueState.SKIPPED
    assert standing.reason == "1 new item, and Monthly digest wants 2 (min_items): what there is waits"


def test_without_a_minimum_announcements_are_enough() -> None:
    assert made(SOON, min_items=0).standing.state is IssueState.DRAFT
    assert made(min_items=0).standing.state is IssueState.SKIPPED


def test_a_digest_that_needs_approval_waits_for_it() -> None:
    standing = made(*NEWS, approval=Approval.REQUIRED).standing

    assert standing.reason == "waits for approval: newsletter approve monthly-2026-11"


def test_a_paused_digest_says_so() -> None:
    assert made(*NEWS, paused=True).standing.reason == "the digest is paused"


def test_a_special_belongs_to_its_digest_and_is_sent_by_a_person() -> None:
    special = made(*NEWS, text="digest: monthly", name="summer", min_items=5)

    assert special.issue.is_special
    assert (special.issue.digest.key, special.issue.period) == ("monthly", "summer")
    assert special.due_at is None
    assert special.standing.state is IssueState.DRAFT
    assert special.standing.reason == "a person sends it: newsletter send summer"


def test_a_special_with_a_time_goes_by_itself() -> None:
    special = made(*NEWS, text="digest: monthly\nsend_at: 2026-11-05T09:00Z", name="summer")

    assert special.due_at == datetime(2026, 11, 5, 9, tzinfo=UTC)
    assert special.standing.reason == ""


def test_a_special_is_dated_by_its_newest_item_until_a_person_sends_it() -> None:
    """So that the same files give the same mail, whenever it is built."""
    files = [issue_file("summer", "---\ndigest: monthly\n---\n")]
    folder = collection(*NEWS, SOON, news("news/c", "2026-10-28T18:00"), files=files)
    later = NOVEMBER + timedelta(hours=1)

    at_first, afterwards = (plan("summer", newsroom(), folder, now=now) for now in (NOVEMBER, later))
    sent = plan("summer", newsroom(), folder, now=later, is_early=True)

    assert at_first.issue.due_at == afterwards.issue.due_at == datetime(2026, 10, 28, 17, tzinfo=UTC)
    assert sent.issue.due_at == later


def test_a_special_of_announcements_is_dated_by_the_first_event() -> None:
    special = made(SOON, text="digest: monthly", name="summer")

    assert special.issue.due_at == datetime(2026, 11, 9, 23, tzinfo=UTC)


def test_a_broken_content_file_holds_every_issue() -> None:
    broken = Problem(level=Level.ERROR, rule="unreadable", message="Bad.", path="content/news/x.md", line=3)
    folder = replace(collection(*NEWS), problems=(broken,))

    held = plan(NAME, newsroom(), folder, now=NOVEMBER)

    assert held.standing.state is IssueState.HELD
    assert held.standing.reason.startswith("content/news/x.md:3: Bad.")
    assert held.problems == ()


def test_what_is_too_late_is_held_for_a_person_and_says_what_to_do() -> None:
    files = [issue_file(NAME, "Hello")]
    folder = collection(*NEWS, files=files)
    hours = [timedelta(hours=24), timedelta(hours=25)]

    in_time, late = (plan(NAME, newsroom(), folder, now=NOVEMBER + each).standing for each in hours)
    by_a_person = plan(NAME, newsroom(), folder, now=NOVEMBER + hours[1], is_early=True).standing

    assert in_time.state is by_a_person.state is IssueState.DRAFT
    assert late.state is IssueState.HELD
    assert late.reason.startswith("was due on 2026-11-03 09:00 and has not gone out. newsletter send monthly")


@pytest.mark.parametrize("items", [(), (SOON,)])
def test_late_and_empty_is_skipped_not_held(items: tuple[Item, ...]) -> None:
    late = plan(NAME, newsroom(), collection(*items), now=NOVEMBER + timedelta(days=7)).standing

    assert (late.state, late.cause) == (IssueState.SKIPPED, Cause.TOO_FEW)


def test_a_send_at_that_is_over_is_warned_of_at_its_line() -> None:
    late = made(*NEWS, text="subject: S\nsend_at: 2026-10-25T09:00Z")

    (problem,) = late.problems
    assert (problem.level, problem.rule, problem.line) == (Level.WARNING, "past-send-at", 3)
    assert late.standing.state is IssueState.HELD


def test_an_issue_with_a_file_that_did_not_go_when_it_was_due_is_not_forgotten() -> None:
    texts = {
        "monthly-2026-09": "Never begun.",
        "monthly-2026-10": "Sent.",
        "monthly-2027-02": "---\nsend_at: 2026-10-01T09:00Z\n---\n",
        "summer": "---\ndigest: monthly\n---\n",
    }
    files = [issue_file(name, text) for name, text in texts.items()]

    plans = open_plans(newsroom(), collection(*NEWS, files=files), now=NOVEMBER, ended={"monthly-2026-10"})

    assert [each.issue.id for each in plans] == [
        *("monthly-2026-12", "monthly-2026-09", "monthly-2027-02", "summer")
    ]


def test_what_a_special_sent_is_not_in_the_next_issue_unless_it_does_not_count() -> None:
    counted = made(*NEWS, text="digest: monthly\nitems: [news/a]", name="summer")
    uncounted = made(*NEWS, text="digest: monthly\nitems: [news/a]\ncounts: false", name="summer")

    after = plan(NAME, newsroom(), collection(*NEWS), inclusions(counted.issue), now=NOVEMBER)

    assert [story.key for story in after.issue.stories] == ["news/b"]
    assert inclusions(uncounted.issue) == []


def test_a_special_that_does_not_count_may_repeat_what_was_sent() -> None:
    sent = inclusions(made(*NEWS).issue)
    files = [issue_file("best-of", "---\ndigest: monthly\ncounts: false\nitems: [news/b, news/a]\n---\n")]

    best = plan("best-of", newsroom(), collection(*NEWS, files=files), sent, now=NOVEMBER)

    assert best.problems == ()
    assert [story.key for story in best.issue.stories] == ["news/b", "news/a"]


def test_a_special_without_a_digest_is_held_and_hides_no_other_issue() -> None:
    files = [issue_file("summer", "Hello")]

    plans = open_plans(newsroom(), collection(*NEWS, files=files), now=NOVEMBER)

    assert [each.issue.id for each in plans] == ["monthly-2026-12", "summer"]
    assert plans[1].standing.state is IssueState.HELD


def test_what_lies_ahead_is_the_next_of_each_digest_and_the_specials() -> None:
    room = newsroom(digest(), digest("weekly", PeriodLength.WEEK))
    files = [issue_file(name, "---\ndigest: weekly\n---\n") for name in ("summer", "winter")]
    ended = {"monthly-2026-12", "winter"}

    plans = open_plans(room, collection(*NEWS, files=files), now=NOVEMBER, ended=ended)

    assert [each.issue.id for each in plans] == ["monthly-2027-01", "weekly-2026-W46", "summer"]


def test_a_month_that_does_not_exist_is_explained() -> None:
    files = [issue_file("monthly-2026-13", "Hello")]

    (problem,) = plan("monthly-2026-13", newsroom(), collection(*NEWS, files=files), now=NOVEMBER).problems

    assert problem.message.startswith("`2026-13` is not a month")
    with pytest.raises(IssueError, match="no issue `monthly-2026-13`: `2026-13` is not a month"):
        made(*NEWS, name="monthly-2026-13")


@pytest.mark.parametrize("name", ["summer", "weekly-2026-W46"])
def test_an_unknown_issue_says_how_issues_are_called(name: str) -> None:
    with pytest.raises(IssueError, match=rf"no issue `{name}`.*content/issues/{name}\.md"):
        made(*NEWS, name=name)


def test_the_same_files_make_the_same_plan() -> None:
    assert made(*NEWS, SOON) == made(SOON, *reversed(NEWS))
