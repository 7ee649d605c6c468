"""What went out before is recognised, under another name too."""

from dataclasses import replace
from typing import Any

from newsletter.content.items import Item
from newsletter.issues.ledger import Ledger, issues_of, resembling
from newsletter.issues.stories import group
from newsletter.issues.values import Included, Story
from tests.issues.making import digest, event, news

SENT = news("news/a", "2026-10-01", title="A", body="What happened.")


def row(item_key: str = "news/a", **fields: str) -> Included:
    values = {
        "digest": "monthly",
        "lang": "en",
        "issue": "monthly-2026-10",
        "title": "A",
        "body_hash": SENT.body_hash,
    }
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
    assert not earlier.alike


def test_a_new_key_with_the_body_of_an_item_whose_file_is_gone_is_that_item() -> None:
    renamed = news("news/b", "2026-10-20", title="B", body="What happened.")

    earlier = ledger(renamed).earlier(story(renamed))

    assert earlier is not None
    assert earlier.row.key == "news/a"
    assert earlier.alike == "the same text"


def test_a_text_that_several_new_files_have_makes_none_of_them_the_one_that_is_gone() -> None:
    boilerplate = "What happened."
    first = news("news/b", "2026-10-20", title="B", body=boilerplate)
    second = news("news/c", "2026-10-21", title="C", body=boilerplate)

    made = ledger(first, second)

    assert made.earlier(story(first)) is None
    assert made.earlier(story(second)) is None


def test_a_text_that_several_items_went_out_with_makes_no_new_file_one_of_them() -> None:
    other = news("news/there", "2026-10-02", title="There", body="What happened.")
    rows = (row(), row("news/there", title="There"))
    new = news("news/b", "2026-10-20", title="B", body="What happened.")

    assert ledger(other, new, rows=rows).earlier(story(new)) is None


def test_a_file_with_a_common_text_is_still_recognised_by_title_and_date() -> None:
    renamed = news("news/b", "2026-10-01", title="A", body="What happened.")
    new = news("news/c", "2026-10-20", title="C", body="What happened.")

    made = ledger(renamed, new)

    assert made.earlier(story(renamed)) is not None
    assert made.earlier(story(new)) is None


def test_a_new_key_with_title_and_date_of_an_item_whose_file_is_gone_is_that_item() -> None:
    renamed = news("news/b", "2026-10-01", title="A", body="Told anew.")

    earlier = ledger(renamed).earlier(story(renamed))

    assert earlier is not None
    assert earlier.alike == "the same title and date"


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


def translated(key: str, lang: str, body: str) -> Item:
    return news(key, "2026-10-01", lang=lang, title=f"A ({lang})", body=body)


BOTH = (
    row(title="A (en)"),
    row(lang="fr", title="A (fr)", body_hash=translated("x", "fr", "Fini.").body_hash),
)


def test_the_original_renamed_beside_its_translation_is_that_item() -> None:
    original, french = translated("news/b", "en", "What happened."), translated("news/a", "fr", "Fini.")

    earlier = ledger(original, french, rows=BOTH).earlier(story(original))

    assert earlier is not None
    assert (earlier.row.key, earlier.alike) == ("news/a", "the same text")


def test_one_translation_renamed_is_that_item() -> None:
    original, french = translated("news/a", "en", "What happened."), translated("news/b", "fr", "Fini.")

    earlier = ledger(original, french, rows=BOTH).earlier(story(french))

    assert earlier is not None
    assert earlier.row.key == "news/a"


def test_the_translation_is_enough_to_recognise_an_item() -> None:
    """Its original was written anew."""
    english = news("news/b", "2026-10-20", title="B", body="Hello.")
    french = translated("news/b", "fr", "Fini.")
    both = next(iter(group([english, french], ["en", "fr"]))).story

    assert ledger(english, french, rows=BOTH).earlier(both) is not None


def test_a_translation_with_the_title_of_its_original_does_not_keep_it_from_being_recognised() -> None:
    renamed = news("news/b", "2026-10-01", title="A", body="What happened.")
    french = news("news/a", "2026-10-01", lang="fr", title="A", body="Fini.")

    assert ledger(renamed, french).earlier(story(renamed)) is not None


def test_a_copy_is_known_as_one_by_what_its_original_says_or_said() -> None:
    edited = news("news/a", "2026-10-01", title="A", body="What happened, corrected.")
    copies = [
        news(f"news/{number}", "2026-10-20", title=f"B {number}", body=text)
        for number, text in enumerate([SENT.body, edited.body, "Anything else."])
    ]
    known = ledger(edited, *copies)

    originals = [known.original(story(copy)) for copy in copies]

    assert [original and (original.row.key, original.alike) for original in originals] == [
        ("news/a", "the same text"),
        ("news/a", "the same text"),
        None,
    ]


def test_a_renamed_file_is_in_the_issue_in_which_it_went_out() -> None:
    renamed, new = news("news/b", title="B", body=SENT.body), news("news/new")

    assert issues_of([renamed, new], [row()], ["en", "fr"]) == {"news/b": "monthly-2026-10"}


def test_of_several_issues_of_any_digest_the_latest_is_named() -> None:
    rows = [row(), row(issue="weekly-2026-W41", digest="weekly")]

    assert issues_of([SENT], rows, ["en", "fr"]) == {"news/a": "weekly-2026-W41"}


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
