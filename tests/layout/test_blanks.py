"""A content file to fill in: its name, its front matter, and that nothing is overwritten."""

from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from newsletter.content.items import Kind
from newsletter.errors import NewsletterError, UsageError
from newsletter.layout.blanks import new_item, slug_of

TODAY = date(2026, 11, 21)


def front_matter(path: Path) -> dict[str, Any]:
    start, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    assert (start, body.strip()) == ("", "")
    fields = yaml.safe_load(front)
    assert isinstance(fields, dict)
    return fields


def test_news_is_named_after_its_date_and_title(tmp_path: Path) -> None:
    path = new_item(tmp_path, Kind.NEWS, "A new test range", today=TODAY)

    assert path == tmp_path / "news" / "2026-11-21-a-new-test-range.md"
    assert front_matter(path) == {"title": "A new test range", "date": TODAY, "draft": True}


def test_news_may_have_another_date(tmp_path: Path) -> None:
    path = new_item(tmp_path, Kind.NEWS, "Moved", today=TODAY, published=date(2026, 12, 1))

    assert path.name == "2026-12-01-moved.md"
    assert front_matter(path)["date"] == date(2026, 12, 1)


def test_an_event_is_named_after_its_start_and_has_no_date_until_it_is_reported(tmp_path: Path) -> None:
    path = new_item(tmp_path, Kind.EVENT, "Plenary", today=TODAY, start=date(2027, 1, 14))

    assert path == tmp_path / "events" / "2027-01-14-plenary.md"
    assert front_matter(path) == {"title": "Plenary", "start": date(2027, 1, 14), "draft": True}


def test_an_event_may_start_at_an_hour_and_be_reported_at_once(tmp_path: Path) -> None:
    start = datetime(2026, 11, 12, 9, 30)

    path = new_item(tmp_path, Kind.EVENT, "Plenary", today=TODAY, start=start, published=TODAY)

    assert path.name == "2026-11-12-plenary.md"
    assert "start: 2026-11-12 09:30\n" in path.read_text()
    assert front_matter(path)["date"] == TODAY


def test_the_topics_to_choose_from_stand_in_the_file(tmp_path: Path) -> None:
    path = new_item(tmp_path, Kind.NEWS, "Range", today=TODAY, topics=["ai", "drones"])

    assert "any of: ai, drones" in path.read_text()


@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_commented_out_can_be_used_as_it_stands(tmp_path: Path, kind: Kind) -> None:
    path = new_item(tmp_path, kind, "Range", today=TODAY, topics=["ai"])
    text = path.read_text().replace("\n# ", "\n")
    path.write_text(text)

    fields = front_matter(path)

    assert {"summary", "link", "image", "image_alt", "topics"} < fields.keys()
    assert fields["topics"] == ["ai"]
    assert fields["date"] == TODAY


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    path = new_item(tmp_path, Kind.NEWS, "Range", today=TODAY)
    path.write_text("ours")

    with pytest.raises(UsageError, match="already there"):
        new_item(tmp_path, Kind.NEWS, "Range!", today=TODAY)

    assert path.read_text() == "ours"


def test_a_bundle_of_the_same_name_is_the_same_item(tmp_path: Path) -> None:
    (tmp_path / "news" / "2026-11-21-range").mkdir(parents=True)

    with pytest.raises(UsageError, match="already there"):
        new_item(tmp_path, Kind.NEWS, "Range", today=TODAY)


def test_news_has_no_start(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="belongs to an event"):
        new_item(tmp_path, Kind.NEWS, "Range", today=TODAY, start=TODAY)


@pytest.mark.parametrize("title", ["", "  \n ", "\x00\x1b"])
def test_a_title_must_say_something(tmp_path: Path, title: str) -> None:
    with pytest.raises(UsageError, match="title is empty"):
        new_item(tmp_path, Kind.NEWS, title, today=TODAY)

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "news").write_text("a file where the folder should be")

    with pytest.raises(NewsletterError, match="cannot be written"):
        new_item(tmp_path, Kind.NEWS, "Range", today=TODAY)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Plenary meeting: from pilots to practice", "plenary-meeting-from-pilots-to-practice"),
        ("L’intelligence artificielle, ça s’apprend", "l-intelligence-artificielle-ca-s-apprend"),
        ("Straße nach Łódź & Århus", "strasse-nach-lodz-arhus"),
        ("İstanbul", "istanbul"),
        ("𝕬nnual ﬁgures", "annual-figures"),
        ("Встреча в Софии", "встреча-в-софии"),
        ("警察技術会議", "警察技術会議"),
        ("ガイドライン", "ガイドライン"),
        ("اجتماع الشبكة", "اجتماع-الشبكة"),
        ("हिन्दी समाचार", "हिन्दी-समाचार"),
        ("../../etc/passwd", "etc-passwd"),
        ("🚓 !!!", ""),
    ],
)
def test_a_slug_keeps_the_letters_of_every_script(title: str, slug: str) -> None:
    assert slug_of(title) == slug


def test_a_title_without_letters_is_named_after_its_kind(tmp_path: Path) -> None:
    assert new_item(tmp_path, Kind.EVENT, "???", today=TODAY).name == "2026-11-21-event.md"


def test_a_long_title_is_cut_between_words() -> None:
    assert slug_of("word " * 30) == "-".join(["word"] * 10)


@given(st.text(max_size=300))
def test_a_slug_is_always_a_safe_short_name(title: str) -> None:
    slug = slug_of(title)

    assert len(f"2026-11-21-{slug}.fr.md".encode()) <= 255
    assert not slug.startswith("-")
    assert not slug.endswith("-")
    assert set(slug).isdisjoint('/\\:*?"<>|. \n\0@')
    assert slug_of(slug.replace("-", " ")) == slug


@given(
    st.one_of(
        st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=200),
        st.sampled_from(
            ["yes", "2026-11-03", "a: b", "- a", "#", '"', "'", "{x}", "@mon-1@", "null", "---", "|"]
        ),
    ).filter(lambda title: title.strip())
)
def test_any_title_reads_back_as_it_was_written(title: str) -> None:
    with TemporaryDirectory() as folder:
        path = new_item(Path(folder), Kind.NEWS, title, today=TODAY)

        written = front_matter(path)["title"]

    assert written == " ".join(title.replace("\ufffe", " ").replace("\uffff", " ").split())


def test_line_breaks_in_a_title_become_spaces(tmp_path: Path) -> None:
    path = new_item(tmp_path, Kind.NEWS, 'Two\n---\nlines: "quoted"\x85and \u2028more', today=TODAY)

    assert front_matter(path)["title"] == 'Two --- lines: "quoted" and more'
