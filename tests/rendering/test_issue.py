"""A whole issue: what every reader finds in the mail, in the plain text and on the web."""

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from newsletter.content.characters import clean_text
from newsletter.errors import RenderingError, TemplateError
from newsletter.issues.values import Issue, Story, Variant
from newsletter.rendering.issue import render_issue
from newsletter.rendering.look import Look
from newsletter.rendering.values import RenderedIssue, RenderedVariant, Slot
from tests.rendering.sample import LANGUAGES, STORIES, event, news, sample_issue, sample_look, variant_of

#: As content hands it on: one form a character, no controls.
texts = (
    st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=60)
    .map(clean_text)
    .filter(str.strip)
)


def render(issue: Issue, look: Look, lang: str = "en") -> RenderedVariant:
    """Render *issue* in *lang*."""
    return render_issue(issue, [variant_of(issue, lang)], look).variants[lang]


def strings(html: str, path: str) -> list[str]:
    """What the XPath *path* finds in *html*, as text without runs of space."""
    found = etree.fromstring(html, etree.HTMLParser()).xpath(path)
    assert isinstance(found, list)
    texts = [str(node.xpath("string()")) if isinstance(node, etree._Element) else str(node) for node in found]
    return [" ".join(text.split()) for text in texts]


@pytest.fixture(params=LANGUAGES)
def variant(request: pytest.FixtureRequest, rendered: RenderedIssue) -> RenderedVariant:
    """The sample in each language."""
    return rendered.variants[request.param]


def test_variants_come_in_the_order_of_the_languages(look: Look) -> None:
    issue = sample_issue(STORIES[2:3])
    variants = [variant_of(issue, lang) for lang in ("de", "en", "fr")]

    made = render_issue(issue, variants, look, content_hash="abc")

    assert list(made.variants) == ["en", "fr", "de"]
    assert (made.issue, made.hash, made.items) == (
        "monthly-2026-11",
        "abc",
        ("news/2026-10-22-work-programme",),
    )
    assert made.subject == made.variants["en"].subject


def test_the_same_issue_is_rendered_to_the_same_bytes(rendered: RenderedIssue, project: Path) -> None:
    issue = sample_issue()

    again = render_issue(
        issue, [variant_of(issue, lang) for lang in reversed(LANGUAGES)], sample_look(project)
    )

    assert again == rendered


def test_a_full_letter_stays_under_the_size_at_which_gmail_clips(variant: RenderedVariant) -> None:
    assert len(variant.html.encode()) < 100_000
    assert sum(len(style) for style in re.findall(r"<style.*?</style>", variant.html, re.DOTALL)) < 8_192


def test_two_dozen_items_stay_under_it_too(look: Look) -> None:
    twice = [*STORIES, *(replace(story, key=f"{story.key}-again") for story in STORIES)]

    assert len(render(sample_issue(twice), look).html.encode()) < 100_000


def test_language_and_direction_stand_on_the_page_and_on_the_letter(variant: RenderedVariant) -> None:
    for attribute, value in (("lang", variant.lang), ("dir", "ltr")):
        assert strings(variant.html, f"/html/@{attribute}") == [value]
        assert strings(variant.html, f"//body/div[@role='article']/@{attribute}") == [value]
        assert strings(variant.web, f"/html/@{attribute}") == [value]


def test_an_item_in_another_language_is_marked_with_it(rendered: RenderedIssue) -> None:
    for html in (rendered.variants["en"].html, rendered.variants["en"].web):
        assert any("Un format ouvert" in text for text in strings(html, "//*[@lang='fr'][@dir='ltr']"))
        assert not any("Base maps" in text for text in strings(html, "//body//*[@lang='fr']"))


def test_a_missing_introduction_is_that_of_the_first_language_and_marked(rendered: RenderedIssue) -> None:
    assert any(
        "begins in Copenhagen" in text for text in strings(rendered.variants["de"].html, "//*[@lang='en']")
    )


