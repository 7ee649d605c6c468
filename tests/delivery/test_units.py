"""One bad address costs nobody else the mail; what is refused whoever it is for loses nobody."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.letter import Letter
from newsletter.delivery.units import Answer, repeat_unit, send_parts, send_proven_parts, send_unit
from newsletter.delivery.values import Receipt, Recipient, Verdict
from newsletter.errors import AccountError, OutcomeUnknownError, RefusedError, TemporaryError
from tests.delivery.sample_letter import letter, readers

LETTER = letter()


@dataclass
class Service:
    """Refuses a request with any of the *bad* readers; *before* may raise something else."""

    bad: Collection[int] = ()
    before: Callable[[int, Sequence[int]], None] = lambda _request, _ids: None
    requests: int = 0
    accepted: Counter[int] = field(default_factory=Counter)

    def send(self, _letter: Letter, recipients: Sequence[Recipient]) -> Sequence[Receipt]:
        """Accept all of a request, or nothing."""
        self.requests += 1
        ids = [recipient.subscriber_id for recipient in recipients]
        self.before(self.requests, ids)
        if not set(self.bad).isdisjoint(ids):
            raise RefusedError("400 an address cannot be read")
        self.accepted.update(ids)
        return [Receipt(number, Verdict.ACCEPTED) for number in ids]

    def close(self) -> None:
        """Nothing is open."""


def sent(service: Service, count: int) -> Answer:
    """Send a unit, in parts when it wants them."""
    answer = send_unit(service, LETTER, readers(count))
    return send_parts(service, LETTER, readers(count)) if answer.wants_parts else answer


def verdicts(service: Service, count: int) -> dict[int, Verdict]:
    answer = sent(service, count)
    found = {receipt.subscriber_id: receipt.verdict for receipt in answer.receipts}
    assert len(answer.receipts) == len(found) == count
    return found


def test_a_bad_address_among_a_thousand_costs_some_twenty_requests() -> None:
    service = Service(bad={321})

    found = verdicts(service, 1_000)

    assert Counter(found.values()) == {Verdict.ACCEPTED: 999, Verdict.REFUSED: 1}
    assert found[321] is Verdict.REFUSED
    assert set(service.accepted.values()) == {1}
    assert service.requests < 30


@given(count=st.integers(1, 60), data=st.data())
def test_everybody_gets_one_answer_and_nobody_two_mails(count: int, data: st.DataObject) -> None:
    bad = data.draw(st.sets(st.integers(1, count)))
    service = Service(bad=bad)

    found = verdicts(service, count)

    accepted = {number for number, verdict in found.items() if verdict is Verdict.ACCEPTED}
    assert service.accepted == dict.fromkeys(accepted, 1)
    assert all(found[number] is not Verdict.ACCEPTED for number in bad)
    if Verdict.LATER not in found.values():
        assert accepted == set(range(1, count + 1)) - bad


def test_what_is_refused_for_three_readers_accuses_the_mail_and_costs_none_of_them_the_mail() -> None:
    service = Service(bad=range(1, 1_001))

    answer = sent(service, 1_000)

    assert {receipt.subscriber_id: receipt.verdict for receipt in answer.receipts} == dict.fromkeys(
        range(1, 1_001), Verdict.LATER
    )
    assert answer.accuses_mail == "400 an address cannot be read"
    assert not answer.ends_batch
    assert service.requests == 4


def test_readers_who_are_all_bad_are_refused_where_others_were_sent_the_same_mail() -> None:
    service = Service(bad=range(1, 10))

    answer = send_proven_parts(service, LETTER, readers(9))

    assert [receipt.verdict for receipt in answer.receipts] == [Verdict.REFUSED] * 9
    assert not answer.stop_reason


def test_three_bad_readers_by_themselves_stop_nothing() -> None:
    answer = sent(Service(bad={1, 2, 3}), 3)

    assert {receipt.verdict for receipt in answer.receipts} == {Verdict.REFUSED}
    assert not answer.stop_reason


@pytest.mark.parametrize(
    ("error", "verdict", "stops"),
    [
        (TemporaryError("busy", retry_after_s=7), Verdict.LATER, False),
        (AccountError("no credit"), Verdict.LATER, True),
        (OutcomeUnknownError("no answer"), Verdict.UNKNOWN, False),
        (KeyError("a bug"), Verdict.UNKNOWN, True),
    ],
)
def test_what_goes_wrong_among_the_parts_concerns_only_who_was_not_answered(
    error: Exception, verdict: Verdict, stops: bool
) -> None:
    def fail_twice(request: int, _ids: Sequence[int]) -> None:
        if request == 1:
            raise RefusedError("400 an address cannot be read")
        if request == 5:  # the whole, three readers alone, then the rest of them
            raise error

    service = Service(before=fail_twice)

    answer = sent(service, 40)

    found = {receipt.subscriber_id: receipt.verdict for receipt in answer.receipts}
    assert Counter(found.values()) == {Verdict.ACCEPTED: 3, verdict: 37}
    assert list(service.accepted.values()) == [1, 1, 1]
    assert bool(answer.stop_reason) == stops


def test_a_reader_of_whom_nothing_is_said_is_in_doubt() -> None:
    class Forgetful(Service):
        def send(self, _letter: Letter, recipients: Sequence[Recipient]) -> Sequence[Receipt]:
            return super().send(_letter, recipients)[1:]

    found = verdicts(Forgetful(), 3)

    assert found == {1: Verdict.UNKNOWN, 2: Verdict.ACCEPTED, 3: Verdict.ACCEPTED}


@pytest.mark.parametrize(
    "error",
    [
        TemporaryError("429"),
        AccountError("401"),
        RefusedError("422"),
        OutcomeUnknownError("cut"),
        ValueError("a bug"),
    ],
)
def test_a_repeated_request_leaves_those_in_doubt_of_whom_nothing_is_said(error: Exception) -> None:
    def fail(_request: int, _ids: Sequence[int]) -> None:
        raise error

    answer = repeat_unit(Service(before=fail), LETTER, readers(3))

    assert [receipt.verdict for receipt in answer.receipts] == [Verdict.UNKNOWN] * 3
    assert not answer.wants_parts
