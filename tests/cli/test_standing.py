"""What each command says and does about an issue, wherever it stands: every state, every way to have come there."""

import json
from pathlib import Path

import pytest

from newsletter.issues.values import IssueState
from tests.cli.standing import STANDINGS, Standing, change
from tests.command_line import Run


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
        ("held while sending", "is sent: 3 accepted", "sent", 3),
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
