"""Events of providers in one form: what a bounce says about the address, and whose words are kept."""

import pytest

from newsletter.delivery.events import MAX_DIAGNOSTIC, Bounce, bounce_of, diagnostic, status_in


@pytest.mark.parametrize("status", ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "", "5.0.0"])
def test_b_02_an_address_that_the_provider_condemns_is_condemned(status: str) -> None:
    assert bounce_of(is_permanent=True, status=status, words="550 no such user") is Bounce.HARD


@pytest.mark.parametrize("status", ["5.7.1", "5.7.26", "5.3.4", "4.7.652", "5.6.0"])
@pytest.mark.parametrize("is_permanent", [True, False])
def test_b_02_a_policy_condemns_nobody(status: str, *, is_permanent: bool) -> None:
    assert bounce_of(is_permanent=is_permanent, status=status, words="no such user") is Bounce.POLICY


@pytest.mark.parametrize(
    "words",
    ["554 Message rejected as spam", "listed on a blocklist", "DMARC check failed", "poor reputation"],
)
def test_b_02_words_of_a_policy_count_where_no_code_says_more(words: str) -> None:
    assert bounce_of(is_permanent=True, status="", words=words) is Bounce.POLICY
    assert bounce_of(is_permanent=True, status="5.1.1", words=words) is Bounce.HARD


@pytest.mark.parametrize("status", ["5.2.2", "5.4.4", "4.2.1", "5.3.2"])
def test_b_02_what_may_be_another_day_is_soft(status: str) -> None:
    assert bounce_of(is_permanent=True, status=status, words="") is Bounce.SOFT


def test_b_02_what_nobody_calls_permanent_is_soft() -> None:
    assert bounce_of(is_permanent=False, status="5.1.1", words="") is Bounce.SOFT
    assert bounce_of(is_permanent=False, status="5.9.9", words="") is Bounce.SOFT


def test_b_01_a_diagnostic_is_one_short_line() -> None:
    words = diagnostic("550\r\nno\u2028such\x1b[31m user" + "x" * 1000)

    assert words.startswith("550 no such [31m user")
    assert len(words) == MAX_DIAGNOSTIC
    assert diagnostic(None) == diagnostic({"a": 1}) == ""


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("550 5.1.1 no such user", "5.1.1"),
        ("smtp; 550-5.7.26 refused", "5.7.26"),
        ("from 10.5.1.1 refused", ""),
        ("version 15.1.1", ""),
    ],
)
def test_a_status_code_is_found_among_words(text: str, status: str) -> None:
    assert status_in(None, text) == status
