"""Languages as files write them, and as the newsletter spells them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.offers import match_language
from tests.content.posts import RULES

TAGS = st.lists(
    st.sampled_from(["zh", "ZH", "Hant", "hant", "TW", "en", "fr", "FR", "BE", "de", ""]),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize(
    ("written", "language"),
    [
        ("zh-Hant-TW", "zh-Hant"),
        ("zh_hant_tw", "zh-Hant"),
        ("zh-Hans", "zh-Hans"),
        (" FR", "fr"),
        ("fr-BE", "fr"),
        ("de_AT", "de-AT"),
        ("french", "french"),
    ],
)
def test_a_language_is_the_nearest_that_the_newsletter_has(written: str, language: str) -> None:
    assert replace(RULES, languages=("en", "zh-Hant", "fr")).language(written) == language


@given(
    st.builds("".join, st.tuples(TAGS.map("-".join) | TAGS.map("_".join), st.sampled_from(["", " "]))),
    st.sets(st.sampled_from(["en", "fr", "fr-BE", "zh", "zh-Hant", "zh-Hant-TW"]), min_size=1),
)
def test_items_and_readers_are_matched_to_the_same_language(tag: str, known: set[str]) -> None:
    languages = tuple(sorted(known))

    matched = match_language(tag, languages)

    assert replace(RULES, languages=languages).language(tag) == (matched or tag.strip().replace("_", "-"))
