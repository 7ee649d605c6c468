"""A mail server that clicks: what many unsubscriptions within minutes of delivery look like, and what they do not."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.gateways import (
    PROMPT,
    PROMPT_PERCENT,
    PROMPT_READERS,
    is_gateway,
    most_to_count,
    suspects,
)

SOON = timedelta(minutes=2)


@pytest.mark.parametrize(
    ("prompt", "sent_to", "expected"),
    [(4, 4, False), (5, 5, True), (5, 16, True), (5, 17, False), (30, 100, True), (29, 100, False)],
)
def test_five_readers_and_three_in_ten_are_a_machine(prompt: int, sent_to: int, expected: bool) -> None:
    assert is_gateway(prompt=prompt, sent_to=sent_to) is expected


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (timedelta(0), {"police.example": 5}),
        (PROMPT, {"police.example": 5}),
        (PROMPT + timedelta(seconds=1), {}),
        (timedelta(seconds=-1), {}),
    ],
)
def test_only_departures_within_ten_minutes_of_the_mail_count(
    after: timedelta, expected: dict[str, int]
) -> None:
    assert suspects([("police.example", after)] * 5) == expected


def test_four_departures_are_no_sign() -> None:
    assert suspects([("police.example", SOON)] * 4 + [("example.org", SOON)] * 3) == {}


@given(st.integers(PROMPT_READERS, 10_000), st.integers(0, 50_000))
def test_counting_readers_may_end_where_it_changes_nothing(prompt: int, sent_to: int) -> None:
    counted = min(sent_to, most_to_count(prompt))

    assert is_gateway(prompt=prompt, sent_to=counted) is is_gateway(prompt=prompt, sent_to=sent_to)
    assert PROMPT_PERCENT * most_to_count(prompt) > 100 * prompt
