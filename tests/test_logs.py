"""What the whole suite is held against: that the log's lines are looked through, and what is found in them."""

import io
import logging

import pytest

from newsletter.app.log import log_lines
from subscribers.keys import new_key
from subscribers.tokens import Purpose, TokenKeys
from tests.logs import secrets_in

TOKEN = TokenKeys.from_secrets([new_key()]).make(Purpose.UNSUBSCRIBE, bytes(12), "monthly-2026-11")


@pytest.mark.parametrize(
    "secret",
    [
        "ann@example.org",
        '"ann lee"@example.org',
        "änn@bücher.example",
        "ann@localhost",
        "ann%40example.org",
        f"https://news.example.org/unsubscribe/{TOKEN}",
        new_key(),
    ],
)
def test_w_20_a_secret_is_found_where_it_is_not_masked_and_masked_where_it_is_logged(secret: str) -> None:
    written = io.StringIO()

    with log_lines(written):
        logging.getLogger("newsletter.web").warning("It failed for %s.", secret)

    assert secrets_in(f"It failed for {secret}.") != []
    assert secrets_in(written.getvalue()) == []
    assert "It failed for" in written.getvalue()
