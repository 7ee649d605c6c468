"""MJML against the schema: whatever MRML would swallow is a mistake with a line."""

from pathlib import Path

import pytest

from newsletter.errors import TemplateError
from newsletter.rendering.pipeline.environment import load_templates
from newsletter.rendering.pipeline.linting import Outline, lint
from newsletter.rendering.pipeline.schema import COMPONENTS

HEAD = """<mj-head>
<mj-title>A &amp; B</mj-title><mj-preview>Preview</mj-preview>
<mj-attributes><mj-all font-family="Arial" /></mj-attributes>
</mj-head>"""


def letter(body: str, *, head: str = HEAD, attributes: str = 'lang="en" dir="ltr"') -> str:
    """A letter around *body*, which begins in its sixth line."""
    return f"<mjml {attributes}>\n{head}<mj-body>\n{body}\n</mj-body></mjml>"


def column(inside: str) -> str:
    """*inside* in a column."""
    return letter(f"<mj-section><mj-column>{inside}</mj-column></mj-section>")


def lint_file(tmp_path: Path, source: str) -> Outline:
    """Lint *source* as the template of a project, with its marks."""
    (tmp_path / "x.mjml").write_text(source, "utf-8")
    templates = load_templates(tmp_path)
    return lint(templates.render("x.mjml", {}), lambda name, line: f"{name}:{line}")


def mistakes(tmp_path: Path, source: str) -> list[str]:
    """What is wrong with *source*."""
    with pytest.raises(TemplateError) as caught:
        lint_file(tmp_path, source)
    return str(caught.value).splitlines()


def test_a_good_letter_is_outlined(tmp_path: Path) -> None:
    outline = lint_file(
        tmp_path,
        column(
            '<mj-image src="https://example.org/a.png" alt="caf&eacute; &quot;x&quot;" width="10px" />'
            "<mj-text><p>One <b>two</b> &amp; three<br />four</p><!-- nothing --></mj-text>"
            '<mj-button href="https://example.org/?a=1&amp;b=2">Go</mj-button>'
        ),
    )

    assert outline == Outline(
        title="A&B",
        text="PreviewOnetwo&threefourGo",
        links=("https://example.org/?a=1&b=2",),
        alts=('café "x"',),
    )


