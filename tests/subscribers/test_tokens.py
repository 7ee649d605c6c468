"""Tokens: opaque, unforgeable, for one purpose, and alive as long as their key."""

import base64
import hashlib
import string
from datetime import UTC, datetime, timedelta
from itertools import pairwise, starmap, takewhile
from secrets import token_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.errors import ExpiredTokenError, KeysError, UnknownTokenError
from subscribers.keys import ID_CHARACTERS, derive, is_strong, key_id, new_key
from subscribers.tokens import EXPIRING, REFERENCE_BYTES, Purpose, TokenKeys

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
REF = bytes(range(REFERENCE_BYTES))
SECRET = new_key()
KEYS = TokenKeys.from_secrets([SECRET])

refs = st.binary(min_size=REFERENCE_BYTES, max_size=REFERENCE_BYTES)
scopes = st.text(max_size=60)


def make(purpose: Purpose, keys: TokenKeys = KEYS, ref: bytes = REF) -> str:
    return keys.make(purpose, ref, "monthly-2026-11", NOW if purpose in EXPIRING else None)


@given(st.sampled_from(Purpose), refs, scopes, st.integers(0, 2**32 - 1))
def test_what_goes_in_comes_out_for_every_purpose(
    purpose: Purpose, ref: bytes, scope: str, seconds: int
) -> None:
    issued_at = datetime.fromtimestamp(seconds, UTC) if purpose in EXPIRING else None

    text = KEYS.make(purpose, ref, scope, issued_at)
    token = KEYS.read(purpose, text, now=NOW)

    assert set(text) <= set(string.ascii_letters + string.digits + "_-")
    assert (token.purpose, token.ref, token.scope, token.issued_at) == (purpose, ref, scope, issued_at)
    assert KEYS.make(purpose, ref, scope, issued_at) == text


@pytest.mark.parametrize("made_for", Purpose)
@pytest.mark.parametrize("used_for", Purpose)
def test_o_07_a_token_opens_only_what_it_was_made_for(made_for: Purpose, used_for: Purpose) -> None:
    text = make(made_for)

    if made_for == used_for:
        assert KEYS.read(used_for, text, now=NOW).purpose == made_for
    else:
        with pytest.raises(UnknownTokenError):
            KEYS.read(used_for, text, now=NOW)


@given(st.data())
def test_a_token_that_was_changed_anywhere_is_unknown(data: st.DataObject) -> None:
    text = make(Purpose.UNSUBSCRIBE)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters().filter(lambda character: character != text[place]))

    with pytest.raises(UnknownTokenError):
        KEYS.read(Purpose.UNSUBSCRIBE, text[:place] + other + text[place + 1 :], now=NOW)


@given(
    st.text(max_size=120) | st.binary(max_size=80).map(lambda data: base64.urlsafe_b64encode(data).decode())
)
def test_any_other_text_is_unknown(text: str) -> None:
    for forged in (text, key_id(SECRET) + text, make(Purpose.UNSUBSCRIBE) + text + "A"):
        with pytest.raises(UnknownTokenError):
            KEYS.read(Purpose.UNSUBSCRIBE, forged, now=NOW)


def test_o_10_tokens_of_two_subscribers_share_nothing_at_either_end_but_the_key_id() -> None:
    tokens = sorted(make(Purpose.UNSUBSCRIBE, ref=token_bytes(REFERENCE_BYTES)) for _ in range(500))
    mirrored = sorted(token[::-1] for token in tokens)

    # In sorted order, those that share most are neighbours.
    assert max(starmap(shared_start, pairwise(tokens))) <= ID_CHARACTERS + 6
    assert max(starmap(shared_start, pairwise(mirrored))) <= 6


def shared_start(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=True)))


def test_o_09_a_new_key_leaves_the_links_of_the_old_one_alive_until_it_is_retired() -> None:
    newer = new_key()
    text = make(Purpose.UNSUBSCRIBE)

    rotated = TokenKeys.from_secrets([newer, SECRET])
    retired = TokenKeys.from_secrets([newer])

    assert rotated.read(Purpose.UNSUBSCRIBE, text, now=NOW).ref == REF
    assert make(Purpose.UNSUBSCRIBE, rotated).startswith(key_id(newer))
    with pytest.raises(UnknownTokenError):
        retired.read(Purpose.UNSUBSCRIBE, text, now=NOW)


@pytest.mark.parametrize(("late", "is_expired"), [(timedelta(0), False), (timedelta(seconds=1), True)])
def test_a_confirmation_expires_after_its_time(late: timedelta, is_expired: bool) -> None:
    text = make(Purpose.CONFIRM)
    then = NOW + timedelta(hours=72) + late

    if is_expired:
        with pytest.raises(ExpiredTokenError):
            KEYS.read(Purpose.CONFIRM, text, now=then, max_age=timedelta(hours=72))
    else:
        assert KEYS.read(Purpose.CONFIRM, text, now=then, max_age=timedelta(hours=72)).issued_at == NOW


def test_an_unsubscribe_link_never_expires() -> None:
    text = make(Purpose.UNSUBSCRIBE)

    assert (
        KEYS.read(Purpose.UNSUBSCRIBE, text, now=NOW + timedelta(days=3650), max_age=timedelta(1)).ref == REF
    )


def test_a_purpose_that_expires_needs_an_issue_time_and_no_other_has_one() -> None:
    with pytest.raises(ValueError, match="needs"):
        KEYS.make(Purpose.CONFIRM, REF, "")
    with pytest.raises(ValueError, match="has no"):
        KEYS.make(Purpose.UNSUBSCRIBE, REF, "", NOW)


def test_a_maker_makes_what_make_makes() -> None:
    maker = KEYS.maker(Purpose.UNSUBSCRIBE, "monthly-2026-11")

    assert [maker(REF), maker(REF[::-1]), maker(REF)] == [
        make(Purpose.UNSUBSCRIBE),
        make(Purpose.UNSUBSCRIBE, ref=REF[::-1]),
        make(Purpose.UNSUBSCRIBE),
    ]


@given(refs, scopes)
def test_o_06_the_code_of_a_token_is_the_mac_of_what_it_says(ref: bytes, scope: str) -> None:
    token = KEYS.make(Purpose.UNSUBSCRIBE, ref, scope)

    encoded = token[ID_CHARACTERS:]
    signed = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    key = derive(SECRET, Purpose.UNSUBSCRIBE)
    code = hashlib.blake2b(scope.encode() + ref, key=key, digest_size=16).digest()
    assert signed == code[:16] + scope.encode() + ref


def test_keys_show_nothing_of_themselves() -> None:
    assert SECRET not in repr(KEYS)


@pytest.mark.parametrize(
    "secrets", [[], ["changeme"], [new_key()[:42]], ["a" * 43], [new_key() + " "], ["ab" * 30]]
)
def test_w_19_a_weak_or_missing_key_is_refused_with_the_command_that_makes_a_good_one(
    secrets: list[str],
) -> None:
    with pytest.raises(KeysError, match="newsletter key"):
        TokenKeys.from_secrets(secrets)


def test_a_new_key_is_strong_and_its_own() -> None:
    keys = {new_key() for _ in range(100)}

    assert len(keys) == len({key_id(key) for key in keys}) == 100
    assert all(is_strong(key) for key in keys)
