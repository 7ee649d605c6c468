"""What the whole suite is held against: that the log's lines are looked through, and what is found in them."""

import io
import logging

import pytest

from newsletter.app.log import log_lines
from subscribers.keys import new_key
from subscribers.tokens import Purpose, TokenKeys
from tests.logs import keys_in, secrets_in

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
    # Two are others in each process of the tests.
    ids=["address", "quoted", "international", "local", "in an URL", "link", "key"],
)
def test_w_20_a_secret_is_found_where_it_is_not_masked_and_masked_where_it_is_logged(secret: str) -> None:
    written = io.StringIO()

    with log_lines(written):
        logging.getLogger("newsletter.web").warning("It failed for %s.", secret)

    assert secrets_in(f"It failed for {secret}.") != []
    assert secrets_in(written.getvalue()) == []
    assert "It failed for" in written.getvalue()


def test_w_20_a_short_key_is_found_by_its_variable() -> None:
    environ = {
        "NEWSLETTER_PROVIDER__API_KEY": "re_12345678",
        "NEWSLETTER_PROVIDER__NAME": "provider-name",
        "NEWSLETTER_WEBHOOKS__BREVO__SECRET": "word",
    }

    found = keys_in("provider-name said word: re_12345678 is wrong", environ)

    assert found == ["NEWSLETTER_PROVIDER__API_KEY"]
