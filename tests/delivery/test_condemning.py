"""When events condemn an address."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.condemning import Sign, has_bounced_too_often, is_in_disorder
from newsletter.delivery.events import EventKind

START = datetime(2026, 1, 1, tzinfo=UTC)


def signs(text: str) -> list[Sign]:
    """Read `0a 7b +9b`: the day, the issue, and + for a delivery instead of a soft bounce."""
    found: list[Sign] = []
    for word in text.split():
        kind = EventKind.DELIVERED if word[0] == "+" else EventKind.BOUNCED
        day, issue = word.strip("+")[:-1], word[-1]
        found.append((START + timedelta(days=float(day)), issue, kind))
    return found


@pytest.mark.parametrize(
    "sequence",
    [
        "0a 1a 7b 8b 14c",
        "0a 7b 14c 21d 28e",
        # Each within 30 days of the one before.
        "0a 30b 60c 90d 120e",
        # A delivery before the first, and one after the last.
        "+0z 1a 2a 8b 9b 15c +16d",
        # Counting begins anew after a delivery, and has its five.
        "0a 1a +2b 3c 4c 10d 11d 17e",
    ],
)
def test_b_03_soft_bounces_condemn_when_they_are_many_over_issues_and_time(sequence: str) -> None:
    assert has_bounced_too_often(signs(sequence))


@pytest.mark.parametrize(
    "sequence",
    [
        "",
        # Two in a day.
        "0a 0.5a",
        # Four.
        "0a 7b 14c 21d",
        # Over two issues only.
        "0a 1a 7b 8b 14b 20a",
        # In less than 14 days.
        "0a 3b 6c 9d 13.9e",
        # A delivery between.
        "0a 7b +8b 14c 21d 28e",
        # At the moment of the fifth a mail was delivered.
        "0a 7b 14c 21d 28e +28e",
        # A pause of more than 30 days.
        "0a 7b 14c 21d 51.1e 58f",
    ],
)
def test_b_03_fewer_or_interrupted_soft_bounces_condemn_nobody(sequence: str) -> None:
    assert not has_bounced_too_often(signs(sequence))


def test_b_03_bounces_of_issues_that_nobody_names_count_for_no_issue() -> None:
    unnamed = [(at, "", kind) for at, _, kind in signs("0a 1a 7b 8b 14c 20d")]

    assert not has_bounced_too_often(unnamed)


SIGN = st.tuples(
    st.integers(0, 80).map(lambda day: START + timedelta(days=day)),
    st.sampled_from("abcd"),
    st.sampled_from([EventKind.BOUNCED] * 4 + [EventKind.DELIVERED]),
)


@given(st.lists(SIGN, max_size=14), SIGN)
def test_b_03_order_does_not_matter_and_a_further_bounce_never_acquits(known: list[Sign], new: Sign) -> None:
    before = has_bounced_too_often(known)

    after = has_bounced_too_often([new, *reversed(known)])

    assert has_bounced_too_often(sorted(known)) is before
    assert after >= before if new[2] is EventKind.BOUNCED else after <= before


@pytest.mark.parametrize(
    ("refused", "sent_to", "is_held"),
    [(5, 5, True), (5, 10, True), (5, 11, False), (4, 4, False), (20, 20, True), (6, 300_000, False)],
)
def test_b_05_a_server_in_disorder_refuses_five_and_half_of_them(
    refused: int, sent_to: int, *, is_held: bool
) -> None:
    assert is_in_disorder(refused=refused, sent_to=sent_to) is is_held
