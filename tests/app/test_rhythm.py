"""When a job's turn comes, by the newsletter's clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.app.timetable.rhythm import MONTHLY, NIGHTLY, WEEKLY, Rhythm, every, is_due, turn_began

BRUSSELS = ZoneInfo("Europe/Brussels")
#: A Sunday, 12:00 in Brussels.
NOON = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)


def test_a_job_of_each_tick_is_always_due() -> None:
    assert is_due(every(minutes=1), NOON, NOON, BRUSSELS)
    assert turn_began(every(seconds=2), NOON, BRUSSELS) is None


@pytest.mark.parametrize(
    ("rhythm", "began"),
    [
        (NIGHTLY, datetime(2026, 11, 22, 1, 0, tzinfo=UTC)),
        (WEEKLY, datetime(2026, 11, 22, 2, 0, tzinfo=UTC)),
        # Before the clocks were set back.
        (MONTHLY, datetime(2026, 11, 1, 3, 0, tzinfo=UTC)),
    ],
    ids=["nightly", "weekly", "monthly"],
)
def test_a_turn_begins_at_its_hour_and_is_over_when_the_job_was_done(rhythm: Rhythm, began: datetime) -> None:
    assert turn_began(rhythm, NOON, BRUSSELS) == began
    assert is_due(rhythm, None, NOON, BRUSSELS)
    assert is_due(rhythm, began - timedelta(seconds=1), NOON, BRUSSELS)
    assert not is_due(rhythm, began, NOON, BRUSSELS)


def test_what_a_wrong_clock_did_in_the_future_counts_as_never() -> None:
    assert is_due(NIGHTLY, NOON + timedelta(days=365), NOON, BRUSSELS)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["Europe/Brussels", "America/Sao_Paulo", "Pacific/Apia", "Australia/Lord_Howe"]),
)
def test_each_night_is_one_turn_whatever_clocks_do(now: datetime, zone: str) -> None:
    began = turn_began(NIGHTLY, now, ZoneInfo(zone))

    assert began is not None
    assert timedelta() <= now - began <= timedelta(hours=25)
    assert turn_began(NIGHTLY, began, ZoneInfo(zone)) == began


@pytest.mark.parametrize("span", [{"minutes": 7}, {"seconds": 90}, {"seconds": 7}, {}])
def test_ticks_that_do_not_fall_on_full_minutes_are_refused(span: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="full minutes"):
        every(**span)
