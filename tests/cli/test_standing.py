"""What each command says and does about an issue, wherever it stands: every state, every way to have come there."""

import json
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from newsletter.issues.values import IssueState
from tests.command_line import READERS, Run

QUEUED = "UPDATE batches SET state = 'queued', accepted = 0; UPDATE deliveries SET state = 'queued';"
IN_DOUBT = "UPDATE batches SET state = 'unknown', accepted = 0, unknown = size; UPDATE deliveries SET state = 'unknown';"
HELD_BY_THE_DEAD = "UPDATE batches SET state = 'sending', sender = 'dead', accepted = 0; UPDATE deliveries SET state = 'queued';"
NOT_FROZEN = "DELETE FROM batches; DELETE FROM deliveries; UPDATE issues SET frozen_to = 0, audience = 0, has_left = 0;"

#: Where an issue stands → what makes it stand there, after it was sent to three readers.
STANDINGS = {
    "freezing, nothing written": NOT_FROZEN + "UPDATE issues SET state = 'freezing', finished_at = NULL",
    "freezing, all written": "DELETE FROM batches; UPDATE deliveries SET state = 'queued';"
    "UPDATE issues SET state = 'freezing', has_left = 0, finished_at = NULL",
    "sending": QUEUED + "UPDATE issues SET state = 'sending', finished_at = NULL",
    "sending, put off for an hour": QUEUED + "UPDATE batches SET retry_at = '2100-01-01 00:00:00.000000';"
    "UPDATE issues SET state = 'sending', finished_at = NULL",
    "sending, held by the dead": HELD_BY_THE_DEAD + "UPDATE issues SET state = 'sending', finished_at = NULL",
    "sending, nothing open": "UPDATE issues SET state = 'sending', finished_at = NULL",
    "paused": QUEUED + "UPDATE issues SET state = 'paused', reason = 'tired', finished_at = NULL",
    "paused, nothing open": "UPDATE issues SET state = 'paused', reason = 'tired', finished_at = NULL",
    "sent": "",
    "sent, in doubt": IN_DOUBT,
    "cancelled": QUEUED + "UPDATE issues SET state = 'cancelled', reason = 'too late'",
    "cancelled, in doubt": IN_DOUBT + "UPDATE issues SET state = 'cancelled', reason = 'too late'",
    "superseded": NOT_FROZEN + "UPDATE issues SET state = 'superseded', reason = 'the next one went first'",
    "held while sending": QUEUED + "UPDATE issues SET state = 'held', reason = 'a restored backup'",
    "held before it left": NOT_FROZEN
    + "UPDATE issues SET state = 'held', reason = 'no answer'; DELETE FROM inclusions",
    "skipped": NOT_FROZEN + "UPDATE issues SET state = 'skipped'; DELETE FROM inclusions",
}


@dataclass(frozen=True)
class Standing:
    """A project whose issue stands somewhere."""

    project: Path
    issue: str

    def status(self, run: Run) -> dict[str, Any]:
        return dict(json.loads(run("status", self.issue, "--json", at=self.project).out))

    def mails(self) -> set[Path]:
        return set((self.project / "var" / "outbox" / self.issue).glob("*.eml"))


