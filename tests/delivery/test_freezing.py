"""Freezing: an audience becomes rows and batches, in slices, whatever happens meanwhile."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from newsletter.database import Engine, open_database
from newsletter.issues.values import IssueState
from newsletter.storage import freezing, issues
from newsletter.storage.glance import glance
from newsletter.storage.inclusions import included
from newsletter.storage.issues import StoredIssue
from newsletter.storage.schema import prepare
from newsletter.storage.tables import batches, deliveries
from tests.delivery.frozen_issue import NOW, add_readers, issue, rendered


def begin(engine: Engine, *languages: str) -> StoredIssue:
    """Start the issue for everybody who is there now."""
    made = rendered(*languages)
    counts, last = freezing.audience_choices(engine, "monthly", NOW)
    chosen: dict[tuple[str, str], str | None] = {(lang, ""): lang for lang in languages}
    chosen |= {(lang, topics): lang if lang in languages else languages[0] for lang, topics in counts}
    return issues.start(engine, issue(), made, chosen, is_rehearsal=True, freeze_to=last, now=NOW)


def freeze_all(engine: Engine, stored: StoredIssue) -> StoredIssue:
    while stored.frozen_to < stored.freeze_to:
        stored = freezing.freeze_slice(engine, stored, NOW)
    return stored


def readers_by_variant(engine: Engine) -> dict[int, int]:
    with engine.connect() as connection:
        found: dict[int, int] = {}
        for number in connection.execute(select(deliveries.c.variant)).scalars():
            found[number] = found.get(number, 0) + 1
        return found


@pytest.mark.parametrize("slice_size", [1, 7, 1000])
def test_every_reader_gets_one_row_whatever_the_slices(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, slice_size: int
) -> None:
    monkeypatch.setattr(freezing, "SLICE", slice_size)
    add_readers(engine, 20)
    add_readers(engine, 5, lang="fr")
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM subscribers WHERE id IN (3, 11, 12)"))

    stored = freeze_all(engine, begin(engine, "en", "fr"))

    assert readers_by_variant(engine) == {1: 17, 2: 5}
    assert stored.audience == 22


def test_a_slice_is_written_once_when_two_processes_freeze(engine: Engine) -> None:
    add_readers(engine, 10)
    stored = begin(engine, "en")

    freezing.freeze_slice(engine, stored, NOW)
    after = freezing.freeze_slice(engine, stored, NOW)

    assert after.audience == 10
    assert readers_by_variant(engine) == {1: 10}


def test_who_changes_their_wish_meanwhile_gets_the_whole_issue_in_their_language(engine: Engine) -> None:
    add_readers(engine, 4)
    stored = begin(engine, "en", "fr")
    with engine.begin() as connection:
        connection.execute(text("UPDATE subscribers SET lang = 'fr' WHERE id = 1"))
        connection.execute(text("UPDATE subscriptions SET topics = '[\"new\"]' WHERE subscriber_id = 1"))

    freeze_all(engine, stored)

    assert readers_by_variant(engine) == {1: 3, 2: 1}


def test_who_signs_up_after_the_start_is_not_in_the_audience(engine: Engine) -> None:
    add_readers(engine, 4)
    stored = begin(engine, "en")
    add_readers(engine, 3)

    assert freeze_all(engine, stored).audience == 4


def test_readers_with_nothing_to_read_get_no_delivery(engine: Engine) -> None:
    add_readers(engine, 4)
    add_readers(engine, 2, topics='["green"]')
    chosen: dict[tuple[str, str], str | None] = {("en", ""): "en", ("en", '["green"]'): None}
    stored = issues.start(engine, issue(), rendered("en"), chosen, is_rehearsal=True, freeze_to=6, now=NOW)

    assert freeze_all(engine, stored).audience == 4


def test_batches_hold_one_variant_each_and_everybody_once(engine: Engine) -> None:
    for number in range(30):
        add_readers(engine, 1, lang="fr" if number % 3 else "en")
    stored = freeze_all(engine, begin(engine, "en", "fr"))

    freezing.make_batches(engine, stored, 4)

    with engine.connect() as connection:
        rows = connection.execute(select(batches)).all()
    assert sum(row.size for row in rows) == 30
    assert all(row.size <= 4 for row in rows)
    assert sorted((row.variant, row.size) for row in rows) == [(1, 2), (1, 4), (1, 4)] + [(2, 4)] * 5
    assert issues.get(engine, stored.number).state is IssueState.SENDING


def test_batches_are_made_once_when_two_processes_make_them(engine: Engine) -> None:
    add_readers(engine, 10)
    stored = freeze_all(engine, begin(engine, "en"))

    freezing.make_batches(engine, stored, 4)
    freezing.make_batches(engine, stored, 4)

    with engine.connect() as connection:
        assert len(connection.execute(select(batches)).all()) == 3


def test_the_database_refuses_a_second_delivery_to_a_reader(engine: Engine) -> None:
    add_readers(engine, 1)
    stored = freeze_all(engine, begin(engine, "en", "fr"))

    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(
            deliveries.insert().values(issue_number=stored.number, variant=2, subscriber_id=1, state="queued")
        )


def test_cancelling_before_anything_left_frees_the_items(engine: Engine) -> None:
    add_readers(engine, 1)
    stored = begin(engine, "en")
    before = included(engine, is_rehearsal=True)

    issues.cancel(engine, stored.number, now=NOW, reason="")

    assert [row.key for row in before] == ["news/one"]
    assert included(engine, is_rehearsal=True) == []


def test_cancelling_after_something_left_keeps_the_items(engine: Engine) -> None:
    add_readers(engine, 1)
    stored = freeze_all(engine, begin(engine, "en"))
    freezing.make_batches(engine, stored, 4)
    issues.mark_left(engine, stored.number, "outbox")

    issues.cancel(engine, stored.number, now=NOW + timedelta(1), reason="")

    assert [row.key for row in included(engine, is_rehearsal=True)] == ["news/one"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("is_rehearsal", [True, False])
def test_a_glance_sees_what_the_ledger_says(engine: Engine, is_rehearsal: bool) -> None:
    add_readers(engine, 1)
    begin(engine, "en")
    assert engine.url.database is not None

    glanced = glance(Path(engine.url.database), is_rehearsal=is_rehearsal)

    assert glanced == included(engine, is_rehearsal=is_rehearsal)
    assert bool(glanced) is is_rehearsal


def test_a_glance_takes_the_name_of_a_folder_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "projects" / "news #1? 100%41"
    engine = open_database("sqlite:///n.db", root=folder)
    prepare(engine)
    add_readers(engine, 1)
    begin(engine, "en")
    engine.dispose()

    glanced = glance(folder / "n.db", is_rehearsal=True)

    assert [row.key for row in glanced] == ["news/one"]
    assert list(folder.parent.iterdir()) == [folder]