@pytest.mark.parametrize("part", ["html", "web"])
def test_headings_have_one_title_and_skip_no_level(variant: RenderedVariant, part: str) -> None:
    page = etree.fromstring(getattr(variant, part), etree.HTMLParser())
    levels = [int(element.tag[1]) for element in page.iter("h1", "h2", "h3", "h4", "h5", "h6")]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_sections_stand_in_their_order(rendered: RenderedIssue) -> None:
    assert strings(rendered.variants["en"].html, "//h2") == [
        "In this issue",
        "In focus",
        "News",
        "Event reports",
        "Upcoming events",
    ]
    assert strings(rendered.variants["fr"].html, "//h2")[1:3] == ["À la une", "Actualités"]


def test_every_picture_has_a_description_and_a_width_in_pixels(variant: RenderedVariant) -> None:
    for html in (variant.html, variant.web):
        assert strings(html, "//img[not(@alt)]") == []
        assert all(width.isdigit() for width in strings(html, "//img/@width"))
        assert all(src.startswith("https://news.example.org/media/") for src in strings(html, "//img/@src"))


def test_layout_tables_are_no_tables_to_a_screen_reader(variant: RenderedVariant) -> None:
    assert strings(variant.html, "//table[not(@role='presentation')]") == []


def test_links_say_where_they_lead(variant: RenderedVariant) -> None:
    texts = strings(variant.html, "//a")

    assert all(len(text) >= 7 for text in texts)
    assert not {"read more", "here", "click here", "lire la suite", "mehr", "hier"} & {
        text.lower() for text in texts
    }


def test_h_11_the_footer_has_every_way_out(rendered: RenderedIssue) -> None:
    html = rendered.variants["en"].html

    assert strings(html, f"//a[@href='{Slot.UNSUBSCRIBE}']") == ["Unsubscribe"]
    assert strings(html, f"//a[@href='{Slot.PREFERENCES}']") == ["Change topics, language or frequency"]
    assert strings(html, "//a[@href='https://news.example.org/issues/monthly-2026-11?lang=en']") == [
        "Read this issue on the web"
    ]
    assert "Rue de l’Exemple 1, 1000 Brussels" in html
    assert "because you subscribed to “Technology digest” of Civic Technology Network" in html


def test_c_10_who_forwards_the_mail_is_told_what_goes_along(rendered: RenderedIssue) -> None:
    variant = rendered.variants["en"]

    for body in (" ".join(variant.html.split()), " ".join(variant.text.split())):
        assert "Forwarding this mail? Remove these links first" in body
        assert "or share the web version." in body
    assert "Forwarding" not in variant.web


def test_a_newsletter_without_an_archive_does_not_lead_to_one(look: Look) -> None:
    made = render(sample_issue(STORIES[2:3]), replace(look, has_archive=False))

    assert "/issues/" not in made.html + made.text
    assert "can change your subscription." in " ".join(made.text.split())
    assert "the web version" not in made.html + made.text


def test_c_08_the_web_page_is_the_same_for_everybody(variant: RenderedVariant) -> None:
    assert "slot.invalid" not in variant.web
    assert (
        variant.html.count("https://slot.invalid/")
        == variant.text.count("https://slot.invalid/")
        == len(Slot)
    )


def test_the_web_page_needs_nothing_but_its_own_styles_and_pictures(variant: RenderedVariant) -> None:
    assert strings(variant.web, "//script | //link | //iframe | //@style | //@onclick") == []
    assert "@import" not in variant.web
    assert "url(" not in variant.web


def test_the_contents_of_the_web_page_lead_to_its_items(variant: RenderedVariant) -> None:
    targets = strings(variant.web, "//nav[@class='contents']//a/@href")

    assert len(targets) == len(STORIES)
    assert [target.removeprefix("#") for target in targets] == strings(variant.web, "//article/@id")


def test_few_items_need_no_contents(look: Look) -> None:
    made = render(sample_issue(STORIES[:5]), look)

    assert "In this issue" not in made.html + made.web


def test_h_18_p_05_no_host_but_ours_is_named_by_the_mail_itself(variant: RenderedVariant) -> None:
    sources = strings(variant.html, "//@src | //link/@href | //@background")

    assert all(source.startswith("https://news.example.org/") for source in sources)
    assert "fonts.googleapis" not in variant.html
    assert "@import" not in variant.html


def test_dark_colours_stand_apart_from_those_for_outlook(variant: RenderedVariant) -> None:
    styles = re.findall(r"<style.*?</style>", variant.html, re.DOTALL)

    assert len([style for style in styles if "prefers-color-scheme: dark" in style]) == 1
    assert len([style for style in styles if "[data-ogsc]" in style]) == 1
    assert not any("prefers-color-scheme" in style and "[data-ogsc]" in style for style in styles)