@pytest.fixture(scope="module")
def sent(laid_out: Path, tmp_path_factory: pytest.TempPathFactory) -> Standing:
    """The sample project, its next issue sent to three readers."""
    folder = Path(shutil.copytree(laid_out, tmp_path_factory.mktemp("sent") / "sample"))
    (folder / "readers.csv").write_text(READERS, encoding="utf-8")

    def typed(*arguments: str) -> str:
        command = [sys.executable, "-m", "newsletter", "-C", str(folder), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    issue = str(json.loads(typed("issues", "--json"))[0]["issue"])
    typed("subscribers", "import", str(folder / "readers.csv"), "--confirmed", "--evidence", "signed a list")
    typed("send", issue, "--yes")
    shutil.rmtree(folder / "var" / "outbox")
    return Standing(folder, issue)


@pytest.fixture
def standing(request: pytest.FixtureRequest, sent: Standing, tmp_path: Path) -> Standing:
    folder = Path(shutil.copytree(sent.project, tmp_path / "sample"))
    change(folder, STANDINGS[request.param])
    return Standing(folder, sent.issue)


def change(project: Path, statements: str) -> None:
    with sqlite3.connect(project / "var" / "newsletter.db") as connection:
        connection.executescript(statements)
    connection.close()


def test_every_state_that_can_be_stored_is_walked() -> None:
    walked = {name.split(",")[0].split(" ")[0] for name in STANDINGS}

    assert walked == set(IssueState) - {IssueState.DRAFT, IssueState.APPROVED}


@pytest.mark.parametrize(
    ("standing", "words", "state", "mails"),
    [
        ("freezing, nothing written", "is sent: 3 accepted", "sent", 3),
        ("freezing, all written", "is sent: 3 accepted", "sent", 3),
        ("sending", "is sent: 3 accepted", "sent", 3),
        ("sending, put off for an hour", "is sent: 3 accepted", "sent", 3),
        ("sending, held by the dead", "is sent: 3 accepted", "sent", 3),
        ("sending, nothing open", "is sent: 3 accepted", "sent", 0),
        ("paused", "is paused: tired. Let it go on with: newsletter resume", "paused", 0),
        ("paused, nothing open", "is paused: tired. Let it go on with: newsletter resume", "paused", 0),
        ("sent", "was sent before; nothing was sent now", "sent", 0),
        ("sent, in doubt", "was sent before; nothing was sent now", "sent", 0),
        ("cancelled", "is cancelled: too late. Nothing was sent now", "cancelled", 0),
        ("cancelled, in doubt", "is cancelled: too late. Nothing was sent now", "cancelled", 0),
        ("superseded", "is superseded: the next one went first", "superseded", 0),
        ("held while sending", "is held: a restored backup. Nothing was sent now", "held", 0),
        ("held before it left", "is sent: 3 accepted", "sent", 3),
        ("skipped", "is sent: 3 accepted", "sent", 3),
    ],
    indirect=["standing"],
)
def test_send_ends_where_the_issue_ought_to_be(
    run: Run, standing: Standing, words: str, state: str, mails: int
) -> None:
    result = run("send", standing.issue, "--yes", at=standing.project)

    assert words in result.out + result.err
    assert result.status == (0 if state == "sent" else 1)
    assert standing.status(run)["state"] == state
    assert len(standing.mails()) == mails


@pytest.mark.parametrize(
    ("standing", "question"),
    [
        ("freezing, nothing written", "to 3 readers through outbox?"),
        ("freezing, all written", "to 3 readers through outbox?"),
        ("sending", "to 3 readers through outbox?"),
    ],
    indirect=["standing"],
)
def test_going_on_asks_with_the_count_of_those_still_to_come(
    run: Run, standing: Standing, question: str
) -> None:
    result = run("send", standing.issue, at=standing.project)

    assert result.status == 1
    assert f"Go on sending {standing.issue} {question}" in result.err
    assert not standing.mails()


@pytest.mark.parametrize(
    ("standing", "command", "words", "state"),
    [
        ("freezing, all written", "pause", "cannot be paused while its audience is written", "freezing"),
        ("sending", "pause", "is paused", "paused"),
        ("paused", "pause", "is paused", "paused"),
        ("sent", "pause", "is sent: it cannot be paused any more", "sent"),
        ("cancelled", "pause", "is cancelled: it cannot be paused any more", "cancelled"),
        ("sending", "resume", "is sending, not paused", "sending"),
        ("paused", "resume", "goes on with the scheduler's next tick", "sending"),
        ("paused, nothing open", "resume", "is sent: nothing was left to send", "sent"),
        ("sent", "resume", "is sent, not paused", "sent"),
        ("freezing, all written", "cancel", "Nothing had left: its items wait", "cancelled"),
        ("sending", "cancel", "Mails had left: its items count as sent", "cancelled"),
        ("paused", "cancel", "Mails had left", "cancelled"),
        ("sent", "cancel", "is sent: it cannot be cancelled any more", "sent"),
        ("cancelled", "cancel", "It was cancelled before", "cancelled"),
        ("superseded", "cancel", "is superseded: it cannot be cancelled any more", "superseded"),
    ],
    indirect=["standing"],
)
def test_a_persons_command_does_what_it_says_or_says_why_not(
    run: Run, standing: Standing, command: str, words: str, state: str
) -> None:
    yes = ["--yes"] if command == "cancel" else []

    result = run(command, standing.issue, *yes, at=standing.project)

    assert words in result.out + result.err
    assert result.status == int("cannot" in words or "not paused" in words)
    assert standing.status(run)["state"] == state


@pytest.mark.parametrize("standing", ["paused, nothing open"], indirect=True)
def test_an_issue_paused_with_its_last_batches_ends_as_sent(run: Run, standing: Standing) -> None:
    run("resume", standing.issue, at=standing.project)

    sent = run("send", standing.issue, "--yes", at=standing.project)

    assert sent.status == 0
    assert standing.status(run)["state"] == "sent"


@pytest.mark.parametrize("standing", ["sent, in doubt"], indirect=True)
def test_readers_in_doubt_get_it_again_when_a_person_says_so(run: Run, standing: Standing) -> None:
    before = standing.status(run)

    resolved = run("resolve", standing.issue, "--unknown", "resend", "--yes", at=standing.project)
    sent = run("send", standing.issue, "--yes", at=standing.project)

    assert (before["unknown"], before["undecided"]) == (3, 3)
    assert "3 readers: resend" in resolved.out
    assert "is sent: 3 accepted" in sent.out
    assert len(standing.mails()) == 3


@pytest.mark.parametrize("standing", ["sent, in doubt"], indirect=True)
def test_readers_left_in_doubt_stay_on_record_and_are_asked_about_no_more(
    run: Run, standing: Standing
) -> None:
    asked = run("status", standing.issue, at=standing.project).err

    run("resolve", standing.issue, "--unknown", "leave", at=standing.project)
    again = run("resolve", standing.issue, "--unknown", "leave", at=standing.project)

    found = standing.status(run)
    assert "3 readers are in doubt" in asked
    assert (found["state"], found["unknown"], found["undecided"]) == ("sent", 3, 0)
    assert "No reader" in again.out
    assert "in doubt" not in run("status", standing.issue, at=standing.project).err


@pytest.mark.parametrize("standing", ["sent, in doubt"], indirect=True)
def test_a_person_may_think_better_of_leaving_readers_in_doubt(run: Run, standing: Standing) -> None:
    run("resolve", standing.issue, "--unknown", "leave", at=standing.project)

    run("resolve", standing.issue, "--unknown", "resend", "--yes", at=standing.project)
    sent = run("send", standing.issue, "--yes", at=standing.project)

    assert "is sent: 3 accepted" in sent.out


ERASE_ONE = """
    DELETE FROM subscriptions WHERE subscriber_id = (SELECT max(id) FROM subscribers);
    DELETE FROM subscribers WHERE id = (SELECT max(id) FROM subscribers);
"""
ERASE_ALL = "DELETE FROM subscriptions; DELETE FROM subscribers;"


@pytest.mark.parametrize("standing", ["sent, in doubt"], indirect=True)
def test_a_reader_in_doubt_who_was_erased_is_listed_without_an_address(run: Run, standing: Standing) -> None:
    change(standing.project, ERASE_ONE)

    listed = run("resolve", standing.issue, "--addresses", at=standing.project)
    as_json = json.loads(run("resolve", standing.issue, "--json", at=standing.project).out)

    assert "1 reader of them erased since" in listed.out
    assert sum(len(doubt["readers"]) for doubt in as_json) == 2
    assert sum(doubt["erased"] for doubt in as_json) == 1


@pytest.mark.parametrize("erased", [ERASE_ONE, ERASE_ALL], ids=["one", "all"])
@pytest.mark.parametrize("standing", ["sent, in doubt", "cancelled, in doubt"], indirect=True)
def test_doubts_about_erased_readers_can_be_left(run: Run, standing: Standing, erased: str) -> None:
    change(standing.project, erased)

    left = run("resolve", standing.issue, "--unknown", "leave", at=standing.project)

    found = standing.status(run)
    assert "3 readers: leave" in left.out
    assert (found["audience"], found["unknown"], found["undecided"]) == (3, 3, 0)
    assert "No reader" in run("resolve", standing.issue, at=standing.project).out


@pytest.mark.parametrize("standing", ["sent, in doubt"], indirect=True)
def test_an_erased_reader_is_skipped_when_the_others_get_it_again(run: Run, standing: Standing) -> None:
    change(standing.project, ERASE_ONE)

    resolved = run("resolve", standing.issue, "--unknown", "resend", "--yes", at=standing.project)
    sent = run("send", standing.issue, "--yes", at=standing.project)

    found = standing.status(run)
    assert "3 readers: resend" in resolved.out
    assert "1 reader of them erased since" in resolved.err
    assert sent.status == 0
    assert len(standing.mails()) == 2
    assert (found["state"], found["audience"], found["undecided"]) == ("sent", 3, 0)
    assert (found["accepted"], found["skipped"], found["unknown"]) == (2, 1, 0)


@pytest.mark.parametrize("standing", ["sent, in doubt"], indirect=True)
def test_an_issue_of_whose_doubts_nobody_is_left_is_not_sent_again(run: Run, standing: Standing) -> None:
    change(standing.project, ERASE_ALL)

    resolved = run("resolve", standing.issue, "--unknown", "resend", "--yes", at=standing.project)

    found = standing.status(run)
    assert "Send to them" not in resolved.err
    assert (found["state"], found["skipped"], found["unknown"], found["undecided"]) == ("sent", 3, 0, 0)


ONE_LEAVES = "UPDATE subscribers SET state = 'unsubscribed' WHERE id = (SELECT max(id) FROM subscribers);"
ALL_LEAVE = "UPDATE subscribers SET state = 'unsubscribed';"


@pytest.mark.parametrize("standing", ["sent, in doubt"], indirect=True)
def test_a_reader_in_doubt_who_has_left_stays_in_doubt_when_the_others_get_it_again(
    run: Run, standing: Standing
) -> None:
    change(standing.project, ONE_LEAVES)

    listed = run("resolve", standing.issue, at=standing.project)
    resolved = run("resolve", standing.issue, "--unknown", "resend", "--yes", at=standing.project)

    found = standing.status(run)
    assert "1 reader of them left since" in listed.out
    assert "2 readers: resend" in resolved.out
    assert "1 reader in doubt left since: nothing is sent to them, they stay in doubt." in resolved.err
    assert (found["state"], found["queued"], found["skipped"]) == ("sending", 2, 0)
    assert (found["unknown"], found["undecided"]) == (1, 1)


@pytest.mark.parametrize("standing", ["sent, in doubt"], indirect=True)
def test_nothing_is_sent_to_who_has_left_in_doubt(run: Run, standing: Standing) -> None:
    change(standing.project, ONE_LEAVES)
    run("resolve", standing.issue, "--unknown", "resend", "--yes", at=standing.project)

    sent = run("send", standing.issue, "--yes", at=standing.project)

    # The outbox can be asked, and proves that nothing was accepted for them the first time.
    assert "is sent: 2 accepted, 1 skipped" in sent.out
    assert len(standing.mails()) == 2


@pytest.mark.parametrize("standing", ["sent, in doubt"], indirect=True)
def test_who_leaves_before_it_is_sent_again_is_still_in_doubt(run: Run, standing: Standing) -> None:
    run("resolve", standing.issue, "--unknown", "resend", "--yes", at=standing.project)
    change(standing.project, ONE_LEAVES)

    run("send", standing.issue, "--yes", at=standing.project)

    found = standing.status(run)
    assert len(standing.mails()) == 2
    assert (found["state"], found["accepted"]) == ("sent", 2)
    assert (found["skipped"], found["unknown"], found["undecided"]) == (0, 1, 1)


@pytest.mark.parametrize("standing", ["sent, in doubt"], indirect=True)
def test_when_everybody_in_doubt_has_left_nothing_changes_until_a_person_leaves_it_at_that(
    run: Run, standing: Standing
) -> None:
    change(standing.project, ALL_LEAVE)

    resolved = run("resolve", standing.issue, "--unknown", "resend", "--yes", at=standing.project)
    before = standing.status(run)
    run("resolve", standing.issue, "--unknown", "leave", at=standing.project)

    after = standing.status(run)
    assert f"No reader of {standing.issue} is sent to again." in resolved.out
    assert "Send to them" not in resolved.err
    assert (before["state"], before["unknown"], before["undecided"]) == ("sent", 3, 3)
    assert (after["state"], after["unknown"], after["undecided"]) == ("sent", 3, 0)


@pytest.mark.parametrize("standing", ["sent, in doubt"], indirect=True)
def test_a_decision_on_readers_in_doubt_is_told_in_json(run: Run, standing: Standing) -> None:
    change(standing.project, ONE_LEAVES)

    listed = json.loads(run("resolve", standing.issue, "--json", at=standing.project).out)
    decided = run("resolve", standing.issue, "--unknown", "resend", "--yes", "--json", at=standing.project)

    assert sum(doubt["departed"] for doubt in listed) == 1
    assert json.loads(decided.out) == {"readers": 2, "erased": 0, "departed": 1}


@pytest.mark.parametrize("standing", ["cancelled, in doubt"], indirect=True)
def test_nothing_of_a_cancelled_issue_is_sent_again(run: Run, standing: Standing) -> None:
    refused = run("resolve", standing.issue, "--unknown", "resend", "--yes", at=standing.project)

    assert refused.status == 1
    assert "is cancelled: nothing of it is sent any more" in refused.err
    assert standing.status(run)["unknown"] == 3


@pytest.mark.parametrize("standing", ["sending"], indirect=True)
def test_an_issue_under_way_for_real_is_not_rehearsed(run: Run, standing: Standing) -> None:
    change(standing.project, "UPDATE issues SET is_rehearsal = 0, provider = 'smtp'")

    result = run("send", standing.issue, "--yes", at=standing.project)

    assert result.status == 1
    assert "is sending for real, through `smtp`" in result.err
    assert not standing.mails()


@pytest.mark.parametrize("standing", ["sending"], indirect=True)
def test_an_issue_sent_for_real_counts_more_than_its_rehearsal(run: Run, standing: Standing) -> None:
    """Also when the rehearsal was stored later, or is still under way."""
    change(
        standing.project,
        "INSERT INTO issues (id, is_rehearsal, digest, period, state, due_at, created_at, has_left)"
        " SELECT id, 0, digest, period, 'sent', '2020-01-01 00:00:00.000000', created_at, 1 FROM issues",
    )

    result = run("send", standing.issue, "--yes", at=standing.project)

    assert "was sent before" in result.out
    assert not standing.mails()
    assert standing.status(run)["rehearsal"] is False


@pytest.mark.parametrize("standing", ["sending", "skipped"], indirect=True)
def test_a_dry_run_leaves_the_database_as_it_is(run: Run, standing: Standing) -> None:
    database = standing.project / "var" / "newsletter.db"
    before = database.read_bytes()

    result = run("send", standing.issue, "--dry-run", at=standing.project)

    assert result.status == 0
    assert "Dry run: nothing was sent" in result.err
    assert database.read_bytes() == before
    assert not standing.mails()


def test_a_dry_run_makes_no_database(run: Run, sample: Path) -> None:
    result = run(
        "send", json.loads(run("issues", "--json", at=sample).out)[0]["issue"], "--dry-run", at=sample
    )

    assert "has no readers" in result.err
    assert not (sample / "var" / "newsletter.db").exists()


@pytest.mark.parametrize("command", ["send", "cancel"])
@pytest.mark.parametrize("standing", ["skipped"], indirect=True)
def test_an_empty_name_is_not_the_next_issue(run: Run, standing: Standing, command: str) -> None:
    """As in a script: newsletter send "$UNSET" --yes."""
    result = run(command, "", "--yes", at=standing.project)

    assert result.status == 2
    assert not standing.mails()


@pytest.mark.parametrize("standing", ["sent, in doubt"], indirect=True)
def test_readers_in_doubt_are_listed_without_their_addresses(run: Run, standing: Standing) -> None:
    listed = run("resolve", standing.issue, at=standing.project)
    as_json = json.loads(run("resolve", standing.issue, "--json", at=standing.project).out)
    named = run("resolve", standing.issue, "--addresses", at=standing.project)
    run("resolve", standing.issue, "--unknown", "leave", at=standing.project)
    none = run("resolve", standing.issue, at=standing.project)

    assert listed.status == 0
    assert sum(len(doubt["readers"]) for doubt in as_json) == 3
    assert "everything@example.org" not in listed.out
    assert "1 reader since" in listed.out
    assert "e•••@e•••.org" in as_json[0]["readers"]
    assert "everything@example.org" in named.out
    assert f"newsletter resolve {standing.issue} --unknown resend|leave" in listed.err
    assert f"No reader of {standing.issue} is in doubt." in none.out


@pytest.mark.parametrize("standing", ["sent, in doubt"], indirect=True)
@pytest.mark.parametrize(
    ("provider", "hours", "is_lost"),
    [("mailgun", 25, True), ("mailgun", 23, False), ("smtp", 25, False), ("outbox", 25, False)],
)
def test_a_day_of_silence_of_a_service_that_reports_means_probably_lost(
    run: Run, standing: Standing, provider: str, hours: int, is_lost: bool
) -> None:
    then = datetime.now(UTC) - timedelta(hours=hours)
    change(
        standing.project,
        f"UPDATE issues SET provider = '{provider}';"
        f"UPDATE batches SET claimed_at = '{then:%Y-%m-%d %H:%M:%S.%f}'",
    )

    found = json.loads(run("resolve", standing.issue, "--json", at=standing.project).out)

    assert {doubt["is_probably_lost"] for doubt in found} == {is_lost}
