"""Words for editors and operators: what their paragraphs are, and how they stand in plain text."""

from hypothesis import given
from hypothesis import strategies as st

from newsletter.rendering.blocks import BlockKind, blocks_of, commands_apart, heading, listed, literal
from newsletter.rendering.notices import render_notice
from newsletter.rendering.plaintext import WIDTH
from tests.app.told_commands import seen, unwrapped

#: What people and services write: also what looks like our marks.
lines = st.text(st.sampled_from("ab -`:<>&\"'\t{}%#é…"), max_size=120)
texts = st.lists(lines, max_size=12).map("\n".join)


def plain(text: str) -> str:
    """Return *text* as a mail's plain-text part has it, without what stands around."""
    return render_notice("S", "T", text, newsletter="N", footer=("why",)).text


def test_each_part_of_a_text_is_known_by_its_form() -> None:
    text = "\n\n".join(
        ["It is\nso.", heading("What is wrong"), listed(["one", "two"]), literal("Look", "newsletter doctor")]
    )

    found = [(block.kind, block.lines, block.goes_on) for block in blocks_of(text)]

    assert found == [
        (BlockKind.TEXT, ("It is", "so."), False),
        (BlockKind.HEADING, ("What is wrong",), False),
        (BlockKind.LIST, ("one", "two"), False),
        (BlockKind.TEXT, ("Look:",), False),
        (BlockKind.LITERAL, ("newsletter doctor",), True),
    ]


def test_prose_is_wrapped_and_what_is_to_be_typed_stays_whole() -> None:
    command = f"newsletter hold {'special-' * 12}issue --reason TEXT"

    text = plain(f"{'prose ' * 40}\n\n{literal('Stop it', command)}\n\n{listed(['listed ' * 40])}")

    assert f"\n    {command}\n" in text
    assert max(len(line) for line in text.splitlines() if command not in line) <= WIDTH
    assert [line[:8] for line in text.splitlines() if "listed" in line] == ["- listed", *["  listed"] * 3]


def test_a_long_name_stands_beside_its_bullet() -> None:
    name = "content/news/" + "a-long-name-" * 10 + ".md"

    assert f"\n- {name}" in plain(listed([f"{name}: a draft"]))


def test_a_command_that_ends_a_sentence_gets_a_line_of_its_own() -> None:
    words = "It is gone. Bring a backup: newsletter restore FILE. To begin anew, delete it."

    assert commands_apart(words) == (
        "It is gone. Bring a backup:\n    newsletter restore FILE\nTo begin anew, delete it."
    )


def test_what_is_no_command_stays_where_it_is() -> None:
    words = "On the wall: newsletter. The newsletter restores nothing: newsletters neither."

    assert commands_apart(words) == words


@given(texts)
def test_no_text_loses_a_word_or_becomes_a_tag(text: str) -> None:
    rendered = render_notice("S", "T", text, newsletter="N", footer=())

    said = [word for word in text.split() if word.strip("-`")]
    for part in (rendered.text, seen(rendered.html)):
        left = "".join(unwrapped(part).split()).replace("`", "")
        for word in said:
            place = left.find(word.replace("`", ""))
            assert place >= 0
            left = left[place:]
