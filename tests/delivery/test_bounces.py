"""What a bounce says about the address: codes, and words where there is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.bounces import bounce_of, status_in
from newsletter.delivery.events import Bounce


@pytest.mark.parametrize("status", ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "", "5.0.0"])
def test_b_02_an_address_that_the_provider_condemns_is_condemned(status: str) -> None:
    assert bounce_of(is_permanent=True, status=status, words="550 no such user") is Bounce.HARD


@pytest.mark.parametrize(
    "status", ["5.7.1", "5.7.26", "5.3.4", "4.7.652", "5.6.0", "5.1.7", "5.1.8", "5.2.3"]
)
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


@pytest.mark.parametrize(
    "words",
    [
        "550 Bad SPF records for this domain",
        "554 mail server has no PTR record",
        "550 Helo command rejected: Host not found",
        "553-Message filtered. Refer to the troubleshooting page",
        "550 Administrative prohibition",
        "550 Access denied",
        "550 your network is not permitted to send here",
        "553 Sender address rejected: Domain not found",
        "554 IP listed on zen.example.org RBL",
        "550 Virus detected",
        "554 Message rejected due to content restrictions",
        "550 relaying denied",
        "552 message too large",
        "550 Message size exceeds fixed limit: size limit 10 MB",
    ],
)
@pytest.mark.parametrize("is_permanent", [True, False])
def test_b_02_a_refusal_of_the_sender_or_the_mail_condemns_nobody(words: str, *, is_permanent: bool) -> None:
    assert bounce_of(is_permanent=is_permanent, status="", words=words) is Bounce.POLICY
    assert bounce_of(is_permanent=is_permanent, status="5.0.0", words=words) is Bounce.POLICY


@pytest.mark.parametrize(
    "words",
    [
        "552-Requested mail action aborted: exceeded storage allocation",
        "smtp; 552 no room",
        "554 mailbox is full",
        "550 Quota exceeded",
        "550 hourly limit exceeded",
        "User mailbox exceeds allowed size",
        "421 Service not available, closing transmission channel",
        "550 too many messages from you, try again later",
        "connect to mx.example.org: Connection timed out",
        "retry timeout exceeded",
        "this message has been in the queue too long",
        "550 Temporarily out of order",
    ],
)
def test_b_02_what_passes_condemns_nobody_at_once(words: str) -> None:
    assert bounce_of(is_permanent=True, status="", words=words) is Bounce.SOFT


@pytest.mark.parametrize(
    "words",
    [
        "550 Unknown user anna",
        "unable to get mx info: failed to get IPs from PTR record: lookup <nil>: unrecognized address",
        "550 #5.1.0 Address rejected.",
        "554 30 Sorry, your message cannot be delivered. This mailbox is disabled (554.30).",
        "550 5.5.0 Requested action not taken: mailbox unavailable",
        "550 Message was not accepted -- invalid mailbox",
        "554 delivery error: This user doesn't have an account",
        "550 User not listed in the directory",
        "does not like recipient. Remote host said: 550 sorry, no mailbox here by that name. Giving up on 192.0.2.1.",
        "550 Please try double-checking the address for typos",
        "550 delivery to host 10.0.0.421 failed",
        "",
    ],
)
def test_b_02_an_address_that_is_gone_is_condemned_without_a_code(words: str) -> None:
    assert bounce_of(is_permanent=True, status="", words=words) is Bounce.HARD


@given(words=st.text(max_size=500), status=st.sampled_from(["", "5.0.0", "5.1.1", "4.2.2"]))
def test_b_02_nobody_is_condemned_whom_the_provider_does_not_condemn(words: str, status: str) -> None:
    assert bounce_of(is_permanent=False, status=status, words=words) is not Bounce.HARD


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("550 5.1.1 no such user", "5.1.1"),
        ("smtp; 550-5.7.26 refused", "5.7.26"),
        ("from 10.5.1.1 refused", ""),
        ("version 15.1.1", ""),
        ("Exim 4.96.2 says 550 5.1.1. No such user", "5.1.1"),
        ("550 5.0.0 Undeliverable (5.4.6)", "5.4.6"),
        ("5.1.0 Unknown address error '5.2.2 full'", "5.2.2"),
        ("550 5.7.0 refused, 554 5.5.1 no valid recipients", "5.7.0"),
        ("550 5.0.0 refused", "5.0.0"),
    ],
)
def test_a_status_code_is_found_among_words(text: str, status: str) -> None:
    assert status_in(None, text) == status
