"""One file into an item: its fields under all their names, their defaults, and what is wrong with them."""

import json
from datetime import UTC, date, datetime
from hashlib import sha256

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.content.fields.aliases import ALIASES
from newsletter.content.files.storeditems import stored_file
from newsletter.content.items import Item, NewsItem
from tests.content.posts import EVENT, NEWS, item_of, parsed, problem_of, rules_of


def with_field(field: str) -> Item:
    return item_of(f"---\ntitle: A title\n{field}\n---\nBody.\n")


def test_a_usual_file_gives_an_item_without_problems() -> None:
    text = (
        "---\ntitle: A title\ndate: 2026-11-02 10:00\nsummary: In short.\nlink: /news/a/\ntopics: [finance, other]\n"
        "lang: fr\nweight: -2\nfeatured: yes\nexpires: 2027-01-01\nupdated: 2026-11-04\n---\n\nBody.\n"
    )

    file = parsed(text)

    assert file.problems == ()
    assert file.item == NewsItem(
        key="news/2026-11-03-title",
        path=NEWS,
        lang="fr",
        title="A title",
        date=datetime(2026, 11, 2, 9, tzinfo=UTC),
        updated=date(2026, 11, 4),
        summary="In short.",
        link="https://example.org/news/a/",
        topics=("finance",),
        tags=("other",),
        expires=date(2027, 1, 1),
        featured=True,
        weight=-2,
        body="\nBody.\n",
        body_line=13,
        source_hash=sha256(text.encode()).hexdigest(),
        body_hash=sha256(b"Body.").hexdigest(),
        lines={
            "title": 2,
            "date": 3,
            "summary": 4,
            "link": 5,
            "topics": 6,
            "lang": 7,
            "weight": 8,
            "featured": 9,
            "expires": 10,
            "updated": 11,
        },
    )


@pytest.mark.parametrize("text", ["", "  \n\n", "---\n---\n", "\ufeff"])
def test_an_empty_file_is_an_error(text: str) -> None:
    assert rules_of(text) == ["empty-file"]


@pytest.mark.parametrize("name", ["summary", "description", "excerpt", "teaser", "tease", "Summary"])
def test_the_summary_under_its_names(name: str) -> None:
    assert with_field(f'{name}: "In *short*."').summary == "In short."


def test_of_several_names_the_first_of_the_table_counts() -> None:
    assert with_field("description: second\nsummary: first").summary == "first"


def test_an_empty_field_counts_as_absent() -> None:
    assert with_field("summary:\ndescription: here").summary == "here"


@pytest.mark.parametrize(
    ("fields", "topics", "tags"),
    [
        ("topics: [finance]", ("finance",), ()),
        ("tags:\n- Green Policing\n- other", ("green",), ("other",)),
        ("categories: enquetes-financieres", ("finance",), ()),
        ("category: Follow the money", ("finance",), ()),
        ("tags: green, other; more", ("green",), ("other", "more")),
        ("tags: green other", ("green",), ("other",)),
        ("tags: two words", (), ("two words",)),
        ("topics: green\ntags: [finance, 2024, yes]", ("green", "finance"), ("2024", "yes")),
        ("taxonomies:\n  tags: [green]", ("green",), ()),
    ],
)
def test_topics_are_matched_and_other_tags_stay_as_written(
    fields: str, topics: tuple[str, ...], tags: tuple[str, ...]
) -> None:
    item = with_field(fields)

    assert item.topics == topics
    assert item.tags == tags


@pytest.mark.parametrize(
    ("field", "is_draft"),
    [
        ("draft: true", True),
        ('draft: "true"', True),
        ("draft: Yes", True),
        ("draft: false", False),
        ("draft: 0", False),
        ("published: false", True),
        ("published: true", False),
        ("Status: draft", True),
        ("status: published", False),
    ],
)
def test_a_draft_is_known_by_several_signs(field: str, is_draft: bool) -> None:
    assert with_field(field).draft is is_draft


def test_a_file_in_jekylls_folder_for_drafts_is_a_draft() -> None:
    assert item_of("---\ntitle: x\n---\n", "content/_drafts/x.md").draft


def test_a_draft_field_that_says_neither_is_an_error() -> None:
    assert problem_of("---\ntitle: x\ndraft: later\n---\n", "bad-draft").level == "error"


def test_what_is_wrong_with_a_draft_stops_no_issue() -> None:
    assert problem_of("---\ndraft: true\n---\ntext\n", "no-title").level == "warning"
    assert problem_of("---\ntitle: x\ndraft: true\ndate: soon\n---\n", "bad-date").level == "warning"


def test_kind_overrides_the_folder() -> None:
    assert item_of("---\ntitle: x\nkind: event\nstart: 2026-01-01\n---\n").kind == "event"
    assert item_of("---\ntitle: x\nkind: News\n---\n", EVENT).kind == "news"


def test_an_unknown_kind_is_warned_of() -> None:
    assert problem_of("---\ntitle: x\nkind: party\n---\n", "bad-kind").line == 3


def test_language_comes_from_the_field_the_name_or_the_default() -> None:
    assert item_of("---\ntitle: x\nlang: fr\n---\n").lang == "fr"
    assert item_of("---\ntitle: x\nlanguage: FR_be\n---\n").lang == "fr"
    assert item_of("---\ntitle: x\n---\n", "content/x.fr.md").lang == "fr"
    assert item_of("---\ntitle: x\n---\n").lang == "en"


