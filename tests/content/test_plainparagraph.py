"""Summaries and captions as one line of plain text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.content.body.markdown import plain_paragraph


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("Nothing special, 3 - 4 things", "Nothing special, 3 - 4 things"),
        ("Two\nlines   and\ttabs", "Two lines and tabs"),
        ("**bold** _slanted_ ~~gone~~ `code`", "bold slanted gone code"),
        ("A [link](https://example.org) and <https://example.org/x>", "A link and https://example.org/x"),
        ("![gone](x.png) [![gone too](y.png)](z) stays", "stays"),
        ("Q&amp;A &eacute; &#x20AC;", "Q&A é €"),
        ("Fact.[^1] More.[^source]", "Fact. More."),
        ("<p>Some <b>HTML</b> &lt;here&gt;</p><script>x()</script><!-- no -->", "Some HTML <here>"),
        ("A <em>few</em> tags<br>here", "A few tagshere"),
        ("# Title\n\ntext\n\n- one\n- two", "Title text one two"),
        ("snake_case and 5 < 6 & 7", "snake_case and 5 < 6 & 7"),
        ("hard\\\nbreak \\*stars\\*", "hard break *stars*"),
        ("a\x00b\r\nc", "ab c"),
        ("", ""),
    ],
)
def test_marks_are_gone_and_words_stay(markdown: str, text: str) -> None:
    assert plain_paragraph(markdown) == text


def test_a_text_that_would_take_minutes_is_left_as_it_is() -> None:
    assert plain_paragraph("![" * 50_000) == "![" * 50_000


@settings(max_examples=200)
@given(st.text() | st.text("*_[]()<>!&`# -\n\\ab", max_size=60))
def test_any_text_makes_one_line(text: str) -> None:
    line = plain_paragraph(text)

    assert line == " ".join(line.split())
    assert "\n" not in line


@pytest.mark.parametrize(
    "markdown",
    [
        "See [the plan](file:///C:/plan.pdf) first.",
        "See [the plan](javascript:alert(1)) first.",
        "See ![a map](data:image/svg+xml;base64,PHN2Zz4=) the plan first.",
    ],
)
def test_a_link_that_no_mail_program_opens_leaves_its_words_only(markdown: str) -> None:
    assert plain_paragraph(markdown) == "See the plan first."
