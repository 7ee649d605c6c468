"""Reading what a provider wrote: any type, any time, any way to write an address."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.providers.reading import (
    MAX_TEXT,
    address,
    addresses,
    decoded,
    event_id,
    fields,
    moment,
    ours,
    text,
    time_in,
)
from newsletter.errors import UnreadableEventError
from tests.delivery.providers.webhooks import NOW

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("body", [b"", b"event=opened", b"{", b"<html>", b"[" * 100_000, b"1" * 5_000])
def test_what_is_not_json_is_said_to_be_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableEventError, match="not JSON"):
        decoded(body)


def test_a_servers_words_in_another_encoding_lose_no_event() -> None:
    found = decoded(b'\xef\xbb\xbf[{"reason": "Empf\xe4nger \\ud83d unbekannt"}]\r\n')

    assert text(found[0]["reason"]) == "Empf\ufffdnger \ufffd unbekannt"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", "a"),
        (" a\r\nb\x00 ", "a b"),
        (605, "605"),
        (0.5, "0.5"),
        (True, "true"),
        (["a", "b"], "a"),
        ([7], "7"),
        ([["a"]], ""),
        ([], ""),
        ({"a": 1}, ""),
        (None, ""),
    ],
)
def test_a_value_of_any_type_is_a_text_or_nothing(value: object, expected: str) -> None:
    assert text(value) == expected


@given(JSON)
def test_nothing_that_is_read_is_longer_than_its_column_or_unfit_for_it(value: object) -> None:
    issue, delivery = ours({"issue": value, "delivery": value})

    assert len(text(value)) <= MAX_TEXT
    assert len(issue) <= 120
    assert len(delivery) <= 64
    for found in (text(value), issue, delivery, *addresses(value)):
        found.encode()
        assert "\x00" not in found


@given(JSON)
def test_any_value_is_a_time_or_none(value: object) -> None:
    assert moment(value, now=NOW).tzinfo is UTC


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1_772_355_600, NOW),
        ("1772355600", NOW),
        (1_772_355_600.25, NOW + timedelta(microseconds=250_000)),
        (1_772_355_600_250, NOW + timedelta(microseconds=250_000)),
        ("2026-03-01T09:00:00Z", NOW),
        ("2026-03-01T09:00:00.1234567Z", NOW + timedelta(microseconds=123_456)),
        ("2026-03-01T05:00:00.1234567-04:00", NOW + timedelta(microseconds=123_456)),
        ("2026-03-01 09:00:00", NOW),
    ],
)
def test_a_time_is_read_in_each_form(value: object, expected: datetime) -> None:
    found = moment(value, now=datetime(2030, 1, 1, tzinfo=UTC))

    assert found == expected


@given(st.datetimes(datetime(2000, 1, 3), datetime(9000, 1, 1)), st.integers(-14, 14))
def test_a_time_with_an_offset_is_the_same_in_utc(local: datetime, hours: int) -> None:
    at = local.replace(tzinfo=timezone(timedelta(hours=hours)))

    assert time_in(at.isoformat()) == at


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "soon",
        0,
        "0001-01-01T00:00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59Z",
        "2026-03-02T09:00:01Z",
        float("nan"),
        1e300,
    ],
)
def test_where_there_is_no_time_it_is_now(value: object) -> None:
    assert moment(value, now=NOW) == NOW
    assert moment(value, "2026-02-01T00:00:00Z", now=NOW) == datetime(2026, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("anna@example.org", ["anna@example.org"]),
        ("Anna <Anna@Example.org>", ["Anna@Example.org"]),
        ('"Doe, Anna" <anna@example.org>, bert@example.eu', ["anna@example.org", "bert@example.eu"]),
        ("Doe, Anna <anna@example.org>", ["anna@example.org"]),
        (
            ["<anna@example.org>", "anna@example.org", 7, "B <b@example.eu>"],
            ["anna@example.org", "b@example.eu"],
        ),
        ('"a b"@example.org', ['"a b"@example.org']),
        ("nobody", []),
        ({"email": "anna@example.org"}, []),
        (None, []),
    ],
)
def test_addresses_are_bare_and_each_comes_once(value: object, expected: list[str]) -> None:
    assert addresses(value) == expected


def test_the_first_address_is_that_of_the_first_value_with_one() -> None:
    assert address(None, "", "B <b@example.eu>", "c@example.eu") == "b@example.eu"
    assert address(None) == ""


def test_an_event_id_tells_its_parts_apart_and_shows_none_of_them() -> None:
    found = event_id("Bounce", "anna@example.org")

    assert found == event_id("Bounce", "anna@example.org")
    assert found not in {event_id("Bouncea", "nna@example.org"), event_id("anna@example.org", "Bounce")}
    assert "anna" not in found
    assert len(event_id("x" * 10_000)) <= 200


def test_what_is_no_object_has_no_fields() -> None:
    assert fields([1]) == fields(None) == fields("a") == {}
    assert ours("issue") == ("", "")
