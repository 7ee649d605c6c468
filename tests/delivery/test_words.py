"""What servers and people say, fit to be kept and shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.words import printable


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
