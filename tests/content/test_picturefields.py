"""An item's picture: under all its names, and which file or address it is."""

from pathlib import Path

import pytest

from newsletter.content.addresses.links import LinkBase, resolve_picture
from newsletter.content.files.folder import collect
from newsletter.content.items import Collection, Picture
from tests.content.posts import rules_in


def collected(root: Path, fields: str, *files: str, body: str = "Text.") -> Collection:
    """Return what a project gives that has one bundle with *fields*, and *files*."""
    for file in ("content/news/post/index.md", *files):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(b"")
    (root / "content/news/post/index.md").write_text(
        f"---\ntitle: x\ndate: 2026-01-01\n{fields}\n---\n{body}\n"
    )
    return collect(rules_in(root))


def picture_in(root: Path, fields: str, *files: str) -> Picture | None:
    collection = collected(root, fields, *files)
    assert collection.problems == ()
    return collection.items[0].picture


@pytest.mark.parametrize(
    "fields",
    [
        "image: a.png\nimage_alt: A cat",
        "heroImage: a.png\nheroImageAlt: A cat",
        "featured_image: a.png\nimage_alt: A cat",
        "images: [a.png, b.png]\nimage_alt: A cat",
        "images:\n- src: a.png\n  alt: A cat",
        "cover:\n  image: a.png\n  alt: A cat",
        "image:\n  url: a.png\n  alt: A cat",
    ],
)
def test_a_picture_under_all_its_names(fields: str, tmp_path: Path) -> None:
    picture = picture_in(tmp_path, fields, "content/news/post/a.png")

    assert picture == Picture(source="content/news/post/a.png", alt="A cat")


def test_a_picture_that_nobody_described_differs_from_a_decorative_one(tmp_path: Path) -> None:
    undescribed = picture_in(tmp_path, "image: a.png", "content/news/post/a.png")
    decorative = picture_in(tmp_path, 'image: a.png\nimage_alt: ""', "content/news/post/a.png")

    assert undescribed is not None
    assert undescribed.alt is None
    assert decorative is not None
    assert decorative.alt == ""


@pytest.mark.parametrize(
    ("written", "file"),
    [
        ("a.png", "content/news/post/a.png"),
        ("./a.png", "content/news/post/a.png"),
        ("../a.png", "content/news/a.png"),
        ("images/a.png", "content/images/a.png"),
        ("/images/a.png", "content/images/a.png"),
        ("/images/a.png", "static/images/a.png"),
        ("images/a.png", "static/images/a.png"),
        ("a%20b.png?v=1", "content/news/post/a b.png"),
        ("caf\u00e9.png", "content/news/post/cafe\u0301.png"),
        ("cafe\u0301.png", "content/news/post/caf\u00e9.png"),
        ("100%25.png", "content/news/post/100%25.png"),
        ("100%25.png", "content/news/post/100%.png"),
        (".\\a.png", "content/news/post/a.png"),
        ("what?.png", "content/news/post/what?.png"),
    ],
)
def test_a_file_is_found_beside_the_item_in_the_content_folder_or_in_static(
    written: str, file: str, tmp_path: Path
) -> None:
    assert picture_in(tmp_path, f"image: {written}\nimage_alt: x", file) == Picture(source=file, alt="x")
    base = LinkBase(path="content/news/post/index.md", is_file=lambda place: (tmp_path / place).is_file())
    assert resolve_picture(written, base) == file


def test_a_project_folder_may_be_its_own_content_folder(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\ntitle: x\ndate: 2026-01-01\nimage: a.png\n---\n")
    (tmp_path / "a.png").write_bytes(b"")

    (item,) = collect(rules_in(tmp_path, folder=".")).items

    assert item.picture == Picture(source="a.png")


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://example.eu/a b.png", "https://example.eu/a%20b.png"),
        ("//example.eu/a.png", "https://example.eu/a.png"),
        ("/assets/a.png", "https://example.org/assets/a.png"),
    ],
)
def test_an_address_stays_one_and_a_path_from_the_root_is_one_of_the_website(
    written: str, address: str, tmp_path: Path
) -> None:
    assert picture_in(tmp_path, f"image: {written}") == Picture(source=address)


@pytest.mark.parametrize(
    "written",
    [
        "missing.png",
        "/../../secret.png/",
        "news",
        "a\\\\b.png",
        "x" * 5_000,
        ".hidden.png",
        "link.png",
    ],
)
def test_what_is_no_file_of_the_content_folder_is_left_out_with_a_warning(
    written: str, tmp_path: Path
) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    (tmp_path / "content/news/post").mkdir(parents=True)
    (tmp_path / "content/news/post/link.png").symlink_to(tmp_path / "secret.png")
    (tmp_path / "content/news/post/.hidden.png").write_bytes(b"")

    collection = collected(tmp_path, f'image: "{written}"')

    picture = collection.items[0].picture
    assert picture is None or picture.source.startswith("https://example.org/")
    if picture is None:
        (problem,) = collection.problems
        assert (problem.level, problem.rule, problem.line) == ("warning", "missing-image", 4)


@pytest.mark.parametrize(
    "written",
    [
        "data:image/png;base64,xx",
        "file:///etc/passwd",
        "C:\\\\a.png",
        "a.png:stream",
        "a%00.png",
        "../../../secret.png",
        "..%2f..%2f..%2fsecret.png",
        "..%5c..%5c..%5csecret.png",
        "%2e%2e/%2e%2e/%2e%2e/secret.png",
    ],
)
def test_what_cannot_be_a_file_of_the_content_folder_is_refused(written: str, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")

    collection = collected(tmp_path, f'image: "{written}"')

    assert collection.items[0].picture is None
    assert [problem.rule for problem in collection.problems] == ["refused-image"]


def test_a_link_in_static_does_not_lead_out_of_it(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    (tmp_path / "static").mkdir()
    (tmp_path / "static/link.png").symlink_to(tmp_path / "secret.png")

    collection = collected(tmp_path, "image: link.png")

    assert collection.items[0].picture is None
