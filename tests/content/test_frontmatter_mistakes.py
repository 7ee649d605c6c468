"""Front matter that cannot be read: what is said, and that nothing grows, hangs or breaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.content.frontmatter.rawfields import MAX_LENGTH
from newsletter.content.frontmatter.splitting import FrontMatter, read_front_matter


def read(text: str) -> FrontMatter:
    return read_front_matter(text.encode())


def error_of(data: str | bytes) -> tuple[int | None, str, str]:
    """Return line, message and help of the only problem."""
    (problem,) = read_front_matter(data.encode() if isinstance(data, str) else data).problems
    assert problem.level == "error"
    return problem.line, problem.message, problem.help or ""


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff---\ntitle: x\n---\nBody\n",
        "---\r\ntitle: x\r\n---\r\nBody\r\n",
        "---  \ntitle: x\n--- \t\nBody\n",
        "---\ntitle: x\n...\nBody\n",
        "\n\n---\ntitle: x\n---\nBody\n",
        "---\rtitle: x\r---\rBody\r",
    ],
)
def test_what_editors_and_their_programs_leave_around_the_fences_is_understood(text: str) -> None:
    front = read(text)

    assert front.fields == {"title": "x"}
    assert front.body == "Body\n"


@given(st.binary(max_size=200))
def test_no_bytes_whatever_raise_an_error(data: bytes) -> None:
    read_front_matter(data)
    read_front_matter(b"---\n" + data + b"\n---\n")
    read_front_matter(b"+++\n" + data + b"\n+++\n")
    read_front_matter(b'{"a": ' + data + b"}\n")


YAML_PIECES = st.sampled_from(
    [
        "title",
        ": ",
        ":",
        " ",
        "\n",
        "  ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        '"',
        "'",
        "|",
        ">",
        "&a",
        "*a",
        "!!x",
        "#",
        "\t",
        "---",
        "%",
        "@",
        "`",
        "? ",
        ",",
        "é",
        "\x85",
        "\u2028",
        "<<",
        "~",
        "2024-01-01",
        "\\",
        "...",
    ]
)


@given(st.lists(YAML_PIECES, max_size=25).map("".join))
def test_no_yaml_whatever_raises_an_error(yaml: str) -> None:
    front = read(f"---\n{yaml}\n---\nBody\n")

    assert all(problem.line for problem in front.problems)


@pytest.mark.parametrize(
    ("yaml", "line", "advice"),
    [
        ("title: One: two", 2, 'title: "One: two"'),
        ('title: "One" and two', 2, """title: '"One" and two'"""),
        ("title: x\nsummary: 'It's here'", 3, '''summary: "It's here"'''),
        ('title: x\nsummary: "One\ndate: y', 3, "Close it"),
        ("title: x\nimage:\n\tsrc: y", 4, "Indent with spaces"),
        ("title:x\ndate:y", 2, "space after the colon"),
        ("title: x\nsummary\n", 3, "`name: value`"),
        ("title: x\nsummary: @here", 3, 'summary: "@here"'),
        ("title: x\nsummary: [Draft] text", 3, 'summary: "[Draft] text"'),
        ("title: x\n date: y", 3, "left edge"),
        ("- title: x", 2, "title: …"),
        ("just text", 2, "space after the colon"),
    ],
)
def test_a_classic_slip_is_answered_with_its_line_and_what_to_write(
    yaml: str, line: int, advice: str
) -> None:
    found_line, _, help = error_of(f"---\n{yaml}\n---\nBody\n")

    assert found_line == line
    assert advice in help


@pytest.mark.parametrize(
    ("yaml", "line"),
    [
        ("title: x\na: &a [x]\nb: *a", 4),
        ("title: !!python/object/apply:os.system [ls]", 2),
        ("title: !include secret", 2),
        ("a: " + "[" * 40 + "]" * 40, 2),
        ("? [a]\n: b", 2),
    ],
)
def test_w_39_hostile_yaml_is_refused_where_it_stands(yaml: str, line: int) -> None:
    found_line, _, help = error_of(f"---\n{yaml}\n---\nBody\n")

    assert found_line == line
    assert help


BOMB = "\n".join(["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))])


@pytest.mark.parametrize(
    "text",
    [
        f"---\n{BOMB}\n---\n",
        "---\na: " + "[" * 60_000 + "\n---\n",
        "---\n" + "? " * 30_000 + "\n---\n",
        "+++\n" + "a." * 30_000 + "b = 1\n+++\n",
        "+++\n[" + '"a".' * 15_000 + "b]\n+++\n",
        "+++\na = " + "[" * 60_000 + "\n+++\n",
        "+++\na = " + "{a=" * 20_000 + "\n+++\n",
        "+++\na = " + "1" * 60_000 + "\n+++\n",
        '{"a":' * 100_000,
        '{"a": ' + "1" * 60_000 + "}",
        '{"a": NaN}',
    ],
    ids=range(11),
)
def test_w_39_a_bomb_is_refused_before_it_grows(text: str) -> None:
    line, message, _ = error_of(text)

    assert line in {1, 2, 3}
    assert len(message) < 200


@pytest.mark.parametrize(
    "text",
    [
        f"---\ntitle: {'x' * MAX_LENGTH}\n---\n",
        f'+++\ntitle = "{"x" * MAX_LENGTH}"\n+++\n',
        f'{{"title": "{"x" * MAX_LENGTH}"}}\n',
    ],
    ids=["yaml", "toml", "json"],
)
def test_endless_front_matter_is_refused(text: str) -> None:
    assert "longer than" in error_of(text)[1]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ("---\ntitle: café\n---\n".encode("latin-1"), 2),
        ("---\ntitle: x\n---\n".encode("utf-16"), 1),
        (b"---\ntitle: x\n---\n\x00\x01", 4),
    ],
    ids=["latin-1", "utf-16", "binary"],
)
def test_what_is_not_utf_8_is_an_error_with_its_line(data: bytes, line: int) -> None:
    found_line, _, help = error_of(data)

    assert found_line == line
    assert "UTF-8" in help


def test_front_matter_that_never_ends_is_an_error() -> None:
    line, message, help = error_of("---\ntitle: x\n\nBody\n")

    assert line == 1
    assert "never ends" in message
    assert "---" in help


def test_w_39_front_matter_that_is_a_program_is_not_run() -> None:
    assert error_of("---js\n{title: 1}\n---\nBody\n")[0] == 1


@pytest.mark.parametrize(
    "text", ["+++\ntitle = x\n+++\n", '+++\na = 1\ntitle = "x\n+++\n', "+++\nd = 2026-02-30\n+++\n"]
)
def test_a_slip_in_toml_has_its_line(text: str) -> None:
    line, message, _ = error_of(text)

    assert line == text[: text.index("=", 12 if "a = 1" in text else 0)].count("\n") + 1
    assert message.startswith("This is not TOML")


def test_a_slip_in_json_has_its_line() -> None:
    line, _, _ = error_of('{\n"title": "x",\n"date" "y"\n}\n')

    assert line == 3
