"""Hard times for the scheduler, with all of its jobs: nothing is lost or sent twice, it says what to do, and goes on by itself."""

from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.storage.freezing import SLICE
from tests.app.full_disk import FullDisk
from tests.app.looks import Looks, said
from tests.app.timeline import DAY, MINUTE
from tests.command_line import Run

#: How the statement begins that records what was accepted.
RECORDING = "UPDATE deliveries SET state"


def verify_was_full_while_recording(disk: FullDisk) -> None:
    """SQLite itself had no page for what was accepted."""
    assert len(disk.refused) > 1
    assert all(statement.startswith(RECORDING) for statement in disk.refused)


def unrecorded(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return why answers could not be recorded."""
    return [
        record.__dict__["fields"]["words"]
        for record in caplog.records
        if record.message == "answers cannot be recorded yet"
    ]


def test_without_a_hardship_it_goes_out_when_it_is_due(looks: Looks) -> None:
    looks.look(-MINUTE)
    before = looks.got

    looks.look()
    looks.look(MINUTE)

    assert before == {}
    looks.verify_sent_once()


def test_a_database_that_is_gone_and_comes_back(looks: Looks, caplog: pytest.LogCaptureFixture) -> None:
    database = looks.root / "var" / "newsletter.db"
    database.rename(database.with_name("away"))

    looks.look()
    words, has_new_one = said(caplog), database.exists()
    database.with_name("away").rename(database)
    looks.look(10 * MINUTE)

    assert "the database is gone. Put it back" in words["publish_what_is_due"]
    assert not has_new_one
    looks.verify_sent_once()


@pytest.mark.parametrize("pages", [0, 10, 40])
def test_a_disk_that_is_full_when_an_issue_is_stored_and_has_room_again(
    looks: Looks, pages: int, caplog: pytest.LogCaptureFixture
) -> None:
    disk = FullDisk(since="", pages=pages)

    looks.look(under=disk)
    words, state = said(caplog), looks.state
    looks.look(10 * MINUTE)

    assert disk.refused
    assert "disk is full. Is the disk full" in words["publish_what_is_due"]
    assert state is None
    looks.verify_sent_once()


@pytest.mark.parametrize("after", [0, 2_000])
def test_a_disk_that_is_full_while_the_audience_is_written_and_has_room_again(
    looks: Looks, after: int, caplog: pytest.LogCaptureFixture
) -> None:
    looks.add_readers(after + 1_000)
    disk = FullDisk(since="INSERT INTO deliveries", spared=after // SLICE)

    looks.look(under=disk)
    words, state, got = said(caplog), looks.state, looks.got
    looks.look(10 * MINUTE)

    assert {statement.partition(" (")[0] for statement in disk.refused} == {"INSERT INTO deliveries"}
    assert "disk is full. Is the disk full" in words["go_on_with_begun_issues"]
    assert (state, got) == ("freezing", {})
    looks.verify_sent_once()


def test_a_disk_that_is_full_while_sent_batches_are_recorded_and_soon_has_room_again(
    looks: Looks, caplog: pytest.LogCaptureFixture
) -> None:
    looks.add_readers(3_000)
    disk = FullDisk(since=RECORDING, mended_after=2)

    looks.look(under=disk)
    kept, words = unrecorded(caplog), said(caplog)
    deliveries = looks.deliveries
    looks.look(MINUTE)

    verify_was_full_while_recording(disk)
    assert ["Is the disk full" in line for line in kept] == [True]
    assert "disk is full. Is the disk full" in words["go_on_with_begun_issues"]
    assert "unknown" not in deliveries
    assert looks.service.searches == []
    looks.verify_sent_once()


def test_a_disk_that_is_full_while_sent_batches_are_recorded_until_the_scheduler_is_stopped(
    looks: Looks, caplog: pytest.LogCaptureFixture
) -> None:
    looks.add_readers(3_000)
    looks.service.is_behind = True
    disk = FullDisk(since=RECORDING, is_stopped_for=True)

    looks.look(under=disk)
    words, got = said(caplog), len(looks.got)
    # A batch of few readers may have needed no page.
    recorded = looks.deliveries.get("accepted", 0)
    looks.look(10 * MINUTE)
    doubtful = looks.deliveries["unknown"]
    looks.service.is_behind = False
    looks.look(20 * MINUTE)

    verify_was_full_while_recording(disk)
    assert "disk is full. Is the disk full" in words["go_on_with_begun_issues"]
    assert doubtful == got - recorded > 900
    looks.verify_sent_once()


def test_a_service_that_is_down_when_it_is_due(looks: Looks, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as down:
        down.setenv("NEWSLETTER_PROVIDER__BASE_URL", "http://127.0.0.1:1")
        looks.look(stops_after_s=2)
    state = looks.state

    looks.look(30 * MINUTE)

    assert state == "sending"
    looks.verify_sent_once()


def test_a_content_folder_that_cannot_be_read_when_it_is_due(looks: Looks) -> None:
    content = looks.root / "content"
    content.rename(looks.root / "elsewhere")

    looks.look()
    state = looks.state
    (looks.root / "elsewhere").rename(content)
    looks.look(10 * MINUTE)

    assert state == "held"
    looks.verify_sent_once()


def test_a_clock_that_is_set_back_after_an_issue_went_out(looks: Looks) -> None:
    for after in (timedelta(), -timedelta(hours=2), MINUTE, -DAY, timedelta(hours=2)):
        looks.look(after)

    looks.verify_sent_once()


def test_a_clock_that_ran_ahead_and_is_set_right(looks: Looks) -> None:
    looks.look(20 * DAY)
    ahead = looks.state

    looks.look(-timedelta(hours=1))
    right = looks.state
    looks.look()

    assert ahead == "held"
    assert right is None
    looks.verify_sent_once()


def test_no_command_makes_an_empty_database_where_one_was_lost(run: Run, with_readers: Path) -> None:
    database = with_readers / "var" / "newsletter.db"
    database.rename(database.with_name("away"))

    found = [
        run(*command, at=with_readers) for command in (("status",), ("subscribers", "list"), ("send", "x"))
    ]

    assert [each.status for each in found] == [1, 1, 1]
    assert all("the database is gone. Put it back" in each.err for each in found)
    assert not database.exists()
