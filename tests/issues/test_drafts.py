"""The file that `draft` writes."""

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.content.items import Item
from newsletter.errors import IssueError
from newsletter.issues.assembly import Plan, plan
from newsletter.issues.file.drafts import draft_text, with_items
from tests.issues.making import BRUSSELS, NOVEMBER, collection, event, issue_file, news, newsroom

NAME = "monthly-2026-11"


def made(*items: Item, text: bytes | None = None) -> Plan:
    files = [] if text is None else [issue_file(NAME, text)]
    return plan(NAME, newsroom(), collection(*items, files=files), now=NOVEMBER)


def test_a_draft_lists_the_items_and_shows_what_else_there_is() -> None:
    items = (
        news("news/a", title="A"),
        event("events/b", "2026-12-01", title="B"),
        news("news/c", draft=True),
        news("news/id with blank", "2026-10-01", title="D"),
    )

    assert draft_text(made(*items), BRUSSELS).decode() == (
        "---\n"
        "# Monthly digest, 2026-11; due 2026-11-03 09:00 (Europe/Brussels).\n"
        "# A line that begins with # is not read: remove the # to use it.\n"
        '# subject: "…"\n'
        '# preheader: "The line after the subject in an inbox"\n'
        "\n"
        "items:\n"
        "  - news/a  # A\n"
        '  - "news/id with blank"  # D\n'
        "  - events/b  # B (announced)\n"
        "# Left out:\n"
        "#   content/news/c.md: a draft\n"
        "\n"
        "# lead: news/a\n"
        "# languages: [en, fr]\n"
        "# send_at: 2026-11-03T09:00+01:00\n"
        '# hold: "why it waits"\n'
        "# skip: true\n"
        "---\n"
    )


def test_a_draft_without_items_lists_none_so_that_what_comes_is_taken() -> None:
    empty = draft_text(made(), BRUSSELS)

    assert made(news("news/a"), text=empty).issue.counted_keys == ("news/a",)


@given(
    st.lists(
        st.tuples(st.text(min_size=1), st.text()), min_size=1, max_size=4, unique_by=lambda pair: pair[0]
    )
)
def test_a_draft_makes_the_issue_it_was_made_from(pairs: list[tuple[str, str]]) -> None:
    """Whatever stands in keys and titles: colons, quotes, hashes, line ends."""
    items = [
        news(normalize("NFC", key.strip()) or "x", title=title, path=f"content/{number}.md")
        for number, (key, title) in enumerate(pairs)
        if all(character.isprintable() for character in key)
    ]
    before = made(*items)

    after = made(*items, text=draft_text(before, BRUSSELS))

    assert after.problems == before.problems == ()
    assert after.issue.stories == before.issue.stories


def test_a_file_that_lists_its_items_is_left_alone() -> None:
    text = b"---\nitems: [content/news/a.md]\n---\n"

    assert with_items(made(news("news/a"), text=text), text) == text


def test_items_are_added_to_a_file_that_lists_none() -> None:
    text = b"---\nsubject: S\n---\nHello"

    assert with_items(made(news("news/a", title="A"), text=text), text) == (
        b"---\nsubject: S\nitems:\n  - news/a  # A\n---\nHello"
    )


def test_there_must_be_items_to_list() -> None:
    with pytest.raises(IssueError, match="monthly-2026-11 has no items yet: there is nothing to send"):
        with_items(made(), None)
