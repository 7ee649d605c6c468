"""What editors get before an issue is due: the preview, the reminder, what came after their approval."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from newsletter.app.building import render
from newsletter.app.checking import check, circumstances
from newsletter.app.desk import Desk
from newsletter.app.editing import approve
from newsletter.app.telling.ahead import look_ahead
from newsletter.app.telling.preview import preview_letter, preview_words
from newsletter.checks.checking import check_issue
from newsletter.checks.rules.mail import CLIPPED_HTML, LARGE_HTML
from newsletter.issues.assembly import Plan
from newsletter.issues.verdict import Kind
from newsletter.rendering.pipeline.environment import built_in_templates
from newsletter.storage import notices
from tests.app.postbox import only_mail, received, tick
from tests.app.timeline import DAY, MINUTE, Timeline
from tests.app.told_commands import commands_in, seen, unwrapped
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
    assert commands_in(body(mail, "plain")) == [
        f"newsletter check {timeline.issue}",
        f"newsletter approve {timeline.issue}",
        f'newsletter hold {timeline.issue} --reason "TEXT"',
        f"newsletter draft {timeline.issue}",
    ]
    title = (
        timeline.first_item.read_text(encoding="utf-8")
        .partition("title: ")[2]
        .partition("\n")[0]
        .strip("\"'")
    )
    for kind in ("plain", "html"):
        text = unwrapped(seen(body(mail, kind)))
        assert f"{timeline.issue} is due on" in text
        assert "It is ready, and goes out by itself." in text
        assert "3 readers would get it." in text
        assert "content/news/unfinished.md: a draft" in text
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


def flawed(timeline: Timeline, count: int) -> None:
    """Write so many drafts with long names and something to warn of."""
    for number in range(count):
        name = f"{'a_long_name_of_a_file_' * 6}{number:03}.md"
        text = "---\ntitle: Not yet\ndraft: true\ndate: 2020-01-01\nimage: no.png\n---\nText.\n"
        (timeline.root / "content" / "news" / name).write_text(text, encoding="utf-8")


def findings(desk: Desk, plan: Plan, html: str, text: str) -> set[tuple[str, str]]:
    """Return what the rules find in the issue of *plan* with another mail in place of its own.

    What some mail program lacks is left out: the report keeps long names from widening it in two ways, so that one holds.
    """
    rendered = render(desk, plan)
    name, variant = next(iter(rendered.variants.items()))
    other = replace(variant, html=html, text=text)
    mailed = replace(rendered, variants={name: other})
    problems = check_issue(plan, desk.collection, mailed, circumstances(desk))
    return {(problem.rule, problem.message) for problem in problems if problem.rule != "client-support"}


@pytest.mark.parametrize("drafts", [0, 60])
def test_a_preview_breaks_no_rule_that_its_issue_keeps(timeline: Timeline, drafts: int) -> None:
    flawed(timeline, drafts)
    now = timeline.due - LEAD
    look_ahead(timeline.project, now, Event())
    (notice,) = notices.claim(timeline.project.engine, now)
    desk = Desk(timeline.project, now)
    plan = desk.plan(timeline.issue)
    variant = next(iter(render(desk, plan).variants.values()))

    letter = preview_letter(timeline.project, notice, now)

    assert letter is not None
    assert len(letter.html.encode()) < LARGE_HTML
    alone = findings(desk, plan, variant.html, variant.text)
    above = findings(desk, plan, letter.html, letter.text)
    assert above - alone == set()
    assert above


def test_of_much_that_is_wrong_a_preview_has_the_beginning(timeline: Timeline) -> None:
    flawed(timeline, 60)

    tick(timeline, -LEAD)

    text = unwrapped(body(only_mail(timeline), "plain"))
    wrong, out = (text.partition(heading)[2] for heading in ("What is wrong -", "What is left out -"))
    assert re.search(r" - and \d\d more ", wrong.partition("What is left out")[0])
    assert re.search(r" - and \d\d more ", out.partition("What you can do")[0])


def test_the_nearer_an_issue_is_to_being_clipped_the_less_is_listed_above_it(timeline: Timeline) -> None:
    flawed(timeline, 60)
    now = timeline.due - LEAD
    desk = Desk(timeline.project, now)
    plan = desk.plan(timeline.issue)
    found = check(timeline.project, timeline.issue, now)

    lines = [
        preview_words(
            plan, replace(found, figures=replace(found.figures, html_bytes=size)), None, "Tue"
        ).count("\n- ")
        for size in (20_000, 70_000, LARGE_HTML - 1, LARGE_HTML, CLIPPED_HTML)
    ]

    assert 22 == lines[0] > lines[1] > lines[2] == 4
    assert lines[3:] == [lines[0], lines[2]]


def test_a_preview_wears_the_theme_and_the_letters_own_width(timeline: Timeline) -> None:
    timeline.settings('accent = "#0b5cad"', 'accent = "#7a1f5c"')
    template = built_in_templates() / "email" / "issue.mjml"
    (timeline.root / "templates" / "email").mkdir(parents=True)
    wider = template.read_text(encoding="utf-8").replace('width="600px"', 'width="640px"')
    (timeline.root / "templates" / "email" / "issue.mjml").write_text(wider, encoding="utf-8")

    tick(timeline, -LEAD)

    report, _, letter = body(only_mail(timeline), "html").partition("Below: the issue")
    assert "max-width: 640px" in report
    assert "max-width:640px" in letter
    assert "color: #7A1F5C".lower() in report.lower()


@pytest.mark.parametrize(
    ("front", "says", "verbs"),
    [
        (
            "hold: the minister speaks first",
            "it is held then: The minister speaks first.",
            ["check", "release"],
        ),
        ("skip: true", "it is skipped then: The issue file says `skip: true`.", ["check"]),
    ],
)
def test_a_preview_has_the_commands_that_help_as_the_issue_stands(
    timeline: Timeline, front: str, says: str, verbs: list[str]
) -> None:
    timeline.write_issue(front)

    tick(timeline, -LEAD)

    text = body(only_mail(timeline), "plain")
    assert says in unwrapped(text)
    assert [command.split()[1] for command in commands_in(text)] == verbs


def test_without_an_approval_the_preview_says_that_it_is_needed(timeline: Timeline) -> None:
    require_approval(timeline)

    tick(timeline, -LEAD)

    text = body(only_mail(timeline), "plain")
    assert "It is ready. It waits for approval. Unless somebody approves it, it is held then." in unwrapped(
        text
    )
    assert f"newsletter approve {timeline.issue}" in commands_in(text)
