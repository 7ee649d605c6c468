"""Variants: a language and a list of items, shared by all who get the same."""

import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.content.items import Item
from newsletter.errors import IssueError
from newsletter.issues.assembly import plan
from newsletter.issues.values import Choice, Issue, Variant
from newsletter.issues.variants import default_choices, make_variants
from tests.issues.making import NOVEMBER, collection, digest, event, issue_file, news, newsroom

TOPICS = ("finance", "green", "border")
GREEN = news("news/a", topics=("green",))
FINANCE = news("news/b", topics=("finance",))
BOTH = news("news/c", topics=("green", "finance"))
ALL = news("news/d")


def issue(*items: Item, text: str = "", **digest_fields: Any) -> Issue:
    files = [issue_file("monthly-2026-11", f"---\n{text}\n---\n")] if text else []
    return plan(
        "monthly-2026-11", newsroom(digest(**digest_fields)), collection(*items, files=files), now=NOVEMBER
    ).issue


def keys(variant: Variant) -> list[str]:
    return [story.key for story in variant.stories]


def lists(made: Issue, *choices: Choice) -> dict[str, list[str]]:
    return {variant.name: keys(variant) for variant in make_variants(made, choices)}


def test_who_wants_all_gets_the_whole_list_in_their_language() -> None:
    made = lists(issue(GREEN, ALL), Choice(lang="fr"), Choice(lang="en"))

    assert made == {"en": ["news/a", "news/d"], "fr": ["news/a", "news/d"]}
    assert list(made) == ["en", "fr"]


def test_who_chose_topics_gets_these_and_what_is_for_everybody() -> None:
    made = lists(issue(GREEN, FINANCE, BOTH, ALL), Choice(lang="en", topics=("green",)))

    ((name, inside),) = made.items()
    assert inside == ["news/a", "news/c", "news/d"]
    assert re.fullmatch(r"en-[0-9a-f]{8}", name)


def test_choices_that_lead_to_the_same_list_share_a_variant() -> None:
    choices = [
        Choice(lang="en"),
        Choice(lang="en", topics=("green", "finance")),
        Choice(lang="en", topics=("green", "finance", "border")),
    ]

    (variant,) = make_variants(issue(GREEN, FINANCE), choices)

    assert variant.name == "en"
    assert variant.choices == tuple(choices)


def test_the_name_of_a_list_is_the_same_every_time() -> None:
    first = make_variants(issue(GREEN, FINANCE), [Choice(lang="en", topics=("green",))])
    second = make_variants(
        issue(GREEN, FINANCE), [Choice(lang="en"), Choice(lang="en", topics=("border", "green"))]
    )

    assert first[0].name == second[1].name


def test_who_would_get_an_empty_issue_gets_none() -> None:
    assert lists(issue(GREEN), Choice(lang="en", topics=("finance",)), Choice(lang="en", topics=())) == {}


def test_announcements_are_something_to_read() -> None:
    soon = event("events/soon", "2026-11-10", topics=("finance",))

    assert list(lists(issue(GREEN, soon), Choice(lang="en", topics=("finance",))).values()) == [
        ["events/soon"]
    ]


def test_a_language_in_which_the_issue_is_not_made_gets_the_first() -> None:
    made = issue(GREEN, text="languages: [fr]")

    assert lists(made, Choice(lang="en"), Choice(lang="fr"), Choice(lang="xx")) == {"fr": ["news/a"]}


def test_without_readers_each_language_is_made_in_full_and_each_single_topic() -> None:
    made = issue(GREEN, FINANCE)

    names = lists(made, *default_choices(made, TOPICS))

    assert [inside for name, inside in names.items() if name.startswith("en")] == [
        ["news/a", "news/b"],
        ["news/b"],
        ["news/a"],
    ]
    assert len(names) == 6


def test_too_many_variants_are_an_error_that_names_topics_to_merge() -> None:
    items = [
        news("news/1", topics=("finance",)),
        news("news/2", topics=("green",)),
        news("news/3", topics=("border", "green")),
    ]
    made = issue(*items, max_variants=2)
    choices = [Choice(lang="en", topics=(topic,)) for topic in TOPICS] + [Choice(lang="en")]

    with pytest.raises(
        IssueError, match="monthly-2026-11 would need 4 variants, and Monthly digest allows 2"
    ) as raised:
        make_variants(made, choices)

    assert "merged in [topics]: finance with green (2); border with finance (3)" in str(raised.value)
    assert "max_variants in [digests.monthly]" in str(raised.value)


def test_the_limit_itself_is_allowed() -> None:
    made = issue(GREEN, FINANCE, max_variants=2)

    assert len(make_variants(made, [Choice(lang="en", topics=("green",)), Choice(lang="en")])) == 2


CHOICES = st.lists(
    st.builds(
        Choice,
        lang=st.sampled_from(["en", "fr", "xx"]),
        topics=st.none() | st.lists(st.sampled_from(TOPICS), unique=True).map(tuple),
    ),
    max_size=12,
)


@given(st.lists(st.lists(st.sampled_from(TOPICS), unique=True).map(tuple), min_size=1, max_size=5), CHOICES)
def test_every_choice_is_in_the_one_variant_that_has_exactly_its_items(
    topics: Sequence[tuple[str, ...]], choices: Sequence[Choice]
) -> None:
    made = issue(*(news(f"news/{number}", topics=each) for number, each in enumerate(topics)))

    variants = make_variants(made, choices)

    assert len({variant.name for variant in variants}) == len(variants)
    assert len({(variant.lang, *keys(variant)) for variant in variants}) == len(variants)
    for choice in choices:
        wanted = [
            story.key
            for story in made.stories
            if choice.topics is None
            or not story.item.topics
            or any(topic in choice.topics for topic in story.item.topics)
        ]
        found = [variant for variant in variants if choice in variant.choices]
        assert [keys(variant) for variant in found] == ([wanted] if wanted else [])
        assert all(variant.lang == (choice.lang if choice.lang != "xx" else "en") for variant in found)
