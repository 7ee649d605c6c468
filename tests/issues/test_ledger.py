"""What went out before is recognised, under another name too."""

from dataclasses import replace
from typing import Any

from newsletter.content.items import Item
from newsletter.issues.ledger import Ledger, resembling
from newsletter.issues.stories import group
from newsletter.issues.values import Included, Story
from tests.issues.making import digest, event, news

SENT = news("news/a", "2026-10-01", title="A", body="What happened.")


def row(item_key: str = "news/a", **fields: str) -> Included:
    values = {"digest": "monthly", "issue": "monthly-2026-10", "title": "A", "body_hash": SENT.body_hash}
    return Included(key=item_key, date=SENT.date, **(values | fields))


def story(item: Item) -> Story:
    return next(iter(group([item], ["en", "fr"]))).story


def ledger(*items: Item, rows: tuple[Included, ...] = (row(),), **digest_fields: Any) -> Ledger:
    return Ledger.of(rows, items, digest=digest(**digest_fields))


def test_an_item_is_known_by_its_key_however_much_it_is_edited() -> None:
    edited = news("news/a", "2026-10-20", title="B", body="Something else.")

    earlier = ledger(edited).earlier(story(edited))

    assert earlier is not None
    assert earlier.row.issue == "monthly-2026-10"
    assert not earlier.renamed_by


def test_a_new_key_with_the_body_of_an_item_whose_file_is_gone_is_that_item() -> None:
    renamed = news("news/b", "2026-10-20", title="B", body="What happened.")

    earlier = ledger(renamed).earlier(story(renamed))

    assert earlier is not None
    assert earlier.row.key == "news/a"
    assert earlier.renamed_by == "the same text"


def test_a_new_key_with_title_and_date_of_an_item_whose_file_is_gone_is_that_item() -> None:
    renamed = news("news/b", "2026-10-01", title="A", body="Told anew.")

    earlier = ledger(renamed).earlier(story(renamed))

    assert earlier is not None
    assert earlier.renamed_by == "the same title and date"


def test_the_same_title_on_another_day_is_another_item() -> None:
    monthly = news("news/b", "2026-11-01", title="A", body="Another month.")

    assert ledger(monthly).earlier(story(monthly)) is None


def test_a_copy_is_new_while_the_file_it_was_copied_from_is_there() -> None:
    copy = news("news/b", "2026-10-20", title="B", body="What happened.")

    assert ledger(SENT, copy).earlier(story(copy)) is None


def test_items_without_text_are_not_taken_for_one_another() -> None:
    gone = news("news/a", body="")
    link = news("news/b", "2026-11-01", title="B", body="")

    assert ledger(link, rows=(row(body_hash=gone.body_hash),)).earlier(story(link)) is None


def test_a_renamed_translation_is_enough_to_recognise_an_item() -> None:
    """The ledger has the French text of an item that was written in English since."""
    english = news("news/b", "2026-10-20", title="B", body="Hello.")
    french = news("news/b", "2026-10-20", lang="fr", title="B", body="What happened.")
    both = next(iter(group([english, french], ["en", "fr"]))).story

    assert ledger(english, french).earlier(both) is not None


def test_the_issue_that_is_being_made_does_not_count() -> None:
    made = Ledger.of([row()], [SENT], digest=digest(), except_issue="monthly-2026-10")

    assert made.earlier(story(SENT)) is None


def test_another_digest_has_a_ledger_of_its_own() -> None:
    assert ledger(SENT, rows=(row(digest="weekly"),)).earlier(story(SENT)) is None


def test_a_renamed_digest_keeps_its_ledger() -> None:
    rows = (row(digest="old"),)

    assert ledger(SENT, rows=rows, rename_from="old").earlier(story(SENT)) is not None


def test_rows_without_a_date_match_no_title() -> None:
    """Events that were never dated and share a title, such as a yearly meeting."""
    gone = replace(row(body_hash="0"), date=None)
    meeting = event("events/b", "2026-10-01", title="A")

    assert ledger(meeting, rows=(gone,)).earlier(story(meeting)) is None


def test_a_row_is_unclaimed_when_no_file_is_recognised_as_it() -> None:
    renamed = news("news/b", "2026-10-01", title="A", body="Told anew.")
    other = news("news/c", title="C")
    rows = (row(), row("news/lost", title="Lost", body_hash="0"))

    unclaimed = ledger(renamed, other, rows=rows).unclaimed([story(renamed), story(other)])

    assert [each.key for each in unclaimed] == ["news/lost"]


def test_a_new_item_of_the_same_date_or_a_similar_title_may_be_the_old_one() -> None:
    rows = (row(title="Annual report published"),)

    assert resembling(news("news/x", "2026-10-01", title="Quite different"), rows) is rows[0]
    assert resembling(news("news/x", "2026-11-01", title="Annual report is published"), rows) is rows[0]
    assert resembling(news("news/x", "2026-11-01", title="Quite different"), rows) is None
