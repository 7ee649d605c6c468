"""A folder of files into a collection: every item, every problem, the issue files."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from newsletter.content.files.folder import collect
from newsletter.content.files.walk import MAX_FILE_BYTES
from newsletter.content.items import Collection
from newsletter.errors import ContentError
from tests.content.posts import rules_in

POST = "---\ntitle: A title\ndate: 2026-01-01\n---\nText.\n"


def write(root: Path, *paths: str, text: str = POST) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def problems_of(collection: Collection) -> list[tuple[str, str, str | None]]:
    return [(problem.level, problem.rule, problem.path) for problem in collection.problems]


def test_items_come_in_the_order_of_their_paths(tmp_path: Path) -> None:
    write(
        tmp_path,
        "content/b.md",
        "content/a/z.md",
        "content/a/b/index.html",
        "content/a/c.markdown",
        "content/a.mkd",
    )

    collection = collect(rules_in(tmp_path))

    assert [item.path for item in collection.items] == [
        "content/a.mkd",
        "content/a/b/index.html",
        "content/a/c.markdown",
        "content/a/z.md",
        "content/b.md",
    ]
    assert collection.problems == ()


def test_what_is_no_item_is_passed_over(tmp_path: Path) -> None:
    write(
        tmp_path,
        "content/_index.md",
        "content/.hidden.md",
        "content/.git/x.md",
        "content/README.md",
        "content/x.jpg",
    )

    assert collect(rules_in(tmp_path)) == Collection(items=())


def test_issue_files_are_handed_on_unread(tmp_path: Path) -> None:
    write(
        tmp_path, "content/issues/monthly-2026-11.md", "content/issues/monthly-2026-11.fr.md", text="hold: x"
    )
    write(tmp_path, "content/news/issues/a.md")

    collection = collect(rules_in(tmp_path))

    assert [(file.path, file.data) for file in collection.issue_files] == [
        ("content/issues/monthly-2026-11.fr.md", b"hold: x"),
        ("content/issues/monthly-2026-11.md", b"hold: x"),
    ]
    assert [item.path for item in collection.items] == ["content/news/issues/a.md"]


def test_one_bad_file_hides_no_other(tmp_path: Path) -> None:
    write(tmp_path, "content/a.md", text="---\ntitle: One: two\n---\n")
    write(tmp_path, "content/b.md", text="")
    write(tmp_path, "content/c.md")
    (tmp_path / "content/d.md").write_bytes(b"\xff\xff")

    collection = collect(rules_in(tmp_path))

    assert [item.path for item in collection.items] == ["content/c.md"]
    assert problems_of(collection) == [
        ("error", "front-matter", "content/a.md"),
        ("error", "empty-file", "content/b.md"),
        ("error", "encoding", "content/d.md"),
    ]


def test_other_formats_of_site_generators_are_information(tmp_path: Path) -> None:
    write(tmp_path, "content/a.rst", "content/b.adoc", "content/c.txt")

    assert problems_of(collect(rules_in(tmp_path))) == [
        ("info", "foreign-format", "content/a.rst"),
        ("info", "foreign-format", "content/b.adoc"),
    ]


def test_translations_share_a_key(tmp_path: Path) -> None:
    write(
        tmp_path,
        "content/a.md",
        "content/a.fr.md",
        "content/a.de.md",
        "content/b/index.md",
        "content/b/index.fr.md",
    )

    collection = collect(rules_in(tmp_path))

    assert {key: list(versions) for key, versions in collection.translations().items()} == {
        "a": ["de", "fr", "en"],
        "b": ["fr", "en"],
    }
    assert problems_of(collection) == [("info", "unknown-language", "content/a.de.md")]


def test_translations_share_an_id_that_one_of_them_has(tmp_path: Path) -> None:
    write(tmp_path, "content/a.md", text="---\ntitle: A\ndate: 2026-01-01\nid: my-id\n---\n")
    write(tmp_path, "content/a.fr.md", "content/b.md")

    collection = collect(rules_in(tmp_path))

    assert [(item.key, item.lang) for item in collection.items] == [
        ("my-id", "fr"),
        ("my-id", "en"),
        ("b", "en"),
    ]


def test_two_files_with_one_key_are_an_error_on_both_naming_the_other(tmp_path: Path) -> None:
    write(tmp_path, "content/a.md", "content/a.html", "content/a/index.md")

    collection = collect(rules_in(tmp_path))

    assert problems_of(collection) == [
        ("error", "duplicate-key", "content/a.html"),
        ("error", "duplicate-key", "content/a.md"),
        ("error", "duplicate-key", "content/a/index.md"),
    ]
    assert "content/a.html, content/a/index.md" in collection.problems[1].message


def test_a_missing_folder_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="no such folder"):
        collect(rules_in(tmp_path))


def test_the_content_folder_may_be_a_link(tmp_path: Path) -> None:
    write(tmp_path, "elsewhere/news/a.md")
    (tmp_path / "project").mkdir()
    (tmp_path / "project/content").symlink_to(tmp_path / "elsewhere")

    collection = collect(rules_in(tmp_path / "project"))

    assert [item.path for item in collection.items] == ["content/news/a.md"]


def test_w_36_links_that_lead_out_of_the_content_folder_are_errors(tmp_path: Path) -> None:
    write(tmp_path, "secret.md", "outside/a.md", "content/a.md")
    (tmp_path / "content/file.md").symlink_to(tmp_path / "secret.md")
    (tmp_path / "content/folder").symlink_to(tmp_path / "outside")
    (tmp_path / "content/passwd.md").symlink_to("/etc/passwd")
    (tmp_path / "content/nowhere.md").symlink_to("gone.md")
    (tmp_path / "content/itself.md").symlink_to("itself.md")
    (tmp_path / "content/photo.jpg").symlink_to(tmp_path / "secret.md")

    collection = collect(rules_in(tmp_path))

    assert [item.path for item in collection.items] == ["content/a.md"]
    assert [(rule, path) for _, rule, path in problems_of(collection)] == [
        ("outside-content", "content/file.md"),
        ("outside-content", "content/folder"),
        ("outside-content", "content/itself.md"),
        ("outside-content", "content/nowhere.md"),
        ("outside-content", "content/passwd.md"),
    ]


def test_links_inside_are_followed_to_files_and_not_into_folders(tmp_path: Path) -> None:
    write(tmp_path, "content/news/a.md")
    (tmp_path / "content/b.md").symlink_to("news/a.md")
    (tmp_path / "content/news/loop").symlink_to("..")

    collection = collect(rules_in(tmp_path))

    assert [item.path for item in collection.items] == ["content/b.md", "content/news/a.md"]
    assert problems_of(collection) == [("info", "linked-folder", "content/news/loop")]


def test_a_pipe_is_an_error_and_never_waited_for(tmp_path: Path) -> None:
    write(tmp_path, "content/a.md")
    os.mkfifo(tmp_path / "content/pipe.md")
    os.mkfifo(tmp_path / "content/pipe.jpg")

    assert problems_of(collect(rules_in(tmp_path))) == [("error", "not-a-file", "content/pipe.md")]


def test_a_folder_with_the_name_of_an_item_is_a_folder(tmp_path: Path) -> None:
    write(tmp_path, "content/a.md/b.md")

    assert [item.path for item in collect(rules_in(tmp_path)).items] == ["content/a.md/b.md"]


def test_an_endless_file_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, "content/a.md", text=POST + "x" * MAX_FILE_BYTES)

    assert problems_of(collect(rules_in(tmp_path))) == [("error", "unreadable", "content/a.md")]


@pytest.mark.parametrize("name", [b"bad\xff.md", b"line\nbreak.md"])
def test_a_name_that_cannot_be_shown_is_an_error(name: bytes, tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / os.fsdecode(name)).write_text(POST)

    (problem,) = collect(rules_in(tmp_path)).problems

    assert problem.rule == "file-name"
    assert str(problem).isprintable()


def test_the_icon_that_macos_leaves_in_a_folder_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, "content/a.md", "content/Icon\r")

    assert collect(rules_in(tmp_path)).problems == ()


@contextmanager
def an_ordinary_user() -> Iterator[None]:
    """Root reads everything: be somebody else for a moment."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


