"""Which items make an issue, and what is said of those that do not."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from newsletter.content.items import Item
from newsletter.errors import Level
from newsletter.issues.assembly import Plan, plan
from newsletter.issues.values import Included, LeftOut
from tests.issues.making import NOVEMBER, collection, digest, event, inclusions, issue_file, news, newsroom

NAME = "monthly-2026-11"
FILE = "content/issues/monthly-2026-11.md"


def made(
    *items: Item, text: str = "", included: Sequence[Included] = (), name: str = NAME, **digest_fields: Any
) -> Plan:
    """Return the plan of November's issue; *text* is the front matter of its issue file."""
    files = [issue_file(name, f"---\n{text}\n---\n")] if text else []
    room = newsroom(digest(**digest_fields), since=date(2026, 9, 1))
    return plan(name, room, collection(*items, files=files), included, now=NOVEMBER)


def keys(plan: Plan) -> list[str]:
    return [story.key for story in plan.issue.stories]


def left_out(plan: Plan) -> LeftOut:
    (entry,) = plan.left_out
    return entry


def sent(*items: Item) -> list[Included]:
    """Return the ledger after October's issue with *items*."""
    october = plan("monthly-2026-10", newsroom(), collection(*items), now=NOVEMBER)
    return inclusions(october.issue)


def test_what_was_published_by_the_cut_off_is_in() -> None:
    at_the_cut_off = news("news/a", "2026-11-03T09:00")

    assert keys(made(at_the_cut_off)) == ["news/a"]


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (
            news("news/a", "2026-11-03T09:01"),
            "dated 2026-11-03 09:01, after this issue's cut-off (2026-11-03 09:00)",
        ),
        (news("news/a", draft=True), "a draft"),
        (news("news/a", expires="2026-11-03"), "expired on 2026-11-03"),
        (news("news/a", None), "has no date"),
        (event("events/a", None), "has no start"),
        (
            news("news/a", "2026-08-31"),
            "dated 2026-08-31, before `since` (2026-09-01): counts as already sent",
        ),
        (event("events/a", "2026-11-02", "2026-11-04"), "the event is taking place at the cut-off"),
        (event("events/a", "2026-10-08"), "announced, no report yet"),
        (event("events/a", "2026-10-08", when="2026-10-01"), "announced, no report yet"),
        (
            event("events/a", "2026-12-08", when="2026-11-10"),
            "dated 2026-11-10, after this issue's cut-off (2026-11-03 09:00)",
        ),
    ],
)
def test_what_is_left_out_says_why(item: Item, reason: str) -> None:
    entry = left_out(made(item))

    assert (entry.key, entry.path, entry.reason) == (item.key, item.path, reason)
    assert entry.help


def test_what_the_digest_does_not_take_is_left_out() -> None:
    assert left_out(made(event("events/a", "2026-12-01"), kinds=("news",))).reason == (
        "Monthly digest takes no events"
    )
    assert left_out(made(news("news/a", topics=("green",)), topics=("finance",))).reason == (
        "none of its topics (green) is wanted"
    )


def test_an_item_without_a_known_topic_is_for_everybody() -> None:
    untopical = news("news/a", tags=("misc",))

    assert keys(made(untopical, topics=("finance",))) == ["news/a"]


def test_a_back_dated_item_is_not_missed() -> None:
    october = news("news/a", "2026-10-01")
    late = news("news/b", "2026-10-02")

    assert keys(made(october, late, included=sent(october))) == ["news/b"]


def test_what_went_out_before_names_the_issue_and_is_nothing_to_look_at() -> None:
    october = news("news/a", "2026-10-01")

    entry = left_out(made(october, included=sent(october)))

    assert entry.reason == "already in monthly-2026-10"
    assert entry.issue == "monthly-2026-10"
    assert entry.is_settled


def test_a_renamed_item_names_its_old_key() -> None:
    october = news("news/a", "2026-10-01", body="Text.")
    renamed = news("news/b", "2026-10-05", body="Text.")

    entry = left_out(made(renamed, included=sent(october)))

    assert entry.reason == "already in monthly-2026-10 as news/a, renamed since: the same text"


def test_a_renamed_and_rewritten_item_is_warned_of() -> None:
    october = news("news/a", "2026-10-01", title="A")
    changed = news("news/b", "2026-10-01", title="Another title")

    result = made(changed, included=sent(october))

    (problem,) = result.problems
    assert keys(result) == ["news/b"]
    assert (problem.level, problem.rule, problem.path) == (
        Level.WARNING,
        "renamed-and-rewritten",
        "content/news/b.md",
    )
    assert "add `id: news/a`" in (problem.help or "")


def test_an_original_renamed_beside_its_translation_is_not_sent_again() -> None:
    french = news("news/a", "2026-10-01", lang="fr")
    october = news("news/a", "2026-10-01", body="Text.")
    renamed = news("news/b", "2026-10-01", body="Text.")

    result = made(renamed, french, included=sent(october, french))

    assert keys(result) == []
    assert [entry.issue for entry in result.left_out] == ["monthly-2026-10", "monthly-2026-10"]


def test_a_copy_of_what_went_out_is_warned_of() -> None:
    october = news("news/a", "2026-10-01", body="Text.")
    copy = news("news/b", "2026-10-20", body="Text.")

    result = made(october, copy, included=sent(october))

    (problem,) = result.problems
    assert keys(result) == ["news/b"]
    assert (problem.level, problem.rule, problem.path) == (
        *(Level.WARNING, "copy-of-sent-item", "content/news/b.md"),
    )
    assert "has the same text as `news/a`, which went out in monthly-2026-10" in problem.message


