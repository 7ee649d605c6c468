"""Summaries: the text before `<!--more-->`, else the first paragraph that says something."""

import re
from collections.abc import Iterator

#: Words, and characters for the scripts that have no spaces.
MAX_WORDS = 80
MAX_CHARACTERS = 600
#: Characters of one paragraph that are looked at.
_MAX_PARAGRAPH = 4_000

_MORE = re.compile(r"<!--[ \t]*more[ \t]*-->|\{/\*[ \t]*(?:more|truncate)[ \t]*\*/\}", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[。！？]|[.!?…][\"'”’»)\]]*(?=\s|$)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_DEFINITION = re.compile(r"^ {0,3}\[([^\^\[\]\n][^\[\]\n]{0,200})\]:", re.MULTILINE)
_RULE = re.compile(r" {0,3}([-*_=])[ \t]*(?:\1[ \t]*){2,}")
_NO_TEXT = re.compile(
    r" {0,3}(?:#{1,6}(?:\s|$)|:::|\[[^\[\]\n]{1,200}\]:|\[\[?_?TOC_?\]?\]|\[TOC\])|(?: {4}|\t)", re.IGNORECASE
)
#: Lists, quotes, tables and blocks of HTML: taken only when there is no paragraph.
_NOT_A_PARAGRAPH = re.compile(
    r" {0,3}(?:[-*+][ \t]|\d{1,9}[.)][ \t]|>|\||<(?:article|aside|audio|blockquote|center|details|div|dl|embed|"
    r"figure|form|h[1-6]|header|hr|iframe|nav|object|ol|picture|pre|section|svg|table|ul|video)\b)",
    re.IGNORECASE,
)
#: All that is left of a video, for example.
_ADDRESS = re.compile(r"(?:https?:/)?/\S+")
_HIDDEN = {"<!--": "-->", "<script": "</script", "<style": "</style"}
_HTML_BLOCK = re.compile(
    r"<(/?(?:article|aside|blockquote|div|dl|dt|dd|figure|figcaption|h[1-6]|header|hr|li|ol|p|pre|section|table|"
    r"td|th|title|tr|ul))\b[^<>]*>",
    re.IGNORECASE,
)
_HTML_HEADINGS = frozenset({"title", "h1", "h2", "h3", "h4", "h5", "h6"})


def summary_of(body: str, *, is_html: bool) -> str:
    """Return a summary of *body* as one line of plain text, or ""."""
    if more := _more(body):
        text = " ".join(_texts(body[: more.start()], is_html=is_html, definitions=body))
        if text:
            return shorten(text)
        body = without_more(body)
    return shorten(next(_texts(body, is_html=is_html, definitions=body), ""))


def without_more(body: str) -> str:
    """Return *body* without the marks that divide a summary from the rest."""
    return _MORE.sub("", body) if _more(body) else body


def _more(body: str) -> re.Match[str] | None:
    # Two look-ups in C before the expression: this runs on every byte of every file.
    return _MORE.search(body) if "<!--" in body or "{/*" in body else None


def plain_text(text: str) -> str:
    """Return a field's *text* as one line without Markdown's marks."""
    from newsletter.content.body.plainparagraph import plain_paragraph

    return plain_paragraph(text[:_MAX_PARAGRAPH])


def shorten(text: str) -> str:
    """Return at most 80 words of *text*, up to the end of a sentence where there is one."""
    words = text.split()
    if len(words) <= MAX_WORDS and len(text) <= MAX_CHARACTERS:
        return text
    line = " ".join(words)
    head = line[: min(len(" ".join(words[:MAX_WORDS])), MAX_CHARACTERS)]
    # Looked for in the whole line: where it is cut, no sentence ends.
    ends = (found.end() for found in _SENTENCE_END.finditer(line))
    end = max((end for end in ends if end <= len(head)), default=0)
    if end > len(head) // 3:
        return head[:end]
    if len(words) > 1:
        head = head.rpartition(" ")[0] or head
    return f"{head.rstrip(' ,;:–—-')}…"


def _texts(body: str, *, is_html: bool, definitions: str) -> Iterator[str]:
    """Yield the paragraphs of *body* that have words; lists and the like only when there is none."""
    found = False
    for is_paragraph in (True, False):
        blocks = _html_blocks(body) if is_html else _markdown_blocks(body)
        for block, may_be_summary in blocks:
            if may_be_summary is is_paragraph:
                text = plain_text(_with_definitions(block, definitions))
                if any(character.isalnum() for character in text) and not _ADDRESS.fullmatch(text):
                    found = True
                    yield text
        if found:
            return


def _with_definitions(block: str, body: str) -> str:
    """Return *block* with the reference links that it may use, so that `[text][1]` reads as text."""
    block = block[:_MAX_PARAGRAPH]
    if "[" not in block or "]:" not in body:
        return block
    names = {found[1].casefold() for found in _DEFINITION.finditer(body)}
    written = block.casefold()
    used = sorted(name for name in names if f"[{name}]" in written)
    return block + "\n\n" + "\n".join(f"[{name}]: #" for name in used)


def _markdown_blocks(body: str) -> Iterator[tuple[str, bool]]:
    """Yield the blocks of *body* that may have words, and whether each is a paragraph."""
    lines = iter(body.split("\n"))
    block: list[str] = []
    for line in lines:
        if fence := _FENCE.match(line):
            yield from _finished(block)
            _skip_to_fence(lines, fence[1])
        elif not line.strip():
            yield from _finished(block)
        elif ends := _hidden_until(line):
            yield from _finished(block)
            _skip_to(lines, line, ends)
        elif _RULE.fullmatch(line):
            # Below a paragraph it underlines a heading.
            block.clear()
        elif not block and _NO_TEXT.match(line):
            continue
        else:
            block.append(line)
    yield from _finished(block)


def _finished(block: list[str]) -> Iterator[tuple[str, bool]]:
    if block:
        is_table = len(block) > 1 and "|" in block[1] and not block[1].strip(" \t:|-")
        yield "\n".join(block), not is_table and _NOT_A_PARAGRAPH.match(block[0]) is None
        block.clear()


def _hidden_until(line: str) -> str | None:
    start = line.lstrip()[:8].casefold()
    return next((ends for begins, ends in _HIDDEN.items() if start.startswith(begins)), None)


def _skip_to(lines: Iterator[str], line: str, ends: str) -> None:
    while ends not in line.casefold():
        following = next(lines, None)
        if following is None:
            return
        line = following


def _skip_to_fence(lines: Iterator[str], fence: str) -> None:
    for line in lines:
        if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
            return


def _html_blocks(body: str) -> Iterator[tuple[str, bool]]:
    """Yield the texts between block tags, and whether each stands in a <p> or in none; headings are left out."""
    name = "p"
    start = 0
    for tag in _HTML_BLOCK.finditer(body):
        if name not in _HTML_HEADINGS:
            yield body[start : tag.start()], name == "p"
        name = tag[1].casefold()
        start = tag.end()
    yield body[start:], name == "p"
