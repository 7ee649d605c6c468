"""A small letter, byte for byte as it was approved.

A change in these files is reviewed as a change to the product. `REWRITE_APPROVED=1 pytest tests/rendering/test_approved.py`
writes them anew; look at the difference before you commit it.
"""

import os
from datetime import date
from pathlib import Path

import pytest

from newsletter.content.items import Picture
from newsletter.issues.values import Story
from newsletter.rendering.issue import render_issue
from newsletter.rendering.values import RenderedIssue
from tests.rendering.sample import event, news, sample_issue, sample_look, variant_of

APPROVED = Path(__file__).parent / "approved"
REWRITE = "REWRITE_APPROVED"

STORIES: tuple[Story, ...] = (
    event(
        "events/wallets",
        {"en": "Eleven countries open each other’s wallets", "fr": "Onze pays ouvrent leurs portefeuilles"},
        {
            "en": "Nine of eleven combinations worked at once. The test cases are public.",
            "fr": "Neuf combinaisons sur onze ont fonctionné. Les cas de test sont publics.",
        },
        start=date(2026, 10, 7),
        end=date(2026, 10, 9),
        date=date(2026, 10, 14),
        location="Copenhagen",
        picture=Picture(source="https://example.org/images/hall.jpg", alt="Desks in a sunlit hall"),
    ),
    news(
        "news/programme",
        {"en": "Work programme: three strands & one catalogue"},
        {},
        date=date(2026, 10, 22),
        link=None,
        body="It has **three** strands:\n\n- formats;\n- [a catalogue](https://example.org/catalogue).\n",
        topics=("open",),
    ),
    news(
        "news/format",
        {"fr": "Un format ouvert : la consultation est lancée"},
        {"fr": "Le projet tient en douze pages."},
        date=date(2026, 10, 16),
    ),
    event(
        "events/plenary",
        {"en": "Winter plenary", "fr": "Plénière d’hiver"},
        {},
        is_counted=False,
        start=date(2026, 11, 30),
        end=date(2026, 12, 2),
        location="Lisbon",
        register="https://example.org/register",
        register_by=date(2026, 11, 20),
    ),
)


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> RenderedIssue:
    """The letter in two languages."""
    issue = sample_issue(STORIES, introductions={"en": "This month: wallets, and a *format*."})
    look = sample_look(tmp_path_factory.mktemp("project"))
    return render_issue(issue, [variant_of(issue, lang) for lang in ("en", "fr")], look)


@pytest.mark.parametrize("name", ["en.html", "en.txt", "en.web.html", "fr.html", "fr.txt"])
def test_the_letter_is_as_it_was_approved(letters: RenderedIssue, name: str) -> None:
    variant, _, part = name.partition(".")
    rendered = letters.variants[variant]
    made = {"html": rendered.html, "txt": rendered.text, "web.html": rendered.web}[part]
    file = APPROVED / name

    if os.environ.get(REWRITE):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(made.encode())

    assert made.encode() == file.read_bytes()
