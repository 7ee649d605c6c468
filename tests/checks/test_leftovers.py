"""Rules on what must not be left in a mail, and on pictures as the mail has them."""

from html import escape

import pytest

from newsletter.content.files.itemfile import parse_item
from newsletter.content.items import Picture
from newsletter.errors import Level
from tests.checks.making import find, mail
from tests.content.posts import RULES
from tests.issues.making import issue_file, news

ITEM = news("news/a", title="Hello {{ name }}", lines={"title": 2})


@pytest.mark.parametrize(
    "placeholder",
    [
        "{{ name }}",
        "{{user.first_name}}",
        "{{{body}}}",
        "{% if x %}",
        "%recipient.name%",
        "*|FNAME|*",
        "*|MC:DATE|*",
        "|FNAME|",
        "<%= x %>",
    ],
)
def test_a_placeholder_that_nobody_fills_is_an_error(placeholder: str) -> None:
    letter = mail(f"<p>Dear {placeholder.replace('<', '&lt;')}</p>")

    problems = find("unresolved-placeholder", news("news/a"), mails=[letter])

    assert [(problem.level, problem.path) for problem in problems] == [(Level.ERROR, None)]


def test_a_placeholder_in_content_is_found_on_its_line() -> None:
    problems = find("unresolved-placeholder", ITEM, mails=[mail("<h2>Hello {{ name }}</h2>")])

    assert [(problem.path, problem.line) for problem in problems] == [("content/news/a.md", 2)]


def test_a_placeholder_in_the_subject_is_found_in_the_issue_file() -> None:
    file = issue_file("monthly-2026-11", "---\nsubject: Dear {{ name }}\n---\n")

    problems = find(
        "unresolved-placeholder", news("news/a"), files=[file], mails=[mail(subject="Dear {{ name }}")]
    )

    assert [(problem.path, problem.line) for problem in problems] == [
        ("content/issues/monthly-2026-11.md", 2)
    ]


@pytest.mark.parametrize(
    "placeholder", ["%recipient.name%", "*|FNAME|*", "<%= name %>", "{{ name }}", "{{#if x}}", "{{7*7}}"]
)
@pytest.mark.parametrize("field", ["title", "summary"])
def test_what_another_program_would_have_filled_in_never_reaches_readers_unnoticed(
    field: str, placeholder: str
) -> None:
    text = f"---\ndate: 2026-10-20\n{field}: 'Meeting of {placeholder} in Ghent'\n---\n# A title\n"
    file = parse_item("content/news/a.md", text.encode(), RULES)
    assert file.item is not None
    letter = mail(f"<p>{escape(getattr(file.item, field))}</p>")

    found = find("unresolved-placeholder", file.item, mails=[letter])

    assert "shortcode" in [problem.rule for problem in file.problems] or [
        (problem.path, problem.line) for problem in found
    ] == [("content/news/a.md", 3)]


def test_braces_that_no_engine_fills_are_a_warning() -> None:
    letter = mail("<p>A nice try: {{7*7}}</p>")

    assert [problem.level for problem in find("unresolved-placeholder", ITEM, mails=[letter])] == [
        Level.WARNING
    ]


def test_code_is_meant_literally() -> None:
    assert find("unresolved-placeholder", ITEM, mails=[mail("<p>Write <code>{{ name }}</code>.</p>")]) == []


def test_code_in_the_paragraph_that_became_the_summary_is_meant_literally() -> None:
    item = news("news/a", body="Write `{{ name }}` first.", summary="Write {{ name }} first.")

    assert find("unresolved-placeholder", item, mails=[mail("<p>Write {{ name }} first.</p>")]) == []


@pytest.mark.parametrize("text", ["a|BC|d", "Yes | No | Perhaps", "the norm |A| of", "50%recipient"])
def test_bars_and_percent_signs_are_text(text: str) -> None:
    assert find("unresolved-placeholder", ITEM, mails=[mail(f"<p>{text}</p>")]) == []


def test_the_same_placeholder_in_all_mails_is_one_problem() -> None:
    mails = [mail("<p>Dear {{ name }}</p>", name=name) for name in ("en", "fr")]

    problems = find("unresolved-placeholder", news("news/a"), mails=mails, languages=("en", "fr"))

    assert [problem.message for problem in problems] == ["Readers would see the placeholder `{{ name }}`."]


def test_what_only_some_mails_have_names_them() -> None:
    mails = [mail(name="en"), mail("<p>Cher {{ name }}</p>", name="fr")]

    problems = find("unresolved-placeholder", news("news/a"), mails=mails, languages=("en", "fr"))

    assert problems[0].message.endswith("Only in fr.")