def test_w_32_text_that_looks_like_markup_or_a_template_is_only_text(look: Look) -> None:
    hostile = news(
        "x",
        {"en": "<script>alert(1)</script> {{ 7 * 7 }} {% raw %} </mj-text> &amp;"},
        {"en": "<mj-raw>{{ slots }}</mj-raw> \\u{41} C:\\new"},
    )

    made = render(sample_issue([hostile], introductions={}), look)

    for html in (made.html, made.web):
        assert "<script>alert" not in html
        assert any(
            "<script>alert(1)</script> {{ 7 * 7 }} {% raw %} </mj-text> &amp;" in h
            for h in strings(html, "//h3")
        )
        assert any("<mj-raw>{{ slots }}</mj-raw> \\u{41} C:\\new" in text for text in strings(html, "//p"))
    assert "{{ 7 * 7 }}" in made.text


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=texts, summary=texts, place=texts)
def test_whatever_an_editor_writes_arrives(look: Look, title: str, summary: str, place: str) -> None:
    story = event("x", {"en": title}, {"en": summary}, start=date(2026, 10, 7), location=place)

    made = render(sample_issue([story], introductions={}), look)

    for html in (made.html, made.web):
        assert without_space(title) in {without_space(text) for text in strings(html, "//h3")}
        assert without_space(summary) in {without_space(text) for text in strings(html, "//p")}
        assert any(without_space(text).startswith(without_space(place)) for text in strings(html, "//p"))
    assert without_space(title) in without_space(made.text)


def without_space(text: str) -> str:
    """*text* without white space."""
    return "".join(text.split())


def test_w_32_content_cannot_ask_for_a_readers_own_link(look: Look) -> None:
    thief = news("x", {"en": "A headline"}, {"en": f"See {Slot.UNSUBSCRIBE} for more."})

    with pytest.raises(RenderingError, match="remove it from the content"):
        render(sample_issue([thief]), look)


def test_a_template_without_a_way_out_is_refused(look: Look, tmp_path: Path) -> None:
    for name in ("email/footer.mjml", "email/issue.txt"):
        folder = tmp_path / name.replace("/", "-")
        (folder / "email").mkdir(parents=True)
        (folder / name).write_text("", "utf-8")

        with pytest.raises(TemplateError, match="there is no link to unsubscribe"):
            render(sample_issue(STORIES[2:3]), replace(look, templates=folder))


def test_a_mistake_in_an_overriding_part_is_told_with_its_line(look: Look, tmp_path: Path) -> None:
    (tmp_path / "email").mkdir()
    (tmp_path / "email" / "footer.mjml").write_text("<mj-section>\n  <mj-colunm />\n</mj-section>", "utf-8")

    with pytest.raises(TemplateError, match=r"/email/footer\.mjml:2: there is no component <mj-colunm>\."):
        render(sample_issue(STORIES[2:3]), replace(look, templates=tmp_path))


def test_the_first_lead_that_a_reader_gets_is_set_large(look: Look) -> None:
    issue = sample_issue(STORIES[:3], leads=(STORIES[0].key, STORIES[2].key))
    variant = Variant(name="en-12345678", lang="en", stories=STORIES[1:3])

    made = render_issue(issue, [variant], look).variants["en-12345678"]

    assert strings(made.html, "//h3[@class='lead-headline']") == [
        "Work programme 2027: three strands, two exercises, one catalogue"
    ]


def test_an_upcoming_event_can_lead(look: Look) -> None:
    issue = sample_issue(STORIES[9:10], leads=(STORIES[9].key,))

    made = render(issue, look)

    assert strings(made.html, "//td[contains(@class, 'button')]//a")[0].startswith("About this event: ")
    assert "18 November 2026 · 10:00–12:30 · Online" in strings(made.html, "//p")


def test_an_item_without_a_page_is_printed_whole(rendered: RenderedIssue) -> None:
    made = rendered.variants["en"]

    assert "kept in the open [1]" in made.text
    assert "[1] https://example.org/catalogue?from=news&year=2026" in made.text
    assert (
        strings(made.html, "//div[@class='prose']//li")[0]
        == "exchange formats for evidence, with a test suite;"
    )


