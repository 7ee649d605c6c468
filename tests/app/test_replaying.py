"""Who was erased stays so: by an import, after an older backup came back, and with new keys."""

from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import select

from newsletter.app import open_project
from newsletter.app.administration import suppress
from newsletter.app.erasing import erase_address, erase_reader, journal
from newsletter.app.project import Project
from newsletter.app.readers import suppression_keys
from newsletter.app.replaying import replay
from newsletter.app.retention import remove_what_is_over
from subscribers.errors import KeysError
from subscribers.keys import new_key
from subscribers.storage import subscribers, suppressed_hashes
from tests.app.known_person import LOCAL, NOW, OPERATOR, PERSON, REF, bring_back, dump
from tests.command_line import Run


def test_p_09_an_erased_address_is_not_imported_again(project: Project, run: Run) -> None:
    erase_reader(project, REF, OPERATOR)
    (project.root / "list.csv").write_text(f"email\n{PERSON}\n")

    done = run("subscribers", "import", "list.csv", "--confirmed", "--evidence", "a list", at=project.root)

    assert "refused, suppressed: 1" in done.err
    assert LOCAL not in dump(project.engine)


def test_p_08_who_was_erased_is_erased_again_after_an_older_backup_came_back(project: Project) -> None:
    keys = suppression_keys(project)
    erase_reader(project, REF, OPERATOR)
    bring_back(project.engine)

    count = replay(project.engine, journal(project), keys, NOW)

    assert count == 1
    assert LOCAL not in dump(project.engine)
    assert "joanna" in dump(project.engine)
    with project.engine.connect() as connection:
        assert connection.execute(select(suppressed_hashes.c.reason)).scalars().all() == ["erased"]
    assert replay(project.engine, journal(project), keys, NOW) == 0


def test_p_11_who_came_back_after_being_erased_stays(project: Project) -> None:
    keys = suppression_keys(project)
    erase_reader(project, REF, OPERATOR)
    bring_back(project.engine)
    with project.engine.begin() as connection:
        connection.execute(subscribers.update().values(confirmed_at=NOW + timedelta(seconds=1)))

    count = replay(project.engine, journal(project), keys, NOW)

    assert count == 0
    assert LOCAL in dump(project.engine)
    with project.engine.connect() as connection:
        assert connection.execute(select(suppressed_hashes)).all() == []


def test_p_11_a_block_of_an_erased_address_outlives_an_older_backup(project: Project) -> None:
    erase_reader(project, REF, OPERATOR)
    suppress(project, PERSON, "block", OPERATOR)
    with project.engine.begin() as connection:
        # As in a backup from between the two.
        connection.execute(suppressed_hashes.update().values(reason="erased"))

    replay(project.engine, journal(project), suppression_keys(project), NOW)

    with project.engine.connect() as connection:
        assert connection.execute(select(suppressed_hashes.c.reason)).scalars().all() == ["block"]


def test_p_10_after_the_suppression_keys_were_rotated_the_erased_stay_erased(
    project: Project, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase_reader(project, REF, OPERATOR)
    old = project.settings.suppression_keys[0].reveal()
    monkeypatch.setenv("NEWSLETTER_SUPPRESSION_KEYS", f"{new_key()},{old}")
    (project.root / "list.csv").write_text(f"email\n{PERSON}\n")

    done = run("subscribers", "import", "list.csv", "--confirmed", "--evidence", "a list", at=project.root)
    rotated = open_project(project.root)
    again = erase_address(rotated, PERSON, OPERATOR)
    bring_back(rotated.engine)
    count = replay(rotated.engine, journal(rotated), suppression_keys(rotated), NOW)
    rotated.engine.dispose()

    assert "refused, suppressed: 1" in done.err
    assert not again.was_reader
    assert count == 1
    assert LOCAL not in dump(project.engine)


def test_p_09_without_the_key_of_the_hashes_nobody_is_erased_and_nothing_removed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase_reader(project, REF, OPERATOR)
    monkeypatch.setenv("NEWSLETTER_SUPPRESSION_KEYS", new_key())
    without = open_project(project.root)

    with pytest.raises(KeysError):
        erase_address(without, "joanna@example.org", OPERATOR)
    with pytest.raises(KeysError):
        remove_what_is_over(without, NOW, Event())
    with pytest.raises(KeysError):
        replay(without.engine, journal(without), suppression_keys(without), NOW)
    without.engine.dispose()
    assert "joanna" in dump(project.engine)
