"""What a body says in short."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.content.fields.summaries import MAX_CHARACTERS, MAX_WORDS, shorten, summary_of, without_more


@pytest.mark.parametrize(
    ("body", "summary"),
    [
        ("First.\n\nSecond.\n", "First."),
        ("One line\nand another.\n\nSecond.\n", "One line and another."),
        ("# Heading\n\nText.\n", "Text."),
        ("Heading\n=======\n\nText.\n", "Text."),
        ("![A picture](photo.jpg)\n\nText.\n", "Text."),
        ("[![A picture](photo.jpg)](/page)\n\nText.\n", "Text."),
        ("<!-- a\n\ncomment -->\n\nText.\n", "Text."),
        ("<style>\np { color: red }\n\n</style>\nText.\n", "Text."),
        ("```\ncode\n\nmore code\n```\nText.\n", "Text."),
        ("    indented code\n\nText.\n", "Text."),
        ("[TOC]\n\nText.\n", "Text."),
        ("---\n\nText.\n", "Text."),
        ("- a list\n- of things\n\nText.\n", "Text."),
        ("> A quotation.\n\nText.\n", "Text."),
        ("| a | table |\n|---|---|\n\nText.\n", "Text."),
        ("a | table\n--- | ---\n\nText.\n", "Text."),
        ("<div class='x'>\nA box\n</div>\n\nText.\n", "Text."),
        ("[ref]: https://example.org\n\nText.\n", "Text."),
        ("**…**\n\nText.\n", "Text."),
        ("- only\n- a list\n", "only a list"),
        ("> Only a quotation.\n", "Only a quotation."),
        ("A [link](https://example.org), *marks* and `code` &amp; more.\n", "A link, marks and code & more."),
        ("A [link][1] and [another].\n\n[1]: /x\n[another]: /y\n", "A link and another."),
        ("A note[^1] here.\n\n[^1]: The note.\n", "A note here."),
        ("# Only a heading\n", ""),
        ("", ""),
    ],
)
def test_the_first_paragraph_that_says_something(body: str, summary: str) -> None:
    assert summary_of(body, is_html=False) == summary


@pytest.mark.parametrize(
    "mark", ["<!--more-->", "<!-- more -->", "<!-- MORE -->", "{/* more */}", "{/* truncate */}"]
)
def test_the_text_before_the_mark(mark: str) -> None:
    body = f"# Heading\n\nOne.\n\nTwo.\n{mark}\nThree.\n"

    assert summary_of(body, is_html=False) == "One. Two."
    assert without_more(body) == "# Heading\n\nOne.\n\nTwo.\n\nThree.\n"


def test_a_mark_with_nothing_before_it_is_no_summary() -> None:
    assert summary_of("<!--more-->\n\nText.\n", is_html=False) == "Text."


@pytest.mark.parametrize(
    ("html", "summary"),
    [
        ("<h1>Title</h1><p>First.</p><p>Second.</p>", "First."),
        ("<div><img src='x'></div><p></p><p>Text &amp; <b>more</b>.</p>", "Text & more."),
        ("<ul><li>One</li></ul>", "One"),
        ("Bare text.<h2>Heading</h2>", "Bare text."),
    ],
)
def test_the_first_paragraph_of_html(html: str, summary: str) -> None:
    assert summary_of(html, is_html=True) == summary


def test_a_long_text_ends_with_a_sentence() -> None:
    text = "This is the first sentence of the text. " + "It goes on and on without an end " * 40

    assert shorten("One two three four five six. " * 40).endswith("six.")
    assert shorten(text.strip()).endswith("…")


def test_a_script_without_spaces_is_shortened_too() -> None:
    text = "これは長い文章です。" * 200

    assert len(shorten(text)) <= MAX_CHARACTERS
    assert shorten(text).endswith("。")


@given(st.text(max_size=2_000))
def test_a_summary_is_short_and_one_line(text: str) -> None:
    summary = summary_of(text, is_html=False)

    assert len(summary.split()) <= MAX_WORDS
    assert len(summary) <= MAX_CHARACTERS + 1
    assert "\n" not in summary


def test_no_sentence_ends_where_a_text_is_cut_inside_a_word() -> None:
    before = "character " * 59 + "ten "

    assert len(f"{before}v15.4.") == MAX_CHARACTERS
    assert shorten(f"{before}v15.4.0 and more") == f"{before.strip()}…"


@pytest.mark.parametrize("address", ["https://example.org/watch?v=1", "<https://example.org/a>", "/stats/"])
def test_an_address_alone_is_no_summary(address: str) -> None:
    assert summary_of(f"{address}\n\nText.\n", is_html=False) == "Text."


def test_a_reference_may_be_written_in_other_letters_than_its_definition() -> None:
    assert (
        summary_of("The [Touch Bar].\n\n[touch bar]: https://example.org\n", is_html=False)
        == "The Touch Bar."
    )