def test_an_announcement_without_a_page_is_printed_whole_too(look: Look) -> None:
    announced = event(
        "x",
        {"en": "Plenary"},
        {"en": "Never shown beside the whole."},
        is_counted=False,
        start=date(2026, 11, 30),
        link=None,
        body="Bring *your* own gateway.",
    )

    made = render(
        sample_issue([announced], leads=(), introductions={}, preheaders={"": "An evening in Lisbon"}), look
    )

    for part in (made.html, made.web):
        assert strings(part, "//div[@class='prose']") == ["Bring your own gateway."]
    assert "Bring your own gateway." in made.text
    assert "Never shown" not in made.html + made.web + made.text


def test_a_right_to_left_letter_has_nothing_left_to_right_but_foreign_items(look: Look) -> None:
    stories: list[Story] = [
        news("a", {"ar": "خرائط تسع عواصم"}, {"ar": "ملخص"}),
        news("b", {"en": "An English item"}, {"en": "Summary."}),
    ]

    made = render(sample_issue(stories, languages=("ar",), introductions={}), look, "ar")

    assert strings(made.html, "/html/@dir") == strings(made.web, "/html/@dir") == ["rtl"]
    assert "direction:ltr" not in made.html
    assert strings(made.html, "//*[@lang='en']/@dir") == ["ltr"]


def test_the_plain_text_is_wrapped_for_people(variant: RenderedVariant) -> None:
    lines = variant.text.splitlines()

    assert [line for line in lines if len(line) > 76 and "https://" not in line] == []
    assert "\n\n\n" not in variant.text
    assert "-- " in lines
    assert "&amp;" not in variant.text


def test_events_of_the_plain_text_are_aligned(rendered: RenderedIssue) -> None:
    text = rendered.variants["en"].text

    assert "\n18 Nov  Buying software together" in text
    assert "\n        18 November 2026 · 10:00–12:30 · Online" in text


def test_one_upcoming_event_alone_makes_a_letter(look: Look) -> None:
    alone = event("x", {"en": "Plenary"}, {}, is_counted=False, start=date(2026, 11, 30), location="Lisbon")

    made = render(sample_issue([alone], leads=(), introductions={}), look)

    assert strings(made.html, "//h2") == ["Upcoming events"]


def test_corrections_stand_at_the_end_of_every_part_in_the_readers_language_or_marked(look: Look) -> None:
    corrections = {"en": ("The fair was in Ghent.",), "fr": ("Le salon était à Gand.",)}
    issue = sample_issue(STORIES[:2], corrections=corrections)

    french, german = render(issue, look, "fr"), render(issue, look, "de")

    assert [
        text for part in (french.html, french.web) for text in strings(part, "//p") if "salon" in text
    ] == ["Le salon était à Gand."] * 2
    assert "Rectifications\n--------------\n\nLe salon était à Gand." in french.text
    assert [text for text in strings(german.html, '//*[@lang="en"]') if "Ghent" in text]


def test_what_lies_ahead_can_be_added_to_a_calendar_where_the_site_has_it(look: Look) -> None:
    issue = sample_issue()
    address = "https://news.example.org/events/2026-11-30-plenary.ics"

    variant = render(issue, look)
    without = render(issue, replace(look, has_archive=False))

    assert strings(variant.html, f'//a[@href="{address}"]') == ["Add to calendar"]
    assert address in variant.text
    assert address in variant.web
    assert ".ics" not in without.html + without.text + without.web


def test_a_section_is_added_as_the_docs_say(look: Look, tmp_path: Path) -> None:
    page = (Path(__file__).parent.parent.parent / "docs" / "theming.md").read_text(encoding="utf-8")
    section, wrapper = re.findall(r"```html\n(.*?)```", page.partition("## Add a section")[2], re.DOTALL)[:2]
    (tmp_path / "email").mkdir()
    (tmp_path / "email" / "about.mjml").write_text(section, encoding="utf-8")
    (tmp_path / "email" / "corrections.mjml").write_text(wrapper, encoding="utf-8")

    variant = render(sample_issue(), replace(look, templates=tmp_path))

    assert strings(variant.html, "//h2")[-1] == "About the network"
