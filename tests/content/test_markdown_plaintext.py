"""The plain-text part of a body: what a person without HTML reads."""

from textwrap import dedent

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.content.body.markdown import LinkBase, render_body
from newsletter.content.body.plaintext import WIDTH

BASE = LinkBase(site_url="https://example.org", path="content/news/title.md")


def text_of(markdown: str) -> str:
    return render_body(dedent(markdown).strip(), base=BASE).text


def test_paragraphs_are_wrapped_like_a_letter() -> None:
    lines = text_of("word " * 40).splitlines()

    assert [len(line) for line in lines] == [74, 74, 49]


def test_links_become_numbers_that_are_listed_beneath() -> None:
    text = text_of(
        "Read [the report](/report) and [the plan](https://example.org/plan), or [the report](/report)."
    )

    assert text == (
        "Read the report [1] and the plan [2], or the report [1].\n\n"
        "[1] https://example.org/report\n"
        "[2] https://example.org/plan"
    )


def test_links_can_be_numbered_over_a_whole_letter() -> None:
    body = render_body("[one](/1) and [two](/2)", base=BASE)

    part = body.plain_text(first_reference=11)

    assert part.text == "one [11] and two [12]"
    assert part.references == ("https://example.org/1", "https://example.org/2")
    assert part.reference_list == "[11] https://example.org/1\n[12] https://example.org/2"


def test_an_address_that_is_spelled_out_needs_no_number() -> None:
    assert text_of("See https://example.org/ä, <desk@example.org> or [write](mailto:desk@example.org).") == (
        "See https://example.org/ä, desk@example.org or write <desk@example.org>."
    )


def test_headings_are_underlined() -> None:
    assert text_of("Before\n\n# A title\n\nAfter") == "Before\n\nA title\n~~~~~~~\n\nAfter"


def test_lists_keep_their_marks_numbers_and_levels() -> None:
    text = text_of("""
        - one
          - two
        - [x] three

        9. nine
        10. ten

            more
    """)

    assert text == "- one\n  - two\n- ☑ three\n\n 9. nine\n\n10. ten\n\n    more"


def test_quotations_and_code_are_told_from_the_text() -> None:
    text = text_of("> said\n>\n> twice\n\n```\nif x:\n    y()\n```")

    assert text == "> said\n>\n> twice\n\n    if x:\n        y()"


def test_a_narrow_table_keeps_its_columns() -> None:
    assert text_of("| Year | Sum |\n|---|--:|\n| 2026 | 7 |\n| 2027 | 1200 |") == (
        "Year   Sum\n----  ----\n2026     7\n2027  1200"
    )


def test_a_table_too_wide_for_a_line_becomes_lines() -> None:
    long = "word " * 12

    text = text_of(f"| A | B |\n|---|---|\n| {long} | {long} |\n| c | d |")

    assert text.split("\n\n") == [f"A: {long.strip()}\nB: {long.strip()}", "A: c\nB: d"]


def test_footnotes_and_formulas_are_raised_and_lowered() -> None:
    assert text_of("H<sub>2</sub>O[^1]\n\n[^1]: Water, x<sup>k</sup>.") == "H₂O¹\n\n* * *\n\n1. Water, x^k."


def test_deleted_text_is_told_from_what_holds() -> None:
    assert text_of("At ~~9~~ 10 o'clock") == "At ~9~ 10 o'clock"


def test_a_picture_is_its_description_and_caption() -> None:
    text = text_of('![A boat](boat.jpg "On the river")\n\n![](line.png)\n\nText')

    assert text == "[A boat]\nOn the river\n\nText"


def test_no_break_spaces_hold_words_together() -> None:
    text = text_of("x" * 70 + " 10\u00a0000\u00a0euros")

    assert text.splitlines() == ["x" * 70, "10\u00a0000\u00a0euros"]


_BLOCKS = st.sampled_from(
    [
        "- ",
        "  - ",
        "> ",
        "1. ",
        "# ",
        "```\n",
        "\n\n",
        "\n",
        " ",
        "| a | b |\n|---|---|\n| ",
        " | ",
        "<table><tr><td>",
    ]
)
_WORDS = st.text("abcdefghé😀 ", max_size=40) | st.sampled_from(
    ["[text](/link)", "https://example.org/x", "&nbsp;"]
)


@settings(max_examples=200)
@given(st.lists(_BLOCKS | _WORDS, max_size=25).map("".join), st.booleans())
def test_only_a_word_that_cannot_be_broken_makes_a_long_line(markdown: str, is_html: bool) -> None:
    text = render_body(markdown, base=BASE, is_html=is_html).plain_text().text

    for line in text.split("\n"):
        words = line.lstrip(" >-0123456789.☐☑").split(" ")
        assert len(line) <= WIDTH or len(words) == 1, line


def test_a_fixed_space_at_the_end_of_a_line_is_none_either() -> None:
    assert render_body("# Zero &nbsp;<br>one", base=BASE).text.split("\n")[0] == "Zero"


@settings(max_examples=200)
@given(st.text() | st.lists(_BLOCKS | _WORDS, max_size=25).map("".join), st.booleans())
def test_every_text_can_be_rendered(text: str, is_html: bool) -> None:
    body = render_body(text, base=BASE, is_html=is_html)

    assert all(line == line.rstrip(" ") for line in body.text.split("\n"))


@settings(max_examples=100)
@given(st.lists(st.sampled_from(["[a](/1)", "[b](/2) ", "[c](/3)\n\n", "text "]), max_size=20).map("".join))
def test_every_number_in_the_text_is_in_the_list_and_the_other_way_round(markdown: str) -> None:
    part = render_body(markdown, base=BASE).plain_text(first_reference=3)

    numbers = {
        int(number) for number in part.text.replace("[", " ").replace("]", " ").split() if number.isdigit()
    }
    assert numbers == set(range(3, 3 + len(part.references)))
