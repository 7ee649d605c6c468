"""What was read last time: the same as reading it anew, and never stale."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.content.files.cache import read_cache
from newsletter.content.files.folder import collect
from newsletter.content.files.storeditems import StoredEvent, StoredNews
from newsletter.content.items import Collection, EventReport, NewsItem
from newsletter.content.rules import ContentRules
from newsletter.content.topics import Topic, TopicMatcher
from tests.content.posts import rules_in

NEWS = "---\ntitle: News\ndate: 2026-01-01 10:00\ntags: [green, other]\nlayout: x\n---\n{{< x >}}\nText.\n"
EVENT = "---\ntitle: Event\nstart: 2026-10-08 14:30\nend: 16:00\ntimezone: America/New_York\ndate: 2026-10-20\n---\nText.\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in (("news/a.md", NEWS), ("events/b.md", EVENT), ("c.md", "---\ntitle: One: two\n---\n")):
        (tmp_path / "content" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "content" / path).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def cache(root: Path) -> Path:
    return root / "var/cache/content.msgpack"


def collected(root: Path, cache: Path | None, **rules: object) -> Collection:
    return collect(replace(rules_in(root), **rules), cache)  # type: ignore[arg-type] # fields by name


def test_what_comes_from_the_cache_is_what_was_read(root: Path, cache: Path) -> None:
    fresh = collected(root, None)

    first = collected(root, cache)
    second = collected(root, cache)

    assert first == second == fresh
    assert len(read_cache(cache, rules_in(root))) == 3


def test_nothing_is_written_when_nothing_changed(root: Path, cache: Path) -> None:
    collected(root, cache)
    written = cache.stat()

    collected(root, cache)

    assert (cache.stat().st_ino, cache.stat().st_mtime_ns) == (written.st_ino, written.st_mtime_ns)


def test_a_changed_file_counts_at_once_though_its_time_and_length_are_the_same(
    root: Path, cache: Path
) -> None:
    collected(root, cache)
    file = root / "content/news/a.md"
    status = file.stat()

    file.write_text(NEWS.replace("title: News", "title: Olds"))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))

    assert {item.title for item in collected(root, cache).items} == {"Olds", "Event"}


def test_a_file_that_is_gone_is_forgotten(root: Path, cache: Path) -> None:
    collected(root, cache)
    (root / "content/news/a.md").unlink()

    assert len(collected(root, cache).items) == 1
    assert list(read_cache(cache, rules_in(root))) == ["content/c.md", "content/events/b.md"]


def test_a_moved_file_is_read_anew(root: Path, cache: Path) -> None:
    collected(root, cache)
    (root / "content/news/a.md").rename(root / "content/news/2026-02-02-z.md")

    assert {item.key for item in collected(root, cache).items} == {"news/2026-02-02-z", "events/b"}


@pytest.mark.parametrize(
    "rules",
    [
        {"languages": ("fr", "en")},
        {"timezone": ZoneInfo("Asia/Tokyo")},
        {"topics": TopicMatcher((Topic(key="other", labels={"en": "Other"}),))},
        {"site_url": "https://example.eu"},
        {"links": {"news": "/{slug}/"}},
    ],
    ids=lambda rules: next(iter(rules)),
)
def test_other_rules_count_at_once(rules: dict[str, object], root: Path, cache: Path) -> None:
    collected(root, cache)

    assert collected(root, cache, **rules) == collected(root, None, **rules)


def test_a_translation_is_seen_as_one_as_soon_as_its_original_is_there(root: Path, cache: Path) -> None:
    (root / "content/x.de.md").write_text("---\ntitle: X\ndate: 2026-01-01\n---\n")
    collected(root, cache)
    (root / "content/x.md").write_text("---\ntitle: X\ndate: 2026-01-01\n---\n")

    assert {item.lang for item in collected(root, cache).items if item.key == "x"} == {"en", "de"}


def test_a_picture_is_looked_for_each_time(root: Path, cache: Path) -> None:
    (root / "content/d.md").write_text("---\ntitle: D\ndate: 2026-01-01\nimage: photo.jpg\n---\n")
    before = collected(root, cache)
    (root / "content/photo.jpg").write_bytes(b"")

    after = collected(root, cache)

    assert [item.picture.source for item in after.items if item.picture] == ["content/photo.jpg"]
    assert "missing-image" in {problem.rule for problem in before.problems}
    assert "missing-image" not in {problem.rule for problem in after.problems}


@pytest.mark.parametrize("damage", [b"", b"x", b"\x80" * 100, None])
def test_a_damaged_cache_is_as_good_as_none(damage: bytes | None, root: Path, cache: Path) -> None:
    fresh = collected(root, cache)
    content = cache.read_bytes()

    cache.write_bytes(content[:-10] + b"\x00" + content[-9:] if damage is None else damage)

    assert collected(root, cache) == fresh
    assert cache.read_bytes() == content


def test_a_place_where_nothing_can_be_written_is_no_error(root: Path) -> None:
    assert collected(root, root / "content/news/a.md/cache").items
    assert not list((root / "content").rglob("*.msgpack*"))


def test_readers_side_by_side_do_not_disturb_each_other(root: Path, cache: Path) -> None:
    fresh = collected(root, None)

    with ThreadPoolExecutor(8) as pool:
        collections = list(pool.map(lambda _: collected(root, cache), range(40)))

    assert all(collection == fresh for collection in collections)
    assert len(read_cache(cache, rules_in(root))) == 3


def test_no_half_written_file_is_left_beside_the_cache(root: Path, cache: Path) -> None:
    collected(root, cache)

    assert [path.name for path in cache.parent.iterdir()] == ["content.msgpack"]


def test_every_field_of_an_item_is_stored() -> None:
    """A field that is added to an item must be added to what is stored, too."""
    looked_up_anew = {"picture"}

    news = set(NewsItem.__struct_fields__) - looked_up_anew
    event = set(EventReport.__struct_fields__) - looked_up_anew

    assert news == set(StoredNews.__struct_fields__)
    assert event == set(StoredEvent.__struct_fields__)


def test_a_moment_comes_back_with_its_offset(root: Path, cache: Path) -> None:
    collected(root, cache)

    (event,) = (item for item in collected(root, cache).items if isinstance(item, EventReport))

    assert isinstance(event.start, datetime)
    assert event.start.isoformat() == "2026-10-08T14:30:00-04:00"


@given(body=st.text(st.characters(codec="utf-8"), max_size=100), line_end=st.sampled_from(["\n", "\r\n"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_any_body_comes_back_as_it_was_read(body: str, line_end: str, tmp_path: Path) -> None:
    rules: ContentRules = rules_in(tmp_path)
    (tmp_path / "content").mkdir(exist_ok=True)
    text = f"---\ntitle: x\ndate: 2026-01-01\n---\n{body}\n".replace("\n", line_end)
    (tmp_path / "content/a.md").write_bytes(text.encode())
    (tmp_path / "cache").unlink(missing_ok=True)

    assert collect(rules, tmp_path / "cache") == collect(rules, tmp_path / "cache") == collect(rules)
