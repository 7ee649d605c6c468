"""The letter made once more, each element with the line of its template."""

from pathlib import Path

from newsletter.rendering.issue import render_issue
from newsletter.rendering.pipeline.environment import built_in_templates
from newsletter.rendering.pipeline.tracing import CONTENT, Place, traced
from newsletter.rendering.values import RenderedIssue
from tests.rendering.sample import sample_issue, sample_look, variant_of

MJML = """<?at a.mjml:1?><mjml lang="en" dir="ltr"><?at a.mjml:2?><mj-head><?at a.mjml:3?><mj-title>A</mj-title>
<?at a.mjml:4?><mj-attributes><?at a.mjml:4?><mj-all font-family="Arial" /></mj-attributes></mj-head>
<?at a.mjml:6?><mj-body><?at a.mjml:7?><mj-section css-class="paper"><?at a.mjml:8?><mj-column><?at b.mjml:9?><mj-text>
<?at b.mjml:10?><p class="x" title='é'>A <em>B > C</em></p><?at b.mjml:11?><br /></mj-text></mj-column></mj-section></mj-body></mjml>"""


def places_of(tag: str) -> list[Place | None]:
    return [place for element, place in traced(MJML) if element.tag == tag]


def test_html_of_a_template_has_its_line() -> None:
    assert places_of("p") == [Place("b.mjml", 10)]
    assert places_of("br") == [Place("b.mjml", 11)]


def test_html_without_a_mark_is_content() -> None:
    assert places_of("em") == [CONTENT]


def test_what_mjml_adds_has_the_line_of_its_component() -> None:
    found = {place for element, place in traced(MJML) if element.tag in {"td", "div", "table"}}

    assert found >= {Place("a.mjml", 7), Place("b.mjml", 9)}
    assert [(element.tag, place) for element, place in traced(MJML) if place is None][:2] == [
        ("html", None),
        ("head", None),
    ]


def test_classes_stay() -> None:
    classes = [str(element.get("class", "")).split() for element, _ in traced(MJML)]

    assert any("paper" in each for each in classes)


def test_nothing_of_a_letter_is_lost(rendered: RenderedIssue) -> None:
    for variant in rendered.variants.values():
        elements = list(traced(variant.source))
        tags = [element.tag for element, _ in elements]

        assert tags.count("a") == variant.html.count("<a ")
        assert tags.count("h3") == variant.html.count("<h3")
        assert {place.name for _, place in elements if place and place != CONTENT} <= {
            path.relative_to(built_in_templates()).as_posix() for path in built_in_templates().rglob("*.mjml")
        }


def test_a_place_is_where_the_template_says_so(project: Path, tmp_path: Path) -> None:
    footer = '{# A comment\n   of two lines #}\n{% if issue.lang == "en" %}\n<mj-raw><i id="seal">A</i></mj-raw>\n{% endif %}\n{% include "built-in/email/footer.mjml" %}\n'
    (tmp_path / "email").mkdir()
    (tmp_path / "email" / "footer.mjml").write_text(footer, encoding="utf-8")
    issue = sample_issue()

    rendered = render_issue(issue, [variant_of(issue, "en")], sample_look(project, templates=tmp_path))

    (place,) = (
        place for element, place in traced(rendered.variants["en"].source) if element.get("id") == "seal"
    )
    assert place == Place("email/footer.mjml", 4)
