"""States, suppressions, and what taking a leaving back restores."""

from datetime import UTC, datetime, timedelta

import pytest

from subscribers.errors import KeysError
from subscribers.keys import key_id, new_key
from subscribers.leaving import state_after_undo
from subscribers.states import TRANSITIONS, State
from subscribers.suppression import Suppression, SuppressionKeys, is_stronger

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def test_nobody_comes_back_to_waiting_for_a_confirmation() -> None:
    assert {old for old, new in TRANSITIONS if new == State.PENDING} == {None}


def test_every_state_can_be_left_for_good() -> None:
    assert all((state, State.UNSUBSCRIBED) in TRANSITIONS for state in set(State) - {State.UNSUBSCRIBED})


def test_every_transition_has_a_reason() -> None:
    assert all(TRANSITIONS.values())


@pytest.mark.parametrize(
    ("confirmed_at", "paused_until", "state"),
    [
        (None, None, None),
        (NOW, None, State.ACTIVE),
        (NOW, NOW - timedelta(days=1), State.ACTIVE),
        (NOW, NOW + timedelta(days=1), State.PAUSED),
    ],
)
def test_undo_restores_a_state_that_is_legal(
    confirmed_at: datetime | None, paused_until: datetime | None, state: State | None
) -> None:
    restored = state_after_undo(confirmed_at=confirmed_at, paused_until=paused_until, now=NOW)

    assert restored == state
    assert restored is None or (State.UNSUBSCRIBED, restored) in TRANSITIONS


def test_a_bounce_never_replaces_a_complaint() -> None:
    assert is_stronger(Suppression.COMPLAINT, Suppression.BOUNCE)
    assert not is_stronger(Suppression.BOUNCE, Suppression.COMPLAINT)
    assert not is_stronger(Suppression.BOUNCE, Suppression.BOUNCE)
    assert is_stronger(Suppression.UNSUBSCRIBED, None)


def test_an_erased_address_is_found_again_with_every_key_that_was_ever_used() -> None:
    old, new = new_key(), new_key()
    before = SuppressionKeys.from_secrets([old])
    after = SuppressionKeys.from_secrets([new, old])

    (stored,) = before.hashes("a@example.org")

    assert stored in after.hashes("a@example.org")
    assert stored not in after.hashes("b@example.org")
    assert after.hashes("a@example.org")[0] != stored


def test_a_suppression_key_that_was_used_must_stay() -> None:
    secret = new_key()
    keys = SuppressionKeys.from_secrets([secret])

    with pytest.raises(KeysError, match="lacks the key AbCdEf"):
        keys.check_covers([key_id(secret), "AbCdEf"])
