"""What editors get before an issue is due: the preview, the reminder, what came after their approval."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from newsletter.app.editing import approve
from newsletter.app.telling.ahead import look_ahead
from newsletter.issues.verdict import Kind
from tests.app.postbox import only_mail, received, tick
from tests.app.timeline import DAY, MINUTE, Timeline
from tests.command_line import body

HOUR = timedelta(hours=1)
#: Of the sample's digest.
LEAD = timedelta(hours=72)


@pytest.fixture
def timeline(with_readers: Path) -> Iterator[Timeline]:
    """The sample project with three readers; its digest was seen long before its next issue is due."""
    made = Timeline.of(with_readers)
    yield made
    made.close()


def require_approval(timeline: Timeline) -> None:
    timeline.settings('approval = "automatic"', 'approval = "required"')
    timeline.look(-LEAD)


def test_the_preview_is_the_real_issue_marked_with_what_is_wrong_and_left_out(timeline: Timeline) -> None:
    draft = timeline.root / "content" / "news" / "unfinished.md"
    draft.write_text("---\ntitle: Not yet\ndraft: true\ndate: 2020-01-01\n---\nText.\n", encoding="utf-8")

    tick(timeline, -LEAD)

    mail = only_mail(timeline)
    assert str(mail["Subject"]).startswith("[Preview] ")
    title = (
        timeline.first_item.read_text(encoding="utf-8")
        .partition("title: ")[2]
        .partition("\n")[0]
        .strip("\"'")
    )
    for kind in ("plain", "html"):
        text = " ".join(body(mail, kind).split())
        assert f"{timeline.issue} is due on" in text
        assert "3 readers would get it." in text
        assert "content/news/unfinished.md:" in text
        assert f"newsletter approve {timeline.issue}" in text
        assert f"content/issues/{timeline.issue}.md" in text
        assert title.split()[0] in text


def test_h_09_a_preview_has_no_list_unsubscribe_and_links_that_explain_themselves(
    timeline: Timeline,
) -> None:
    tick(timeline, -LEAD)

    mail = only_mail(timeline)
    assert not [name for name in mail if name.startswith("List-")]
    assert "https://news.example.org/unsubscribe/" in body(mail, "plain")
    assert "slot.invalid" not in mail.as_string()


def test_a_preview_goes_once_and_a_late_one_delays_nothing(timeline: Timeline) -> None:
    early = tick(timeline, -LEAD - MINUTE)
    first = tick(timeline, -MINUTE)
    again = tick(timeline, -MINUTE / 2)

    assert (early, len(first), again) == ([], 1, first)
    assert timeline.decision().verdict.kind is Kind.GO


def test_a_preview_that_cannot_leave_before_the_issue_starts_is_only_its_words(timeline: Timeline) -> None:
    look_ahead(timeline.project, timeline.due - MINUTE, Event())
    timeline.look()

    tick(timeline, MINUTE)

    assert str(only_mail(timeline)["Subject"]).strip().endswith(f"Preview of {timeline.issue}")


def test_without_a_lead_there_is_no_preview(timeline: Timeline) -> None:
    timeline.settings("preview_lead_hours = 72", "preview_lead_hours = 0")

    assert tick(timeline, -HOUR) == []


def test_of_an_issue_that_would_be_skipped_editors_get_words(timeline: Timeline) -> None:
    timeline.settings("min_items = 1", "min_items = 100")

    (subject,) = tick(timeline, -HOUR)

    assert subject == f"Preview of {timeline.issue}"
    assert "skipped" in body(only_mail(timeline), "plain")


def test_an_issue_that_cannot_be_made_is_previewed_in_words_with_what_is_wrong(timeline: Timeline) -> None:
    (timeline.root / "templates" / "email").mkdir(parents=True)
    (timeline.root / "templates" / "email" / "issue.mjml").write_text("{{ nobody.knows }}", encoding="utf-8")

    (subject,) = tick(timeline, -HOUR)

    assert subject == f"Preview of {timeline.issue}"
    assert "templates/email/issue.mjml" in body(only_mail(timeline), "plain")


def test_a_reminder_comes_before_an_approval_is_too_late(timeline: Timeline) -> None:
    require_approval(timeline)

    before = tick(timeline, -DAY - MINUTE)
    after = tick(timeline, -DAY)
    again = tick(timeline, -HOUR)

    reminder = f"{timeline.issue} waits for your approval"
    assert reminder not in before
    assert after.count(reminder) == again.count(reminder) == 1


def test_what_is_approved_needs_no_reminder(timeline: Timeline) -> None:
    require_approval(timeline)
    approve(timeline.project, timeline.issue, "an editor", timeline.due - 2 * DAY)

    assert f"{timeline.issue} waits for your approval" not in tick(timeline, -HOUR)


def test_an_item_after_the_approval_is_told_once(timeline: Timeline) -> None:
    approve(timeline.project, timeline.issue, "an editor", timeline.due - 2 * DAY)
    tick(timeline, -2 * DAY)
    day = datetime.now(UTC).date()
    for name in ("one", "two"):
        file = timeline.root / "content" / "news" / f"{name}.md"
        file.write_text(f"---\ntitle: Late {name}\ndate: {day}\n---\nText.\n", encoding="utf-8")

    tick(timeline, -DAY)
    subjects = tick(timeline, -HOUR)

    told = [subject for subject in subjects if subject.startswith("An item came after the approval")]
    assert told == [
        f"An item came after the approval: {timeline.issue}, news/one",
        f"An item came after the approval: {timeline.issue}, news/two",
    ]
    texts = [body(mail, "plain") for subject, mail in received(timeline) if subject == told[0]]
    assert "content/news/one.md" in texts[0]


def test_content_that_cannot_be_brought_is_told_until_it_can(timeline: Timeline) -> None:
    timeline.settings("# update = [", 'update = ["test", "-e", "brought"] # [')

    broken = tick(timeline, -10 * DAY), tick(timeline, -10 * DAY + MINUTE)
    (timeline.root / "brought").touch()
    mended = tick(timeline, -10 * DAY + 20 * MINUTE)

    wrong = "The content cannot be brought or read"
    assert broken == ([wrong], [wrong])
    assert mended == [f"Over: {wrong}", wrong]


def test_a_content_folder_that_is_gone_is_told(timeline: Timeline) -> None:
    (timeline.root / "content").rename(timeline.root / "elsewhere")

    assert tick(timeline, -10 * DAY) == ["The content cannot be brought or read"]


def test_nothing_is_previewed_of_a_digest_that_is_paused(timeline: Timeline) -> None:
    timeline.settings("paused = false", "paused = true")

    assert tick(timeline, -HOUR) == []


def test_readers_who_want_more_variants_than_there_may_be_keep_no_preview_away(timeline: Timeline) -> None:
    timeline.settings("paused = false", "paused = false\nmax_variants = 1")

    (subject,) = tick(timeline, -HOUR)

    assert "Preview" in subject
    assert "max_variants" in body(only_mail(timeline), "plain")
