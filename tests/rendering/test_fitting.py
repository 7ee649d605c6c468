"""A long issue is told shorter before its mail is clipped, and whole on the web."""

from datetime import date
from pathlib import Path

import pytest

from newsletter.issues.values import Story
from newsletter.rendering.fitting import SUMMARIES, WHOLE, Detail, fitted
from newsletter.rendering.issue import render_issue
from newsletter.rendering.look import Look
from newsletter.rendering.values import RenderedVariant
from tests.rendering.sample import news, sample_issue, variant_of

_BODY = "A paragraph of a text that has no page of its own, and so is printed whole. " * 60


def stories(count: int, body: str = _BODY) -> list[Story]:
    """News without a page."""
    return [
        news(
            f"news/{number}",
            {"en": f"Story number {number}"},
            {"en": f"What story {number} says in one sentence."},
            date=date(2026, 10, 1 + number % 28),
            body=body,
            link=None,
        )
        for number in range(count)
    ]


def render(look: Look, told: list[Story]) -> RenderedVariant:
    issue = sample_issue(told, languages=("en",))
    return render_issue(issue, [variant_of(issue, "en")], look).variants["en"]


def test_what_fits_is_printed_whole(look: Look) -> None:
    variant = render(look, stories(4))

    assert not variant.is_shortened
    assert variant.html.count("printed whole") == 4 * 60


def test_texts_become_summaries_that_lead_to_the_whole(look: Look) -> None:
    variant = render(look, stories(18))

    assert (variant.summaries, variant.headlines) == (18, 0)
    assert "printed whole" not in variant.html
    assert "What story 17 says in one sentence." in variant.html
    assert 'href="https://news.example.org/issues/monthly-2026-11?lang=en#item-18"' in variant.html
    assert 'id="item-18"' in variant.web
    assert variant.web.count("printed whole") == variant.text.count("printed") == 18 * 60


def test_of_very_many_the_last_become_headlines(look: Look) -> None:
    variant = render(look, stories(60))

    assert 10 < variant.headlines < 50
    assert variant.html.count("says in one sentence") == 60 - variant.headlines
    assert all(f"Story number {number}" in variant.html.replace("\xa0", " ") for number in range(60))
    assert 80_000 < len(variant.html.encode()) <= 92_000


def test_without_a_web_version_nothing_is_left_out(look: Look, project: Path) -> None:
    from dataclasses import replace

    variant = render(replace(look, has_archive=False), stories(18))

    assert not variant.is_shortened
    assert len(variant.html.encode()) > 92_000


@pytest.mark.parametrize(
    ("whole", "summary", "headline", "expected"),
    [
        (9, 5, 1, WHOLE),
        (15, 5, 1, SUMMARIES),
        (40, 20, 1, Detail(prints_whole=False, full_entries=4)),
        (40, 20, 9, Detail(prints_whole=False, full_entries=0)),
    ],
)
def test_as_much_is_told_as_fits(whole: int, summary: int, headline: int, expected: Detail) -> None:
    def made(detail: Detail) -> str:
        each = whole if detail.prints_whole else summary
        full = 10 if detail.full_entries is None else detail.full_entries
        return "x" * (full * each + (10 - full) * headline)

    detail, html = fitted(made, 10, most_bytes=90)

    assert detail == expected
    assert html == made(expected)
