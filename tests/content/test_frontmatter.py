"""Front matter in every format, and the body below it."""

import json
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from newsletter.content.characters import clean_text
from newsletter.content.frontmatter.splitting import FrontMatter, read_front_matter
from tests.content.posts import item_of


def read(text: str) -> FrontMatter:
    return read_front_matter(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: A title\ntags: [one, two]\n---\nBody\n",
        "---yaml\ntitle: A title\ntags:\n- one\n- two\n---\nBody\n",
        '+++\ntitle = "A title"\ntags = ["one", "two"]\n+++\nBody\n',
        '---toml\ntitle = "A title"\ntags = ["one", "two"]\n---\nBody\n',
        '{"title": "A title", "tags": ["one", "two"]}\nBody\n',
        '{\n  "title": "A title",\n  "tags": ["one", "two"]\n}\nBody\n',
        '---json\n{"title": "A title", "tags": ["one", "two"]}\n---\nBody\n',
    ],
)
def test_every_format_gives_the_same_fields_and_body(text: str) -> None:
    front = read(text)

    assert front.fields == {"title": "A title", "tags": ["one", "two"]}
    assert front.body == "Body\n"
    assert front.problems == ()


def test_a_pelican_header_ends_at_the_blank_line() -> None:
    front = read("Title: A title\nDate: 2010-12-03 10:20\nSummary: Long,\n    longer\n\nNot: a field\n")

    assert front.fields == {"Title": "A title", "Date": "2010-12-03 10:20", "Summary": "Long, longer"}
    assert front.lines == {"Title": 1, "Date": 2, "Summary": 3}
    assert front.body == "\nNot: a field\n"
    assert front.body_line == 5


def test_prose_with_a_colon_in_its_first_line_is_no_header() -> None:
    front = read("Remember: this is prose.\n\nMore.\n")

    assert front.fields == {}
    assert front.body_line == 1


def test_lines_are_counted_from_the_beginning_of_the_file() -> None:
    front = read("\n---\n# comment\ntitle: x\nimage:\n  src: y\n---\n\nBody\n")

    assert front.lines == {"title": 4, "image": 5}
    assert front.body_line == 8


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('+++\ntitle = "x"\n\n[extra]\ntitle = "y"\n+++\n', {"title": 2, "extra": 4}),
        ('{\n"title": "x",\n"extra": {\n"title": "y"}}\n', {"title": 2, "extra": 3}),
    ],
)
def test_toml_and_json_fields_have_lines_too(text: str, lines: dict[str, int]) -> None:
    assert read(text).lines == lines


def test_a_rule_in_the_body_stays_in_the_body() -> None:
    assert read("---\ntitle: x\n---\nOne\n\n---\n\nTwo\n").body == "One\n\n---\n\nTwo\n"


def test_a_file_without_front_matter_is_all_body() -> None:
    front = read("# Title\n\nText\n")

    assert front.fields == {}
    assert front.body == "# Title\n\nText\n"


@pytest.mark.parametrize("text", ["{{< figure >}}\nBody\n", "{: .class}\nBody\n", "{% raw %}\nBody\n"])
def test_a_body_that_begins_with_a_brace_is_not_taken_for_json(text: str) -> None:
    assert read(text).body == text


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("No", "No"),
        ("2024", "2024"),
        ("1.10", "1.10"),
        ("12:30", "12:30"),
        ("2024-05-01", "2024-05-01"),
        ("0x1F", "0x1F"),
        ("null", None),
        ("~", None),
        ("", None),
        ('"null"', "null"),
        ("''", ""),
    ],
)
def test_a_yaml_value_stays_what_its_writer_typed(written: str, value: str | None) -> None:
    assert read(f"---\nfield: {written}\n---\n").fields == {"field": value}


def test_toml_keeps_its_types() -> None:
    front = read("+++\ndate = 2024-05-01\ndraft = true\nweight = 3\ntime = 12:30:00\n+++\n")

    assert front.fields == {"date": date(2024, 5, 1), "draft": True, "weight": 3, "time": "12:30:00"}


#: YAML folds U+2028 and U+2029, and a combining mark behind an escape belongs to the escape's letter.
WRITABLE = st.characters(
    codec="utf-8", exclude_categories=["Mn", "Mc", "Me"], exclude_characters="\u2028\u2029"
)


@given(st.text(WRITABLE, max_size=60))
def test_any_text_in_quotes_is_read_back(text: str) -> None:
    front = read(f"---\nfield: {json.dumps(text, ensure_ascii=False)}\n---\n")

    assert front.problems == ()
    assert front.fields == {"field": clean_text(text)}


def test_a_name_that_is_there_twice_counts_last_and_is_warned_of() -> None:
    front = read("---\ntitle: one\ntitle: two\n---\n")

    assert front.fields == {"title": "two"}
    (problem,) = front.problems
    assert (problem.level, problem.rule, problem.line) == ("warning", "duplicate-field", 3)


def test_text_that_yaml_takes_for_a_comment_is_warned_of() -> None:
    front = read("---\ndraft: true # for now\ntitle: Report #4 is out\nsummary: 'Report #5'\nc: see#6\n---\n")

    assert front.fields["title"] == "Report"
    (problem,) = front.problems
    assert (problem.level, problem.rule, problem.line) == ("warning", "hidden-text", 3)
    assert "#4 is out" in problem.message


def test_control_characters_are_taken_out() -> None:
    front = read('---\ntitle: a\x08b\nsummary: "c\\ad"\n---\nBo\x0bdy\x7f\n')

    assert front.fields == {"title": "ab", "summary": "cd"}
    assert front.body == "Body\n"


@example("\u2028")
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=80))
def test_a_body_is_as_clean_as_any_other_text(text: str) -> None:
    assert read(f"---\ntitle: x\n---\nBody {text}").body == clean_text(f"Body {text}")


@pytest.mark.parametrize(
    "line",
    [
        "layout: ../../../../etc/passwd",
        "template: /etc/passwd",
        "extends: ../../newsletter.toml",
        "settings: {views: /etc}",
        "partials: [../../.env]",
        "include: file:///etc/passwd",
    ],
)
def test_w_33_no_field_chooses_a_template_or_a_file(line: str) -> None:
    plain = "---\ntitle: Title\n# nothing\n---\nText\n"
    curious = f"---\ntitle: Title\n{line}\n---\nText\n"

    with_field, without = item_of(curious), item_of(plain)

    # Kept for rules and themes to look at, as every other unknown field.
    assert list(with_field.extra) == [line.partition(":")[0]]
    assert replace(with_field, extra={}, source_hash=without.source_hash) == without
