"""The whole stage: order, merging, figures, and that nothing an editor writes brings it down."""

from html import escape
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from newsletter.checks.checking import RULES, check_issue, in_order
from newsletter.checks.figures import Figures, figures_of
from newsletter.content.items import Collection, Item, Picture
from newsletter.errors import Level, Problem
from newsletter.issues.assembly import plan
from tests.checks.making import NOW, check, circumstances, image, mail, rendered
from tests.issues.making import collection, event, issue_file, news, newsroom

LEVELS = {rule.name: set(rule.levels) for rule in RULES}
#: Everything that a file in UTF-8 can hold.
TEXTS = st.text(st.characters(codec="utf-8"), max_size=60) | st.sampled_from(
    [
        "{{ a }}",
        "[here](x.md)",
        "![](a.png)",
        "https://[",
        "mailto:@",
        "%%",
        "# H\n\n#### H",
        "re: ",
        "http://[::1]/",
    ]
)


@st.composite
def items(draw: st.DrawFn) -> Item:
    fields: dict[str, Any] = {
        "title": draw(TEXTS),
        "body": draw(TEXTS),
        "summary": draw(TEXTS),
        "link": draw(st.none() | TEXTS),
        "tags": tuple(draw(st.lists(TEXTS, max_size=2))),
        "picture": draw(st.none() | st.builds(Picture, source=TEXTS, alt=st.none() | TEXTS)),
        "extra": {"sample": draw(TEXTS)},
        "is_html": draw(st.booleans()),
    }
    key = draw(st.sampled_from(["a", "b", "c"]))
    if draw(st.booleans()):
        return event(f"events/{key}", "2026-11-20", location=draw(TEXTS), register=draw(TEXTS), **fields)
    return news(f"news/{key}", **fields)


@settings(max_examples=60)
@given(st.lists(items(), max_size=3, unique_by=lambda item: item.key), TEXTS, TEXTS, st.binary(max_size=80))
def test_nothing_that_an_editor_writes_brings_it_down(
    found: list[Item], subject: str, address: str, file: bytes
) -> None:
    body = "".join(
        f'<h3>{escape(item.title)}</h3><a href="{escape(item.link or "")}">x</a>' for item in found
    )
    letter = mail(body, subject=subject, preheader=subject, text=subject, web=subject)

    problems = check(
        *found,
        files=[issue_file("monthly-2026-11", file)],
        mails=[letter],
        links={"news": address, "event": f"/{address}/{{slug}}/"},
    )

    own = [problem for problem in problems if problem.rule in LEVELS]
    assert all(problem.level in LEVELS[problem.rule] and problem.help for problem in own)


@given(st.text(max_size=200))
def test_no_mail_brings_it_down(text: str) -> None:
    assert check(news("news/a"), mails=[mail(html=text, text=text, web=text, subject=text)])


def test_errors_come_first_then_files_and_lines() -> None:
    def problem(level: Level, path: str, line: int) -> Problem:
        return Problem(level=level, rule="a", message="b", path=path, line=line)

    wanted = [
        problem(Level.ERROR, "b", 2),
        problem(Level.WARNING, "a", 3),
        problem(Level.WARNING, "a", 10),
        problem(Level.INFO, "a", 1),
    ]

    assert in_order([*reversed(wanted), wanted[0]]) == tuple(wanted)


def test_what_earlier_stages_found_is_among_it() -> None:
    broken = Problem(level=Level.ERROR, rule="front-matter", message="x", path="content/x.md", line=2)
    file = issue_file("monthly-2026-11", "---\nsubjct: Maps\n---\n")
    folder = replace(collection(news("news/a"), files=[file]), problems=(broken,))

    problems = check(folder=folder)

    assert broken in problems
    assert [problem.line for problem in problems if problem.rule == "issue-file"] == [2]


def test_an_item_that_nothing_is_wrong_with_has_no_warning() -> None:
    assert [
        problem for problem in check(news("news/a"), mails=[mail()]) if problem.level is not Level.INFO
    ] == []


def test_without_a_rendering_content_is_checked_all_the_same() -> None:
    content = collection(news("news/a", title="a" * 130))
    issue = plan("monthly-2026-11", newsroom(), content, now=NOW)

    rules = {problem.rule for problem in check_issue(issue, content, None, circumstances())}

    assert "long-title" in rules
    assert not rules & {"html-size", "missing-unsubscribe"}


def test_figures_are_those_of_the_largest_variant() -> None:
    mails = [mail(html="aé", text="a"), mail(html="a", text="abcd", name="fr", images=(image(),))]
    issue = plan("monthly-2026-11", newsroom(), collection(news("news/a"), news("news/b")), now=NOW).issue

    assert figures_of(issue, rendered(*mails)) == Figures(items=2, html_bytes=3, text_bytes=4, images=1)


def test_an_issue_that_was_not_rendered_has_figures_too() -> None:
    issue = plan("monthly-2026-11", newsroom(), Collection(items=()), now=NOW).issue

    assert figures_of(issue, None) == Figures(items=0)
