"""An older backup: who left stays so, and what was asked for before that counts no more, whichever backups are tried."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.subscribers.office import Office
from tests.web.serving import Served

READER = "jane@example.org"


@pytest.fixture
def office(tmp_path: Path, sqlite_template: Path, server: Served) -> Iterator[Office]:
    opened = Office.open(tmp_path / "project", sqlite_template, server)
    yield opened
    opened.close()


def press_unsubscribe(office: Office, action: str) -> None:
    ref = office.ref(READER)
    assert ref is not None
    office.postman.browser.press(office.link("unsubscribe", ref), {"action": action})


def test_a_pause_outlives_an_older_backup(office: Office) -> None:
    office.postman.subscribe(READER)
    backup = office.back_up()
    press_unsubscribe(office, "pause")

    office.restore(backup)

    assert office.audience() == set()
    office.postman.wait(92 * 24 * 3600)
    assert office.audience() == {READER}


def test_who_left_stays_so_when_a_backup_that_is_too_old_is_tried_before_the_right_one(
    office: Office,
) -> None:
    too_old = office.back_up()
    office.postman.subscribe(READER)
    right = office.back_up()
    press_unsubscribe(office, "all")

    office.restore(too_old)
    office.restore(right)

    assert office.audience() == set()
    office.postman.wait(1)
    office.postman.subscribe(READER)
    assert office.audience() == {READER}


def test_what_was_asked_for_before_leaving_is_neither_mailed_nor_confirmed_after_an_older_backup(
    office: Office,
) -> None:
    office.postman.sign_up(READER)
    backup = office.back_up()
    office.postman.deliver()
    link = office.postman.link(READER)
    office.postman.press(link)
    press_unsubscribe(office, "all")

    office.restore(backup)
    office.postman.deliver()
    answer = office.postman.press(link)

    assert len(office.postman.mailboxes.of(READER)) == 1
    assert answer.status == 410
    assert office.audience() == set()
