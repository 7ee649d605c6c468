"""What mail programs lack, and where it was written."""

from pathlib import Path

import pytest
from lxml import etree

from newsletter.checks.clients import names
from newsletter.checks.clients.css import read_sheet, read_style
from newsletter.checks.clients.html import slugs_of_page
from newsletter.checks.clients.judgement import _LIGHT, _WEIGHTY, BASELINE, BELONGS_TO
from newsletter.checks.clients.support import Answer, feature, slugs
from newsletter.errors import Level, Problem
from newsletter.rendering.theme import Theme
from tests.checks.everything import look_with_everything, problems_with, render_everything
from tests.checks.making import find, mail
from tests.issues.making import news

MAILS = Path(__file__).parent.parent / "rendering" / "approved" / "mails"

FOOTER = """<mj-section css-class="footer">
  <mj-column>
    <mj-text>
      <div style="display: grid; gap: 8px; grid-template-columns: 1fr 1fr">
        <p><a href="{{ slots.UNSUBSCRIBE }}">{{ gettext("Unsubscribe") }}</a></p>
        <p style="position: absolute; top: 0">A stamp</p>
      </div>
      <p style="position: relative">A line</p>
      <video src="https://example.org/film.mp4" controls="controls"></video>
      {% include "email/imprint.mjml" %}
    </mj-text>
  </mj-column>
</mj-section>
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")


def found(root: Path, files: dict[str, str], **look: object) -> list[Problem]:
    """What mail programs lack of a letter with everything, made with *files* in the place of built-in templates."""
    return [problem for problem in problems_with(root, files, **look) if problem.rule == "client-support"]


def places(problems: list[Problem]) -> list[tuple[Level, str, str | None, int | None]]:
    return [
        (problem.level, problem.message[1:].partition("”")[0], problem.path, problem.line)
        for problem in problems
    ]


def test_every_feature_of_the_data_is_looked_for_or_said_to_be_invisible() -> None:
    assert slugs() == names.seen() | names.UNSEEN.keys()
    assert not names.seen() & names.UNSEEN.keys()


def test_judgements_are_of_features_that_can_be_told_of() -> None:
    judged = _WEIGHTY.keys() | _LIGHT.keys() | BELONGS_TO.keys()

    assert judged <= names.seen() - BASELINE
    assert not _WEIGHTY.keys() & _LIGHT.keys()


def test_the_baseline_is_what_the_built_in_templates_use_and_some_program_lacks(root: Path) -> None:
    variants = render_everything(look_with_everything(root)).variants.values()
    mails = [*(variant.html for variant in variants), *(path.read_text() for path in MAILS.glob("*.html"))]

    used = {slug for mail in mails for slug in slugs_of_page(etree.fromstring(mail, etree.HTMLParser()))}

    assert used <= slugs()
    assert {slug for slug in used if is_lacking(slug)} == BASELINE


def is_lacking(slug: str) -> bool:
    return bool(feature(slug).those(Answer.NO) or feature(slug).those(Answer.PARTLY))


def test_the_built_in_templates_have_nothing_to_tell_of(root: Path) -> None:
    assert found(root / "plain", {}) == []


def test_what_a_template_adds_is_found_on_its_line(tmp_path: Path) -> None:
    problems = found(tmp_path, {"email/footer.mjml": FOOTER})

    footer = "templates/email/footer.mjml"
    assert places(problems) == [
        (Level.WARNING, "display:grid", footer, 4),
        (Level.WARNING, "position", footer, 6),
        (Level.WARNING, "<video> element", footer, 9),
    ]
    assert "“display:grid”: not supported by classic Outlook for Windows" in problems[0].message
    assert "only in part by Gmail on phones (Not supported with non Google accounts)" in problems[0].message
    assert (
        problems[0].help
        == "Put columns into <mj-column>: it makes tables of them, which every program shows."
    )
    assert problems[1].message.endswith("; also on line 8.")


def test_a_feature_of_a_style_sheet_is_found_on_its_line(tmp_path: Path) -> None:
    sheet = """/* Ours */
{% if theme.logo %}
:root { --accent: {{ light.accent }}; }
{% endif %}
.footer:has(p) {
  width: clamp(1px,
    2px, 3px);
}
"""
    inline = "p.footer-text {\n  margin: 0;\n  position: {{ 'relative' }};\n}\n"

    problems = found(tmp_path, {"email/base.css": sheet, "email/inline.css": inline})

    base = "templates/email/base.css"
    assert places(problems) == [
        (Level.WARNING, "CSS variables (--name, var())", base, 3),
        (Level.WARNING, "clamp()", base, 6),
        (Level.WARNING, "position", "templates/email/inline.css", 3),
        (Level.INFO, ":has()", base, 5),
    ]


def test_a_style_sheet_within_a_template_is_found_on_its_line(tmp_path: Path) -> None:
    head = """{% include "built-in/email/head.mjml" %}
