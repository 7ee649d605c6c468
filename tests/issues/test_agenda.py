"""Which issues lie ahead, as the schedule and the editors have them."""

from datetime import UTC, datetime
from itertools import islice

from newsletter.content.items import SourceFile
from newsletter.issues.calendar.agenda import calendar, next_issue, overdue, specials
from tests.issues.making import NOVEMBER, collection, digest, issue_file, newsroom

NOW = datetime(2026, 10, 20, tzinfo=UTC)


def ahead(*files: SourceFile, now: datetime = NOW) -> list[tuple[str, str]]:
    room = newsroom()
    dues = calendar(room.digests["monthly"], room, collection(files=files), now)
    return [(name, f"{due:%m-%d %H:%M}") for name, due in islice(dues, 3)]


def moved(name: str, when: str) -> SourceFile:
    return issue_file(name, f"---\nsend_at: {when}\n---\n")


def test_the_schedule_says_what_is_due() -> None:
    assert ahead() == [
        ("monthly-2026-11", "11-03 08:00"),
        ("monthly-2026-12", "12-01 08:00"),
        ("monthly-2027-01", "01-05 08:00"),
    ]


def test_an_editor_may_move_an_issue_later_or_earlier() -> None:
    assert ahead(
        moved("monthly-2026-11", "2026-12-15T08:00Z"), moved("monthly-2027-01", "2026-12-20T08:00Z")
    ) == [
        ("monthly-2026-12", "12-01 08:00"),
        ("monthly-2026-11", "12-15 08:00"),
        ("monthly-2027-01", "12-20 08:00"),
    ]


def test_a_postponed_issue_is_still_ahead_after_its_day() -> None:
    assert ahead(moved("monthly-2026-10", "2026-10-21T08:00Z"))[0] == ("monthly-2026-10", "10-21 08:00")


def test_an_issue_moved_into_the_past_is_overdue_and_not_ahead() -> None:
    file = moved("monthly-2026-11", "2026-10-01T08:00Z")
    room = newsroom()

    assert ahead(file)[0][0] == "monthly-2026-12"
    assert overdue(room.digests["monthly"], room, collection(files=[file]), NOW) == ("monthly-2026-11",)


def test_only_what_an_editor_has_a_file_for_is_overdue() -> None:
    """Nobody knows whether an older period was ever meant to have an issue."""
    files = [issue_file("monthly-2026-09", ""), issue_file("monthly-2026-12", ""), issue_file("summer", "")]
    room = newsroom()

    assert overdue(room.digests["monthly"], room, collection(files=files), NOW) == ("monthly-2026-09",)


def test_a_special_with_send_at_is_in_the_calendar() -> None:
    files = [
        issue_file("summer", "---\ndigest: monthly\nsend_at: 2026-11-20T09:00+01:00\n---\n"),
        issue_file("winter", "---\ndigest: weekly\nsend_at: 2026-11-21T09:00+01:00\n---\n"),
        issue_file("best-of", "---\ndigest: monthly\n---\n"),
    ]

    assert ahead(*files) == [
        ("monthly-2026-11", "11-03 08:00"),
        ("summer", "11-20 08:00"),
        ("monthly-2026-12", "12-01 08:00"),
    ]


def test_the_next_issue_is_a_regular_one() -> None:
    file = issue_file("summer", "---\ndigest: monthly\nsend_at: 2026-10-21T09:00+01:00\n---\n")
    room = newsroom()

    assert next_issue(room.digests["monthly"], room, collection(files=[file]), NOW) == "monthly-2026-11"


def test_what_went_out_early_is_not_next() -> None:
    room = newsroom()

    assert next_issue(room.digests["monthly"], room, collection(), NOVEMBER) == "monthly-2026-12"
    assert (
        next_issue(room.digests["monthly"], room, collection(), NOVEMBER, {"monthly-2026-12"})
        == "monthly-2027-01"
    )


def test_every_other_file_is_a_special() -> None:
    files = [issue_file("monthly-2026-11", ""), issue_file("summer", ""), issue_file("summer.fr", "")]
    room = newsroom(digest())

    assert specials(room, collection(files=files)) == ("summer",)
