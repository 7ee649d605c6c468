"""Pictures in a letter: cropped, sharp on phones, or refused with the file that names them."""

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree
from PIL import Image as Pillow

from newsletter.content.items import Picture
from newsletter.errors import ContentError
from newsletter.issues.values import Story
from newsletter.rendering.issue import render_issue
from newsletter.rendering.pictures import prepare_logo
from newsletter.rendering.values import RenderedVariant
from tests.rendering.sample import news as make_news
from tests.rendering.sample import sample_issue, sample_look, variant_of


def story(key: str, **fields: object) -> Story:
    """A short news item."""
    return make_news(key, {"en": f"About {key}"}, {"en": "Summary."}, **fields)


def render(root: Path, *stories: Story) -> RenderedVariant:
    """Render *stories* in English, the first leading."""
    issue = sample_issue(stories, introductions={}, languages=("en",))
    return render_issue(issue, [variant_of(issue, "en")], sample_look(root)).variants["en"]


def draw(file: Path, size: tuple[int, int]) -> None:
    """Draw a picture of *size*."""
    Pillow.new("RGB", size, "teal").save(file)


def test_lead_and_others_have_pictures_of_their_own_size(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", (1600, 1600))
    picture = Picture(source="a.png", alt="A square")

    rendered = render(tmp_path, story("one", picture=picture), story("two", picture=picture))

    lead, other = rendered.images
    assert (lead.width, lead.height, lead.file_width) == (600, 338, 1200)
    assert (other.width, other.height, other.file_width) == (336, 189, 672)
    assert f'src="https://news.example.org/media/{other.name}" width="200"' in rendered.html
    assert (tmp_path / "var" / "media" / lead.name).is_file()


def test_a_picture_on_another_host_stays_there(tmp_path: Path) -> None:
    picture = Picture(source="https://example.org/images/a.jpg", alt="Elsewhere")

    rendered = render(tmp_path, story("one", picture=picture))

    assert rendered.images == ()
    assert 'alt="Elsewhere" height="auto" src="https://example.org/images/a.jpg" width="600"' in rendered.html


def test_pictures_that_cannot_be_used_are_told_all_at_once_with_the_files_that_name_them(
    tmp_path: Path,
) -> None:
    (tmp_path / "broken.png").write_bytes(b"no picture")
    stories = [
        story("one", picture=Picture(source="missing.png", alt=""), lines={"image": 7}),
        story("two", picture=Picture(source="broken.png", alt="")),
    ]

    with pytest.raises(ContentError) as caught:
        render(tmp_path, *stories)

    assert [(problem.path, problem.line) for problem in caught.value.problems] == [
        ("content/one.md", 7),
        ("content/two.md", None),
    ]


def test_a_description_of_several_lines_becomes_one(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", (800, 800))

    rendered = render(tmp_path, story("one", picture=Picture(source="a.png", alt='Two\n  lines, "quoted" ❤️')))

    assert etree.fromstring(rendered.html, etree.HTMLParser()).xpath("//img/@alt") == [
        'Two lines, "quoted" ❤️'
    ]


def test_pictures_of_a_body_stand_between_its_paragraphs(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", (1600, 900))
    body = "Before.\n\n![A bridge](/a.png)\n\nAfter."

    rendered = render(
        tmp_path, story("one", link=None, body=body.replace("/a.png", "https://example.org/a.png"))
    )

    assert (
        rendered.html.index("Before.") < rendered.html.index('alt="A bridge"') < rendered.html.index("After.")
    )
    assert 'alt="A bridge"' in rendered.web


@pytest.mark.parametrize(
    ("size", "shown"), [((1200, 400), (144, 48)), ((500, 500), (48, 48)), ((90, 30), (90, 30))]
)
def test_a_logo_fits_the_masthead(tmp_path: Path, size: tuple[int, int], shown: tuple[int, int]) -> None:
    draw(tmp_path / "logo.png", size)

    logo = prepare_logo(tmp_path / "logo.png", None, within=tmp_path, media=tmp_path / "media")

    assert (logo.light.width, logo.light.height) == shown


def test_a_logo_for_dark_paper_replaces_the_other_there(tmp_path: Path) -> None:
    draw(tmp_path / "light.png", (1200, 400))
    draw(tmp_path / "dark.png", (600, 200))
    look = sample_look(tmp_path)
    logo = prepare_logo(tmp_path / "light.png", tmp_path / "dark.png", within=tmp_path, media=look.media)
    issue = sample_issue([story("one")], languages=("en",))

    rendered = render_issue(
        issue, [variant_of(issue, "en")], replace(look, theme=replace(look.theme, logo=logo))
    ).variants["en"]

    assert logo.dark is not None
    assert [image.name for image in rendered.images] == [logo.light.name, logo.dark.name]
    assert ".logo-dark { display: inline-block !important; }" in rendered.html
    assert (
        f'src="https://news.example.org/media/{logo.light.name}" alt="Civic Technology Network"'
        in rendered.html
    )


def test_a_missing_logo_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"logo\.png"):
        prepare_logo(tmp_path / "logo.png", None, within=tmp_path, media=tmp_path / "media")