def test_what_may_not_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "content/a.md", "content/b.md", "content/closed/c.md")
    (tmp_path / "content/b.md").chmod(0)
    (tmp_path / "content/closed").chmod(0)
    # Relative to here, because an ordinary user may not pass through pytest's own folders.
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o755)

    with an_ordinary_user():
        collection = collect(rules_in(Path()))

    assert [item.path for item in collection.items] == ["content/a.md"]
    assert problems_of(collection) == [
        ("error", "unreadable", "content/b.md"),
        ("error", "unreadable", "content/closed"),
    ]


def test_thousands_of_files_in_folders_deep_and_wide(tmp_path: Path) -> None:
    write(tmp_path, *(f"content/{number % 7}/{number % 11}/post-{number}.md" for number in range(500)))
    write(tmp_path, "content/" + "deep/" * 100 + "post.md")

    collection = collect(rules_in(tmp_path))

    assert len(collection.items) == 501


def test_what_is_broken_among_drafts_stops_no_issue(tmp_path: Path) -> None:
    write(tmp_path, "content/_drafts/a.md", text="---\ntitle: [x\n---\n")
    write(tmp_path, "content/_drafts/empty.md", text="")
    (tmp_path / "content/_drafts/utf16.md").write_bytes("Text".encode("utf-16"))
    (tmp_path / "content/_drafts/large.md").write_bytes(b"x" * (MAX_FILE_BYTES + 1))
    (tmp_path / "content/_drafts/link.md").symlink_to("/nowhere.md")

    collection = collect(rules_in(tmp_path), tmp_path / "cache")

    assert problems_of(collection) == [
        ("warning", "front-matter", "content/_drafts/a.md"),
        ("warning", "empty-file", "content/_drafts/empty.md"),
        ("warning", "unreadable", "content/_drafts/large.md"),
        ("warning", "outside-content", "content/_drafts/link.md"),
        ("warning", "encoding", "content/_drafts/utf16.md"),
    ]
    assert collect(rules_in(tmp_path), tmp_path / "cache") == collection
