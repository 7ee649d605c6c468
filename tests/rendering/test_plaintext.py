"""Setting plain text."""

from hypothesis import given
from hypothesis import strategies as st

from newsletter.rendering.plaintext import WIDTH, hung, tidy, underlined, wrapped

words = st.text(alphabet="abcäé", min_size=1, max_size=14)
paragraphs = st.lists(words, min_size=1, max_size=60).map(" ".join)


@given(paragraphs, st.integers(0, 12))
def test_no_line_is_longer_than_76_and_no_word_is_lost(text: str, indent: int) -> None:
    lines = wrapped(text, indent).splitlines()

    assert all(len(line) <= WIDTH for line in lines)
    assert " ".join(line.strip() for line in lines) == text


def test_an_address_stays_whole_however_long() -> None:
    address = "https://example.org/" + "a-long-path/" * 10

    assert address in wrapped(f"See {address} for more.").splitlines()


def test_a_title_has_a_rule_of_its_own_length() -> None:
    assert underlined("News", "-") == "News\n----"


def test_a_hanging_label_stands_before_the_first_line_only() -> None:
    lines = hung("8 Oct", 8, "word " * 30).splitlines()

    assert lines[0].startswith("8 Oct   word")
    assert all(line.startswith("        word") for line in lines[1:])


def test_the_signature_mark_keeps_its_space_and_nothing_else_does() -> None:
    assert tidy("\n\none \n\n\n\ntwo\N{NO-BREAK SPACE}three\n-- \nend\n\n") == "one\n\ntwo three\n-- \nend\n"
