"""MRML, given ASCII only."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from markupsafe import escape

from newsletter.errors import RenderingError, TemplateError
from newsletter.rendering.pipeline.mjml import harden, to_html
from newsletter.rendering.pipeline.verifying import verify_mjml_output

#: What MRML 6 spoils in attributes when it is given as it is.
DIFFICULT = [
    "I ❤️ it",
    "no-break\N{NO-BREAK SPACE}space",
    unicodedata.normalize("NFD", "café"),
    "👩‍💻",
    "soft\N{SOFT HYPHEN}hyphen",
    "हिन्दी",
    "ภาษาไทย",
    "بِسْمِ",
    "שָׁלוֹם",
    "back\\slash",
    'quo"te',
    "C:\\new\\table",
    "\\u{41}",
    "5 € > 4 €",
    "„Zitat“> x",
    "a & b < c",
]
#: As content allows it: no controls, no surrogates, no non-characters.
texts = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Cn"), exclude_characters="\N{LINE SEPARATOR}"), max_size=60
)


def place(name: str, line: int) -> str:
    """Where a mark points."""
    return f"{name}:{line}"


def letter(text: str) -> str:
    """A letter with *text* in every context that the templates use."""
    value = escape(text)
    return (
        f'<mjml lang="en" dir="ltr"><mj-head><mj-title>{value}</mj-title><mj-preview>{value}</mj-preview></mj-head>'
        f'<mj-body><mj-section><mj-column><mj-image src="https://example.org/x.png" alt="{value}" width="9px" />'
        f'<mj-text><p title="{value}">{value}</p></mj-text></mj-column></mj-section></mj-body></mjml>'
    )


def read_back(html: str) -> dict[str, str]:
    """What a reader finds in the letter."""
    page = etree.fromstring(html, etree.HTMLParser())
    found = {
        "title": page.xpath("string(//title)"),
        "preview": page.xpath("string(//body/div[1])"),
        "label": page.xpath("string(//@aria-label)"),
        "alt": page.xpath("string(//img/@alt)"),
        "attribute": page.xpath("string(//p/@title)"),
        "text": page.xpath("string(//p)"),
    }
    return {context: str(text) for context, text in found.items()}


@pytest.mark.parametrize("text", DIFFICULT)
def test_difficult_text_survives_in_every_context(text: str) -> None:
    html = to_html(letter(text), place)

    verify_mjml_output(html)
    assert set(read_back(html).values()) == {text}


@given(texts)
def test_any_text_survives_in_every_context(text: str) -> None:
    html = to_html(letter(f"x{text}x"), place)

    verify_mjml_output(html)
    assert {" ".join(found.split(" ")) for found in read_back(html).values()} == {f"x{text}x"}


def test_style_sheets_keep_their_backslashes() -> None:
    source = "<mj-style>a::after { content: '\\2014' }</mj-style><p>\\</p>"

    assert harden(source) == "<mj-style>a::after { content: '\\2014' }</mj-style><p>&#92;</p>"


def test_a_line_break_in_an_attribute_becomes_a_space() -> None:
    assert (
        harden('<p style="color: red;\n  margin: 0">x\ny</p>') == '<p style="color: red; margin: 0">x\ny</p>'
    )


def test_marks_are_gone_and_an_error_is_told_at_the_nearest_one_before_it() -> None:
    source = (
        "<?at a.mjml:1?><mjml><?at a.mjml:2?><mj-body><?at b.mjml:7?><mj-section>é</mj-section>"
        "<?at b.mjml:9?></mj-wrapper></mj-body></mjml>"
    )

    with pytest.raises(TemplateError, match=r"^b\.mjml:9: MJML: unexpected"):
        to_html(source, place)
    assert "<?at" not in to_html("<?at a.mjml:1?>" + letter("x"), place)


def test_an_error_without_a_position_is_told_at_the_first_mark() -> None:
    with pytest.raises(TemplateError, match=r"^a\.mjml:1: MJML: unexpected end of stream"):
        to_html("<?at a.mjml:1?><mjml><?at a.mjml:2?><mj-body><mj-section>", place)


def test_a_panic_in_rust_is_an_error_in_the_template() -> None:
    with pytest.raises(TemplateError, match="Look for a `<!--\\[if` without its end"):
        to_html("<?at a.mjml:1?><mjml><mj-body><!--[if x</mj-body></mjml>", place)


@pytest.mark.parametrize(
    ("before", "after", "promise"),
    [
        ('alt="x"', 'alt="\\u{fe0f}"', "an attribute was spoilt"),
        ("</body>", "<mj-chart></mj-chart></body>", "a component was not rendered"),
        ("<body", "<!doctype html><body", "there is not one doctype"),
        ("<![endif]", "<!endif]", "a conditional comment is open"),
        ("max-width:600px", "", "the letter has no width"),
    ],
)
def test_a_spoilt_result_goes_no_further(before: str, after: str, promise: str) -> None:
    html = to_html(letter("x"), place)
    assert before in html

    with pytest.raises(RenderingError, match=promise):
        verify_mjml_output(html.replace(before, after))
