"""What the loop tells of each batch when it has come to its end."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from newsletter.database import Engine
from newsletter.delivery.letter import Letter
from newsletter.delivery.post import BatchReport
from newsletter.delivery.providers.base import Capabilities
from newsletter.delivery.sender import send_issue
from newsletter.delivery.values import Receipt, Recipient, Verdict
from newsletter.errors import TemporaryError
from newsletter.storage import issues
from tests.delivery.conftest import MakePost
from tests.delivery.frozen_issue import add_readers, freeze, stopped_after
from tests.fakes import MemoryProvider, Script


def reports_of(engine: Engine, post: MakePost, provider: MemoryProvider, readers: int) -> list[BatchReport]:
    """Send an issue to so many readers, in batches of ten; return what was told."""
    add_readers(engine, readers)
    told: list[BatchReport] = []
    send_issue(replace(post(freeze(engine), provider), on_batch=told.append))
    return told


@pytest.mark.parametrize("is_one_by_one", [False, True])
def test_each_batch_is_told_once_with_its_readers(
    engine: Engine, post: MakePost, *, is_one_by_one: bool
) -> None:
    provider = MemoryProvider(Capabilities(max_batch=10, is_one_by_one=is_one_by_one))

    told = reports_of(engine, post, provider, 25)

    assert sorted((report.readers, report.accepted) for report in told) == [(5, 5), (10, 10), (10, 10)]
    assert {(report.issue, report.variant, report.provider) for report in told} == {
        ("monthly-2026-11", "en", "memory")
    }
    assert {(report.attempt, report.rejected, report.later, report.unknown) for report in told} == {
        (1, 0, 0, 0)
    }
    assert all(report.seconds >= 0 for report in told)


def each(*verdicts: Verdict) -> Script:
    """Answer the first readers of a request so, and accept the others."""

    def script(_letter: Letter, recipients: Sequence[Recipient]) -> list[Receipt]:
        said = [*verdicts, *[Verdict.ACCEPTED] * len(recipients)]
        return [
            Receipt(reader.subscriber_id, verdict, "" if verdict is Verdict.ACCEPTED else f"it is {verdict}")
            for reader, verdict in zip(recipients, said, strict=False)
        ]

    return script


def test_who_was_not_accepted_is_counted_with_the_last_words(engine: Engine, post: MakePost) -> None:
    provider = MemoryProvider(script=each(Verdict.UNKNOWN, Verdict.REFUSED, Verdict.REFUSED))

    (report,) = reports_of(engine, post, provider, 10)

    assert (report.accepted, report.rejected, report.later, report.unknown) == (7, 2, 0, 1)
    assert report.words == "it is refused"


def test_each_try_is_told(engine: Engine, post: MakePost) -> None:
    tries: list[int] = []

    def busy_once(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise TemporaryError("too busy")

    told = reports_of(engine, post, MemoryProvider(script=busy_once), 10)

    assert [(report.attempt, report.accepted, report.later, report.words) for report in told] == [
        (1, 0, 10, "too busy"),
        (2, 10, 0, ""),
    ]


def test_a_stop_tells_of_what_was_finished_and_what_was_not_begun(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 40)
    told: list[BatchReport] = []
    provider = MemoryProvider(Capabilities(max_batch=10, is_one_by_one=True))
    stored = freeze(engine)

    send_issue(replace(stopped_after(post(stored, provider), 3), on_batch=told.append))

    assert sum(report.accepted for report in told) == issues.counts(engine, stored.number)["accepted"]
    assert all(report.accepted + report.later == report.readers == 10 for report in told)
    assert sum(report.later for report in told) > 0


def test_what_is_told_is_in_the_ledger_already(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 25)
    stored = freeze(engine)
    told: list[int] = []
    recorded: list[int] = []

    def listen(report: BatchReport) -> None:
        told.append(report.accepted)
        recorded.append(issues.counts(engine, stored.number)["accepted"])

    send_issue(replace(post(stored, MemoryProvider()), on_batch=listen))

    assert len(recorded) == 3
    assert all(found >= sum(told[: place + 1]) for place, found in enumerate(recorded))
