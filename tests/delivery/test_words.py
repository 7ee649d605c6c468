"""What servers and people say, fit to be kept and shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.words import printable, without_addresses


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("550 5.1.1 no such user", "550 5.1.1 no such user"),
        ("boîte pleine ✉", "boîte pleine ✉"),
        ("\x1b[2J\r\n\x07", r"\x1b[2J\r\n\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("\u202eevil\u2028", r"\u202eevil\u2028"),
    ],
)
def test_what_a_terminal_would_obey_is_shown_as_an_escape(said: str, shown: str) -> None:
    assert printable(said) == shown


@given(st.text())
def test_w_30_nothing_that_anybody_says_holds_a_control_character(said: str) -> None:
    assert printable(said).isprintable()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("550 <reader@example.org>: unknown", "550 <…>: unknown"),
        ('to "a reader"@example.org, "b@example.org"', 'to … "…"'),
        ("/subscribe?email=reader%40example.org&lang=en", "…"),
        ("no one here", "no one here"),
    ],
)
def test_an_address_that_somebody_names_is_left_out(said: str, shown: str) -> None:
    assert without_addresses(said) == shown


def test_a_long_word_is_looked_through_once() -> None:
    """An error page with a picture in it, and `@media`: with each letter as a beginning this would take hours."""
    page = f"{'A' * 1_000_000} @media"

    assert without_addresses(page) == page