def test_a_name_and_a_field_that_contradict_each_other_are_warned_of() -> None:
    text = "---\ntitle: x\nlang: en\n---\n"

    assert item_of(text, "content/x.fr.md").lang == "en"
    assert problem_of(text, "lang-conflict", "content/x.fr.md").level == "warning"


def test_a_language_that_the_newsletter_does_not_have_is_information() -> None:
    text = "---\ntitle: x\nlang: de\n---\n"

    assert item_of(text).lang == "de"
    assert problem_of(text, "unknown-language").level == "info"


def test_an_id_is_the_key() -> None:
    assert with_field("id: my-id").key == "my-id"
    assert with_field("id: 17").key == "17"


def test_unknown_fields_are_kept_and_named_once_with_the_nearest_known_name() -> None:
    text = "---\ntitle: x\nlayout: post\nsumary: y\nnested: {a: [1, 2]}\n---\n"

    assert item_of(text).extra == {"layout": "post", "sumary": "y", "nested": {"a": ["1", "2"]}}
    problem = problem_of(text, "unknown-field")
    assert (problem.level, problem.line) == ("info", 3)
    assert problem.message == "Not used here: layout, sumary, nested."
    assert problem.help == "`sumary`: did you mean `summary`?"


def test_fields_for_later_stages_are_kept_without_a_word() -> None:
    file = parsed("---\ntitle: x\nfocus: 50% 20%\nsample: true\n---\n")

    assert file.problems == ()
    assert file.item is not None
    assert file.item.extra == {"focus": "50% 20%", "sample": "true"}
    assert file.item.lines["sample"] == 4


def test_thousands_of_unknown_fields_make_a_short_problem() -> None:
    fields = "\n".join(f"name{number}: x" for number in range(5_000))

    assert len(problem_of(f"---\ntitle: x\n{fields}\n---\n", "unknown-field").message) < 300


@pytest.mark.parametrize("field", ["weight: heavy", "featured: perhaps", "summary: [a, b]", "image: [[]]"])
def test_a_wrong_type_of_an_optional_field_is_a_warning_and_the_item_stays(field: str) -> None:
    text = f"---\ntitle: x\n{field}\n---\nBody.\n"

    assert item_of(text).title == "x"
    problem = problem_of(text, "wrong-type")
    assert (problem.level, problem.line) == ("warning", 3)


def test_dates_in_unknown_toml_fields_are_kept_as_text() -> None:
    assert item_of('+++\ntitle = "x"\nother = 2026-01-01\n+++\n').extra == {"other": "2026-01-01"}


def test_problems_of_front_matter_have_the_files_path() -> None:
    file = parsed("---\ntitle: One: two\n---\n")

    assert file.item is None
    assert str(file.problems[0]).startswith(f"{NEWS}:2: A colon")


def test_the_hash_of_the_body_knows_a_file_again_whose_front_matter_and_line_ends_changed() -> None:
    one = item_of("---\ntitle: x\n---\n\nBody.\n")
    other = item_of("---\r\ntitle: y\r\ndate: 2026-01-01\r\n---\r\nBody.")

    assert one.body_hash == other.body_hash
    assert one.source_hash != other.source_hash


def test_content_is_never_run_as_a_template() -> None:
    item = item_of("---\ntitle: '{{7*7}}'\nsummary: '{{7*7}}'\n---\n{{7*7}}\n")

    assert (item.title, item.summary, item.body) == ("{{7*7}}", "{{7*7}}", "{{7*7}}\n")


def test_a_shortcode_in_a_title_or_summary_does_not_reach_a_reader() -> None:
    text = "---\ntitle: 'News {{ site.name }} of {% x %}today'\nsummary: '{{< a >}}In short.'\n---\n"

    item = item_of(text)

    assert (item.title, item.summary) == ("News of today", "In short.")
    assert [(problem.rule, problem.line) for problem in parsed(text).problems] == [
        ("shortcode", 2),
        ("shortcode", 2),
        ("shortcode", 3),
    ]


def test_a_html_file_is_an_item_with_html() -> None:
    text = (
        "---\ndate: 2026-11-03\n---\n<!DOCTYPE html><html><head><title>Site</title></head>\n<body>\n"
        "<h1>A <em>title</em></h1><p>The <b>first</b> paragraph.</p>\n</body></html>\n"
    )

    item = item_of(text, "content/news/page.html")

    assert item.is_html
    assert item.title == "A title"
    assert item.summary == "The first paragraph."
    assert item.body == "\n\n<p>The <b>first</b> paragraph.</p>\n"


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(
        ["2026-01-01", "10:30", "/a/../../b.png", "https://[", "true", "Europe", "\ud800", "{{ x }}", "//"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["image", "src", "alt", "x"]), inner)
    ),
    max_leaves=5,
)


NAMES = st.sampled_from(sorted({alias.split(".")[0] for aliases in ALIASES.values() for alias in aliases}))


@given(st.dictionaries(NAMES, VALUES, max_size=8), st.sampled_from([NEWS, EVENT, "content/x.html"]))
def test_no_value_of_any_field_raises_an_error(fields: dict[str, object], path: str) -> None:
    file = parsed(f"{json.dumps(fields)}\nText.\n", path)

    assert all(problem.path == path and problem.message for problem in file.problems)
    if file.item:
        msgspec.msgpack.encode(stored_file(file, b"", "").item)
