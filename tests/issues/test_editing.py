"""A command changes one field of an issue file and leaves every other byte alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.content.frontmatter.splitting import read_front_matter
from newsletter.errors import IssueError
from newsletter.issues.file.decisions import hold, release, unapprove
from newsletter.issues.file.editing import remove_field, scalar, set_field

PATH = "content/issues/x.md"

#: Fields as editors write them: quotes of every kind, comments, lists, blocks, blank lines.
FIELDS = st.sampled_from(
    [
        "subject: 'It''s new' # said the director",
        'preheader: "a # b"',
        "# a comment of its own",
        "",
        "items:\n- news/a   # first\n\n  # between\n- news/b",
        "items:\n  - news/a\n  - news/b # last",
        "include: [news/a,\n  news/b]",
        "lead: |\n  news/a\n\n",
        "topics: >-\n  green\n  finance",
        "exclude:",
        "digest:    monthly   ",
        "subject: {en: A, fr: B}",
    ]
)
NEWLINES = st.sampled_from(["\n", "\r\n"])
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=40)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Return an issue file without `hold`."""
    newline = draw(NEWLINES)
    fields = draw(st.lists(FIELDS, unique_by=lambda text: text.partition(":")[0], max_size=6))
    opening = draw(st.sampled_from(["---", "--- ", "\n---"]))
    body = draw(st.sampled_from(["", "Hello\n", "\n\nHello --- there\n---\nend", "é\u2028\u00a0x"]))
    text = "\n".join([opening, *fields, "---", body])
    mark = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    return mark + text.replace("\n", newline).encode()


@given(files(), TEXTS)
def test_setting_then_reading_gives_the_value_and_changes_nothing_else(data: bytes, text: str) -> None:
    before = read_front_matter(data)

    changed = set_field(data, "hold", [f"hold: {scalar(text)}"], path=PATH)

    after = read_front_matter(changed)
    assert after.fields == {
        **before.fields,
        "hold": read_front_matter(f"---\nx: {scalar(text)}\n---".encode()).fields["x"],
    }
    assert after.body == before.body
    start = next(number for number in range(len(changed)) if changed[number : number + 5] == b"hold:")
    line_end = changed.index(b"\n", start) + 1
    assert changed[:start] + changed[line_end:] == data


@given(files(), TEXTS)
def test_removing_what_was_set_gives_the_file_back_to_the_byte(data: bytes, text: str) -> None:
    changed = set_field(data, "hold", [f"hold: {scalar(text)}"], path=PATH)

    assert remove_field(changed, "hold", path=PATH) == data


@given(files(), TEXTS, TEXTS)
def test_a_value_is_replaced_where_it_stands(data: bytes, first: str, second: str) -> None:
    once = set_field(data, "hold", [f"hold: {scalar(first)}"], path=PATH)
    twice = set_field(once, "hold", [f"hold: {scalar(second)}"], path=PATH)

    assert twice == set_field(data, "hold", [f"hold: {scalar(second)}"], path=PATH)


@given(files())
def test_a_list_is_replaced_and_the_fields_around_it_stay(data: bytes) -> None:
    before = read_front_matter(data)

    changed = set_field(data, "items", ["items:", "  - news/z  # Z"], path=PATH)

    after = read_front_matter(changed)
    assert after.fields == {**before.fields, "items": ["news/z"]}
    assert after.body == before.body


@given(files(), st.sampled_from(["items", "subject", "lead", "include", "exclude"]))
def test_a_field_is_removed_and_the_fields_around_it_stay(data: bytes, name: str) -> None:
    before = read_front_matter(data)

    changed = remove_field(data, name, path=PATH)

    after = read_front_matter(changed)
    assert after.fields == {key: value for key, value in before.fields.items() if key != name}
    assert after.body == before.body


def test_comments_quotes_and_line_ends_survive() -> None:
    data = b"---\r\n# ours\r\nsubject: 'x' # why\r\nhold: no\r\n\r\n# end\r\n---\r\nBody\r\n"

    changed = hold(data, 'wait for "them"', path=PATH)

    assert changed == data.replace(b"hold: no", b'hold: "wait for \\"them\\""')
    assert release(changed, path=PATH) == data.replace(b"hold: no\r\n", b"")


def test_a_file_that_is_only_an_introduction_gets_front_matter() -> None:
    assert hold(b"Hello\n", "wait", path=PATH) == b'---\nhold: "wait"\n---\nHello\n'


def test_a_new_file_is_made() -> None:
    assert hold(b"", "wait", path=PATH) == b'---\nhold: "wait"\n---\n'


def test_indented_fields_stay_indented() -> None:
    data = b"---\n  subject: x\n---\n"

    assert set_field(data, "items", ["items:", "  - a"], path=PATH) == (
        b"---\n  subject: x\n  items:\n    - a\n---\n"
    )


@pytest.mark.parametrize(
    "data", [b'+++\nsubject = "x"\n+++\n', b'{"subject": "x"}\n', b"---\n{subject: x}\n---\n"]
)
def test_what_is_not_plain_yaml_is_refused_with_what_to_write(data: bytes) -> None:
    with pytest.raises(IssueError, match=r'(?s)content/issues/x\.md: only .* plain YAML.*hold: "wait"'):
        hold(data, "wait", path=PATH)


def test_a_file_that_cannot_be_read_is_refused_at_its_line() -> None:
    with pytest.raises(IssueError, match=r"content/issues/x\.md:2: A colon"):
        hold(b"---\nsubject: a: b\n---\n", "wait", path=PATH)


@pytest.mark.parametrize("reason", ["", "  ", "two\nlines", "two\u2028lines"])
def test_a_hold_needs_a_reason_on_one_line(reason: str) -> None:
    with pytest.raises(IssueError, match="needs a reason"):
        hold(b"", reason, path=PATH)


def test_what_is_not_there_is_not_removed() -> None:
    data = b'+++\nsubject = "x"\n+++\n'

    assert unapprove(data, path=PATH) == data
    assert release(data, path=PATH) == data