@pytest.mark.parametrize(
    ("body", "mistake"),
    [
        ("<mj-chart />", "there is no component <mj-chart>."),
        ('<mj-text colour="#000000">x</mj-text>', "<mj-text> has no attribute `colour`."),
        ('<mj-text color="black">x</mj-text>', '<mj-text> cannot have color="black".'),
        ('<mj-text font-size="16">x</mj-text>', '<mj-text> cannot have font-size="16".'),
        ('<mj-text align="left" align="right">x</mj-text>', "<mj-text> has `align` twice."),
        ("<mj-section></mj-section>", "<mj-section> cannot stand in <mj-column>."),
        ("<p>x</p>", "<p> stands outside a component that holds HTML, such as <mj-text>."),
        ('<mj-image src="https://example.org/a.png" width="10px" />', "<mj-image> needs `alt`."),
        ('<mj-image src="https://example.org/a.png" alt="" />', "<mj-image> needs `width`."),
        ('<mj-image src="data:image/png;base64,x" alt="" width="1px" />', 'src="data:image/png;base64,x".'),
        ("<mj-button>Go</mj-button>", "<mj-button> needs `href`."),
        ('<mj-button href="javascript:alert(1)">Go</mj-button>', 'href="javascript:alert(1)".'),
        (
            '<mj-table role="presentation"><tr><td>x</td></tr></mj-table>',
            "<mj-table> has no attribute `role`.",
        ),
        (
            '<mj-social><mj-social-element name="facebook">x</mj-social-element></mj-social>',
            "no attribute `name`.",
        ),
        ("<mj-include path='x' />", "<mj-include> cannot be used. Write {% include %}"),
        ("<mj-carousel></mj-carousel>", "<mj-carousel> cannot be used."),
        ("<mj-text><script>x</script></mj-text>", "<script> cannot be used."),
        ('<mj-text><link href="https://example.org/x.css" /></mj-text>', "<link> cannot be used."),
        ("<mj-text><p>x</mj-text>", "<p> has no end tag."),
        ("<mj-text>x</p></mj-text>", "</p> ends nothing."),
        ("<mj-text>1 < 2</mj-text>", "`<` begins no tag that can be read."),
        ("<mj-text><p class=x>x</p></mj-text>", "`<` begins no tag that can be read."),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, body: str, mistake: str) -> None:
    found = mistakes(tmp_path, column("\n" + body))

    assert any(line.startswith("x.mjml:7: ") and mistake in line for line in found), found


@pytest.mark.parametrize(
    ("source", "mistake"),
    [
        (letter("", attributes='dir="ltr"'), "<mjml> needs `lang`."),
        (letter("", attributes='lang="und" dir="ltr"'), '<mjml> cannot have lang="und".'),
        (letter("", attributes='lang="en"'), "<mjml> needs `dir`."),
        (letter("", head=HEAD.replace("<mj-title>A &amp; B</mj-title>", "")), "<mj-title> is there 0 times"),
        (
            letter("", head=HEAD.replace("<mj-preview>Preview</mj-preview>", "")),
            "<mj-preview> is there 0 times",
        ),
        (letter("", head=HEAD.replace("mj-all", "mj-text")), "<mj-attributes> needs <mj-all font-family>"),
        (
            letter(
                "", head=HEAD.replace("</mj-head>", '<mj-style inline="inline">a {}</mj-style></mj-head>')
            ),
            "`inline`",
        ),
        (
            letter("", head=HEAD.replace("</mj-head>", "<mj-style>@IMPORT url(x)</mj-style></mj-head>")),
            "@import",
        ),
        (
            letter(
                "", head=HEAD.replace("</mj-head>", "<mj-style>a::after{content:'—'}</mj-style></mj-head>")
            ),
            "ASCII",
        ),
        (letter("", head=HEAD.replace("Preview", "<b>x</b>")), "<b> stands outside"),
        (letter("<mj-section></mj-section></mj-body><mj-body>"), "<mj-body> is there 2 times"),
    ],
)
def test_a_letter_without_what_it_needs_is_refused(tmp_path: Path, source: str, mistake: str) -> None:
    found = mistakes(tmp_path, source)

    assert any(mistake in line for line in found), found


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    found = mistakes(tmp_path, column("\n<mj-chart />\n<mj-foo />"))

    assert [line.partition(" ")[0] for line in found] == ["x.mjml:7:", "x.mjml:8:"]


def test_a_mistake_in_an_included_template_is_told_there(tmp_path: Path) -> None:
    (tmp_path / "part.mjml").write_text("\n\n<mj-foo />", "utf-8")

    assert mistakes(tmp_path, column('{% include "part.mjml" %}')) == [
        "part.mjml:3: there is no component <mj-foo>."
    ]


def test_stray_words_are_told_at_the_tag_before_them(tmp_path: Path) -> None:
    found = mistakes(tmp_path, column("\n\nstray words"))

    assert found == ["x.mjml:6: the text `stray words` stands outside a component that holds text."]


def test_lines_are_right_behind_comments_and_comparisons_of_the_template_language(tmp_path: Path) -> None:
    source = column('{# <mj-foo>\n #}\n{% if 1 <2 %}<mj-text>{{ "<i>" }}</mj-text>{% endif %}\n<mj-foo />')

    assert mistakes(tmp_path, source) == ["x.mjml:9: there is no component <mj-foo>."]


def test_every_required_attribute_is_in_the_table() -> None:
    for name, component in COMPONENTS.items():
        assert component.required <= component.attributes.keys(), name
        assert component.children <= COMPONENTS.keys(), name
