"""What a file's name and folders say."""

from dataclasses import replace
from datetime import date

import pytest

from newsletter.content.files.names import date_in_path, is_item_name, place_of
from newsletter.content.items import Kind
from tests.content.posts import RULES


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("content/news/2026-11-03-title.md", "news/2026-11-03-title"),
        ("content/events/2026-10-08-title/index.md", "events/2026-10-08-title"),
        ("content/events/2026-10-08-title/index.fr.md", "events/2026-10-08-title"),
        ("content/news/title.fr.markdown", "news/title"),
        ("content/news/v1.2.md", "news/v1.2"),
        ("content/news/release.notes.md", "news/release.notes"),
        ("content/en/news/_posts/2026-11-03-title.md", "en/news/_posts/2026-11-03-title"),
        ("content/index.md", "index"),
        ("content/news/cafe\u0301.md", "news/café"),
    ],
)
def test_a_key_is_the_path_without_extension_language_and_index(path: str, key: str) -> None:
    assert place_of(path, RULES).key == key


@pytest.mark.parametrize(
    ("name", "siblings", "lang"),
    [
        ("title.fr", (), "fr"),
        ("title.FR", (), "fr"),
        ("title.fr-BE", (), "fr"),
        ("index.en", (), "en"),
        ("title.de", ("title",), "de"),
        ("title.de", ("title.en",), "de"),
        ("title.de", ("other",), None),
        ("node.js", (), None),
        ("v1.2", ("v1",), None),
        ("release.notes", ("release",), None),
        ("title", (), None),
    ],
)
def test_a_suffix_is_a_language_if_the_newsletter_has_it_or_another_version_stands_beside(
    name: str, siblings: tuple[str, ...], lang: str | None
) -> None:
    assert place_of(f"content/news/{name}.md", RULES, siblings).lang == lang


@pytest.mark.parametrize(
    ("path", "day", "slug"),
    [
        ("content/news/2026-11-03-title.md", date(2026, 11, 3), "title"),
        ("content/news/2026-11-3_title.md", date(2026, 11, 3), "title"),
        ("content/news/2026-11-03.md", date(2026, 11, 3), "2026-11-03"),
        ("content/events/2026-10-08-title/index.md", date(2026, 10, 8), "title"),
        ("content/news/2026/11/03/title.md", date(2026, 11, 3), "title"),
        ("content/news/2026-13-45-title.md", None, "2026-13-45-title"),
        ("content/news/2026-11-title.md", None, "2026-11-title"),
        ("content/news/title.md", None, "title"),
    ],
)
def test_a_date_in_the_name_or_the_folders_is_read_and_is_no_part_of_the_slug(
    path: str, day: date | None, slug: str
) -> None:
    place = place_of(path, RULES)

    assert place.date == day
    assert place.slug == slug


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("content/events/title.md", Kind.EVENT),
        ("content/fr/Events/2026/title.md", Kind.EVENT),
        ("content/_events/title.md", Kind.EVENT),
        ("content/news/events.md", Kind.NEWS),
        ("content/title.md", Kind.NEWS),
    ],
)
def test_the_folder_says_the_kind(path: str, kind: Kind) -> None:
    assert place_of(path, RULES).kind is kind


def test_only_jekylls_folder_for_drafts_makes_a_draft() -> None:
    assert place_of("content/news/_drafts/title.md", RULES).is_draft
    assert not place_of("content/news/drafts/title.md", RULES).is_draft


@pytest.mark.parametrize("folder", ["site/content", "../site/content", "."])
def test_the_content_folder_may_be_anywhere(folder: str) -> None:
    rules = replace(RULES, folder=folder)

    assert place_of(f"{folder}/news/title.md".removeprefix("./"), rules).key == "news/title"


@pytest.mark.parametrize(
    ("name", "is_item"),
    [
        ("title.md", True),
        ("title.MD", True),
        ("title.mkd", True),
        ("title.html", True),
        ("_index.md", False),
        ("_index.fr.md", False),
        (".title.md", False),
        ("README.md", False),
        ("photo.jpg", False),
        ("title.md~", False),
        ("title.rst", False),
    ],
)
def test_which_files_are_items(name: str, is_item: bool) -> None:
    assert is_item_name(name) is is_item


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("2025/06/26/Rust-1.88.0", date(2025, 6, 26)),
        ("/blog/2025/06/26/", date(2025, 6, 26)),
        ("2025/06", None),
        ("2025/06/99/x", None),
        ("12025/06/26/x", None),
    ],
)
def test_a_date_in_an_address_is_read(path: str, day: date | None) -> None:
    assert date_in_path(path) == day
