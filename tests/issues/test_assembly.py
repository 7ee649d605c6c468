"""An issue from files, and whether it may go."""

from datetime import UTC, datetime
from typing import Any

import pytest

from newsletter.content.items import Item
from newsletter.errors import IssueError
from newsletter.issues.assembly import Plan, open_plans, plan
from newsletter.issues.digests import Approval, PeriodLength
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
    assert special.issue.due_at == NOVEMBER
    assert not special.goes_by_itself
    assert special.standing.state is IssueState.DRAFT


def test_a_special_with_a_time_goes_by_itself() -> None:
    special = made(*NEWS, text="digest: monthly\nsend_at: 2026-11-05T09:00Z", name="summer")

    assert special.goes_by_itself


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


@pytest.mark.parametrize("name", ["monthly-2026-13", "summer", "weekly-2026-W46"])
def test_an_unknown_issue_says_how_issues_are_called(name: str) -> None:
    with pytest.raises(IssueError, match=rf"no issue `{name}`.*content/issues/{name}\.md"):
        made(*NEWS, name=name)


def test_the_same_files_make_the_same_plan() -> None:
    assert made(*NEWS, SOON) == made(SOON, *reversed(NEWS))