def test_what_a_line_was_found_for_needs_no_variants() -> None:
    mails = [mail(name="en"), mail("<p>Hello {{ name }}</p>", name="fr")]

    problems = find("unresolved-placeholder", ITEM, mails=mails, languages=("en", "fr"))

    assert problems[0].line == 2
    assert "Only in" not in problems[0].message


@pytest.mark.parametrize("filler", ["TODO", "FIXME", "Lorem ipsum", "lorem ipsum"])
def test_filler_is_found_where_it_was_written(filler: str) -> None:
    item = news("news/a", body=f"One.\n\n{filler} dolor.", body_line=5)

    problems = find("filler-text", item, mails=[mail(f"<p>{filler} dolor.</p>")])

    assert [(problem.level, problem.path, problem.line) for problem in problems] == [
        (Level.WARNING, "content/news/a.md", 7)
    ]


@pytest.mark.parametrize("word", ["todo está listo", "TODOS", "mastodon"])
def test_a_word_that_only_looks_like_filler_is_fine(word: str) -> None:
    assert find("filler-text", ITEM, mails=[mail(f"<p>{word}</p>")]) == []


@pytest.mark.parametrize(
    "link",
    [
        "https://example.org/register",
        "http://localhost:1313/a",
        "http://192.168.1.7/",
        "mailto:a@example.com",
    ],
)
def test_a_link_that_readers_cannot_open_is_found_on_its_line(link: str) -> None:
    item = news("news/a", link=link, lines={"link": 4})

    problems = find("unreachable-link", item, mails=[mail(f'<a href="{link}">Register</a>')])

    assert [(problem.level, problem.path, problem.line) for problem in problems] == [
        (Level.WARNING, "content/news/a.md", 4)
    ]


@pytest.mark.parametrize(
    "link", ["https://network.eu/a", "https://9.9.9.9/", "mailto:a@network.eu", "tel:+321", "https://[", ""]
)
def test_other_links_are_not_judged(link: str) -> None:
    assert find("unreachable-link", ITEM, mails=[mail(f'<a href="{link}">Register</a>')]) == []


def test_in_a_newsletter_that_is_an_example_examples_are_fine() -> None:
    letter = mail('<a href="https://example.org/a">A</a><a href="http://127.0.0.1:8000/help">B</a>')

    problems = find(
        "unreachable-link",
        ITEM,
        mails=[letter],
        site_url="https://www.example.org",
        public_url="http://127.0.0.1:8000",
    )

    assert problems == []


@pytest.mark.parametrize(
    ("image", "words"),
    [
        ('src="https://network.eu/a.jpg" width="600"', "no `alt`"),
        ('src="https://network.eu/a.jpg" alt="A" width="100%"', "no width"),
        ('src="https://network.eu/a.jpg" alt="A"', "no width"),
        ('src="https://network.eu/a.jpg" alt="A" width="601"', "no width"),
        ('src="http://network.eu/a.jpg" alt="A" width="600"', "not come by https"),
        ('src="http://127.0.0.1:8000/media/a.jpg" alt="A" width="600"', "not come by https"),
        ('src="data:image/png;base64,AA" alt="A" width="600"', "Gmail"),
        ('src="https://network.eu/a.SVG?v=2" alt="A" width="600"', "is SVG"),
        ('src="https://network.eu/a.webp" alt="A" width="600"', "is WEBP"),
    ],
)
def test_a_picture_that_some_mail_program_does_not_show_is_found(image: str, words: str) -> None:
    problems = find("mail-image", ITEM, mails=[mail(f"<img {image}>")])

    assert [problem.level for problem in problems] == [Level.WARNING]
    assert words in problems[0].message


def test_a_picture_on_another_host_is_traced_to_its_item() -> None:
    picture = Picture(source="http://elsewhere.eu/a.jpg", alt="A")
    item = news("news/a", picture=picture, lines={"image": 4})

    problems = find("mail-image", item, mails=[mail(f'<img src="{picture.source}" alt="A" width="200">')])

    assert [(problem.path, problem.line) for problem in problems] == [("content/news/a.md", 4)]


def test_a_rehearsal_serves_its_pictures_from_this_machine() -> None:
    letter = mail('<img src="http://127.0.0.1:8000/media/a.jpg" alt="" width="600">')

    assert find("mail-image", ITEM, mails=[letter], public_url="http://127.0.0.1:8000/") == []
