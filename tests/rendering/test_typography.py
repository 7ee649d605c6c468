"""Lines of text."""

from hypothesis import given
from hypothesis import strategies as st

from newsletter.rendering.words.typography import bound, bound_headline, cut, cut_words

lines = st.lists(st.text(alphabet="abcäé,.-–", min_size=1, max_size=12), min_size=1, max_size=30).map(
    " ".join
)


@given(lines, st.integers(2, 120))
def test_a_cut_line_is_never_too_long_and_begins_like_the_whole(line: str, longest: int) -> None:
    shortened = cut(line, longest)

    assert len(shortened) <= longest
    assert line.startswith(shortened.removesuffix("…"))


def test_a_line_is_cut_between_words() -> None:
    assert cut("Sensor cable finds leaks", 16) == "Sensor cable…"
    assert cut("Sensor cable finds leaks", 24) == "Sensor cable finds leaks"


@given(lines, st.integers(1, 40))
def test_a_cut_text_never_has_more_words_than_allowed(text: str, longest: int) -> None:
    assert len(cut_words(text, longest).split()) <= longest


def test_a_text_is_cut_at_the_end_of_a_sentence_when_one_is_near() -> None:
    assert cut_words("One two three. Four five six seven.", 5) == "One two three."
    assert (
        cut_words("One. Two three four five six seven eight nine ten.", 8)
        == "One. Two three four five six seven eight…"
    )


def test_a_text_without_such_an_end_is_cut_where_a_part_of_the_sentence_ends() -> None:
    assert cut_words("One two three, four five, six seven eight nine ten.", 7) == "One two three, four five…"
    assert (
        cut_words("One two, three four five six seven eight nine ten.", 7)
        == "One two, three four five six seven…"
    )


def test_the_last_short_word_of_a_headline_does_not_stand_alone() -> None:
    assert (
        bound_headline("Maps may be used offline by all")
        == "Maps may be used offline by\N{NO-BREAK SPACE}all"
    )


def test_long_last_words_are_not_bound() -> None:
    headline = "Neue Anforderungen an Barrierefreiheitsprüfungen"

    assert bound_headline(headline) == headline


def test_french_marks_stay_with_their_words() -> None:
    assert bound("« Quoi ? »") == "«\N{NO-BREAK SPACE}Quoi\N{NO-BREAK SPACE}?\N{NO-BREAK SPACE}»"
