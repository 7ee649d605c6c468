"""What an import writes as Markdown reads the same in the mail."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import fromstring

from newsletter.content.body.parser import html_of
from newsletter.content.importing.blocks import Block, Form
from newsletter.content.importing.markdown import escaped, link, to_markdown

WORDS = st.text(st.sampled_from("ab 1.)-+*_`#>[]()<&;!|~=:\\"), min_size=1, max_size=40).map(
    lambda text: " ".join(text.split())
)


def shown(html: str) -> str:
    return " ".join(str(fromstring(f"<div>{html}</div>").xpath("string()")).split())


@given(WORDS.filter(lambda text: text.strip(" \\")))
def test_a_paragraph_shows_exactly_its_words(text: str) -> None:
    html = html_of(to_markdown([Block(text=text)]))

    assert shown(html) == text
    assert html.startswith("<p>")


@given(WORDS.filter(lambda text: text.strip(" \\")))
def test_an_entry_of_a_list_shows_exactly_its_words(text: str) -> None:
    html = html_of(to_markdown([Block(form=Form.BULLET, text=text)]))

    assert shown(html) == text
    assert html.count("<li>") == 1


def test_a_bare_address_stays_one() -> None:
    text = "See https://example.org/a_b_c?x=1*2, or write to the_desk@example.org."

    assert escaped(text) == text


@pytest.mark.parametrize("character", ["7", "-", "_", " "])
def test_a_line_of_one_character_takes_no_time(character: str) -> None:
    begin = process_time()

    escaped(character * 100_000)

    # What looks at the rest of the line from each of its characters takes a minute.
    assert process_time() - begin < 5


def test_brackets_in_an_address_do_not_end_it() -> None:
    markdown = link("the page", "https://example.org/a_(b)")

    assert html_of(markdown).strip() == '<p><a href="https://example.org/a_(b)">the page</a></p>'


def test_a_list_in_a_list_stays_one() -> None:
    blocks = [
        Block(form=Form.BULLET, text="outer"),
        Block(form=Form.BULLET, text="inner", level=1),
        Block(form=Form.NUMBERED, text="first", number=1),
    ]

    assert to_markdown(blocks) == "- outer\n  - inner\n1. first\n"
