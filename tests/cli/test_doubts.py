"""Readers in doubt, as a person sees them and decides on them."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.standing import Standing, change
from tests.command_line import Run


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
