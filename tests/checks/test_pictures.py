"""Rules on the pictures of items."""

from typing import Any

import pytest

from newsletter.content.items import NewsItem, Picture
from newsletter.errors import Level
from tests.checks.making import find, image, mail, sizes
from tests.issues.making import news


def illustrated(alt: str | None = "A quay at night", **fields: Any) -> NewsItem:
    """An item with a picture, named on line 5."""
    picture = Picture(source="content/harbour.png", alt=alt)
    return news("news/a", picture=picture, lines={"title": 2, "image": 5}, **fields)


@pytest.mark.parametrize("alt", [None, "IMG_0815.JPG", "harbour.png"])
def test_a_picture_that_nobody_described_is_found_on_its_line(alt: str | None) -> None:
    problems = find("missing-alt", illustrated(alt))

    assert [(problem.level, problem.path, problem.line) for problem in problems] == [
        (Level.WARNING, "content/news/a.md", 5)
    ]


@pytest.mark.parametrize("alt", ["", "A quay at night"])
def test_a_picture_that_is_described_or_said_to_decorate_is_fine(alt: str) -> None:
    assert find("missing-alt", illustrated(alt)) == []


def test_a_picture_in_a_text_that_is_printed_needs_a_description() -> None:
    problems = find("missing-alt", news("news/a", body="One.\n\n![](map.png)\n", body_line=7))

    assert [(problem.level, problem.line) for problem in problems] == [(Level.WARNING, 9)]


def test_a_picture_that_only_the_website_shows_is_mentioned() -> None:
    problems = find("missing-alt", news("news/a", body="![](map.png)", link="https://network.eu/a/"))

    assert [problem.level for problem in problems] == [Level.INFO]


@pytest.mark.parametrize(
    ("size", "levels"), [(900_000, []), (2_000_000, [Level.INFO]), (8_000_000, [Level.WARNING])]
)
def test_the_file_of_a_picture_may_have_one_megabyte(size: int, levels: list[Level]) -> None:
    problems = find("heavy-image", illustrated(), bytes_of=sizes(harbour=size))

    assert [problem.level for problem in problems] == levels


def test_a_picture_in_a_text_is_weighed_too() -> None:
    item = news("news/a", body="One.\n\n![A map](../map.png)\n", body_line=7)

    problems = find("heavy-image", item, bytes_of=sizes(map=8_000_000))

    assert [(problem.path, problem.line) for problem in problems] == [("content/news/a.md", 9)]


def test_a_picture_that_readers_download_slowly_is_traced_to_its_item() -> None:
    letter = mail(
        '<img src="https://news.network.eu/media/harbour.jpg" alt="A quay at night" width="600">',
        images=(image("harbour.jpg"), image("small.jpg")),
    )
    weights = {"var/media/harbour.jpg": 700_000, "var/media/small.jpg": 60_000}

    problems = find("heavy-image", illustrated(), mails=[letter], bytes_of=weights.get)

    assert [(problem.level, problem.path, problem.line) for problem in problems] == [
        (Level.WARNING, "content/news/a.md", 5)
    ]
    assert "700 kB" in problems[0].message
