"""The issue file as a form: just what was changed in it is changed in the file, and the file says what the form said."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.content.frontmatter.splitting import read_front_matter
from newsletter.errors import IssueError
from newsletter.issues.file.editing import set_body, set_field
from newsletter.issues.file.forms import IssueForm, form_of, written
from newsletter.issues.file.values import IssueFile, Reference

PATH = "content/issues/monthly-2026-11.md"
FILE = b"""---
# Ours: do not change.
subject: "Old"   # the chair chose it
items:
  - news/a  # About A
  - news/b  # About B
lead: news/a
hold: "waits"
---

Hello.
"""
READ = IssueFile(
    name="monthly-2026-11",
    path=PATH,
    items=(Reference(key="news/a", line=5), Reference(key="news/b", line=6)),
    lead=(Reference(key="news/a", line=7),),
)
FORM = form_of(FILE, READ)
TITLES = {"news/a": "About A", "news/b": "About B"}


def changed(**values: object) -> str:
    """Return the file with *values* of the form."""
    return written(FILE, replace(FORM, **values), FORM, TITLES, path=PATH).decode()  # type: ignore[arg-type]  # fields by name


def test_the_form_says_what_the_file_says() -> None:
    assert (
        IssueForm(subjects={"": "Old"}, introduction="Hello.", items=("news/a", "news/b"), leads=("news/a",))
        == FORM
    )


def test_a_form_that_was_not_changed_changes_nothing() -> None:
    assert changed() == FILE.decode()


def test_only_what_was_changed_is_written() -> None:
    assert changed(subjects={"": "New: better"}) == FILE.decode().replace('"Old"', '"New: better"')


def test_a_text_for_each_language_is_written_as_a_mapping() -> None:
    after = changed(subjects={"en": "New", "fr": "Nouveau"})

    assert 'subject:\n  en: "New"\n  fr: "Nouveau"' in after
    assert form_of(after.encode(), READ).subjects == {"en": "New", "fr": "Nouveau"}


def test_a_text_that_is_emptied_is_no_field_any_more() -> None:
    assert "subject" not in changed(subjects={})


def test_a_text_for_all_and_for_one_language_contradict_each_other() -> None:
    with pytest.raises(IssueError, match="not both"):
        changed(subjects={"": "New", "fr": "Nouveau"})


def test_another_order_is_written_with_titles_and_each_comment_once() -> None:
    after = changed(items=("news/b", "news/a"))

    assert "items:\n  - news/b  # About B\n  - news/a  # About A\nlead: news/a\n" in after


def test_without_a_list_the_issue_takes_what_comes() -> None:
    assert "items" not in changed(items=None)


def test_an_issue_of_no_items_is_refused() -> None:
    with pytest.raises(IssueError, match="skip: true"):
        changed(items=())


def test_an_introduction_stands_below_what_is_there() -> None:
    assert changed(introduction="One.\n\nTwo.") == FILE.decode().replace("Hello.\n", "One.\n\nTwo.\n")
    assert changed(introduction="").endswith('hold: "waits"\n---\n')


def test_a_new_file_holds_just_the_form() -> None:
    form = IssueForm(subjects={"": "First"}, introduction="Hello.", exclude=("news/c",))

    after = written(b"", form, IssueForm(), {"news/c": "About C"}, path=PATH)

    assert after.decode() == '---\nsubject: "First"\nexclude:\n  - news/c  # About C\n---\n\nHello.\n'


def test_line_ends_of_the_file_are_kept() -> None:
    after = set_body(b"---\r\nhold: x\r\n---\r\nOld.\r\n", "One.\n\nTwo.", path=PATH)

    assert after == b"---\r\nhold: x\r\n---\r\n\r\nOne.\r\n\r\nTwo.\r\n"


@pytest.mark.parametrize("data", [b'+++\nhold = "x"\n+++\nOld.\n', b'{"hold": "x"}\n\nOld.\n'])
def test_a_file_in_another_format_is_changed_by_hand(data: bytes) -> None:
    with pytest.raises(IssueError, match="by hand"):
        set_body(data, "New.", path=PATH)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_whatever_is_written_below_the_fields_is_read_again_and_the_fields_stay(text: str) -> None:
    after = read_front_matter(set_body(FILE, text, path=PATH))

    assert after.fields == read_front_matter(FILE).fields
    wanted = read_front_matter(f"---\n---\n{text}".encode()).body.strip()
    assert after.body.strip() == wanted


def test_a_comment_on_one_value_stays_when_the_value_is_changed() -> None:
    assert b"# the chair chose it" in set_field(FILE, "subject", ['subject: "New"'], path=PATH)
