"""Title, subject and preheader."""

from dataclasses import replace

import pytest

from newsletter.issues.digests import PeriodLength
from newsletter.issues.values import Issue
from newsletter.rendering.pipeline.environment import built_in_templates
from newsletter.rendering.words.dates import Dates
from newsletter.rendering.words.headlines import preheader_of, subject_of, title_of
from newsletter.rendering.words.texts import load_texts
from tests.rendering.sample import BRUSSELS, DIGEST, sample_issue


def subject(issue: Issue, lang: str) -> str:
    """The subject of *issue* in *lang*."""
    return subject_of(issue, load_texts([built_in_templates()], lang), Dates(lang=lang, timezone=BRUSSELS))


def title(issue: Issue, lang: str) -> str:
    """The title of *issue* in *lang*."""
    return title_of(issue, load_texts([built_in_templates()], lang), Dates(lang=lang, timezone=BRUSSELS))


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "Technology digest, November 2026"),
        ("fr", "Technology digest, novembre 2026"),
        ("de", "Technology digest, November 2026"),
    ],
)
def test_the_default_subject_is_digest_and_period_in_words(lang: str, words: str) -> None:
    assert subject(sample_issue(), lang) == words


def test_the_period_of_a_title_does_not_break() -> None:
    assert title(sample_issue(), "en") == "Technology digest, November\N{NO-BREAK SPACE}2026"


def test_a_week_is_told_by_its_days() -> None:
    issue = sample_issue(digest=replace(DIGEST, period=PeriodLength.WEEK), period="2026-W46")

    assert subject(issue, "en") == "Technology digest, 9–15 November 2026"


def test_the_editors_subject_comes_first_in_its_language_and_for_the_others() -> None:
    issue = sample_issue(subjects={"fr": "À la carte", "": "Maps for\neverybody"})

    assert subject(issue, "fr") == "À la carte"
    assert subject(issue, "de") == "Maps for everybody"
    assert title(issue, "fr").startswith("Technology digest")


def test_a_special_is_called_by_its_subject() -> None:
    special = sample_issue(is_special=True, period="elections", subjects={"": "Before the elections"})

    assert title(special, "fr") == "Before the elections"
    assert title(replace(special, subjects={}), "fr") == "Technology digest"


def test_a_preheader_is_made_of_headlines() -> None:
    stories = [("Maps of nine capitals may be used offline", "…"), ("Radio gateway passes its tests", "…")]

    assert preheader_of(sample_issue(), "en", stories) == (
        "Maps of nine capitals may be used offline · Radio gateway passes its tests"
    )


def test_a_long_preheader_is_cut_at_a_word() -> None:
    made = preheader_of(sample_issue(), "en", [("A headline of several words", "")] * 9)

    assert 40 <= len(made) <= 110
    assert made.endswith(("headline…", "several…", "words…", "of…", "A…"))


def test_a_short_headline_is_followed_by_its_summary() -> None:
    made = preheader_of(sample_issue(), "en", [("Maps", "Nine capitals may now be used offline by all.")])

    assert made == "Maps – Nine capitals may now be used offline by all."


def test_the_editors_preheader_stands_as_it_is() -> None:
    issue = sample_issue(preheaders={"en": "Read this"})

    assert preheader_of(issue, "en", [("A headline", "A summary")]) == "Read this"