def test_an_announcement_stands_in_every_issue_until_the_event_starts() -> None:
    meeting = event("events/a", "2026-12-08")
    first = made(meeting, min_items=0)

    second = made(meeting, included=inclusions(first.issue), min_items=0)

    assert keys(first) == keys(second) == ["events/a"]
    assert first.issue.counted_keys == ()


def test_an_event_file_that_is_used_again_is_announced_again() -> None:
    last_year = event("events/a", "2026-10-08", when="2026-10-12")
    this_year = event("events/a", "2026-12-08")

    assert keys(made(this_year, included=inclusions(made(last_year).issue))) == ["events/a"]


def test_an_announcement_is_not_too_old_for_since() -> None:
    assert keys(made(event("events/a", "2026-12-08", when="2026-01-01"))) == ["events/a"]


def test_the_report_of_an_announced_event_goes_out_once() -> None:
    report = event("events/a", "2026-10-08", when="2026-10-12")
    first = made(report)

    second = made(report, included=inclusions(first.issue), name="monthly-2026-12")

    assert first.issue.counted_keys == ("events/a",)
    assert keys(second) == []


def test_translations_are_versions_of_one_story_in_the_newsletters_order() -> None:
    result = made(news("news/a", lang="fr"), news("news/a"), news("news/a", lang="de"))

    (story,) = result.issue.stories
    assert list(story.versions) == ["en", "fr"]
    assert left_out(result).reason == "this issue is not made in `de`"


def test_without_a_version_in_any_language_of_the_issue_the_first_stands_for_all() -> None:
    (story,) = made(news("news/a", lang="de")).issue.stories

    assert story.in_language("fr").lang == "de"


def test_an_unfinished_translation_is_left_out_alone() -> None:
    result = made(news("news/a"), news("news/a", lang="fr", draft=True))

    assert keys(result) == ["news/a"]
    assert left_out(result).reason == "this translation is left out: a draft"


def test_a_translation_waits_with_its_original() -> None:
    result = made(news("news/a", draft=True), news("news/a", lang="fr"))

    assert [entry.reason for entry in result.left_out] == [
        "a draft",
        "its original content/news/a.md: a draft",
    ]


def test_two_files_of_one_key_and_language_are_not_both_in() -> None:
    result = made(news("news/a"), news("news/a", path="content/news/b.md"))

    assert keys(result) == ["news/a"]
    assert left_out(result).reason == "has the same key and language as content/news/a.md"


def test_listed_items_are_exactly_the_issue_in_their_order() -> None:
    items = news("news/a", "2026-10-01"), news("news/b", "2026-10-02"), news("news/c", "2026-10-03")

    result = made(*items, text="items:\n- news/a\n- content/news/c.md")

    assert keys(result) == ["news/a", "news/c"]
    assert left_out(result).reason == "the issue file lists its items, and this is not one of them"


def test_listed_items_need_no_rule() -> None:
    """Too old, of a topic and a kind that the digest does not take: the editor wants them."""
    old = news("news/a", "2025-01-01", topics=("green",))
    meeting = event("events/b", "2026-10-08")

    result = made(old, meeting, text="items: [events/b, news/a]", kinds=("news",), topics=("finance",))

    assert keys(result) == ["events/b", "news/a"]
    assert result.problems == ()


def test_a_listed_item_that_went_out_meanwhile_stops_the_issue() -> None:
    october = news("news/a", "2026-10-01")
    result = made(october, text="items: [news/a]", included=sent(october))

    (problem,) = result.problems

    assert keys(result) == ["news/a"]
    assert (problem.level, problem.path, problem.line) == (Level.ERROR, FILE, 2)
    assert "already in monthly-2026-10: readers would get it twice" in problem.message


def test_an_item_that_is_listed_and_included_goes_out_again() -> None:
    october = news("news/a", "2026-10-01")

    result = made(october, text="items: [news/a]\ninclude: [news/a]", included=sent(october))

    assert keys(result) == ["news/a"]
    assert result.problems == ()


@pytest.mark.parametrize("field", ["items", "include"])
@pytest.mark.parametrize("item", [news("news/a", draft=True), news("news/a", "2026-11-20")])
def test_neither_a_draft_nor_an_embargo_is_overruled(field: str, item: Item) -> None:
    result = made(item, news("news/b"), text=f"{field}: [news/a]")

    (problem,) = result.problems
    assert "news/a" not in keys(result)
    assert (problem.level, problem.line) == (Level.ERROR, 2)


def test_a_listed_item_that_has_expired_is_warned_of() -> None:
    (problem,) = made(news("news/a", expires="2026-11-01"), text="items: [news/a]").problems

    assert problem.level is Level.WARNING


def test_included_items_come_besides_the_others() -> None:
    old, new = news("news/a", "2025-01-01"), news("news/b")

    assert sorted(keys(made(old, new, text="include: [news/a]"))) == ["news/a", "news/b"]


def test_excluded_items_wait() -> None:
    result = made(news("news/a"), news("news/b"), text="exclude: news/a")

    assert keys(result) == ["news/b"]
    assert left_out(result).reason == "the issue file excludes it"


def test_what_went_out_before_says_so_also_when_it_is_excluded() -> None:
    october = news("news/a", "2026-10-01")

    assert left_out(made(october, text="exclude: news/a", included=sent(october))).is_settled


def test_an_issue_files_topics_replace_the_digests() -> None:
    green, finance = news("news/a", topics=("green",)), news("news/b", topics=("finance",))

    assert keys(made(green, finance, text="topics: [green]", topics=("finance",))) == ["news/a"]


def test_an_issue_in_fewer_languages_has_fewer_versions() -> None:
    result = made(news("news/a"), news("news/a", lang="fr"), text="languages: [fr]")

    assert result.issue.languages == ("fr",)
    assert list(result.issue.stories[0].versions) == ["fr"]
