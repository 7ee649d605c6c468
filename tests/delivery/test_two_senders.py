"""Two senders of one issue: they share the work, neither acts on old evidence, and one notices the other's death."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from newsletter.database import Engine
from newsletter.delivery import locks
from newsletter.delivery.doubts import doubt_dead
from newsletter.delivery.letter import Letter
from newsletter.delivery.presence import present
from newsletter.delivery.providers.base import Capabilities
from newsletter.delivery.sender import send_issue
from newsletter.delivery.values import Recipient
from newsletter.issues.values import IssueState
from newsletter.storage import doubts, issues
from newsletter.storage.claiming import claim
from newsletter.storage.doubts import LeftSending
from newsletter.storage.recording import finish
from tests.delivery.conftest import MakePost
from tests.delivery.frozen_issue import NOW, add_readers, freeze
from tests.fakes import MemoryProvider


def test_evidence_from_before_another_senders_claim_changes_nothing(engine: Engine) -> None:
    """Else a reader whose mail that sender is handing over would be queued a second time."""
    add_readers(engine, 10)
    stored = freeze(engine)
    with engine.begin() as connection:
        claim(connection, stored.number, sender="dead", one_by_one=False, now=NOW)
    doubts.doubt(engine, LeftSending(id=1, sender="dead"), "died")
    (found,) = doubts.in_doubt(engine, stored.number)
    seen = found.batch
    absent = [reader.subscriber_id for reader in seen.recipients]
    assert doubts.settle(engine, seen, accepted=[], absent=absent, by="look-up")
    with engine.begin() as connection:
        claimed = claim(connection, stored.number, sender="other", one_by_one=False, now=NOW)

    changed = doubts.settle(engine, seen, accepted=[], absent=absent, by="look-up")

    assert claimed is not None
    assert not changed
    assert issues.counts(engine, stored.number)["sending"] == 10


def test_doubts_of_a_batch_that_is_in_hand_are_not_settled_over_its_sender(engine: Engine) -> None:
    add_readers(engine, 10)
    stored = freeze(engine)
    with engine.begin() as connection:
        first = claim(connection, stored.number, sender="one", one_by_one=True, now=NOW)
        assert first is not None
        connection.exec_driver_sql("UPDATE deliveries SET state = 'sending' WHERE subscriber_id = 1")
        connection.exec_driver_sql("UPDATE deliveries SET state = 'unknown' WHERE subscriber_id = 1")
        finish(connection, first.id, retry_at=None)
        claim(connection, stored.number, sender="two", one_by_one=True, now=NOW)

    assert doubts.in_doubt(engine, stored.number) == []
    assert not doubts.settle(engine, first, accepted=[], absent=[1], by="person")


def test_what_a_sender_holds_is_in_doubt_when_it_is_gone_and_not_before(
    engine: Engine, tmp_path: Path
) -> None:
    add_readers(engine, 10)
    stored = freeze(engine)
    with present(engine, tmp_path, stored.number) as other:
        with engine.begin() as connection:
            claim(connection, stored.number, sender=other.name, one_by_one=False, now=NOW)

        doubt_dead(engine, stored.number, tmp_path)
        meanwhile = issues.counts(engine, stored.number)
    doubt_dead(engine, stored.number, tmp_path)

    assert (meanwhile["sending"], meanwhile["unknown"]) == (10, 0)
    assert issues.counts(engine, stored.number)["unknown"] == 10


def test_a_sender_that_dies_meanwhile_keeps_no_other_waiting(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 30)
    provider = MemoryProvider(Capabilities(max_batch=10))
    stored = freeze(engine)
    made = post(stored, provider)
    code = (
        "import sys; from pathlib import Path; from newsletter.delivery import locks\n"
        "with locks.alive(Path(sys.argv[1]), 1) as name: print(name, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, made.locks_folder],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        name = other.stdout.readline().strip()
        with engine.begin() as connection:
            claim(connection, stored.number, sender=name, one_by_one=False, now=NOW)

        def script(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
            other.kill()
            other.wait()

        provider.script = script
        after = send_issue(made)

    assert after.state is IssueState.SENT
    assert sum(provider.accepted.values()) == 20
    assert issues.counts(engine, stored.number)["unknown"] == 10
    assert not locks.is_alive(made.locks_folder, name)


def test_two_starts_of_one_issue_are_one(engine: Engine) -> None:
    from newsletter.storage.freezing import audience_choices
    from tests.delivery.frozen_issue import issue, rendered

    add_readers(engine, 5)
    _, last = audience_choices(engine, "monthly", NOW)
    first, second = (
        issues.start(
            engine, issue(), rendered("en"), {("en", ""): "en"}, is_rehearsal=True, freeze_to=last, now=NOW
        )
        for _ in range(2)
    )

    assert first == second


def test_an_issue_that_has_left_is_never_started_afresh(engine: Engine) -> None:
    add_readers(engine, 5)
    stored = freeze(engine)
    issues.mark_left(engine, stored.number, "memory")
    issues.set_state(engine, stored.number, IssueState.HELD)

    again = freeze_again(engine)

    assert again.state is IssueState.HELD
    assert issues.counts(engine, stored.number)["queued"] == 5


def freeze_again(engine: Engine) -> issues.StoredIssue:
    from tests.delivery.frozen_issue import issue, rendered

    return issues.start(
        engine, issue(), rendered("en"), {("en", ""): "en"}, is_rehearsal=True, freeze_to=5, now=NOW
    )


def test_nothing_is_said_to_have_left_of_an_issue_cancelled_while_it_was_frozen(
    engine: Engine, post: MakePost
) -> None:
    add_readers(engine, 5)
    provider = MemoryProvider()
    stored = freeze(engine)
    issues.cancel(engine, stored.number, now=NOW, reason="a person")
    made = post(stored, provider)

    after = send_issue(made)

    assert (after.state, after.has_left) == (IssueState.CANCELLED, False)
    assert made.journal.entries() == []
    assert provider.requests == 0