<mj-style>
  {# for pictures #}
  img { object-fit: cover; }
</mj-style>
"""

    problems = found(tmp_path, {"email/head.mjml": head})

    assert places(problems) == [(Level.WARNING, "object-fit", "templates/email/head.mjml", 4)]


def test_what_a_component_brings_is_found_on_its_line(tmp_path: Path) -> None:
    footer = """{% include "built-in/email/footer.mjml" %}
<mj-section css-class="sponsors">
  <mj-column>
    <mj-table><tr><td>One</td></tr></mj-table>
    <mj-table
      table-layout="fixed"><tr><td>Two</td></tr></mj-table>
  </mj-column>
</mj-section>
"""

    problems = found(tmp_path, {"email/footer.mjml": footer})

    assert places(problems) == [(Level.WARNING, "table-layout", "templates/email/footer.mjml", 5)]


def test_every_component_is_shown_everywhere(tmp_path: Path) -> None:
    footer = """{% include "built-in/email/footer.mjml" %}
<mj-section border-radius="4px" full-width="full-width">
  <mj-group vertical-align="middle">
    <mj-column border-radius="4px" inner-background-color="#ffffff">
      <mj-text letter-spacing="1px" text-transform="uppercase">A</mj-text>
      <mj-spacer height="8px" />
    </mj-column>
  </mj-group>
  <mj-column>
    <mj-table><tr><td>A</td></tr></mj-table>
    <mj-divider />
    <mj-social mode="vertical"><mj-social-element src="https://example.org/a.png" alt="A" href="https://example.org/">A</mj-social-element></mj-social>
    <mj-social><mj-social-element src="https://example.org/a.png" alt="A" href="https://example.org/">A</mj-social-element></mj-social>
  </mj-column>
</mj-section>
"""

    assert found(tmp_path, {"email/footer.mjml": footer}) == []


def test_what_an_editor_wrote_is_found_in_the_text() -> None:
    body = "A text.\n\n[Write](mailto:office@network.eu?bcc=archive@network.eu) to us.\n"
    html = '<p><a href="mailto:office@network.eu?bcc=archive@network.eu">Write</a></p><img src="https://network.eu/a.bmp" alt="A" width="9">'
    source = (
        "<mjml><mj-body><mj-section><mj-column><mj-text>"
        + html.replace('">', '"/>', 0)
        + "</mj-text></mj-column></mj-section></mj-body></mjml>"
    )

    problems = find(
        "client-support", news("news/a", body=body, body_line=5, link=None), mails=[mail(html, source=source)]
    )

    assert places(problems) == [
        (Level.WARNING, "BMP image format", None, None),
        (Level.INFO, "bcc in a mailto: link", "content/news/a.md", 7),
    ]


def test_fonts_of_the_settings_are_found_there(root: Path, tmp_path: Path) -> None:
    problems = found(tmp_path, {}, theme=Theme(headline_fonts="system-ui, sans-serif"))

    assert places(problems) == [(Level.INFO, "fonts such as system-ui", "newsletter.toml", None)]


def test_where_no_line_is_known_the_variants_are_named() -> None:
    body = '<p style="position: absolute">A</p>'

    problems = find(
        "client-support", news("news/a"), mails=[mail(body), mail(name="fr")], languages=("en", "fr")
    )

    assert [(problem.path, problem.message.endswith(" Only in en.")) for problem in problems] == [
        (None, True)
    ]


def test_what_is_everywhere_half_known_is_no_warning() -> None:
    problems = find(
        "client-support", news("news/a"), mails=[mail('<p style="float: left; text-indent: 1px">A</p>')]
    )

    assert [(problem.level, problem.message[:13]) for problem in problems] == [
        (Level.WARNING, "“float”: not "),
        (Level.INFO, "“text-indent”"),
    ]


@pytest.mark.parametrize(
    ("css", "used"),
    [
        ("a { margin-top: 1rem }", {"css-margin", "css-unit-rem", "css-selector-type"}),
        ("a { -webkit-user-select: none }", {"css-user-select", "css-selector-type"}),
        (
            "a { display: INLINE-FLEX !important }",
            {"css-display", "css-display-flex", "css-important", "css-selector-type"},
        ),
        (
            "a { width: calc(1px + max(2vw, 3%)) }",
            {
                "css-width",
                "css-unit-calc",
                "css-function-max",
                "css-unit-px",
                "css-unit-vw",
                "css-unit-percent",
                "css-selector-type",
            },
        ),
        ("a { background: url('x.webp?1') }", {"css-background", "image-webp", "css-selector-type"}),
        (
            "a { background-image: url(data:image/png;base64,AAAA) }",
            {"css-background-image", "image-base64", "css-selector-type"},
        ),
        ("a { mso-line-height-rule: exactly; --x: 1 }", {"css-variables", "css-selector-type"}),
        (
            "a { color: {# #}red; b & { top: 0 } }",
            {"css-nesting", "css-left-right-top-bottom", "css-selector-type", "css-selector-descendant"},
        ),
        (
            ".a.b, #c > d + e ~ * {}",
            {
                "css-selector-class",
                "css-selector-chaining",
                "css-selector-grouping",
                "css-selector-id",
                "css-selector-child",
                "css-selector-type",
                "css-selector-adjacent-sibling",
                "css-selector-general-sibling",
                "css-selector-universal",
            },
        ),
        (
            "[a='b:hover']:not(:first-child)::before {}",
            {
                "css-selector-attribute",
                "css-pseudo-class-not",
                "css-pseudo-class-first-child",
                "css-pseudo-element-before",
            },
        ),
        (
            "@media (min-width: 1px) and (hover) { /* */ }",
            {"css-at-media", "css-at-media-hover", "css-comments"},
        ),
        (
            "@media (-webkit-min-device-pixel-ratio: 2) { a:hover {} }",
            {
                "css-at-media",
                "css-at-media-device-pixel-ratio",
                "css-selector-type",
                "css-pseudo-class-hover",
            },
        ),
        (
            "@keyframes x { from { top: 0 } } @font-face { font-family: X }",
            {"css-at-keyframes", "css-at-font-face"},
        ),
        ("@supports (display: grid) { a { gap: 0 } }", {"css-at-supports", "css-gap", "css-selector-type"}),
    ],
)
def test_a_style_sheet_is_read_as_it_is_written(css: str, used: set[str]) -> None:
    assert {use.slug for use in read_sheet(css.replace("{# #}", "")).uses} == used


@pytest.mark.parametrize("css", ["} {{ @ <!-- a { top", "@media {", "a { b: url(", "@", "\x00{}", ":", "a:"])
def test_what_is_no_style_sheet_is_no_trouble(css: str) -> None:
    assert read_sheet(css).nested == ()
    assert read_style(css) is not None


def test_a_style_attribute_is_read_like_a_rule() -> None:
    assert read_style("position:absolute;;color") == {"css-position"}


@pytest.mark.parametrize(
    ("html", "slug"),
    [
        ('<input type="radio">', "html-input-radio"),
        ("<input>", "html-input-text"),
        ("<button>A</button>", "html-button-submit"),
        ("<nav>A</nav>", "html-semantics"),
        ('<a href="#b">A</a>', "html-anchor-links"),
        ('<p inert="">A</p>', "css-inert-attribute"),
        ('<td background="a.AVIF?1">A</td>', "image-avif"),
        ('<img src="https://network.eu/a.tif">', "image-tiff"),
        ('<img src="a.png" srcset="b.png 2x">', "html-srcset"),
        ("<style>a { gap: 0 }</style>", "css-gap"),
        ('<meta name="color-scheme" content="light">', "html-meta-color-scheme"),
    ],
)
def test_html_is_read_by_element_and_attribute(html: str, slug: str) -> None:
    page = etree.fromstring(f"<html><body><table><tr>{html}</tr></table></body></html>", etree.HTMLParser())

    assert slug in slugs_of_page(page)


def test_programs_are_named_as_people_call_them() -> None:
    assert feature("html-video").named(Answer.NO).startswith("Gmail, Outlook except Outlook for Mac, Yahoo, ")
    assert feature("css-display-grid").named(Answer.PARTLY) == "Gmail on phones"
    assert feature("css-unit-px").named(Answer.NO) == ""
