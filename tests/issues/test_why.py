"""`why`: which issue has an item, or why none does."""

import pytest

from newsletter.content.items import Item
from newsletter.errors import IssueError
from newsletter.issues.assembly import open_plans, plan
from newsletter.issues.digests import PeriodLength
from newsletter.issues.references import ItemFinder
from newsletter.issues.why import Answer, why
from tests.issues.making import NOVEMBER, collection, digest, event, inclusions, issue_file, news, newsroom

OCTOBER = news("news/october", "2026-10-01", link="https://example.org/october/")
NEW = news("news/new", "2026-11-10")
MEETING = event("events/meeting", "2026-10-08")
SOON = event("events/soon", "2026-12-20")
ROOM = newsroom(digest(), digest("weekly", PeriodLength.WEEK, kinds=("event",)))
LEDGER = inclusions(plan("monthly-2026-10", ROOM, collection(OCTOBER), now=NOVEMBER).issue)


def ask(reference: str, *items: Item, special: str = "") -> dict[str, Answer]:
    """Return the answers by digest."""
    files = [issue_file("summer", f"---\ndigest: monthly\n{special}\n---\n")] if special else []
    folder = collection(*(items or (OCTOBER, NEW, MEETING, SOON)), files=files)
    plans = open_plans(ROOM, folder, LEDGER, now=NOVEMBER)
    answers = why(reference, ItemFinder.of(folder.items, "content"), plans, LEDGER)
    return {answer.digest: answer for answer in answers}


def test_what_went_out_names_its_issue() -> None:
    answer = ask("news/october")["monthly"]

    assert (answer.issue, answer.text) == ("monthly-2026-10", "already in monthly-2026-10")


@pytest.mark.parametrize("name", ["content/news/october.md", "https://example.org/october"])
def test_a_path_or_a_link_will_do(name: str) -> None:
    assert ask(name)["monthly"].issue == "monthly-2026-10"


def test_what_is_new_names_the_next_issue() -> None:
    answer = ask("news/new")["monthly"]

    assert (answer.issue, answer.text) == ("monthly-2026-12", "in monthly-2026-12 (draft)")


def test_each_digest_has_an_answer_of_its_own() -> None:
    answer = ask("news/new")["weekly"]

    assert (answer.issue, answer.text) == (None, "Weekly digest takes no news")
    assert answer.help


def test_an_event_without_a_report_says_so() -> None:
    assert ask("events/meeting")["monthly"].text == "announced, no report yet"


def test_an_upcoming_event_is_announced() -> None:
    assert ask("events/soon")["monthly"].text == "announced in monthly-2026-12 (draft)"


def test_a_skipped_issue_says_so() -> None:
    text = ask("events/soon", SOON)["monthly"].text

    assert text.startswith("announced in monthly-2026-12 (skipped: 0 new items")


def test_a_special_answers_where_it_has_the_item() -> None:
    fresh = news("news/fresh", "2026-11-01")
    special = "items: [news/fresh]"

    assert ask("news/fresh", OCTOBER, fresh, special=special)["monthly"].issue == "summer"
    assert ask("news/october", OCTOBER, fresh, special=special)["monthly"].issue == "monthly-2026-10"


def test_a_late_issue_answers_where_it_has_the_item() -> None:
    files = [issue_file("monthly-2026-10", "---\nitems: [news/october]\n---\n")]
    folder = collection(OCTOBER, NEW, files=files)
    plans = open_plans(ROOM, folder, now=NOVEMBER)
    finder = ItemFinder.of(folder.items, "content")

    october, new = ([each.issue for each in why(item.key, finder, plans)] for item in (OCTOBER, NEW))

    assert october == ["monthly-2026-12", None, "monthly-2026-10"]
    assert new == ["monthly-2026-12", None]


def test_an_unfinished_translation_is_mentioned() -> None:
    draft = news("news/new", "2026-11-10", lang="fr", draft=True)

    assert "without content/news/new.fr.md" in ask("news/new", NEW, draft)["monthly"].text


def test_an_item_whose_file_is_gone_is_still_known_to_the_ledger() -> None:
    assert ask("news/october", NEW)["monthly"].text == "already in monthly-2026-10; its file is gone"


def test_an_unknown_item_names_the_nearest() -> None:
    with pytest.raises(IssueError, match=r"no item `news/octobre`\. Did you mean `news/october`\?"):
        ask("news/octobre")


def test_an_ambiguous_name_lists_what_it_means() -> None:
    twins = news("news/a", link="https://example.org/"), news("news/b", link="https://example.org/")

    with pytest.raises(IssueError, match="Name one of news/a, news/b"):
        ask("https://example.org", *twins)
