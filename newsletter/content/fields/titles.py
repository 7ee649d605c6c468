"""Titles: a field's text without marks, or the first heading of the body, which is then not repeated."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

#: Characters of a title that are looked at; a longer one is a paragraph in the wrong place.
MAX_LENGTH = 500

_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HTML_TAG = re.compile(r"<(/?)(h[1-6]|title)\b[^<>]*>", re.IGNORECASE)
#: What would begin a list, a quote or a heading, were the title a paragraph: `2024. A review`.
_BLOCK = re.compile(r"(\d{1,9})[.)](?=\s|$)|[-+#>=|~]")
_NOT_UNDERLINED = (" ", "\t", "-", "*", "+", ">", "|", "<", "#")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a body, and the characters that it takes there."""

    text: str
    start: int
    end: int


def plain_title(text: str) -> str:
    """Return *text* as one line without Markdown's marks; entities are decoded."""
    from newsletter.content.body.plainparagraph import plain_paragraph

    line = " ".join(text[:MAX_LENGTH].split())
    if block := _BLOCK.match(line):
        digits = len(block[1] or "")
        line = f"{line[:digits]}\\{line[digits:]}"
    return plain_paragraph(line)


def first_heading(body: str, *, is_html: bool) -> Heading | None:
    """Return the first heading of *body* that has text."""
    return _first_html_heading(body) if is_html else _first_markdown_heading(body)


def without_heading(body: str, heading: Heading) -> str:
    """Return *body* without *heading*; what follows keeps its line numbers."""
    lines = body.count("\n", heading.start, heading.end)
    return body[: heading.start] + "\n" * lines + body[heading.end :]


def repeats_title(body: str, title: str, *, is_html: bool) -> Heading | None:
    """Return the heading with which *body* begins when it says the same as *title*."""
    start = len(body) - len(body.lstrip())
    first_lines = "\n".join(body[start : start + 2 * MAX_LENGTH].split("\n", 2)[:2])
    heading = first_heading(first_lines, is_html=is_html)
    if heading is None or heading.start > 0 or heading.text.casefold() != title.casefold():
        return None
    return replace(heading, start=start, end=start + heading.end)


def _first_markdown_heading(body: str) -> Heading | None:
    lines = body.split("\n")
    fence = ""
    start = 0
    for number, line in enumerate(lines):
        end = start + len(line)
        fence = _fence_after(line, fence)
        if not fence:
            if text := _hashed(line):
                return Heading(text, start, end)
            if _is_underlined(lines, number) and (text := plain_title(line)):
                return Heading(text, start, end + 1 + len(lines[number + 1]))
        start = end + 1
    return None


def _fence_after(line: str, fence: str) -> str:
    """Return the fence of the code block that is open after *line*, or ""."""
    found = _FENCE.match(line)
    if found is None:
        return fence
    if not fence:
        return found[1]
    return "" if found[1].startswith(fence) and not line.strip().strip(fence[0]) else fence


def _hashed(line: str) -> str:
    """Return the text of a heading such as `## Title ##`, or ""."""
    text = line.strip()
    hashes = len(text) - len(text.lstrip("#"))
    if (
        not 1 <= hashes <= 6
        or text[hashes : hashes + 1] not in {" ", "\t"}
        or line.startswith(("    ", "\t"))
    ):
        return ""
    closed = text.rstrip("#")
    return plain_title((closed if closed[-1:] in {" ", "\t"} else text)[hashes:])


def _is_underlined(lines: list[str], number: int) -> bool:
    """Whether line *number* is a paragraph of one line with a line of = or - below it."""
    line = lines[number]
    if number + 1 >= len(lines) or not _UNDERLINE.fullmatch(lines[number + 1]):
        return False
    is_first = number == 0 or not lines[number - 1].strip()
    return is_first and bool(line.strip()) and not line.startswith(_NOT_UNDERLINED)


def _first_html_heading(body: str) -> Heading | None:
    page_title = None
    for heading, tag in _html_headings(body):
        if tag != "title":
            return heading
        page_title = page_title or heading
    return page_title


def _html_headings(body: str) -> Iterator[tuple[Heading, str]]:
    """Yield the headings of *body* that have text, and the tags that they stand in."""
    opened: re.Match[str] | None = None
    for tag in _HTML_TAG.finditer(body):
        if not tag[1]:
            opened = tag
        elif opened and opened[2].casefold() == tag[2].casefold():
            if text := plain_title(body[opened.end() : tag.start()]):
                yield Heading(text, opened.start(), tag.end()), tag[2].casefold()
            opened = None
