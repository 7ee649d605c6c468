"""The outbox: a file is there whole or not at all, for nobody else's eyes, and a full disk loses nobody."""

import stat
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from newsletter.database import Engine
from newsletter.delivery.providers.outbox import Outbox
from newsletter.delivery.sender import send_issue
from newsletter.delivery.values import Recipient, Verdict
from newsletter.issues.values import IssueState
from newsletter.storage import issues
from tests.delivery.conftest import MakePost
from tests.delivery.frozen_issue import add_readers, freeze
from tests.delivery.sample_letter import letter, readers, send_by


def test_nobody_else_on_the_machine_can_look_into_it(engine: Engine, post: MakePost, tmp_path: Path) -> None:
    add_readers(engine, 1)

    send_issue(post(freeze(engine), Outbox(tmp_path / "outbox")))

    assert stat.S_IMODE((tmp_path / "outbox").stat().st_mode) == stat.S_IRWXU


def test_two_issues_in_one_session_share_no_mail(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    session = outbox.open()
    first, second = letter("The first"), replace(letter("The second"), issue="monthly-2026-12")

    for made in (first, second):
        session.send(made, readers(1))

    subjects = {
        path.parent.name: message_from_bytes(path.read_bytes())["Subject"] for path in tmp_path.rglob("*.eml")
    }
    assert subjects == {"monthly-2026-11": "The first", "monthly-2026-12": "The second"}


def test_an_international_address_costs_nobody_their_mail(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    recipients = [*readers(2), Recipient(3, bytes(12), "jürgen@example.org")]

    receipts = send_by(outbox, letter(), recipients)

    assert [receipt.verdict for receipt in receipts] == [Verdict.ACCEPTED] * 3
    assert "To: jürgen@example.org\r\n".encode() in outbox.path(letter(), recipients[2]).read_bytes()


def test_a_folder_that_cannot_be_written_pauses_the_issue_and_loses_nobody(
    engine: Engine, post: MakePost, tmp_path: Path
) -> None:
    add_readers(engine, 7)
    outbox = Outbox(tmp_path / "outbox")
    outbox.folder.touch()
    stored = freeze(engine)

    paused = send_issue(post(stored, outbox))
    outbox.folder.unlink()
    issues.set_state(engine, stored.number, IssueState.SENDING)
    after = send_issue(post(stored, outbox))

    assert paused.state is IssueState.PAUSED
    assert "cannot be written" in paused.reason
    assert after.state is IssueState.SENT
    assert len(list(outbox.folder.glob("*/*.eml"))) == 7


def test_a_disk_that_fills_up_leaves_no_half_written_mail(
    engine: Engine, post: MakePost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_readers(engine, 7)
    outbox = Outbox(tmp_path / "outbox")
    stored = freeze(engine)
    room = iter([True] * 3)

    def open_while_there_is_room(path: Path, mode: str) -> Any:
        file = path.open(mode)
        if not next(room, False):
            with file:
                file.write(b"half")
            raise OSError(28, "No space left on device")
        return file

    monkeypatch.setattr("newsletter.files._created", lambda path, _mode: open_while_there_is_room(path, "xb"))

    paused = send_issue(post(stored, outbox))

    assert paused.state is IssueState.PAUSED
    assert issues.counts(engine, stored.number)["accepted"] == 3
    assert len([path for path in outbox.folder.rglob("*") if path.is_file()]) == 3
