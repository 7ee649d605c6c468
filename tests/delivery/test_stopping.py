"""An issue stops by itself when too many of its mails bounce for good, or too many readers call it spam."""

import pytest

from newsletter.delivery.stopping import Tally, stop_reason


@pytest.mark.parametrize(
    ("accepted", "bounced", "complained", "stops"),
    [
        (199, 199, 199, False),
        (200, 10, 0, False),
        (200, 11, 0, True),
        (150_000, 7_500, 0, False),
        (150_000, 7_501, 0, True),
        (200, 9, 2, False),
        (200, 0, 3, True),
        (3_000, 0, 3, False),
        (2_999, 0, 3, True),
        (1_000, 0, 2, False),
        (0, 0, 0, False),
    ],
)
def test_b_09_an_issue_stops_by_the_share_and_the_number(
    accepted: int, bounced: int, complained: int, *, stops: bool
) -> None:
    tally = Tally(accepted=accepted, bounced=bounced, complained=complained)

    reason = stop_reason(tally, bounce_percent=5.0, complaint_percent=0.1)

    assert bool(reason) is stops


def test_a_limit_of_nothing_never_stops_an_issue() -> None:
    tally = Tally(accepted=200, bounced=200, complained=200)

    assert stop_reason(tally, bounce_percent=0, complaint_percent=0) == ""


def test_what_a_person_has_seen_does_not_count_again() -> None:
    seen = Tally(accepted=1_000, bounced=80, complained=0)
    later = Tally(accepted=1_500, bounced=85, complained=0)

    assert stop_reason(later, bounce_percent=5.0, complaint_percent=0.1)
    assert stop_reason(later.since(seen), bounce_percent=5.0, complaint_percent=0.1) == ""
