"""Rules on the finished mail."""

import pytest

from newsletter.checks.rules import leftovers, pictures
from newsletter.checks.rules import mail as mail_rules
from newsletter.errors import Level
from newsletter.rendering.values import Slot
from tests.checks.making import ADDRESS, find, mail
from tests.issues.making import news

ITEM = news("news/a")


@pytest.mark.parametrize(
    ("length", "levels"), [(79_000, []), (81_000, [Level.WARNING]), (101_000, [Level.ERROR])]
)
def test_a_mail_is_clipped_above_100_kilobytes(length: int, levels: list[Level]) -> None:
    problems = find("html-size", ITEM, mails=[mail(f"<p>{'a' * length}</p>")])

    assert [problem.level for problem in problems] == levels


def test_bytes_count_not_characters() -> None:
    assert len(find("html-size", ITEM, mails=[mail(f"<p>{'é' * 41_000}</p>")])) == 1


def test_the_largest_mail_is_named() -> None:
    mails = [mail(f"<p>{'a' * length}</p>", name=name) for name, length in (("en", 81_000), ("fr", 90_000))]

    problems = find("html-size", ITEM, mails=mails, languages=("en", "fr"))

    assert len(problems) == 1
    assert "HTML part of fr" in problems[0].message


def test_what_was_shortened_is_told_instead_and_of_the_variant_that_lacks_most() -> None:
    body = f"<p>{'a' * 90_000}</p>"
    mails = [mail(body, name="en", summaries=2), mail(body, name="fr", summaries=1, headlines=7)]

    (problem,) = find("shortened", ITEM, mails=mails, languages=("en", "fr"))

    assert problem.level is Level.WARNING
    assert problem.message == (
        "The mail would be clipped, so of 1 texts that would be printed whole it has the summary and of 7 items"
        " the headline alone; the web version has everything. Only in fr."
    )
    assert find("html-size", ITEM, mails=mails, languages=("en", "fr")) == []


@pytest.mark.parametrize(
    ("length", "levels"), [(8_000, []), (9_000, [Level.WARNING]), (16_100, [Level.ERROR])]
)
def test_style_sheets_are_dropped_above_16_kilobytes(length: int, levels: list[Level]) -> None:
    problems = find("style-size", ITEM, mails=[mail(style="a" * length)])

    assert [problem.level for problem in problems] == levels


@pytest.mark.parametrize(
    ("line", "levels"),
    [
        ("a" * 999, [Level.WARNING]),
        ("word " * 20, [Level.INFO]),
        (f"https://network.eu/{'a' * 90}", []),
        ("word " * 15, []),
    ],
)
def test_lines_of_the_plain_text_part_are_short(line: str, levels: list[Level]) -> None:
    text = f"{line}\n{Slot.UNSUBSCRIBE}\n{ADDRESS}"

    assert [problem.level for problem in find("text-lines", ITEM, mails=[mail(text=text)])] == levels


def test_a_mail_without_a_link_to_unsubscribe_is_an_error() -> None:
    problems = find(
        "missing-unsubscribe", ITEM, mails=[mail(html=f"<h1>A</h1>{ADDRESS}", text=f"A {ADDRESS}")]
    )

    assert [(problem.level, problem.path) for problem in problems] == [
        (Level.ERROR, "templates/email/footer.mjml"),
        (Level.ERROR, "templates/email/issue.txt"),
    ]


def test_an_address_to_unsubscribe_that_is_no_link_does_not_count() -> None:
    problems = find("missing-unsubscribe", ITEM, mails=[mail(html=f"<h1>A</h1>{Slot.UNSUBSCRIBE}")])

    assert [problem.message for problem in problems] == [
        "The HTML part has no link to unsubscribe that is seen."
    ]


@pytest.mark.parametrize(
    "fields",
    [{"text": "https://slot.invalid/unsubscribe"}, {"web": Slot.PREFERENCES.value}],
)
def test_a_slot_that_nobody_fills_is_an_error(fields: dict[str, str]) -> None:
    assert [problem.level for problem in find("stray-slot", ITEM, mails=[mail(**fields)])] == [Level.ERROR]


def test_a_newsletter_without_a_postal_address_is_told_where_to_set_it() -> None:
    problems = find("missing-address", ITEM, postal_address=" ")

    assert [(problem.level, problem.path) for problem in problems] == [(Level.WARNING, "newsletter.toml")]


def test_a_template_that_lost_the_postal_address_is_found() -> None:
    problems = find("missing-address", ITEM, mails=[mail(text=f"A {Slot.UNSUBSCRIBE}")])

    assert [(problem.level, problem.path) for problem in problems] == [
        (Level.WARNING, "templates/email/issue.txt")
    ]


def test_an_address_is_found_across_lines_and_tags() -> None:
    html = f'<h1>A</h1><a href="{Slot.UNSUBSCRIBE}">B</a> Rue de<br />l’Exemple&nbsp;1, 1000 Brussels'

    assert find("missing-address", ITEM, mails=[mail(html=html)]) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<h1>Again</h1>", "2 headings of level 1"),
        ("<h2>A</h2><h4>B</h4>", "level 4 follows one of level 2"),
    ],
)
def test_headings_of_a_mail_are_a_table_of_contents(body: str, words: str) -> None:
    problems = find("heading-order", ITEM, mails=[mail(body)])

    assert [problem.level for problem in problems] == [Level.WARNING]
    assert words in problems[0].message


@pytest.mark.parametrize(
    "rule", [rule.name for rule in (*mail_rules.RULES, *pictures.RULES, *leftovers.RULES)]
)
def test_nothing_is_wrong_with_a_plain_mail(rule: str) -> None:
    assert find(rule, ITEM, mails=[mail("<h2>News</h2><h3>A</h3><h2>Events</h2>")]) == []
